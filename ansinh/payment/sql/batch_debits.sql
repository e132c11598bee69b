-- Batches of a run that a statement booked as a whole: what left, what the bank refused of it, what it booked, and the difference.
WITH booked AS (
    -- The same debit stands in the day's notification and in the statement: each kind of message tells the whole story.
    SELECT told.batch_id, max(told.amount_dong) AS amount_dong, min(told.first_on) AS first_on
    FROM (SELECT debit.batch_id, left(message.kind, 8) AS kind, sum(debit.amount_dong) AS amount_dong, min(debit.booked_on) AS first_on
          FROM payment_batchdebit AS debit JOIN payment_message AS message ON message.id = debit.message_id
          WHERE NOT EXISTS (SELECT FROM payment_statementwithdrawal AS back WHERE back.message_id = message.id AND back.approved_at IS NOT NULL)
          GROUP BY debit.batch_id, left(message.kind, 8)) AS told
    GROUP BY told.batch_id
), refused AS (
    SELECT reserved.evidence AS batch_id, sum(back.amount_dong) AS amount_dong
    FROM ledger_transfer AS reserved
    JOIN ledger_transfer AS back ON back.code = %(reject)s AND back.reference = reserved.reference
    WHERE reserved.code = %(reserve)s AND reserved.evidence IN (SELECT batch_id FROM booked)
    GROUP BY reserved.evidence
)
SELECT batch.message_id, provider.name, batch.instructions, batch.control_total_dong,
       coalesce(refused.amount_dong, 0)::bigint AS refused_dong, booked.amount_dong::bigint AS booked_dong, booked.first_on,
       (booked.amount_dong - batch.control_total_dong + coalesce(refused.amount_dong, 0))::bigint AS difference_dong
FROM payment_paymentbatch AS batch
JOIN booked ON booked.batch_id = batch.id
JOIN payment_paymentserviceprovider AS provider ON provider.id = batch.provider_id
LEFT JOIN refused ON refused.batch_id = batch.id
WHERE batch.run_id = %(run)s
ORDER BY batch.provider_id, batch.number
