-- What each of these communes has of a run's cash: waiting for a list, in hand on the open list, paid out, reported twice.
SELECT area.id, area.code, area.name,
       count(*) FILTER (WHERE item.cash_list_id IS NULL AND item.status = 'DUE') AS waiting,
       coalesce(sum(item.due_dong - item.paid_dong - item.waived_dong) FILTER (WHERE item.cash_list_id IS NULL AND item.status = 'DUE'), 0)::bigint,
       count(*) FILTER (WHERE item.inflight_dong > 0) AS in_hand,
       coalesce(sum(item.inflight_dong), 0)::bigint AS in_hand_dong,
       count(*) FILTER (WHERE item.paid_dong > 0) AS paid,
       coalesce(sum(item.paid_dong), 0)::bigint AS paid_dong,
       (SELECT count(*) FROM payment_cashreceipt AS receipt JOIN payment_cashlist AS list ON list.id = receipt.cash_list_id
        WHERE list.run_id = %(run)s AND list.area_id = area.id AND receipt.is_conflict) AS conflicts
FROM payment_paymentitem AS item
JOIN office_area AS area ON area.id = item.area_id
WHERE item.run_id = %(run)s AND item.channel = 'cash' AND item.area_id = ANY (%(areas)s)
GROUP BY area.id, area.code, area.name
ORDER BY area.name COLLATE "C", area.id
