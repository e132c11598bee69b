"""An item may be given up for good, with two people's word."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payment", "0010_providers")]
    operations = [
        migrations.AlterField(
            "reopening",
            "channel",
            models.CharField(
                choices=[("account", "tài khoản"), ("cash", "tiền mặt"), ("waived", "thôi chi")],
                max_length=7,
                verbose_name="chi lại bằng",
            ),
        ),
    ]
