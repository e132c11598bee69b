-- Who was called back in a run, by whom, why, and what has become of it, in the order in which it was asked.
SELECT item.beneficiary_id, beneficiary.full_name, area.name, recall.reason, recall.asked_by, recall.asked_at,
       CASE WHEN item.waived_dong > 0 THEN 'waived' WHEN item.attempt > recall.attempt OR item.channel = 'cash' THEN 'again'
            WHEN item.status = 'PAID' THEN 'paid' WHEN item.status IN ('REJECTED', 'RETURNED') THEN 'back'
            WHEN recall.receipt = 'STOPPED' THEN 'stopped' WHEN recall.receipt = '' THEN 'undelivered' WHEN recall.receipt = 'REFUSED' THEN 'recall_refused'
            ELSE coalesce(word.hold_reason, 'asked') END AS outcome,
       item.due_dong
FROM payment_recall AS recall
JOIN payment_paymentitem AS item ON item.id = recall.item_id
JOIN people_person AS beneficiary ON beneficiary.id = item.beneficiary_id
JOIN office_area AS area ON area.id = item.area_id
LEFT JOIN payment_instructionshare AS share ON share.item_id = recall.item_id AND share.attempt = recall.attempt
LEFT JOIN LATERAL (
    SELECT line.hold_reason FROM payment_messageline AS line
    WHERE line.item_id = coalesce(share.carrier_id, recall.item_id) AND line.attempt = coalesce(share.carrier_attempt, recall.attempt)
      AND line.hold_reason IN ('recall_accepted', 'recall_refused', 'recall_pending')
    ORDER BY line.message_id DESC, line.line DESC LIMIT 1) AS word ON true
WHERE item.run_id = %(run)s AND recall.is_meant
ORDER BY recall.id DESC
LIMIT %(limit)s
