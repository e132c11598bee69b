-- Items of a run that ended without money and of which nobody has proposed anything yet, in the order of their numbers.
SELECT item.id, item.beneficiary_id, beneficiary.full_name, area.name, item.status, item.reason_set, item.reason_code,
       item.due_dong - item.waived_dong - item.paid_dong AS amount_dong,
       EXISTS (SELECT FROM people_financialaddress AS address WHERE address.person_id = item.payee_id AND address.valid_to IS NULL
               AND address.state IN ('VERIFIED', 'PAYING') AND address.id <> item.address_id) AS has_other_account,
       recall.reason, recall.asked_by, recall.asked_at
FROM payment_paymentitem AS item
JOIN people_person AS beneficiary ON beneficiary.id = item.beneficiary_id
JOIN office_area AS area ON area.id = item.area_id
LEFT JOIN payment_recall AS recall ON recall.item_id = item.id AND recall.attempt = item.attempt AND recall.is_meant
WHERE item.run_id = %(run)s AND item.id > %(after)s AND item.channel = 'account' AND item.inflight_dong = 0 AND item.paid_dong = 0
  AND item.due_dong > item.waived_dong
  AND (item.status IN ('REJECTED', 'RETURNED') OR item.status = 'DUE' AND item.reason_set = 'ansinh')
  AND NOT EXISTS (SELECT FROM payment_reopening AS proposal WHERE proposal.item_id = item.id AND proposal.attempt = item.attempt)
ORDER BY item.id
LIMIT %(limit)s
