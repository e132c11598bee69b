-- Judge every line of a message against the item it speaks of: apply, nothing new, or hold with a named reason.
CREATE TEMPORARY TABLE judged ON COMMIT DROP AS
SELECT line.line, line.item_id, line.attempt, line.status, line.amount_dong, line.reason_set, line.reason_code, line.end_to_end_id, line.is_share,
       CASE
           WHEN line.hold_reason <> '' THEN line.hold_reason
           WHEN item.id IS NULL THEN 'unknown_reference'
           -- A sending that we know nothing of: made before an older backup was restored, or never.
           WHEN line.attempt > item.attempt THEN 'attempt_unknown'
           WHEN line.attempt < item.attempt THEN 'older_attempt'
           -- The code on a receipt of cash is printed for everybody to read; no bank was ever given it.
           WHEN item.channel = 'cash' THEN 'unknown_reference'
           -- Nor has this sending left: its number is known before it goes, and no bank can have an answer to it.
           WHEN item.status = 'DUE' AND item.inflight_dong = 0 THEN 'attempt_unknown'
           -- A provider speaks for itself: what another one pays out is none of its business.
           WHEN item.provider_id <> %(provider)s THEN 'other_provider'
           -- What another account says of its own movements is no evidence about ours.
           WHEN %(is_foreign)s AND line.status IN ('PAID', 'ACCEPTED', 'RETURNED') THEN 'other_account'
           -- Of what is owed no more, the whole sum was sent.
           WHEN line.amount_dong IS NOT NULL AND line.amount_dong <> item.due_dong - item.waived_dong
                AND NOT (item.waived_dong > 0 AND line.amount_dong = item.due_dong) THEN 'amount_differs'
           WHEN line.status IN ('PAID', 'RETURNED') AND line.amount_dong IS NULL THEN 'amount_missing'
           -- Money follows the statement of our own account: what it says was debited was paid, whatever another message said.
           WHEN %(is_counted)s AND line.status IN ('PAID', 'ACCEPTED') AND item.status = 'REJECTED' AND item.waived_dong = 0
                AND line.amount_dong IS NOT NULL AND twin.is_again IS NOT TRUE THEN ''
           -- Money that a statement tells of a second time has moved a second time: it waits for the bank to give it back.
           WHEN %(is_counted)s AND line.status IN ('PAID', 'ACCEPTED', 'RETURNED') AND (twin.is_again OR told.item_id IS NOT NULL)
               THEN CASE line.status WHEN 'RETURNED' THEN 'returned_twice' ELSE 'debited_twice' END
           -- One message that says both is believed in neither.
           WHEN line.status IN ('PAID', 'REJECTED') AND twin.disagrees THEN 'final_answers_disagree'
           WHEN known.effect IS NULL OR known.effect = 'hold' THEN
               CASE WHEN line.status = 'RETURNED' AND item.status NOT IN ('REJECTED', 'RETURNED') THEN 'return_before_payment'
                    ELSE 'final_answers_disagree' END
           ELSE '' END AS hold_reason,
       CASE WHEN %(is_counted)s AND line.status IN ('PAID', 'ACCEPTED') AND item.status = 'REJECTED' AND item.waived_dong = 0
                 AND line.amount_dong IS NOT NULL AND twin.is_again IS NOT TRUE THEN 'decide_paid' ELSE known.effect END AS effect, item.status AS status_before, item.inflight_dong, item.paid_dong
FROM answer AS line
-- Few orders are spoken of twice in one message: only their lines are looked at together.
LEFT JOIN (SELECT one.line, bool_or(one.status = 'PAID') OVER same AND bool_or(one.status = 'REJECTED') OVER same AS disagrees,
                  row_number() OVER (PARTITION BY one.item_id, one.attempt, one.status = 'RETURNED' ORDER BY one.line) > 1 AS is_again
           FROM answer AS one JOIN (SELECT item_id, attempt FROM answer GROUP BY item_id, attempt HAVING count(*) > 1) AS twice
                ON twice.item_id = one.item_id AND twice.attempt = one.attempt
           WINDOW same AS (PARTITION BY one.item_id, one.attempt)) AS twin ON twin.line = line.line
LEFT JOIN (SELECT DISTINCT item_id, attempt, status = 'RETURNED' AS is_return FROM payment_messageline
           WHERE %(is_counted)s AND item_id IS NOT NULL AND hold_reason = '' AND status IN ('PAID', 'ACCEPTED', 'RETURNED') AND message_id <> %(message)s
             AND message_id IN (SELECT message_id FROM payment_accountstatement WHERE left_out = '')) AS told
       ON told.item_id = line.item_id AND told.attempt = line.attempt AND told.is_return = (line.status = 'RETURNED')
-- The orders of a file lie close together: only that stretch of a table of millions is read.
LEFT JOIN payment_paymentitem AS item ON item.id = line.item_id AND item.id BETWEEN %(first)s AND %(last)s
LEFT JOIN (SELECT * FROM unnest(%(now)s::text[], %(answers)s::text[], %(effects)s::text[]) AS listed (now, answer, effect)) AS known
       ON known.now = item.status AND known.answer = line.status
