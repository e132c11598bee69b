-- Breaks that a statement shows by itself, or against the orders it tells of: each with its provider, its day and its amount.
WITH counted AS (
    SELECT statement.*, lag(closing_dong) OVER days AS before_dong FROM payment_accountstatement AS statement
    WHERE left_out = '' WINDOW days AS (PARTITION BY provider_id ORDER BY closing_on, id)
), told AS (
    SELECT line.item_id * 64 + line.attempt AS reference, message.provider_id, max(message.id) AS message_id,
           sum(line.amount_dong) FILTER (WHERE line.status <> 'RETURNED') AS debited, sum(line.amount_dong) FILTER (WHERE line.status = 'RETURNED') AS credited
    FROM payment_messageline AS line JOIN payment_message AS message ON message.id = line.message_id
    WHERE line.message_id IN (SELECT message_id FROM counted) AND line.hold_reason = '' AND line.item_id IS NOT NULL
      AND line.status IN ('PAID', 'ACCEPTED', 'RETURNED')
    GROUP BY 1, 2
), whole AS (
    SELECT debit.batch_id, sum(debit.amount_dong) AS booked, min(debit.booked_on) AS booked_on FROM payment_batchdebit AS debit
    WHERE debit.message_id IN (SELECT message_id FROM counted) GROUP BY debit.batch_id
), found AS (
    SELECT provider_id, closing_on, 'statement_does_not_add_up' AS reason, closing_dong - (opening_dong + credits_dong - debits_dong) AS amount_dong, '' AS what
    FROM counted WHERE closing_dong <> opening_dong + credits_dong - debits_dong
    UNION ALL
    SELECT provider_id, closing_on, 'statement_missing', opening_dong - before_dong, '' FROM counted WHERE opening_dong <> before_dong
    UNION ALL
    SELECT told.provider_id, NULL, CASE WHEN coalesce(told.debited, 0) > reserved.amount_dong THEN 'debited_twice' ELSE 'returned_twice' END,
           greatest(coalesce(told.debited, 0), coalesce(told.credited, 0)) - reserved.amount_dong, concat('item ', told.reference >> 6)
    FROM told JOIN ledger_transfer AS reserved ON reserved.code = 10 AND reserved.reference = told.reference
    WHERE coalesce(told.debited, 0) > reserved.amount_dong OR coalesce(told.credited, 0) > reserved.amount_dong
    UNION ALL
    SELECT told.provider_id, NULL, 'debited_and_refused', told.debited, concat('item ', told.reference >> 6)
    FROM told JOIN ledger_transfer AS refused ON refused.code = 12 AND refused.reference = told.reference
    LEFT JOIN ledger_transfer AS decided ON decided.code = 18 AND decided.reference = told.reference
    WHERE told.debited > 0 AND decided.id IS NULL
    UNION ALL
    SELECT batch.provider_id, whole.booked_on, 'batch_differs', whole.booked - (batch.control_total_dong - refused.amount_dong + back.amount_dong), batch.message_id
    FROM whole JOIN payment_paymentbatch AS batch ON batch.id = whole.batch_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(rejected.amount_dong), 0) AS amount_dong FROM ledger_transfer AS reserved
        JOIN ledger_transfer AS rejected ON rejected.code = 12 AND rejected.reference = reserved.reference
        WHERE reserved.code = 10 AND reserved.evidence = batch.id) AS refused
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount_dong), 0) AS amount_dong FROM payment_statementmovement
        WHERE resolution = 'refused' AND approved_at IS NOT NULL AND detail = batch.message_id) AS back
    WHERE whole.booked <> batch.control_total_dong - refused.amount_dong + back.amount_dong
)
SELECT provider.code, found.closing_on, found.reason, found.amount_dong::bigint, found.what
FROM found JOIN payment_paymentserviceprovider AS provider ON provider.id = found.provider_id
ORDER BY provider.code, found.closing_on NULLS FIRST, found.reason, found.what LIMIT 100
