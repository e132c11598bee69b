-- What is due by law and facts as known at a run, beside what the run left settled: its own lines, elsewhere what is settled
-- today without the runs that were frozen later. Held people and undecided months are not the run's.
CREATE TEMPORARY TABLE recomputed ON COMMIT DROP AS
WITH run AS (
    SELECT id, coalesce(frozen_at, 'infinity'::timestamptz) AS frozen_at FROM payroll_payrollrun WHERE id = %(run)s
), resident AS MATERIALIZED (
    SELECT person.id FROM people_person AS person WHERE person.area_id = ANY (%(areas)s)
      AND NOT EXISTS (SELECT FROM payroll_payrollhold AS hold WHERE hold.run_id = %(run)s AND hold.person_id = person.id)
), later AS (
    SELECT line.person_id, line.benefit, line.for_month, sum(line.amount_dong)::bigint AS amount
    FROM payroll_payrollline AS line JOIN payroll_payrollrun AS other ON other.id = line.run_id, run
    WHERE other.state = 'FROZEN' AND other.id <> run.id AND other.frozen_at > run.frozen_at
    GROUP BY line.person_id, line.benefit, line.for_month
), settled AS (
    SELECT person_id, benefit, for_month, entitled_dong AS settled FROM payroll_payrollline WHERE run_id = %(run)s
    UNION ALL
    SELECT one.person_id, one.benefit, one.for_month, one.settled_dong - coalesce(later.amount, 0)
    FROM payroll_settlement AS one LEFT JOIN later USING (person_id, benefit, for_month)
    WHERE one.for_month = ANY (%(months)s)
      AND NOT EXISTS (SELECT FROM payroll_payrollline AS line WHERE line.run_id = %(run)s
          AND (line.person_id, line.benefit, line.for_month) = (one.person_id, one.benefit, one.for_month))
)
SELECT pair.person_id, pair.benefit, pair.for_month, pair.due, pair.settled
FROM (SELECT person_id, benefit, for_month, coalesce(amount_dong, 0) AS due, coalesce(settled.settled, 0) AS settled
      FROM entitled FULL JOIN settled USING (person_id, benefit, for_month)) AS pair
WHERE pair.person_id IN (SELECT id FROM resident)
  AND (pair.person_id, pair.for_month) NOT IN (SELECT undecided.person_id, undecided.for_month FROM undecided)
