-- Put into suspense what a statement says has moved and no item took: its held lines, each once.
INSERT INTO payment_statementmovement
    (provider_id, message_id, line, booked_on, direction, amount_dong, reference, text, is_fee, resolution, detail, proposed_by, approved_by)
SELECT %(provider)s, line.message_id, line.line, %(closing_on)s, CASE line.status WHEN 'RETURNED' THEN 'CRDT' ELSE 'DBIT' END, line.amount_dong,
       line.end_to_end_id, '', false, '', '', '', ''
FROM payment_messageline AS line
WHERE line.message_id = %(message)s AND line.hold_reason <> '' AND line.status IN ('PAID', 'ACCEPTED', 'RETURNED') AND line.amount_dong > 0
ON CONFLICT (message_id, line) DO NOTHING
