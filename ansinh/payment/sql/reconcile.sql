-- What the newest statement of each provider says, what the books say, and every difference between the two that is known by name.
WITH counted AS (
    SELECT * FROM payment_accountstatement WHERE left_out = ''
), newest AS (
    SELECT DISTINCT ON (provider_id) provider_id, closing_on, closing_dong FROM counted ORDER BY provider_id, closing_on DESC, id DESC
), oldest AS (
    SELECT DISTINCT ON (provider_id) provider_id, coalesce(opening_dong, 0) AS opening_dong FROM counted ORDER BY provider_id, closing_on, id
), told AS (
    -- What the statements told of each sending.
    SELECT item_id * 64 + attempt AS reference, sum(amount_dong) FILTER (WHERE status <> 'RETURNED') AS debited,
           sum(amount_dong) FILTER (WHERE status = 'RETURNED') AS credited
    FROM payment_messageline
    WHERE message_id IN (SELECT message_id FROM counted) AND hold_reason = '' AND item_id IS NOT NULL AND status IN ('PAID', 'ACCEPTED', 'RETURNED')
    GROUP BY 1
    UNION ALL
    SELECT item_id * 64 + attempt, NULL, amount_dong FROM payment_statementmovement WHERE resolution = 'return' AND approved_at IS NOT NULL
), told_once AS (
    SELECT reference, sum(debited) AS debited, sum(credited) AS credited FROM told GROUP BY reference
), whole AS (
    SELECT debit.batch_id, sum(debit.amount_dong) AS booked FROM payment_batchdebit AS debit
    WHERE debit.message_id IN (SELECT message_id FROM counted) GROUP BY debit.batch_id
), sending AS (
    -- What the books say of each sending, from its reservation on.
    SELECT reserved.reference, batch.provider_id, reserved.evidence AS batch_id, whole.booked IS NOT NULL AS is_told_whole, reserved.amount_dong AS sent,
           coalesce(sum(later.amount_dong) FILTER (WHERE later.code IN (11, 18)), 0) AS paid,
           (min(later.booked_at) FILTER (WHERE later.code IN (11, 18)) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS paid_on,
           coalesce(sum(later.amount_dong) FILTER (WHERE later.code = 13), 0) AS returned,
           coalesce(sum(later.amount_dong) FILTER (WHERE later.code IN (12, 19)), 0) - coalesce(sum(later.amount_dong) FILTER (WHERE later.code = 18), 0) AS refused
    FROM ledger_transfer AS reserved
    JOIN payment_paymentbatch AS batch ON batch.id = reserved.evidence
    JOIN newest ON newest.provider_id = batch.provider_id
    LEFT JOIN whole ON whole.batch_id = batch.id
    LEFT JOIN ledger_transfer AS later ON later.code IN (11, 12, 13, 18, 19) AND later.reference = reserved.reference
    WHERE reserved.code = 10 GROUP BY reserved.reference, batch.provider_id, reserved.evidence, whole.booked, reserved.amount_dong
), compared AS (
    SELECT sending.provider_id,
           sum(paid) FILTER (WHERE told_once.debited IS NULL AND NOT is_told_whole) AS paid_not_told,
           min(paid_on) FILTER (WHERE told_once.debited IS NULL AND NOT is_told_whole) AS paid_not_told_since,
           sum(CASE WHEN is_told_whole THEN sent ELSE told_once.debited END)
               FILTER (WHERE paid = 0 AND refused = 0 AND (told_once.debited IS NOT NULL OR is_told_whole)) AS told_in_flight,
           sum(returned) FILTER (WHERE told_once.credited IS NULL) AS returned_not_told
    FROM sending LEFT JOIN told_once USING (reference) GROUP BY sending.provider_id
), explained AS (
    SELECT provider_id,
           sum(amount_dong) FILTER (WHERE resolution IN ('funding', 'fee-fund')) AS funding,
           sum(amount_dong) FILTER (WHERE resolution IN ('cash', 'refund')) AS taken_out
    FROM payment_statementmovement WHERE approved_at IS NOT NULL GROUP BY provider_id
)
SELECT provider.code, newest.closing_on, newest.closing_dong, books.balance_dong, oldest.opening_dong,
       coalesce(compared.paid_not_told, 0)::bigint, coalesce(compared.told_in_flight, 0)::bigint, coalesce(compared.returned_not_told, 0)::bigint,
       (funded.amount_dong - coalesce(explained.funding, 0))::bigint, (set_aside.amount_dong - coalesce(explained.taken_out, 0))::bigint, books.suspense_dong, compared.paid_not_told_since
FROM newest
JOIN payment_paymentserviceprovider AS provider ON provider.id = newest.provider_id
JOIN oldest ON oldest.provider_id = newest.provider_id
LEFT JOIN compared ON compared.provider_id = newest.provider_id
LEFT JOIN explained ON explained.provider_id = newest.provider_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(balance_dong), 0)::bigint AS balance_dong,
           coalesce(sum(balance_dong) FILTER (WHERE name LIKE 'Assets:Suspense:%%'), 0)::bigint AS suspense_dong FROM ledger_ledgeraccount
    WHERE name IN ('Assets:Prefund:' || provider.code, 'Assets:InFlight:' || provider.code, 'Assets:Returned:' || provider.code,
                   'Assets:Suspense:' || provider.code, 'Assets:FeeFund:' || provider.code)) AS books
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount_dong), 0) AS amount_dong FROM ledger_transfer
    WHERE code IN (4, 30) AND debit_id IN (SELECT id FROM ledger_ledgeraccount
                                           WHERE name IN ('Assets:Prefund:' || provider.code, 'Assets:FeeFund:' || provider.code))) AS funded
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount_dong), 0) AS amount_dong FROM ledger_transfer
    WHERE code IN (15, 16) AND credit_id IN (SELECT id FROM ledger_ledgeraccount WHERE name = 'Assets:Prefund:' || provider.code)) AS set_aside
ORDER BY provider.code
