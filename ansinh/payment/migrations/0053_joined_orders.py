"""One order for all that one payee receives: what each order carried for which item, and whose share a line tells."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from ansinh.office.security import fence


def _to(model: str, label: str, **named: object) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=model, verbose_name=label, **named)


class Migration(migrations.Migration):
    dependencies = [("office", "0016_second_factor"), ("payment", "0052_signed_files")]
    operations = [
        migrations.AddField(
            model_name="messageline",
            name="is_share",
            field=models.BooleanField(db_default=False, verbose_name="phần của lệnh gộp"),
        ),
        migrations.CreateModel(
            name="InstructionShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempt", models.SmallIntegerField(verbose_name="lần gửi")),
                ("carrier_attempt", models.SmallIntegerField(verbose_name="lần gửi của khoản đứng tên lệnh")),
                ("amount_dong", models.BigIntegerField(verbose_name="số tiền (đồng)")),
                ("area", _to("office.area", "địa bàn")),
                ("carrier", _to("payment.paymentitem", "khoản đứng tên lệnh", related_name="+", db_index=False)),
                ("item", _to("payment.paymentitem", "khoản chi", related_name="+", db_index=False)),
            ],
            options={
                "verbose_name": "phần của một lệnh chi gộp",
                "indexes": [models.Index(F("carrier"), F("carrier_attempt"), name="share_by_carrier")],
                "constraints": [
                    models.UniqueConstraint(F("item"), F("attempt"), name="share_once"),
                    models.CheckConstraint(condition=Q(amount_dong__gt=0), name="share_is_money"),
                ],
            },
        ),
        fence("payment_instructionshare"),
    ]
