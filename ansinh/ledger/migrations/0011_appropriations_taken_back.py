"""A paper of one more kind: an appropriation booked by mistake, taken back by two people."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0010_funds_documents"),
    ]

    operations = [
        migrations.AlterField(
            model_name="fundsdocument",
            name="kind",
            field=models.CharField(
                choices=[
                    ("treasury-order", "lệnh rút dự toán"),
                    ("prefund", "chuyển tiền cho tổ chức chi trả"),
                    ("fee-fund", "kinh phí trả phí"),
                    ("year-end", "nộp trả cuối năm"),
                    ("unappropriate", "huỷ ghi dự toán"),
                ],
                max_length=14,
                verbose_name="loại",
            ),
        ),
    ]
