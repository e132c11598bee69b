-- What of a run may be sent through a provider, in the order of the items: which part of so many each belongs to, and the money up to it.
SELECT item.id, item.attempt + 1 AS attempt, item.due_dong - item.paid_dong - item.waived_dong AS amount,
       ((row_number() OVER in_order - 1) / %(size)s)::int AS part,
       sum(item.due_dong - item.paid_dong - item.waived_dong) OVER in_order AS running
FROM payment_paymentitem AS item
WHERE item.run_id = %(run)s AND item.eligible AND item.channel = 'account' AND item.inflight_dong = 0 AND item.provider_id = %(provider)s
  AND item.due_dong > item.paid_dong + item.waived_dong AND item.id BETWEEN %(first)s AND %(last)s
WINDOW in_order AS (ORDER BY item.id ROWS UNBOUNDED PRECEDING)
