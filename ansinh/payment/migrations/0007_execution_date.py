"""The day of execution is chosen once, when a batch is made: a later calendar must not change the bytes of an old file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payment", "0006_message_marks")]
    operations = [
        migrations.AddField(
            model_name="paymentbatch",
            name="execution_date",
            field=models.DateField(null=True, verbose_name="ngày đề nghị thực hiện"),
        ),
    ]
