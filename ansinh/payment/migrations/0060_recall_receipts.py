"""What came of asking for a recall; a file that may have been offered is of unknown fate, not just reserved."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payment", "0058_opening")]
    operations = [
        migrations.AddField(
            model_name="recall",
            name="receipt",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "chưa chuyển được"),
                    ("STOPPED", "dừng trước khi gửi"),
                    ("SENT", "đã chuyển"),
                    ("ALREADY", "đã chuyển trước đó"),
                    ("UNKNOWN", "chưa rõ đã chuyển"),
                    ("REFUSED", "không nhận"),
                ],
                db_default="",
                default="",
                max_length=7,
                verbose_name="chuyển đề nghị đến tổ chức chi trả",
            ),
        ),
        # From now on a file is marked before it is offered. Of those written before, nobody knows.
        migrations.RunSQL(
            "UPDATE payment_paymentbatch SET state = 'UNKNOWN' WHERE state = 'RESERVED' AND sha256 <> ''",
            migrations.RunSQL.noop,
        ),
    ]
