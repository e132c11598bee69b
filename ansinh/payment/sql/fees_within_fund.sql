-- Fees of a provider in the order of their days, as far as the money given apart for fees reaches; the others wait in suspense.
UPDATE payment_statementmovement AS movement SET resolution = 'fee', approved_by = 'system', approved_at = %(at)s
FROM (SELECT id, sum(amount_dong) OVER (ORDER BY booked_on, id) AS upto FROM payment_statementmovement
      WHERE provider_id = %(provider)s AND is_fee AND approved_at IS NULL AND proposed_at IS NULL) AS waiting
WHERE waiting.id = movement.id AND waiting.upto <= %(fund_dong)s
RETURNING movement.id
