-- Movements whose line was applied after all, because what it needed has become known since: nothing of them is open any more.
UPDATE payment_statementmovement AS movement SET resolution = 'applied', approved_by = 'system', approved_at = %(at)s
FROM payment_messageline AS line
WHERE movement.provider_id = %(provider)s AND movement.approved_at IS NULL AND line.message_id = movement.message_id AND line.line = movement.line AND line.hold_reason = ''
RETURNING movement.id
