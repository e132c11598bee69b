"""Merging two records of one person, by two people's word."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from ansinh.office.security import fence

# Who may not see the record that gave way does not see the merge either.
_BOTH = """
CREATE POLICY gone_in_scope ON entitlement_personmerge AS RESTRICTIVE
    USING (EXISTS (SELECT FROM people_person AS person WHERE person.id = gone_id))
    WITH CHECK (EXISTS (SELECT FROM people_person AS person WHERE person.id = gone_id));
"""


def _to(model: str, label: str) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model, verbose_name=label
    )


class Migration(migrations.Migration):
    dependencies = [("entitlement", "0004_decision_number"), ("people", "0023_duplicates")]
    operations = [
        migrations.CreateModel(
            name="PersonMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="căn cứ")),
                ("ended", models.JSONField(verbose_name="những gì đã kết thúc")),
                ("proposed_by", models.CharField(max_length=60, verbose_name="người đề nghị")),
                ("proposed_at", models.DateTimeField(verbose_name="đề nghị lúc")),
                ("confirmed_by", models.CharField(blank=True, max_length=60, verbose_name="người xác nhận")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="xác nhận lúc")),
                ("undone_by", models.CharField(blank=True, max_length=60, verbose_name="người hoàn tác")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="hoàn tác lúc")),
                ("area", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="office.area", verbose_name="địa bàn")),
                ("keep", _to("people.person", "hồ sơ giữ lại")),
                ("gone", _to("people.person", "hồ sơ được gộp")),
            ],
            options={
                "verbose_name": "gộp hồ sơ",
                "constraints": [
                    models.CheckConstraint(condition=~Q(keep=F("gone")), name="merge_of_two"),
                    models.CheckConstraint(
                        condition=Q(confirmed_by="") | ~Q(confirmed_by=F("proposed_by")), name="second_person_merges"
                    ),
                    models.UniqueConstraint("gone", condition=~Q(confirmed_by="") & Q(undone_by=""), name="gone_once"),
                ],
            },
        ),
        fence("entitlement_personmerge"),
        migrations.RunSQL(_BOTH, "DROP POLICY gone_in_scope ON entitlement_personmerge"),
    ]  # fmt: skip
