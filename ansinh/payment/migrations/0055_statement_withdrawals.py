"""A counted statement that was wrong can be taken back by two people."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payment", "0054_stretches"),
    ]

    operations = [
        migrations.AlterField(
            model_name="statementmovement",
            name="resolution",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "chưa rõ"),
                    ("applied", "kết quả đã áp dụng"),
                    ("funding", "kinh phí của kỳ chuyển về"),
                    ("fee-fund", "kinh phí trả phí chuyển về"),
                    ("return", "tiền hoàn trả của một lệnh chi"),
                    ("refused", "trả lại phần lô bị từ chối"),
                    ("offset", "triệt tiêu với một dòng ngược chiều"),
                    ("budget", "đã nộp ngân sách"),
                    ("fee", "phí dịch vụ"),
                    ("cash", "rút để chi tiền mặt"),
                    ("refund", "nộp trả ngân sách phần thôi chi"),
                    ("order", "ghi nợ cả lô lệnh"),
                    ("void", "sao kê đã rút lại"),
                ],
                max_length=8,
                verbose_name="là khoản",
            ),
        ),
        migrations.CreateModel(
            name="StatementWithdrawal",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="payment.message",
                        verbose_name="thông điệp",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="lý do")),
                ("proposed_by", models.CharField(max_length=60, verbose_name="người đề nghị")),
                ("proposed_at", models.DateTimeField(verbose_name="đề nghị lúc")),
                ("approved_by", models.CharField(blank=True, max_length=60, verbose_name="người duyệt")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="duyệt lúc")),
            ],
            options={
                "verbose_name": "rút lại sao kê",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by", ""),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="second_person_withdraws",
                    )
                ],
            },
        ),
    ]
