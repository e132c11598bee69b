-- Open proposals of a run to pay again, with the person, in the order they were made.
SELECT proposal.id, item.beneficiary_id, beneficiary.full_name, area.name, proposal.channel, proposal.reason, proposal.proposed_by,
       item.due_dong - item.waived_dong - item.paid_dong AS amount_dong,
       recall.reason, recall.asked_by, recall.asked_at
FROM payment_reopening AS proposal
JOIN payment_paymentitem AS item ON item.id = proposal.item_id
JOIN people_person AS beneficiary ON beneficiary.id = item.beneficiary_id
JOIN office_area AS area ON area.id = item.area_id
LEFT JOIN payment_recall AS recall ON recall.item_id = item.id AND recall.attempt = proposal.attempt AND recall.is_meant
WHERE item.run_id = %(run)s AND proposal.approved_by = ''
ORDER BY proposal.id
LIMIT %(limit)s
