-- Note of whom the run may have seen less than is on record: something was recorded by a clock ahead of the run's own.
INSERT INTO payroll_touch (subject, subject_id)
SELECT 'p'::"char", fact.person_id FROM people_circumstance AS fact WHERE greatest(fact.recorded_at, fact.superseded_at) > %(known_at)s
UNION SELECT 'p', fact.person_id FROM people_protectedcondition AS fact WHERE greatest(fact.recorded_at, fact.superseded_at) > %(known_at)s
UNION SELECT 'p', decision.person_id FROM entitlement_decision AS decision WHERE decision.recorded_at > %(known_at)s
UNION SELECT 'p', membership.person_id FROM people_membership AS membership WHERE membership.recorded_at > %(known_at)s
UNION SELECT 'p', raised.parent_id FROM people_parentchild AS raised WHERE raised.recorded_at > %(known_at)s
UNION SELECT CASE WHEN former.person_id IS NULL THEN 'h'::"char" ELSE 'p' END, coalesce(former.person_id, former.household_id)
      FROM people_formerstate AS former WHERE former.known_until > %(known_at)s
UNION SELECT 'h', class.household_id FROM poverty_householdclass AS class WHERE class.recorded_at > %(known_at)s
UNION SELECT 'a', hardship.area_id FROM office_hardship AS hardship WHERE hardship.recorded_at > %(known_at)s
