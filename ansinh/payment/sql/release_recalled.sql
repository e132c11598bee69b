-- Let items that only went along in an order which the bank has stopped at our request be due again: the sending is closed, the next one free to go.
-- At our request means: the bank got it and did not say no; and the order's own end (not that of its whole file) says so, or the bank had said yes.
WITH word AS (
    -- The bank's last word about the request; it speaks of the order, by the name of its carrier.
    SELECT DISTINCT ON (recall.id) recall.id, line.hold_reason
    FROM payment_recall AS recall
    JOIN payment_paymentitem AS item ON item.id = recall.item_id AND item.provider_id = %(provider)s
    LEFT JOIN payment_instructionshare AS share ON share.item_id = recall.item_id AND share.attempt = recall.attempt
    JOIN payment_messageline AS line ON line.item_id = coalesce(share.carrier_id, recall.item_id) AND line.attempt = coalesce(share.carrier_attempt, recall.attempt)
    WHERE NOT recall.is_meant AND recall.released_at IS NULL AND line.hold_reason IN ('recall_accepted', 'recall_refused', 'recall_pending')
    ORDER BY recall.id, line.message_id DESC, line.line DESC
), ended AS (
    -- What ended the sending: the line that the books rest on. A bank that refuses a whole file names no order in it.
    SELECT recall.id, bool_or(message.kind LIKE 'camt.029%%') AS is_final_yes
    FROM payment_recall AS recall
    JOIN payment_paymentitem AS item ON item.id = recall.item_id AND item.attempt = recall.attempt AND item.provider_id = %(provider)s
    JOIN ledger_transfer AS booked ON booked.code = CASE item.status WHEN 'REJECTED' THEN 12 ELSE 13 END AND booked.reference = item.id * 64 + item.attempt
    JOIN payment_message AS message ON message.id = booked.evidence
    JOIN payment_messageline AS line ON line.message_id = message.id AND line.item_id = item.id AND line.attempt = item.attempt
    WHERE NOT recall.is_meant AND recall.released_at IS NULL AND line.status = item.status AND line.hold_reason = '' AND line.end_to_end_id <> ''
    GROUP BY recall.id
), freed AS (
    UPDATE payment_paymentitem AS item
    SET status = 'DUE', reason_set = '', reason_code = '', batch_id = NULL, attempt = item.attempt + 1, eligible = true
    FROM payment_recall AS recall JOIN ended ON ended.id = recall.id LEFT JOIN word ON word.id = recall.id
    WHERE recall.item_id = item.id AND recall.attempt = item.attempt AND NOT recall.is_meant AND recall.released_at IS NULL
      AND item.provider_id = %(provider)s AND item.channel = 'account' AND item.status IN ('REJECTED', 'RETURNED')
      AND item.inflight_dong = 0 AND item.paid_dong = 0 AND item.waived_dong = 0 AND recall.receipt IN ('SENT', 'ALREADY', 'UNKNOWN')
      AND (item.reason_code = ANY (%(asked)s) AND word.hold_reason IS DISTINCT FROM 'recall_refused'
           OR item.reason_code = ANY (%(silent)s) AND (ended.is_final_yes OR word.hold_reason = 'recall_accepted'))
      -- Two answers that disagree, or people who are about to decide otherwise, are waited for.
      AND NOT EXISTS (SELECT FROM payment_messageline AS line WHERE line.item_id = item.id AND line.attempt = item.attempt
                      AND line.hold_reason = 'final_answers_disagree')
      AND NOT EXISTS (SELECT FROM payment_reopening AS proposal WHERE proposal.item_id = item.id AND proposal.attempt = item.attempt)
    RETURNING recall.id
)
UPDATE payment_recall AS recall SET released_at = %(at)s FROM freed WHERE freed.id = recall.id
