"""A batch knows between which items its own lie, and held lines are found by themselves: nothing reads a whole month to find a file."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("payment", "0053_joined_orders")]
    operations = [
        migrations.AddField(
            model_name="paymentbatch",
            name="first_item_id",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="khoản đầu"),
        ),
        migrations.AddField(
            model_name="paymentbatch",
            name="last_item_id",
            field=models.BigIntegerField(db_default=2**62, default=2**62, verbose_name="khoản cuối"),
        ),
        migrations.AddIndex(
            model_name="messageline",
            index=models.Index(F("hold_reason"), F("item_id"), name="message_line_held", condition=~Q(hold_reason="")),
        ),
    ]
