-- What the runs hold back, by run, area and reason; negative sums are recoveries and are no money to pay.
SELECT hold.run_id, hold.area_id, hold.reason, count(*), sum(greatest(hold.amount_dong, 0))::bigint
FROM payroll_payrollhold AS hold WHERE hold.run_id = ANY (%(runs)s)
GROUP BY hold.run_id, hold.area_id, hold.reason ORDER BY hold.run_id, hold.area_id, hold.reason
