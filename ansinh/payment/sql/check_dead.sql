-- Check that nothing left for somebody whose death was known when it left (I9): the beneficiary's, or the payee's who receives it.
SELECT 'nobody_dead_was_sent_money' AS broken, concat('item ', item.id, ' in batch ', item.batch_id, item.cash_list_id) AS offender
FROM payment_paymentitem AS item
LEFT JOIN payment_paymentbatch AS batch ON batch.id = item.batch_id
LEFT JOIN payment_cashlist AS list ON list.id = item.cash_list_id
JOIN people_person AS person ON person.id IN (item.beneficiary_id, item.payee_id)
WHERE person.death_recorded_at < coalesce(batch.created_at, list.listed_at)
LIMIT 3
