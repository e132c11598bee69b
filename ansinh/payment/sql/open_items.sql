-- One item for each payee line of a frozen run, or of some areas of it: what is due, to whom, where.
INSERT INTO payment_paymentitem
    (run_id, beneficiary_id, payee_id, address_id, channel, area_id, due_dong, inflight_dong, paid_dong, waived_dong,
     attempt, eligible, status, reason_set, reason_code, provider_id)
SELECT payee.run_id, payee.person_id, payee.payee_id, payee.address_id, payee.channel, payee.area_id, payee.due_dong, 0, 0, 0,
       0, payee.channel = 'account', 'DUE', '', '', CASE payee.channel WHEN 'account' THEN %(provider)s::bigint END
FROM payroll_payrollpayee AS payee
WHERE payee.run_id = %(run)s AND (%(areas)s::int[] IS NULL OR payee.area_id = ANY (%(areas)s::int[]))
ORDER BY payee.area_id, payee.person_id
