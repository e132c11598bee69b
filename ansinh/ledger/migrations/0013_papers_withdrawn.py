"""A paper that was entered wrong is withdrawn before it is booked; its number is free for the right one."""

from django.db import migrations, models
from django.db.models import Q

_FUNCTION = """
CREATE OR REPLACE FUNCTION ledger_document_is_final() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.approved_by <> ''{also} THEN
    RAISE EXCEPTION 'document_is_final' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0012_orders_taken_back")]

    operations = [
        migrations.RemoveConstraint("fundsdocument", "funds_document_once"),
        migrations.AddField(
            "fundsdocument", "withdrawn_at", models.DateTimeField(null=True, verbose_name="rút lại lúc")
        ),
        migrations.AddField(
            "fundsdocument",
            "withdrawn_by",
            models.CharField(blank=True, default="", max_length=60, verbose_name="người rút lại"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "fundsdocument",
            models.UniqueConstraint(
                fields=["kind", "number", "signed_on"], condition=Q(withdrawn_by=""), name="funds_document_once"
            ),
        ),
        migrations.AddConstraint(
            "fundsdocument",
            models.CheckConstraint(condition=Q(approved_by="") | Q(withdrawn_by=""), name="withdrawn_or_booked"),
        ),
        migrations.RunSQL(_FUNCTION.format(also=" OR OLD.withdrawn_by <> ''"), _FUNCTION.format(also="")),
    ]
