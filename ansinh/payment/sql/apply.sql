-- Let the judged answers move the items. One answer an item: a final one before one that only advances.
CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
WITH strongest AS (
    SELECT DISTINCT ON (judged.item_id) judged.item_id, judged.effect, judged.status, judged.reason_set, judged.reason_code
    FROM judged WHERE judged.hold_reason = '' AND judged.effect IN ('advance', 'pay', 'reject', 'return', 'decide_paid')
    ORDER BY judged.item_id, CASE judged.effect WHEN 'advance' THEN 1 ELSE 0 END, judged.line DESC
), changed AS (
    UPDATE payment_paymentitem AS item
    SET status = CASE strongest.effect WHEN 'decide_paid' THEN 'PAID' ELSE strongest.status END,
        inflight_dong = CASE WHEN strongest.effect IN ('pay', 'reject') THEN 0 ELSE item.inflight_dong END,
        paid_dong = CASE strongest.effect WHEN 'pay' THEN item.paid_dong + item.inflight_dong WHEN 'return' THEN 0
                                        WHEN 'decide_paid' THEN item.due_dong ELSE item.paid_dong END,
        reason_set = strongest.reason_set, reason_code = strongest.reason_code
    FROM strongest
    WHERE item.id = strongest.item_id AND item.id BETWEEN %(first)s AND %(last)s
    RETURNING item.id, item.run_id, item.attempt, item.address_id, strongest.effect, strongest.reason_code,
              CASE strongest.effect WHEN 'return' THEN old.paid_dong WHEN 'decide_paid' THEN old.due_dong ELSE old.inflight_dong END AS amount_dong
)
SELECT changed.*, run.month FROM changed JOIN payroll_payrollrun AS run ON run.id = changed.run_id
