-- Write down what this run settles. A line whose starting point has moved since the calculation is not counted here,
-- and the caller refuses the whole freeze: paying the same difference twice cannot be written.
-- In a month of which nothing was settled yet there is no row to meet: looking for each one's twin would be a third of the work.
-- Should another run settle the month at this very moment, the primary key refuses the second.
WITH untouched AS MATERIALIZED (
    SELECT run.month FROM payroll_payrollrun AS run
    WHERE run.id = %(run)s AND NOT EXISTS (SELECT FROM payroll_settlement AS known WHERE known.for_month = run.month)
), first AS (
    INSERT INTO payroll_settlement (person_id, benefit, for_month, settled_dong, area_id)
    SELECT line.person_id, line.benefit, line.for_month, line.amount_dong, line.area_id
    FROM payroll_payrollline AS line
    WHERE line.run_id = %(run)s AND line.settled_before_dong = 0 AND line.for_month = (SELECT month FROM untouched)
    RETURNING 1
), settled AS (
    INSERT INTO payroll_settlement AS settlement (person_id, benefit, for_month, settled_dong, area_id)
    SELECT line.person_id, line.benefit, line.for_month, line.amount_dong, line.area_id
    FROM payroll_payrollline AS line
    WHERE line.run_id = %(run)s AND line.settled_before_dong = 0 AND line.for_month IS DISTINCT FROM (SELECT month FROM untouched)
    ON CONFLICT (person_id, benefit, for_month) DO UPDATE SET settled_dong = excluded.settled_dong WHERE settlement.settled_dong = 0
    RETURNING 1
), corrected AS (
    UPDATE payroll_settlement AS settlement SET settled_dong = line.entitled_dong
    FROM payroll_payrollline AS line
    WHERE line.run_id = %(run)s AND line.settled_before_dong <> 0
      AND settlement.person_id = line.person_id AND settlement.benefit = line.benefit AND settlement.for_month = line.for_month
      AND settlement.settled_dong = line.settled_before_dong
    RETURNING 1
)
SELECT (SELECT count(*) FROM first) + (SELECT count(*) FROM settled) + (SELECT count(*) FROM corrected)
