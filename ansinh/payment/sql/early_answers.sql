-- Answers about sendings of a batch that we knew nothing of when they came: which lines of which messages.
SELECT line.message_id, array_agg(line.line ORDER BY line.line)
FROM payment_messageline AS line JOIN payment_paymentitem AS item ON item.id = line.item_id AND item.attempt = line.attempt
WHERE item.batch_id = %(batch)s AND line.hold_reason = 'attempt_unknown' GROUP BY line.message_id ORDER BY line.message_id
