"""Who was meant when an order was called back, and who only went along in it."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from ansinh.office.security import fence


def _to(model: str, label: str) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=model, verbose_name=label)


class Migration(migrations.Migration):
    dependencies = [("office", "0016_second_factor"), ("payment", "0056_items_by_run")]
    operations = [
        migrations.CreateModel(
            name="Recall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempt", models.SmallIntegerField(verbose_name="lần gửi")),
                ("is_meant", models.BooleanField(verbose_name="được nêu tên")),
                ("reason", models.CharField(max_length=200, verbose_name="lý do")),
                ("asked_by", models.CharField(max_length=60, verbose_name="người đề nghị")),
                ("asked_at", models.DateTimeField(verbose_name="đề nghị lúc")),
                ("released_at", models.DateTimeField(null=True, verbose_name="được chi lại lúc")),
                ("area", _to("office.area", "địa bàn")),
                ("item", _to("payment.paymentitem", "khoản chi")),
            ],
            options={
                "verbose_name": "đề nghị thu hồi lệnh chi",
                "constraints": [
                    models.UniqueConstraint(F("item"), F("attempt"), name="recalled_once"),
                    models.CheckConstraint(
                        condition=Q(is_meant=False) | Q(released_at=None), name="who_was_meant_stays_stopped"
                    ),
                ],
            },
        ),
        fence("payment_recall"),
    ]
