-- Returns that arrived before their payment was known wait here; they are judged again after every collection.
SELECT line.message_id, array_agg(line.line ORDER BY line.line) FROM payment_messageline AS line
JOIN payment_message AS message ON message.id = line.message_id
WHERE message.provider_id = %(provider)s AND line.hold_reason = 'return_before_payment' GROUP BY line.message_id ORDER BY line.message_id
