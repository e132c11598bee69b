-- Whose cash of the last months nobody has collected: runs since the last one that was paid, where a list was closed without it.
SELECT item.beneficiary_id, person.full_name, count(DISTINCT run.month)::int AS months
FROM payment_paymentitem AS item
JOIN payroll_payrollrun AS run ON run.id = item.run_id
JOIN people_person AS person ON person.id = item.beneficiary_id
WHERE item.area_id = ANY (%(areas)s) AND item.channel = 'cash' AND item.paid_dong = 0
  AND item.due_dong > item.waived_dong AND person.death_date IS NULL
  AND EXISTS (SELECT FROM payment_cashlist AS list WHERE list.run_id = item.run_id AND list.area_id = item.area_id AND list.state = 'CLOSED')
  AND NOT EXISTS (SELECT FROM payment_paymentitem AS later JOIN payroll_payrollrun AS paid_run ON paid_run.id = later.run_id
                  WHERE later.beneficiary_id = item.beneficiary_id AND later.paid_dong > 0 AND paid_run.month >= run.month)
GROUP BY item.beneficiary_id, person.full_name
HAVING count(DISTINCT run.month) >= %(months)s
ORDER BY 3 DESC, 1
