-- Returns that came before their payment was known wait here, as those of an order that was refused until a statement told of its debit; all are judged again after every collection.
SELECT line.message_id, array_agg(line.line ORDER BY line.line) FROM payment_messageline AS line
JOIN payment_message AS message ON message.id = line.message_id
LEFT JOIN payment_paymentitem AS item ON item.id = line.item_id AND item.attempt = line.attempt
WHERE message.provider_id = %(provider)s AND line.hold_reason IN ('return_before_payment', 'final_answers_disagree')
  AND (line.hold_reason = 'return_before_payment'
       OR line.hold_reason = 'final_answers_disagree' AND line.status = 'RETURNED' AND item.status IN ('PAID', 'RETURNED') AND item.waived_dong = 0)
GROUP BY line.message_id ORDER BY line.message_id
