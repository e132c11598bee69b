"""A paper of one more kind: money ordered at the treasury and never transferred, taken back by two people."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0011_appropriations_taken_back"),
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
                    ("order-back", "huỷ lệnh rút dự toán"),
                ],
                max_length=14,
                verbose_name="loại",
            ),
        ),
    ]
