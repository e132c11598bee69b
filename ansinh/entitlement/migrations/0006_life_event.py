"""Changes of life, told by one person and decided by another."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from ansinh.office.security import fence

_SOURCES = [
    ("commune", "cán bộ xã"), ("civil_registry", "hộ tịch"), ("health_insurance", "bảo hiểm xã hội"), ("school", "trường học"),
    ("date", "đến ngày"),
]  # fmt: skip
_STATES = [("OPEN", "chờ quyết định"), ("ACCEPTED", "chấp nhận"), ("REFUSED", "không chấp nhận")]


class Migration(migrations.Migration):
    dependencies = [("entitlement", "0005_person_merge")]
    operations = [
        migrations.CreateModel(
            name="LifeEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40, verbose_name="biến động")),
                ("value", models.CharField(blank=True, max_length=40, verbose_name="giá trị")),
                ("happened_on", models.DateField(verbose_name="xảy ra ngày")),
                ("source", models.CharField(choices=_SOURCES, max_length=16, verbose_name="nguồn")),
                ("document", models.CharField(max_length=200, verbose_name="giấy tờ")),
                ("recorded_by", models.CharField(max_length=60, verbose_name="người ghi")),
                ("recorded_at", models.DateTimeField(verbose_name="ghi nhận lúc")),
                ("due_on", models.DateField(null=True, verbose_name="hạn quyết định")),
                ("effect", models.JSONField(verbose_name="ảnh hưởng")),
                ("state", models.CharField(choices=_STATES, max_length=8, verbose_name="trạng thái")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="căn cứ")),
                ("decided_by", models.CharField(blank=True, max_length=60, verbose_name="người quyết định")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="quyết định lúc")),
                ("area", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="office.area", verbose_name="địa bàn")),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.person", verbose_name="cá nhân")),
            ],
            options={
                "verbose_name": "biến động",
                "indexes": [models.Index(models.F("area"), models.F("id"), name="life_event_open", condition=Q(state="OPEN"))],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(state="OPEN", decided_by="")
                        | (~Q(state="OPEN") & ~Q(decided_by="") & ~Q(decided_by=F("recorded_by"))),
                        name="second_person_decides_event",
                    ),
                ],
            },
        ),
        fence("entitlement_lifeevent"),
    ]  # fmt: skip
