"""The books keep themselves: balances by a statement trigger, transfers and seals that only grow."""

from django.db import migrations

_BALANCES = """
CREATE FUNCTION ledger_keep_balances() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE ledger_ledgeraccount AS account SET balance_dong = account.balance_dong + moved.amount
  FROM (SELECT side.account, sum(side.amount)::bigint AS amount
        FROM (SELECT debit_id AS account, sum(amount_dong) AS amount FROM booked GROUP BY debit_id
              UNION ALL SELECT credit_id, -sum(amount_dong) FROM booked GROUP BY credit_id) AS side
        GROUP BY side.account ORDER BY side.account) AS moved
  WHERE account.id = moved.account;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_balances AFTER INSERT ON ledger_transfer REFERENCING NEW TABLE AS booked
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_balances();
CREATE TRIGGER transfers_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfer
  FOR EACH STATEMENT EXECUTE FUNCTION ansinh_append_only();
CREATE TRIGGER seals_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_seal
  FOR EACH STATEMENT EXECUTE FUNCTION ansinh_append_only();
"""
_UNDO = """
DROP TRIGGER keep_balances ON ledger_transfer; DROP FUNCTION ledger_keep_balances();
DROP TRIGGER transfers_only_grow ON ledger_transfer; DROP TRIGGER seals_only_grow ON ledger_seal;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("office", "0002_folding_and_audit")]
    operations = [migrations.RunSQL(_BALANCES, _UNDO)]
