-- Write down what this run settles. A line whose starting point has moved since the calculation is not counted here,
-- and the caller refuses the whole freeze: paying the same difference twice cannot be written.
WITH settled AS (
    INSERT INTO payroll_settlement AS settlement (person_id, benefit, for_month, settled_dong, area_id)
    SELECT line.person_id, line.benefit, line.for_month, line.amount_dong, line.area_id
    FROM payroll_payrollline AS line WHERE line.run_id = %(run)s AND line.settled_before_dong = 0
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
SELECT (SELECT count(*) FROM settled) + (SELECT count(*) FROM corrected)
