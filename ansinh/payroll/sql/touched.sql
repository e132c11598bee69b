-- Everybody about whom something was written that the last frozen run of the area could not see: their own facts, their
-- household's class, the hardship of where they live or lived, their children's facts, or what another run settled for them.
CREATE TEMPORARY TABLE touched ON COMMIT DROP AS
WITH unseen AS (
    SELECT DISTINCT touch.subject, touch.subject_id FROM payroll_touch AS touch
    WHERE touch.xid >= pg_snapshot_xmin(%(snapshot)s::pg_snapshot)
      AND (NOT pg_visible_in_snapshot(touch.xid, %(snapshot)s::pg_snapshot) OR touch.xid = %(own)s::xid8)
), person AS (
    SELECT unseen.subject_id AS person_id FROM unseen WHERE unseen.subject = 'p'
    UNION SELECT membership.person_id FROM unseen JOIN people_membership AS membership ON membership.household_id = unseen.subject_id
          WHERE unseen.subject = 'h'
    UNION SELECT resident.id FROM unseen JOIN people_person AS resident ON resident.area_id = unseen.subject_id WHERE unseen.subject = 'a'
    -- Hardship of where somebody lived, or of a unit that a reform ended, counts for the months they lived there.
    UNION SELECT dwelling.person_id FROM unseen JOIN people_dwelling AS dwelling ON dwelling.unit_id = unseen.subject_id
          WHERE unseen.subject = 'a'
    UNION SELECT line.person_id FROM unseen JOIN payroll_payrollline AS line ON line.run_id = unseen.subject_id
          WHERE unseen.subject = 'r' AND unseen.subject_id <> %(base)s
)
SELECT person.person_id FROM person
UNION
SELECT raised.parent_id FROM person JOIN people_parentchild AS raised ON raised.child_id = person.person_id
