-- Lines of these providers' messages that wait for a person, the newest first; money that stands in suspense under no name is told there.
SELECT message.id, message.name, provider.code, line.line, line.end_to_end_id, line.status, line.amount_dong, line.hold_reason
FROM payment_messageline AS line
JOIN payment_message AS message ON message.id = line.message_id
JOIN payment_paymentserviceprovider AS provider ON provider.id = message.provider_id
WHERE line.hold_reason NOT IN ('', 'statement_withdrawn') AND provider.code = ANY(%(providers)s)
  AND NOT EXISTS (SELECT FROM payment_statementmovement AS known
                  WHERE known.message_id = line.message_id AND known.line = line.line AND (known.approved_at IS NOT NULL OR line.hold_reason = 'unknown_reference'))
ORDER BY message.id DESC, line.line LIMIT %(limit)s
