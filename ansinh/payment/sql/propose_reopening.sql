-- Propose every named item that ended without money (rejected, returned, stopped) or, to be waived, was never sent or collected.
-- One proposal an attempt.
INSERT INTO payment_reopening (item_id, attempt, channel, reason, area_id, proposed_by, proposed_at, approved_by)
SELECT item.id, item.attempt, %(channel)s, %(reason)s, item.area_id, %(by)s, %(at)s, ''
FROM payment_paymentitem AS item
WHERE item.run_id = %(run)s AND item.inflight_dong = 0 AND item.paid_dong = 0
  AND item.due_dong > item.waived_dong
  AND (item.channel = 'account' AND (item.status IN ('REJECTED', 'RETURNED') OR item.status = 'DUE' AND item.reason_set = 'ansinh')
       -- What was never sent, and cash that nobody has in hand, can only be waived: it needs no other way.
       OR %(channel)s = 'waived' AND (item.channel = 'account' AND item.status = 'DUE' OR item.channel = 'cash' AND item.cash_list_id IS NULL))
  -- Everybody is everybody but those who were called back on purpose: they are named, or left alone.
  AND (item.beneficiary_id = ANY (%(beneficiaries)s) OR %(beneficiaries)s::bigint[] IS NULL AND NOT EXISTS (
       SELECT FROM payment_recall AS recall WHERE recall.item_id = item.id AND recall.attempt = item.attempt AND recall.is_meant))
ORDER BY item.id
ON CONFLICT (item_id, attempt) DO NOTHING
