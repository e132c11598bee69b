"""A bank may book a whole batch as one debit: kept, and compared with what its items came to."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payment", "0011_waiving")]
    operations = [
        migrations.CreateModel(
            name="BatchDebit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.IntegerField(verbose_name="dòng")),
                ("amount_dong", models.BigIntegerField(verbose_name="số tiền ghi nợ (đồng)")),
                ("booked_on", models.DateField(null=True, verbose_name="ngày ghi sổ")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="payment.paymentbatch", verbose_name="lô lệnh"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="payment.message", verbose_name="thông điệp"
                    ),
                ),
            ],
            options={
                "verbose_name": "ghi nợ gộp cả lô",
                "constraints": [
                    models.UniqueConstraint("message", "line", name="batch_debit_line"),
                    models.CheckConstraint(condition=models.Q(amount_dong__gt=0), name="batch_debit_positive"),
                ],
            },
        ),
    ]
