"""Residence through time, reforms of areas carried out on the register, and what a person decided about split communes."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from ansinh.office.security import fence

# Where somebody must be counted to belong for what is decided about a unit: where they lived then, and, for whoever was there
# when a reform ended the unit and has not moved since, that unit still.
_DWELLING = """
    CREATE VIEW people_dwelling WITH (security_invoker = true) AS
    SELECT residence.person_id, residence.unit_id, residence.valid_from,
           CASE WHEN residence.valid_to = unit.valid_to AND EXISTS (
                    SELECT FROM people_residence AS now WHERE now.person_id = residence.person_id AND now.superseded_at IS NULL
                    AND now.valid_to IS NULL AND now.valid_from = residence.valid_to)
                THEN NULL ELSE residence.valid_to END AS valid_to
    FROM people_residence AS residence JOIN office_area AS unit ON unit.id = residence.unit_id
    WHERE residence.superseded_at IS NULL AND residence.valid_to IS NOT NULL
"""
_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _to(model: str, label: str, related_name: str | None = "+") -> models.ForeignKey:
    named = {} if related_name is None else {"related_name": related_name}
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=model, verbose_name=label, **named)


class Migration(migrations.Migration):
    dependencies = [("people", "0020_lists"), ("office", "0015_audit_by_area")]
    operations = [
        migrations.CreateModel(
            name="Residence",
            fields=[
                _ID,
                ("village", models.CharField(blank=True, max_length=120, verbose_name="thôn, tổ dân phố")),
                ("valid_from", models.DateField(verbose_name="từ ngày")),
                ("valid_to", models.DateField(null=True, verbose_name="đến trước ngày")),
                ("source", models.CharField(max_length=200, verbose_name="nguồn")),
                ("recorded_at", models.DateTimeField(verbose_name="ghi nhận lúc")),
                ("superseded_at", models.DateTimeField(null=True, verbose_name="bị thay lúc")),
                ("person", _to("people.person", "cá nhân", None)),
                ("unit", _to("office.area", "đơn vị cư trú")),
                ("area", _to("office.area", "địa bàn")),
            ],
            options={
                "verbose_name": "nơi cư trú qua các thời kỳ",
                "constraints": [
                    models.UniqueConstraint(
                        "person", condition=Q(valid_to=None, superseded_at=None), name="one_residence_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=Q(valid_to=None) | Q(valid_from__lt=F("valid_to")), name="residence_period"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AreaReform",
            fields=[
                _ID,
                ("day", models.DateField(verbose_name="ngày sắp xếp")),
                ("persons", models.IntegerField(verbose_name="số người")),
                ("households", models.IntegerField(verbose_name="số hộ")),
                ("waiting_households", models.IntegerField(verbose_name="số hộ chờ quyết định")),
                ("proposed_by", models.CharField(max_length=60, verbose_name="người đề nghị")),
                ("proposed_at", models.DateTimeField(verbose_name="đề nghị lúc")),
                ("applied_by", models.CharField(blank=True, max_length=60, verbose_name="người thực hiện")),
                ("applied_at", models.DateTimeField(null=True, verbose_name="thực hiện lúc")),
                ("province", _to("office.area", "tỉnh, thành phố hiện nay", None)),
            ],
            options={
                "verbose_name": "sắp xếp đơn vị hành chính",
                "constraints": [
                    models.UniqueConstraint("day", "province", condition=Q(applied_at=None), name="one_open_reform"),
                    models.CheckConstraint(
                        condition=Q(applied_by="") | ~Q(applied_by=F("proposed_by")), name="second_person_reforms"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SplitDecision",
            fields=[
                _ID,
                ("decided_by", models.CharField(max_length=60, verbose_name="người quyết định")),
                ("decided_at", models.DateTimeField(verbose_name="quyết định lúc")),
                ("superseded_at", models.DateTimeField(null=True, verbose_name="bị thay lúc")),
                ("household", _to("people.household", "hộ", None)),
                ("old", _to("office.area", "đơn vị cũ")),
                ("new", _to("office.area", "đơn vị mới")),
                ("area", _to("office.area", "địa bàn")),
            ],
            options={
                "verbose_name": "xếp hộ của xã bị chia",
                "constraints": [
                    models.UniqueConstraint(
                        "household", "old", condition=Q(superseded_at=None), name="one_standing_split_decision"
                    ),
                ],
            },
        ),
        fence("people_residence"),
        migrations.RunSQL(_DWELLING, "DROP VIEW people_dwelling"),
        fence("people_splitdecision"),
    ]
