"""Closing a month of the books: two people, and from then on nothing can be booked into it."""

from django.db import migrations, models

_GUARD = """
CREATE FUNCTION ledger_refuse_closed_month() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF EXISTS (SELECT FROM booked WHERE booked.month <= (SELECT max(month) FROM ledger_closedperiod WHERE closed_by <> '')) THEN
    RAISE EXCEPTION 'period_closed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER closed_months_stay_closed AFTER INSERT ON ledger_transfer REFERENCING NEW TABLE AS booked
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_closed_month();
CREATE FUNCTION ledger_closing_is_final() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.closed_by <> '' THEN
    RAISE EXCEPTION 'closing_is_final' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER closing_is_final BEFORE UPDATE OR DELETE ON ledger_closedperiod
  FOR EACH ROW EXECUTE FUNCTION ledger_closing_is_final();
"""
_UNDO = """
DROP TRIGGER closed_months_stay_closed ON ledger_transfer; DROP FUNCTION ledger_refuse_closed_month();
DROP TRIGGER closing_is_final ON ledger_closedperiod; DROP FUNCTION ledger_closing_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_books")]
    operations = [
        migrations.CreateModel(
            name="ClosedPeriod",
            fields=[
                ("month", models.DateField(primary_key=True, serialize=False, verbose_name="kỳ kế toán")),
                ("transfers", models.IntegerField(verbose_name="số bút toán")),
                ("open_items", models.JSONField(default=dict, verbose_name="việc còn mở")),
                ("proposed_by", models.CharField(max_length=60, verbose_name="người đề nghị")),
                ("proposed_at", models.DateTimeField(verbose_name="đề nghị lúc")),
                ("closed_by", models.CharField(blank=True, max_length=60, verbose_name="người khoá sổ")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="khoá sổ lúc")),
            ],
            options={
                "verbose_name": "kỳ kế toán đã khoá",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_by", ""),
                            models.Q(("closed_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="second_person_closes",
                    )
                ],
            },
        ),
        migrations.RunSQL(_GUARD, _UNDO),
    ]
