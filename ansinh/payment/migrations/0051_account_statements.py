"""Statements of our account, and the money on them that no order explains."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payment", "0050_batch_debit"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField(verbose_name="thứ tự trong tệp")),
                ("account_number", models.CharField(blank=True, max_length=34, verbose_name="số tài khoản")),
                ("opening_on", models.DateField(null=True, verbose_name="ngày số dư đầu")),
                ("opening_dong", models.BigIntegerField(null=True, verbose_name="số dư đầu (đồng)")),
                ("closing_on", models.DateField(verbose_name="ngày số dư cuối")),
                ("closing_dong", models.BigIntegerField(verbose_name="số dư cuối (đồng)")),
                ("credits_dong", models.BigIntegerField(null=True, verbose_name="phát sinh có (đồng)")),
                ("debits_dong", models.BigIntegerField(null=True, verbose_name="phát sinh nợ (đồng)")),
                ("left_out", models.CharField(blank=True, max_length=20, verbose_name="lý do không tính")),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="payment.message", verbose_name="thông điệp"
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="payment.paymentserviceprovider",
                        verbose_name="tổ chức chi trả",
                    ),
                ),
            ],
            options={
                "verbose_name": "sao kê tài khoản",
                "constraints": [
                    models.UniqueConstraint(models.F("message"), models.F("number"), name="statement_in_message_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StatementMovement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.IntegerField(verbose_name="dòng")),
                ("booked_on", models.DateField(verbose_name="ngày ghi sổ")),
                (
                    "direction",
                    models.CharField(
                        choices=[("CRDT", "tiền vào"), ("DBIT", "tiền ra")], max_length=4, verbose_name="chiều"
                    ),
                ),
                ("amount_dong", models.BigIntegerField(verbose_name="số tiền (đồng)")),
                ("reference", models.CharField(blank=True, max_length=35, verbose_name="mã tham chiếu")),
                ("text", models.CharField(blank=True, max_length=140, verbose_name="nội dung")),
                ("is_fee", models.BooleanField(verbose_name="ngân hàng ghi là phí")),
                ("item_id", models.BigIntegerField(null=True, verbose_name="khoản chi")),
                ("attempt", models.SmallIntegerField(null=True, verbose_name="lần gửi")),
                (
                    "resolution",
                    models.CharField(
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
                        ],
                        max_length=8,
                        verbose_name="là khoản",
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=60, verbose_name="căn cứ")),
                ("proposed_by", models.CharField(blank=True, max_length=60, verbose_name="người đề nghị")),
                ("proposed_at", models.DateTimeField(null=True, verbose_name="đề nghị lúc")),
                ("approved_by", models.CharField(blank=True, max_length=60, verbose_name="người duyệt")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="duyệt lúc")),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="payment.message", verbose_name="thông điệp"
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="payment.paymentserviceprovider",
                        verbose_name="tổ chức chi trả",
                    ),
                ),
            ],
            options={
                "verbose_name": "khoản treo trên sao kê",
                "indexes": [
                    models.Index(models.F("provider"), condition=models.Q(("approved_at", None)), name="open_movements")
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("message"), models.F("line"), name="movement_once"),
                    models.CheckConstraint(condition=models.Q(("amount_dong__gt", 0)), name="movement_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by", ""),
                            ("approved_by", "system"),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="second_person_explains",
                    ),
                ],
            },
        ),
        # What strangers sent and wrote has no area: only whoever sees the whole system reads it.
        migrations.RunSQL(
            "ALTER TABLE payment_statementmovement ENABLE ROW LEVEL SECURITY;"
            "CREATE POLICY by_area ON payment_statementmovement"
            " USING ((SELECT current_setting('ansinh.scope', true)) = '*') WITH CHECK ((SELECT current_setting('ansinh.scope', true)) = '*');",
            "DROP POLICY by_area ON payment_statementmovement; ALTER TABLE payment_statementmovement DISABLE ROW LEVEL SECURITY;",
        ),
    ]
