-- Who receives each beneficiary's sum and where: the open mandate's payee, else the beneficiary; to a verified account, else in cash.
INSERT INTO payroll_payrollpayee (run_id, person_id, payee_id, address_id, channel, due_dong, area_id)
SELECT %(run)s, total.person_id, coalesce(mandate.payee_id, total.person_id), address.id,
       CASE WHEN address.state IN ('VERIFIED', 'PAYING') THEN 'account' ELSE 'cash' END, total.amount, total.area_id
FROM (SELECT line.person_id, line.area_id, sum(line.amount_dong)::bigint AS amount FROM payroll_payrollline AS line
      WHERE line.run_id = %(run)s AND line.person_id BETWEEN %(first)s AND %(last)s GROUP BY line.person_id, line.area_id) AS total
LEFT JOIN people_mandate AS mandate ON mandate.beneficiary_id = total.person_id AND mandate.valid_from <= %(cut_off)s
     AND (mandate.valid_to IS NULL OR mandate.valid_to > %(cut_off)s)
LEFT JOIN people_financialaddress AS address ON address.person_id = coalesce(mandate.payee_id, total.person_id) AND address.valid_to IS NULL
