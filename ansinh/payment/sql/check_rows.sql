-- Check each item, run and message for itself: never over what is due (I4), one way at a time, signed for, every line kept (I7).
(SELECT 'paid_once' AS broken, concat('item ', id, ': due ', due_dong, ', taken ', inflight_dong + paid_dong + waived_dong) AS offender
 FROM payment_paymentitem
 WHERE inflight_dong + paid_dong + waived_dong > due_dong OR inflight_dong < 0 OR paid_dong < 0 OR waived_dong < 0 LIMIT 3)
UNION ALL
(SELECT 'account_and_cash_exclusive', concat('item ', id) FROM payment_paymentitem
 WHERE NOT (CASE channel WHEN 'account' THEN cash_list_id IS NULL
            ELSE batch_id IS NULL AND (cash_list_id IS NOT NULL OR paid_dong = 0 AND inflight_dong = 0) END) LIMIT 3)
UNION ALL
-- What the cash points say they paid is what the items say, each once.
(SELECT 'cash_equals_receipts', concat('item ', coalesce(item.id, receipt.item_id), ': paid ', coalesce(item.paid_dong, 0), ', signed ', coalesce(receipt.amount, 0))
 FROM (SELECT id, paid_dong FROM payment_paymentitem WHERE channel = 'cash' AND paid_dong <> 0) AS item
 FULL JOIN (SELECT item_id, sum(amount_dong) AS amount FROM payment_cashreceipt WHERE NOT is_conflict GROUP BY item_id) AS receipt ON receipt.item_id = item.id
 WHERE coalesce(item.paid_dong, 0) <> coalesce(receipt.amount, 0) LIMIT 3)
UNION ALL
(SELECT 'runs_equal_items', concat('run ', run.code, ': frozen ', run.control_total_dong, ', items ', coalesce(items.due, 0),
        CASE WHEN EXISTS (SELECT FROM payment_unopenedrun AS waiting WHERE waiting.run_id = run.id)
             THEN ' (chưa mở đủ khoản chi: chạy lại lệnh chốt kỳ này; half opened: freeze it again)' END)
 FROM payroll_payrollrun AS run
 LEFT JOIN (SELECT run_id, sum(due_dong) AS due FROM payment_paymentitem GROUP BY run_id) AS items ON items.run_id = run.id
 WHERE run.state = 'FROZEN' AND run.control_total_dong <> coalesce(items.due, 0) LIMIT 3)
UNION ALL
(SELECT 'every_line_kept', concat('message ', message.id, ': ', message.lines, ' lines and ', message.held, ' held, kept ', coalesce(kept.lines, 0), ' and ', coalesce(kept.held, 0))
 FROM payment_message AS message
 LEFT JOIN (SELECT message_id, count(*) AS lines, count(*) FILTER (WHERE hold_reason <> '') AS held FROM payment_messageline GROUP BY message_id) AS kept
   ON kept.message_id = message.id
 WHERE message.state = 'APPLIED' AND (message.lines <> coalesce(kept.lines, 0) OR message.held <> coalesce(kept.held, 0)) LIMIT 3)
UNION ALL
(SELECT 'no_orphans', concat('item ', one.id, ' of run ', one.run_id) FROM payment_paymentitem AS one
 LEFT JOIN payroll_payrollrun AS run ON run.id = one.run_id LEFT JOIN payment_paymentbatch AS batch ON batch.id = one.batch_id
 WHERE run.id IS NULL OR (one.batch_id IS NOT NULL AND batch.id IS NULL) LIMIT 3)
UNION ALL
(SELECT 'no_orphans', concat('line ', line.line, ' of message ', line.message_id) FROM payment_messageline AS line
 LEFT JOIN payment_message AS message ON message.id = line.message_id WHERE message.id IS NULL LIMIT 3)
UNION ALL
(SELECT 'no_orphans', concat('payroll line of run ', line.run_id) FROM payroll_payrollline AS line
 LEFT JOIN payroll_payrollrun AS run ON run.id = line.run_id
 -- What a calculation that was broken off left behind is noted, belongs to nobody, and goes with the next calculation.
 WHERE run.id IS NULL AND NOT EXISTS (SELECT FROM payroll_unfinishedrun AS noted WHERE noted.run_id = line.run_id) LIMIT 3)
