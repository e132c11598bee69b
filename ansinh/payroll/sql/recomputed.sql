-- What is due by law and facts as known at a run, beside what the run left settled: its own lines, elsewhere what is settled
-- today without the runs that were frozen later. Held people and undecided months are not the run's; of whom somebody wrote while
-- the run was being calculated, nobody knows whether it saw that.
CREATE TEMPORARY TABLE recomputed ON COMMIT DROP AS
WITH run AS (
    SELECT id, coalesce(frozen_at, 'infinity'::timestamptz) AS frozen_at FROM payroll_payrollrun WHERE id = %(run)s
), resident AS MATERIALIZED (
    SELECT person.id FROM people_person AS person WHERE person.area_id = ANY (%(areas)s)
      AND NOT EXISTS (SELECT FROM payroll_payrollhold AS hold WHERE hold.run_id = %(run)s AND hold.person_id = person.id
                      -- Of whoever waits for a fact, the months that do not wait are settled like everybody's.
                      AND hold.reason <> 'needs_verification')
), later AS (
    SELECT line.person_id, line.benefit, line.for_month, sum(line.amount_dong)::bigint AS amount
    FROM payroll_payrollline AS line JOIN payroll_payrollrun AS other ON other.id = line.run_id, run
    WHERE other.state = 'FROZEN' AND other.id <> run.id AND other.frozen_at > run.frozen_at
    GROUP BY line.person_id, line.benefit, line.for_month
), settled AS (
    SELECT person_id, benefit, for_month, entitled_dong AS settled, true AS is_line FROM payroll_payrollline WHERE run_id = %(run)s
    UNION ALL
    SELECT one.person_id, one.benefit, one.for_month, one.settled_dong - coalesce(later.amount, 0), false
    FROM payroll_settlement AS one LEFT JOIN later USING (person_id, benefit, for_month)
    WHERE one.for_month = ANY (%(months)s)
      AND NOT EXISTS (SELECT FROM payroll_payrollline AS line WHERE line.run_id = %(run)s
          AND (line.person_id, line.benefit, line.for_month) = (one.person_id, one.benefit, one.for_month))
), touch AS (
    SELECT DISTINCT subject, subject_id FROM payroll_touch
    WHERE NOT pg_visible_in_snapshot(xid, %(start)s::pg_snapshot) AND xid <> %(own)s::xid8
      AND (xid < %(own)s::xid8 OR pg_visible_in_snapshot(xid, %(end)s::pg_snapshot)
           -- Whoever had begun to write before the freeze may have taken the clock before the run, however late they ended.
           OR xid < (SELECT min(frozen.xid) FROM payroll_touch AS frozen WHERE frozen.subject = 'r' AND frozen.subject_id = %(run)s))
), written AS (
    SELECT subject_id AS person_id FROM touch WHERE subject = 'p'
    UNION SELECT raised.parent_id FROM touch JOIN people_parentchild AS raised ON raised.child_id = touch.subject_id WHERE subject = 'p'
    UNION SELECT membership.person_id FROM touch JOIN people_membership AS membership ON membership.household_id = touch.subject_id
          WHERE subject = 'h'
    UNION SELECT person.id FROM touch JOIN people_person AS person ON person.area_id = touch.subject_id WHERE subject = 'a'
    UNION SELECT dwelling.person_id FROM touch JOIN people_dwelling AS dwelling ON dwelling.unit_id = touch.subject_id
          WHERE subject = 'a'
)
SELECT pair.person_id, pair.benefit, pair.for_month, pair.due, pair.settled,
       pair.person_id IN (SELECT person_id FROM written) AS is_uncertain
FROM (SELECT person_id, benefit, for_month, coalesce(amount_dong, 0) AS due, coalesce(settled.settled, 0) AS settled,
             coalesce(is_line, false) AS is_line
      FROM entitled FULL JOIN settled USING (person_id, benefit, for_month)) AS pair
-- A line of the run is always looked at, whoever it is of.
WHERE pair.is_line OR (pair.person_id IN (SELECT id FROM resident)
  AND (pair.person_id, pair.for_month) NOT IN (SELECT undecided.person_id, undecided.for_month FROM undecided))
