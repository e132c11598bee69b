-- Where the money of the runs is: sums of the items' counters by channel and status.
SELECT item.channel, item.status, count(*), sum(item.due_dong)::bigint, sum(item.paid_dong)::bigint, sum(item.waived_dong)::bigint,
       count(*) FILTER (WHERE item.inflight_dong > 0)
FROM payment_paymentitem AS item WHERE item.run_id = ANY (%(runs)s)
GROUP BY item.channel, item.status ORDER BY item.channel, item.status
