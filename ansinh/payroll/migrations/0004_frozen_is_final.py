"""What is frozen stays: the database itself refuses to change a frozen run or any of its rows, whoever asks."""

from django.db import migrations

_RUN = """
CREATE FUNCTION payroll_frozen_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'FROZEN' THEN
    RAISE EXCEPTION 'run % is frozen', OLD.code USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER frozen_run_is_final BEFORE UPDATE OR DELETE ON payroll_payrollrun
  FOR EACH ROW EXECUTE FUNCTION payroll_frozen_run();
"""
# One look a statement, not one a row: a run has hundreds of thousands of them.
_ROWS = """
CREATE FUNCTION payroll_frozen_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT run_id FROM touched) AS row JOIN payroll_payrollrun AS run ON run.id = row.run_id
             WHERE run.state = 'FROZEN') THEN
    RAISE EXCEPTION 'rows of a frozen run cannot be changed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
"""
_TABLES = ("payroll_payrollline", "payroll_payrollpayee", "payroll_payrollhold")
_TRIGGERS = "".join(
    f"CREATE TRIGGER frozen_{operation.lower()} AFTER {operation} ON {table} REFERENCING {side} TABLE AS touched"
    " FOR EACH STATEMENT EXECUTE FUNCTION payroll_frozen_rows();"
    for table in _TABLES
    for operation, side in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD"))
)
_UNDO = (
    "".join(f"DROP TRIGGER frozen_{o} ON {t};" for t in _TABLES for o in ("insert", "update", "delete"))
    + "DROP FUNCTION payroll_frozen_rows(); DROP TRIGGER frozen_run_is_final ON payroll_payrollrun; DROP FUNCTION payroll_frozen_run();"
)


class Migration(migrations.Migration):
    dependencies = [("payroll", "0003_bulk_rows_without_row_checks")]
    operations = [migrations.RunSQL(_RUN + _ROWS + _TRIGGERS, _UNDO)]
