-- An answer about an order that carried several items speaks of each of them: every item gets a line of its own with its own share.
-- The lines added are numbered after all that the message has. A sum that is not the order's is nobody's: the line is held.
WITH carried AS (
    SELECT answer.line, share.item_id, share.attempt, share.amount_dong, share.item_id = share.carrier_id AS is_carrier,
           sum(share.amount_dong) OVER (PARTITION BY answer.line) AS total_dong
    FROM answer JOIN payment_instructionshare AS share ON share.carrier_id = answer.item_id AND share.carrier_attempt = answer.attempt
    WHERE NOT answer.is_share AND answer.hold_reason = ''
), own AS (
    UPDATE answer SET is_share = answer.amount_dong IS NULL OR answer.amount_dong = carried.total_dong,
           amount_dong = CASE WHEN answer.amount_dong = carried.total_dong THEN carried.amount_dong ELSE answer.amount_dong END,
           hold_reason = CASE WHEN answer.amount_dong <> carried.total_dong THEN 'amount_differs' ELSE '' END
    FROM carried WHERE carried.line = answer.line AND carried.is_carrier
)
INSERT INTO answer (line, item_id, attempt, end_to_end_id, status, amount_dong, reason_set, reason_code, hold_reason, is_share)
SELECT greatest(%(lines)s, (SELECT max(line) FROM answer), (SELECT max(line) FROM payment_messageline WHERE message_id = %(message)s))
       + row_number() OVER (ORDER BY answer.line, carried.item_id),
       carried.item_id, carried.attempt, answer.end_to_end_id, answer.status, CASE WHEN answer.amount_dong IS NOT NULL THEN carried.amount_dong END,
       answer.reason_set, answer.reason_code, '', true
FROM answer JOIN carried ON carried.line = answer.line
WHERE NOT carried.is_carrier AND (answer.amount_dong IS NULL OR answer.amount_dong = carried.total_dong)
