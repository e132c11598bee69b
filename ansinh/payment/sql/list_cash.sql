-- Put every cash item of a run in one commune that nobody has in hand onto a list, its money reserved there. The dead wait.
WITH chosen AS (
    SELECT item.id, item.attempt + 1 AS attempt, item.due_dong - item.waived_dong - item.paid_dong AS amount
    FROM payment_paymentitem AS item
    JOIN people_person AS beneficiary ON beneficiary.id = item.beneficiary_id
    JOIN people_person AS payee ON payee.id = item.payee_id
    WHERE item.run_id = %(run)s AND item.area_id = %(area)s AND item.channel = 'cash' AND item.cash_list_id IS NULL
      AND item.status = 'DUE' AND item.inflight_dong = 0 AND item.due_dong > item.paid_dong + item.waived_dong
      AND beneficiary.death_date IS NULL AND payee.death_date IS NULL
    FOR UPDATE OF item
), list AS (
    INSERT INTO payment_cashlist (run_id, area_id, number, state, items, drawn_dong, listed_by, listed_at, closed_by)
    SELECT %(run)s, %(area)s, %(number)s, 'OPEN', count(*), sum(chosen.amount), %(by)s, %(at)s, ''
    FROM chosen HAVING count(*) > 0
    RETURNING id
)
UPDATE payment_paymentitem AS item
SET cash_list_id = list.id, attempt = chosen.attempt, inflight_dong = chosen.amount, status = 'ACCEPTED'
FROM chosen, list WHERE item.id = chosen.id
RETURNING item.id, item.attempt, item.inflight_dong, item.cash_list_id
