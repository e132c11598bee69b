"""Pairs of records that may be one human being, and the record that gave way to another."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from ansinh.office.security import fence

# Beside the first one's area: who may not see the second person does not see the pair either.
_BOTH = """
CREATE POLICY second_in_scope ON people_duplicatepair AS RESTRICTIVE
    USING (EXISTS (SELECT FROM people_person AS person WHERE person.id = second_id))
    WITH CHECK (EXISTS (SELECT FROM people_person AS person WHERE person.id = second_id));
"""


def _person(label: str) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person", verbose_name=label
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0022_search_inside")]
    operations = [
        migrations.AddField(
            "person",
            "merged_into",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person",
                verbose_name="đã gộp vào",
            ),
        ),
        migrations.AddConstraint(
            "person", models.CheckConstraint(condition=~Q(merged_into=F("id")), name="person_merges_into_another")
        ),
        migrations.CreateModel(
            name="DuplicatePair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("likely", "có thể là một người"), ("account", "chung tài khoản")], max_length=8, verbose_name="loại")),
                ("points", models.SmallIntegerField(verbose_name="điểm giống nhau")),
                ("reasons", models.JSONField(verbose_name="giống ở chỗ")),
                ("found_at", models.DateTimeField(verbose_name="tìm thấy lúc")),
                ("decision", models.CharField(blank=True, choices=[("same", "là một người"), ("different", "hai người khác nhau")], max_length=9, verbose_name="quyết định")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="căn cứ")),
                ("decided_by", models.CharField(blank=True, max_length=60, verbose_name="người quyết định")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="quyết định lúc")),
                ("area", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="office.area", verbose_name="địa bàn")),
                ("first", _person("hồ sơ thứ nhất")),
                ("second", _person("hồ sơ thứ hai")),
            ],
            options={
                "verbose_name": "hai hồ sơ có thể trùng",
                "constraints": [
                    models.UniqueConstraint("first", "second", name="pair_once"),
                    models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
                    models.CheckConstraint(
                        condition=Q(decision="", decided_by="") | (~Q(decision="") & ~Q(decided_by="") & ~Q(note="")),
                        name="pair_decided_with_reason",
                    ),
                ],
            },
        ),
        fence("people_duplicatepair"),
        migrations.RunSQL(_BOTH, "DROP POLICY second_in_scope ON people_duplicatepair"),
    ]  # fmt: skip
