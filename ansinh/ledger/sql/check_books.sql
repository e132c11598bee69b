-- Check the books against themselves: balances add up to nothing (I1), are what their transfers make (I2), keep their floors; closed months stay as they were closed.
WITH moved AS (
    SELECT account, sum(amount) AS amount, min(id) AS first
    FROM (SELECT debit_id AS account, amount_dong AS amount, id FROM ledger_transfer
          UNION ALL SELECT credit_id, -amount_dong, id FROM ledger_transfer) AS side GROUP BY account
), compared AS (
    SELECT account.id, account.name, account.balance_dong AS balance, coalesce(moved.amount, 0) AS moved, moved.account, moved.first
    FROM ledger_ledgeraccount AS account FULL JOIN moved ON moved.account = account.id
), total AS (SELECT coalesce(sum(balance_dong), 0) AS balance FROM ledger_ledgeraccount)
-- A side that is booked on no account is what makes the sum differ while every account is right.
(SELECT 'balanced' AS broken, concat('transfer ', first, ': account ', account, ' does not exist') AS offender FROM compared WHERE id IS NULL LIMIT 3)
UNION ALL
(SELECT 'balanced', concat('all balances together: ', total.balance, '; ', compared.name, ': balance ', compared.balance, ', transfers ', compared.moved)
 FROM total LEFT JOIN compared ON compared.id IS NOT NULL AND compared.balance <> compared.moved WHERE total.balance <> 0 LIMIT 3)
UNION ALL
(SELECT 'balances_equal_transfers', concat(name, ': balance ', balance, ', transfers ', moved) FROM compared WHERE id IS NOT NULL AND balance <> moved LIMIT 3)
UNION ALL
(SELECT 'no_overspend', concat(name, ': ', balance_dong) FROM ledger_ledgeraccount WHERE keeps_floor AND balance_dong < 0 LIMIT 3)
UNION ALL
(SELECT 'everything_sealed', concat('transfer ', id) FROM ledger_transfer
 WHERE id > (SELECT coalesce(max(last_transfer), -1) FROM ledger_seal) OR NOT EXISTS (SELECT FROM ledger_seal) ORDER BY id LIMIT 3)
UNION ALL
(SELECT 'closed_months_unchanged', concat('month ', to_char(period.month, 'YYYY-MM'), ': ', period.transfers, ' transfers when closed, now ', count(transfer.id))
 FROM ledger_closedperiod AS period LEFT JOIN ledger_transfer AS transfer ON transfer.month = period.month
 WHERE period.closed_by <> '' GROUP BY period.month, period.transfers
 HAVING count(transfer.id) <> period.transfers LIMIT 3)
UNION ALL
(SELECT 'closed_months_unchanged', concat('month ', to_char(period.month, 'YYYY-MM'), ': transfer ', transfer.id, ' came after it was closed')
 FROM ledger_closedperiod AS period JOIN ledger_transfer AS transfer ON transfer.month = period.month AND transfer.booked_at > period.closed_at
 WHERE period.closed_by <> '' LIMIT 3)
UNION ALL
(SELECT 'closed_months_unchanged', concat('month ', to_char(month, 'YYYY-MM'), ': closed by one person') FROM ledger_closedperiod
 WHERE closed_by <> '' AND (closed_by = proposed_by OR closed_at IS NULL) LIMIT 3)
