"""A batch keeps the name of its file, so that what was written once can be sent again without writing it anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payment", "0007_execution_date")]
    operations = [
        migrations.AddField(
            "paymentbatch",
            "file_name",
            models.CharField(blank=True, db_default="", default="", max_length=80, verbose_name="tên tệp"),
        ),
    ]
