-- The books' side of what a statement put into suspense: one row a movement, between the outside and what waits to be explained.
SELECT CASE direction WHEN 'CRDT' THEN %s::smallint ELSE %s::smallint END AS code, id AS reference,
       CASE direction WHEN 'CRDT' THEN %s::bigint ELSE %s::bigint END AS debit_id, CASE direction WHEN 'CRDT' THEN %s::bigint ELSE %s::bigint END AS credit_id,
       amount_dong, message_id AS evidence, date_trunc('month', booked_on)::date AS month
FROM payment_statementmovement WHERE message_id = %s
