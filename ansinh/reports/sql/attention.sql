-- Payments of a run that need a person: rejected, returned or of unknown fate, by the provider's reason.
SELECT item.status, item.reason_set, item.reason_code, count(*), sum(item.due_dong - item.paid_dong - item.waived_dong)::bigint
FROM payment_paymentitem AS item
WHERE item.run_id = %(run)s AND item.status IN ('REJECTED', 'RETURNED', 'UNKNOWN')
GROUP BY item.status, item.reason_set, item.reason_code ORDER BY count(*) DESC, item.status, item.reason_code
