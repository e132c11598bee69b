"""The released laws: archived to the letter, changed in nothing but their review, never removed."""

from django.db import migrations, models
from django.db.models import F, Q

# What decides money does not change under the same hash, and nobody can be written in as a reviewer afterwards.
_FINAL = """
CREATE FUNCTION entitlement_law_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'law % is history', OLD.hash USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state NOT IN ('SHIPPED', 'SUBMITTED') OR NEW.reviewed_by <> '' THEN
      RAISE EXCEPTION 'law % begins unreviewed', NEW.hash USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state = 'RELEASED' THEN
    RAISE EXCEPTION 'law % is released', OLD.hash USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF (OLD.id, OLD.hash, OLD.label, OLD.files) IS DISTINCT FROM (NEW.id, NEW.hash, NEW.label, NEW.files) THEN
    RAISE EXCEPTION 'law % is archived as it was submitted', OLD.hash USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.state = 'RELEASED' AND (OLD.state NOT IN ('SHIPPED', 'SUBMITTED') OR NEW.submitted_by <> OLD.submitted_by) THEN
    RAISE EXCEPTION 'law % was not submitted', OLD.hash USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER law_release_is_history BEFORE INSERT OR UPDATE OR DELETE ON entitlement_lawrelease
  FOR EACH ROW EXECUTE FUNCTION entitlement_law_release();
CREATE TRIGGER law_release_only_grows BEFORE TRUNCATE ON entitlement_lawrelease
  FOR EACH STATEMENT EXECUTE FUNCTION ansinh_append_only();
"""
_UNDO = """
DROP TRIGGER law_release_only_grows ON entitlement_lawrelease;
DROP TRIGGER law_release_is_history ON entitlement_lawrelease;
DROP FUNCTION entitlement_law_release();
"""
_STATES = [
    ("SHIPPED", "kèm theo phần mềm"),
    ("SUBMITTED", "đã trình, chờ thẩm định"),
    ("RELEASED", "đã thông qua"),
    ("REFUSED", "bị từ chối"),
]


class Migration(migrations.Migration):
    dependencies = [("entitlement", "0002_row_level_security"), ("office", "0004_law_roles")]
    operations = [
        migrations.CreateModel(
            name="LawRelease",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.CharField(max_length=64, unique=True, verbose_name="mã băm của gói")),
                ("files", models.JSONField(verbose_name="các tệp")),
                ("label", models.CharField(max_length=200, verbose_name="tên")),
                ("cases", models.IntegerField(verbose_name="số trường hợp đã chạy")),
                ("summary", models.TextField(verbose_name="tóm tắt thay đổi")),
                ("state", models.CharField(choices=_STATES, max_length=12, verbose_name="trạng thái")),
                ("submitted_by", models.CharField(max_length=60, verbose_name="người trình")),
                ("submitted_at", models.DateTimeField(verbose_name="trình lúc")),
                ("reviewed_by", models.CharField(blank=True, max_length=60, verbose_name="người thẩm định")),
                ("reviewed_at", models.DateTimeField(null=True, verbose_name="thẩm định lúc")),
                ("reason", models.TextField(blank=True, verbose_name="lý do")),
            ],
            options={
                "verbose_name": "bản luật",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(reviewed_by="") | ~Q(reviewed_by=F("submitted_by")),
                        name="second_person_reviews_law",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state="RELEASED")
                        | (~Q(reviewed_by="") & ~Q(submitted_by="ansinh") & Q(reviewed_at__isnull=False)),
                        name="law_released_by_two",
                    ),
                    models.UniqueConstraint("state", condition=Q(state="SHIPPED"), name="law_shipped_once"),
                ],
            },
        ),
        migrations.RunSQL(_FINAL, _UNDO),
    ]
