"""Fence the audit trail by the area of whoever acted: an officer reads what her own office and those below it did."""

import django.db.models.deletion
from django.db import migrations, models

from ansinh.office.security import fence

_AREA = "(SELECT agency.area_id FROM office_staff AS staff JOIN office_agency AS agency ON agency.id = staff.agency_id WHERE staff.username = {by})"
# By the database and not by the caller: an entry cannot be put where its own office does not see it.
_TRIGGER = f"""
CREATE FUNCTION office_audit_area() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.area_id := {_AREA.format(by='NEW."by"')};
  RETURN NEW;
END $$;
CREATE TRIGGER audit_area BEFORE INSERT ON office_auditevent FOR EACH ROW EXECUTE FUNCTION office_audit_area();
"""
# Once, as the owner: what was written before the column existed belongs where it would be written now.
_FILL = f"""
ALTER TABLE office_auditevent DISABLE TRIGGER audit_only_grows;
UPDATE office_auditevent AS event SET area_id = {_AREA.format(by="event.by")};
ALTER TABLE office_auditevent ENABLE TRIGGER audit_only_grows;
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0004_law_roles")]
    operations = [
        migrations.AddField(
            "auditevent",
            "area",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="office.area",
                verbose_name="địa bàn của người làm",
            ),
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.RunSQL(_TRIGGER, "DROP TRIGGER audit_area ON office_auditevent; DROP FUNCTION office_audit_area()"),
        fence("office_auditevent"),
        # Whoever acts adds an entry, also before any sight is on, such as at the sign-in.
        migrations.RunSQL(
            "CREATE POLICY anybody_adds ON office_auditevent FOR INSERT WITH CHECK (true)",
            "DROP POLICY anybody_adds ON office_auditevent",
        ),
    ]
