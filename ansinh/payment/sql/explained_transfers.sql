-- The books' side of movements that are explained: out of suspense again, the other way round than they came.
SELECT %s::smallint AS code, id AS reference,
       CASE direction WHEN 'CRDT' THEN %s::bigint ELSE %s::bigint END AS debit_id, CASE direction WHEN 'CRDT' THEN %s::bigint ELSE %s::bigint END AS credit_id,
       amount_dong, message_id AS evidence, date_trunc('month', booked_on)::date AS month
FROM payment_statementmovement WHERE id = ANY(%s)
