"""What rows said before they were changed, and when memberships, children and mandates were recorded (ADR 0016).

Protected conditions have no trigger: they are never changed in place, and a row here would tell that there is one.
"""

import django.db.models.deletion
from django.db import migrations, models

from ansinh.office.security import fence
from ansinh.people.remembering import keep_former

# Of a row that changes: what of it changed, as it stood, until the instant that the caller named or until now.
_FUNCTION = """
CREATE FUNCTION people_keep_former() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := to_jsonb(OLD);
  after jsonb := to_jsonb(NEW);
  subject bigint := (before ->> TG_ARGV[1])::bigint;
BEGIN
  INSERT INTO people_formerstate (relation, row_id, said, person_id, household_id, area_id, known_until)
  SELECT TG_TABLE_NAME, OLD.id, jsonb_object_agg(name, before -> name),
         CASE TG_ARGV[0] WHEN 'person' THEN subject END, CASE TG_ARGV[0] WHEN 'household' THEN subject END, NEW.area_id,
         coalesce(nullif(current_setting('ansinh.told_at', true), '')::timestamptz, clock_timestamp())
  FROM unnest(TG_ARGV[2:]) AS name WHERE before -> name IS DISTINCT FROM after -> name;
  RETURN NULL;
END $$;
"""
_PERSON = (
    "full_name", "name_fold", "name_sort_key", "sex", "birth_date", "birth_precision", "death_date",
    "death_recorded_at", "national_id", "ethnicity", "phone", "area_id", "village", "merged_into_id",
)  # fmt: skip
_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _to(model: str, label: str, *, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=model, verbose_name=label, null=null)


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0017_hardship_recorded_at"),
        ("people", "0028_person_corrections"),
    ]
    operations = [
        *(
            migrations.AddField(model, "recorded_at", models.DateTimeField(null=True, verbose_name="ghi nhận lúc"))
            for model in ("mandate", "membership", "parentchild")
        ),
        migrations.CreateModel(
            name="FormerState",
            fields=[
                _ID,
                ("relation", models.CharField(max_length=40, verbose_name="bảng")),
                ("row_id", models.BigIntegerField(verbose_name="dòng")),
                ("said", models.JSONField(verbose_name="trước đó")),
                ("known_until", models.DateTimeField(verbose_name="được biết đến lúc")),
                ("area", _to("office.area", "địa bàn")),
                ("household", _to("people.household", "hộ", null=True)),
                ("person", _to("people.person", "cá nhân", null=True)),
            ],
            options={
                "verbose_name": "điều đã ghi trước đó",
                "indexes": [models.Index(models.F("known_until"), name="former_known_until")],
            },
        ),
        fence("people_formerstate"),
        migrations.RunSQL(_FUNCTION, "DROP FUNCTION people_keep_former();"),
        keep_former("people_person", _PERSON, owner="id"),
        keep_former("people_membership", ("household_id", "relationship", "valid_from", "valid_to"), owner="person_id"),
        keep_former("people_parentchild", ("valid_from", "valid_to"), owner="parent_id"),
        keep_former("people_residence", ("valid_to",), owner="person_id"),
        keep_former("people_mandate", ("valid_from", "valid_to"), owner="beneficiary_id"),
    ]
