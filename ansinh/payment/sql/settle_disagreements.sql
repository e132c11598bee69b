-- Lines that were held because two final answers disagree stand no longer in doubt once a statement has told of the debit.
WITH decided AS (
    UPDATE payment_messageline AS line SET hold_reason = ''
    FROM payment_paymentitem AS item
    -- Not a return: money that came back has still to be taken back from what was paid.
    WHERE line.hold_reason = 'final_answers_disagree' AND line.status <> 'RETURNED' AND item.id = line.item_id AND item.attempt = line.attempt AND item.status = 'PAID'
      AND line.item_id IN (SELECT item_id FROM judged)
      AND EXISTS (SELECT FROM payment_messageline AS debit
                  JOIN payment_accountstatement AS told ON told.message_id = debit.message_id AND told.left_out = ''
                  WHERE debit.item_id = item.id AND debit.attempt = item.attempt AND debit.hold_reason = ''
                  AND debit.status IN ('PAID', 'ACCEPTED'))
    RETURNING line.message_id
)
UPDATE payment_message AS message SET held = message.held - counted.lines
FROM (SELECT message_id, count(*) AS lines FROM decided GROUP BY message_id) AS counted
WHERE counted.message_id = message.id
RETURNING message.id, counted.lines
