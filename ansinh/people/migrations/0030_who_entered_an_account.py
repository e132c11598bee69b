"""Who brought an account: the bank's yes from the same hand waits for another person."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0029_as_known")]
    operations = [
        migrations.AddField(
            "financialaddress",
            "entered_by",
            models.CharField(blank=True, db_default="", default="", max_length=60, verbose_name="người nhập"),
        ),
        migrations.AlterField(
            "holdercheck",
            "kind",
            models.CharField(
                blank=True,
                choices=[
                    ("joined", "viết liền tiếng"),
                    ("y_or_i", "y hay i"),
                    ("cut", "tên bị cắt"),
                    ("order", "khác thứ tự"),
                    ("middle_left_out", "thiếu tên đệm"),
                    ("one_letter", "khác một chữ"),
                    ("joint", "đồng chủ tài khoản"),
                    ("masked", "tên bị che"),
                    ("shared", "tài khoản dùng chung"),
                    ("same_hand", "một người nhập cả hai"),
                ],
                max_length=16,
                verbose_name="khác ở chỗ",
            ),
        ),
    ]
