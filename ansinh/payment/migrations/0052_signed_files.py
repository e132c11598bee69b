"""Files come with a signature, and come again under other names."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payment", "0051_account_statements"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="other_marks",
            field=models.JSONField(db_default=[], default=list, verbose_name="dấu của các lần gửi lại"),
        ),
        migrations.AddField(
            model_name="message",
            name="signature_sha256",
            field=models.CharField(blank=True, db_default="", default="", max_length=64, verbose_name="mã băm chữ ký"),
        ),
    ]
