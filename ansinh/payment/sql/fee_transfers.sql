-- The books' side of fees: an expense out of the money given apart for them, never out of a benefit.
SELECT %s::smallint AS code, id AS reference, %s::bigint AS debit_id, %s::bigint AS credit_id, amount_dong, message_id AS evidence,
       date_trunc('month', booked_on)::date AS month
FROM payment_statementmovement WHERE id = ANY(%s)
