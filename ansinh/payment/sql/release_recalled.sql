-- Let items that only went along in an order which the bank has stopped at our request be due again: the sending is closed, the next one free to go.
WITH freed AS (
    UPDATE payment_paymentitem AS item
    SET status = 'DUE', reason_set = '', reason_code = '', batch_id = NULL, attempt = item.attempt + 1, eligible = true
    FROM payment_recall AS recall
    WHERE recall.item_id = item.id AND recall.attempt = item.attempt AND NOT recall.is_meant AND recall.released_at IS NULL
      AND item.provider_id = %(provider)s AND item.channel = 'account' AND item.status IN ('REJECTED', 'RETURNED')
      AND item.inflight_dong = 0 AND item.paid_dong = 0 AND item.waived_dong = 0 AND item.reason_code = ANY (%(codes)s)
      -- Two answers that disagree, or people who are about to decide otherwise, are waited for.
      AND NOT EXISTS (SELECT FROM payment_messageline AS line WHERE line.item_id = item.id AND line.attempt = item.attempt
                      AND line.hold_reason = 'final_answers_disagree')
      AND NOT EXISTS (SELECT FROM payment_reopening AS proposal WHERE proposal.item_id = item.id AND proposal.attempt = item.attempt)
    RETURNING recall.id
)
UPDATE payment_recall AS recall SET released_at = %(at)s FROM freed WHERE freed.id = recall.id
