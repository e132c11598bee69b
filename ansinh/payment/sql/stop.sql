-- Let the items that were looked up wait with their reason, or go when it is gone.
UPDATE payment_paymentitem AS item
SET eligible = stopped.cause = '', reason_set = CASE WHEN stopped.cause = '' THEN '' ELSE 'ansinh' END, reason_code = stopped.cause
FROM stopped WHERE item.id = stopped.id
