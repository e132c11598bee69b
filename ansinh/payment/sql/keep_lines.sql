-- Every line of a message is kept with what became of it: nothing that a provider said is lost.
INSERT INTO payment_messageline
    (message_id, line, item_id, attempt, end_to_end_id, status, amount_dong, reason_set, reason_code, hold_reason, is_share)
SELECT %(message)s, judged.line, judged.item_id, judged.attempt, judged.end_to_end_id, judged.status, judged.amount_dong,
       judged.reason_set, judged.reason_code, judged.hold_reason, judged.is_share
FROM judged
