-- What of a run's account money has not left for certain, and why: its file is only made, or of unknown fate; a reason of ours; or nothing but its turn.
SELECT CASE WHEN item.inflight_dong > 0 THEN batch.state WHEN item.reason_set = 'ansinh' THEN item.reason_code ELSE '' END AS why,
       count(*), sum(item.due_dong - item.paid_dong - item.waived_dong)::bigint
FROM payment_paymentitem AS item
LEFT JOIN payment_paymentbatch AS batch ON batch.id = item.batch_id AND batch.state <> 'SENT' AND item.inflight_dong > 0
WHERE item.run_id = %(run)s AND item.channel = 'account'
  AND CASE WHEN item.inflight_dong > 0 THEN batch.id IS NOT NULL ELSE item.status = 'DUE' AND item.due_dong > item.paid_dong + item.waived_dong END
GROUP BY 1 ORDER BY 1
