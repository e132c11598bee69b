-- Check each frozen run's equation (I6): promised = paid + in flight + put aside + given back + open, the left by the payroll, the right by the books.
WITH item AS (
    SELECT run_id, sum(due_dong - inflight_dong - paid_dong - waived_dong) AS open_dong FROM payment_paymentitem GROUP BY run_id
), moved AS (
    SELECT item.run_id,
           coalesce(sum(CASE WHEN transfer.code IN (11, 18, 21) THEN transfer.amount_dong WHEN transfer.code = 13 THEN -transfer.amount_dong END), 0) AS paid,
           coalesce(sum(CASE WHEN transfer.code IN (10, 20) THEN transfer.amount_dong WHEN transfer.code IN (11, 12, 19, 21, 22) THEN -transfer.amount_dong END), 0) AS in_flight,
           coalesce(sum(transfer.amount_dong) FILTER (WHERE transfer.code = 16), 0) AS waived,
           -- What has left the money that lies with providers for this run, and come back to it.
           coalesce(sum(CASE WHEN transfer.code IN (12, 14, 19) THEN transfer.amount_dong
                             WHEN transfer.code IN (10, 15, 18) OR transfer.code = 16 AND credit.name LIKE 'Assets:Prefund:%' THEN -transfer.amount_dong END), 0) AS prefund
    FROM ledger_transfer AS transfer
    JOIN payment_paymentitem AS item ON item.id = transfer.reference >> 6
    JOIN ledger_ledgeraccount AS credit ON credit.id = transfer.credit_id
    WHERE transfer.code BETWEEN 10 AND 22 AND transfer.code <> 17 GROUP BY item.run_id
), funded AS (
    SELECT evidence AS run_id, coalesce(sum(amount_dong) FILTER (WHERE code = 2), 0) AS committed,
           coalesce(sum(amount_dong) FILTER (WHERE code = 4), 0) AS prefund, coalesce(sum(amount_dong) FILTER (WHERE code = 17), 0) AS refunded
    FROM ledger_transfer WHERE code IN (2, 4, 17) GROUP BY evidence
), equation AS (
    SELECT run.code, run.control_total_dong AS promised, coalesce(funded.committed, 0) AS committed, coalesce(moved.paid, 0) AS paid,
           coalesce(moved.in_flight, 0) AS in_flight, coalesce(aside.balance_dong, 0) AS aside, coalesce(funded.refunded, 0) AS refunded,
           coalesce(commitment.balance_dong, 0) + coalesce(treasury.balance_dong, 0) + coalesce(funded.prefund, 0) + coalesce(moved.prefund, 0) AS open_books,
           coalesce(item.open_dong, 0) AS open_items
    FROM payroll_payrollrun AS run
    LEFT JOIN item ON item.run_id = run.id LEFT JOIN moved ON moved.run_id = run.id LEFT JOIN funded ON funded.run_id = run.id
    LEFT JOIN ledger_ledgeraccount AS commitment ON commitment.name = 'Assets:Commitment:R' || run.code
    LEFT JOIN ledger_ledgeraccount AS treasury ON treasury.name = 'Assets:Treasury:R' || run.code
    LEFT JOIN ledger_ledgeraccount AS aside ON aside.name = 'Assets:Refund:R' || run.code
    WHERE run.state = 'FROZEN'
)
SELECT 'runs_equal_items' AS broken,
       concat('run ', code, ': promised ', promised, ', committed ', committed, '; paid ', paid, ' + in flight ', in_flight, ' + put aside ', aside,
              ' + given back ', refunded, ' + open ', open_books, ' (items: ', open_items, ')') AS offender
FROM equation
WHERE promised <> committed OR promised <> paid + in_flight + aside + refunded + open_books OR open_books <> open_items
LIMIT 3
