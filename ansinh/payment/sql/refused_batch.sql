-- A bank that refuses a whole file sends no lines: give each item of that batch the refusal it stands for. When some item
-- of the batch has been paid already, the refusal as a whole is not to be believed, and all of it waits for a person.
INSERT INTO answer (line, item_id, attempt, end_to_end_id, status, amount_dong, reason_set, reason_code, hold_reason, is_share)
SELECT (SELECT coalesce(max(line), 0) FROM answer) + row_number() OVER (ORDER BY item.id), item.id, item.attempt, '', 'REJECTED', NULL,
       %(reason_set)s, %(reason_code)s,
       CASE WHEN bool_or(item.status IN ('PAID', 'RETURNED')) OVER () THEN 'final_answers_disagree' ELSE '' END, true
FROM payment_paymentitem AS item JOIN payment_paymentbatch AS batch ON batch.id = item.batch_id AND item.id BETWEEN batch.first_item_id AND batch.last_item_id
WHERE batch.message_id = %(message_id)s AND NOT EXISTS (SELECT FROM answer WHERE answer.item_id = item.id AND answer.attempt = item.attempt)
