-- Check that every transfer rests on something that exists and says so (I7): a run, a batch, a line of a message, a receipt, two people's word.
SELECT 'every_transfer_has_evidence' AS broken, concat('transfer ', transfer.id, ' (code ', transfer.code, ', evidence ', transfer.evidence, ')') AS offender
FROM ledger_transfer AS transfer
WHERE CASE
    WHEN transfer.code = 1 THEN transfer.evidence <= 0 OR transfer.reference <> transfer.evidence AND NOT EXISTS (
        -- Booked again after it was taken back: it refers to the paper that did so.
        SELECT FROM ledger_transfer AS undone WHERE undone.code = 6 AND undone.reference = -transfer.reference AND undone.evidence = transfer.evidence)
    WHEN transfer.code = 6 THEN NOT EXISTS (
        SELECT FROM ledger_fundsdocument AS paper WHERE paper.id = transfer.reference AND paper.approved_by <> '' AND paper.approved_by <> paper.proposed_by
        AND paper.kind = 'unappropriate' AND paper.amount_dong = transfer.amount_dong AND split_part(paper.number, '/', 1) = transfer.evidence::text)
    WHEN transfer.code = 7 THEN NOT EXISTS (
        SELECT FROM ledger_fundsdocument AS paper JOIN payroll_payrollrun AS run ON run.code = paper.run_code AND run.state = 'FROZEN'
        WHERE paper.id = transfer.reference AND paper.approved_by <> '' AND paper.approved_by <> paper.proposed_by
        AND paper.kind = 'order-back' AND paper.amount_dong = transfer.amount_dong AND run.id = transfer.evidence)
    WHEN transfer.code IN (5, 30) OR transfer.code IN (3, 4) AND transfer.reference < 0 THEN NOT EXISTS (
        SELECT FROM ledger_fundsdocument AS paper WHERE paper.id = abs(transfer.reference) AND paper.approved_by <> '' AND paper.approved_by <> paper.proposed_by
        AND (paper.amount_dong = transfer.amount_dong OR transfer.code = 5)
        AND paper.kind = CASE transfer.code WHEN 3 THEN 'treasury-order' WHEN 4 THEN 'prefund' WHEN 5 THEN 'year-end' ELSE 'fee-fund' END)
    WHEN transfer.code = 17 AND transfer.reference < 0 THEN NOT EXISTS (
        SELECT FROM ledger_fundsdocument AS paper WHERE paper.id = -transfer.reference >> 24 AND paper.approved_by <> '' AND paper.kind = 'year-end')
    WHEN transfer.code IN (2, 3, 4, 17) THEN NOT EXISTS (SELECT FROM payroll_payrollrun AS run WHERE run.id = transfer.evidence AND run.state = 'FROZEN')
    WHEN transfer.code = 10 THEN NOT EXISTS (SELECT FROM payment_paymentbatch AS batch WHERE batch.id = transfer.evidence)
    -- Stopped before it left, because it was called back: of whoever was meant, and of who went along.
    WHEN transfer.code = 19 THEN NOT EXISTS (
        SELECT FROM payment_recall AS recall
        WHERE recall.id = transfer.evidence AND recall.item_id * 64 + recall.attempt = transfer.reference AND recall.receipt = 'STOPPED')
    WHEN transfer.code IN (20, 22) THEN NOT EXISTS (SELECT FROM payment_cashlist AS list WHERE list.id = transfer.evidence)
    WHEN transfer.code IN (31, 32, 33, 34, 35, 36) THEN NOT EXISTS (
        SELECT FROM payment_statementmovement AS movement
        WHERE movement.id = transfer.reference AND movement.message_id = transfer.evidence AND movement.amount_dong = transfer.amount_dong
        AND CASE WHEN transfer.code = 32 THEN movement.direction = 'CRDT' WHEN transfer.code = 33 THEN movement.direction = 'DBIT'
            WHEN movement.approved_by = 'system' THEN movement.resolution = CASE transfer.code WHEN 34 THEN movement.resolution ELSE 'fee' END
            ELSE movement.approved_at IS NOT NULL AND movement.approved_by <> movement.proposed_by
                 AND movement.resolution = CASE transfer.code WHEN 31 THEN CASE movement.resolution WHEN 'void' THEN 'void' ELSE 'fee' END WHEN 35 THEN 'void' WHEN 36 THEN 'budget' ELSE movement.resolution END END)
    ELSE false END
   -- Money leaves a provider again for the desk, or as the part of what is waived that had come there.
   OR (transfer.code = 15 AND transfer.reference NOT IN (
       SELECT item_id * 64 + attempt FROM payment_reopening WHERE approved_by <> '' AND approved_by <> proposed_by AND channel IN ('cash', 'waived')))
   OR (transfer.code = 16 AND transfer.reference NOT IN (
       SELECT item_id * 64 + attempt FROM payment_reopening WHERE approved_by <> '' AND approved_by <> proposed_by AND channel = 'waived'))
   OR (transfer.code = 21 AND (transfer.reference, transfer.amount_dong) NOT IN (
       SELECT item_id * 64 + attempt, amount_dong FROM payment_cashreceipt WHERE NOT is_conflict))
UNION ALL
SELECT 'every_transfer_has_evidence', concat('transfer ', transfer.id, ' (code ', transfer.code, ', message ', transfer.evidence, ')')
FROM ledger_transfer AS transfer
LEFT JOIN payment_messageline AS line
  ON line.message_id = transfer.evidence AND line.item_id = transfer.reference >> 6 AND line.attempt = transfer.reference & 63 AND line.hold_reason = ''
 AND (line.status = CASE transfer.code WHEN 12 THEN 'REJECTED' WHEN 13 THEN 'RETURNED' WHEN 14 THEN 'RETURNED' ELSE 'PAID' END
      -- Where no bank agreed that a debit is a payment, the statement's debit says ACCEPTED, and decides all the same.
      OR transfer.code = 18 AND line.status = 'ACCEPTED')
WHERE transfer.code IN (11, 12, 13, 14, 18) AND line.message_id IS NULL
LIMIT 3
