-- For a simulation, everybody in some areas looks decided upon: a table of this transaction alone stands before the real one.
-- Whoever has no decision gets one that ends in the month in which it starts, so that it grants nothing and is no history.
CREATE TEMPORARY TABLE entitlement_decision ON COMMIT DROP AS
SELECT decision.person_id, decision.benefit::text AS benefit, decision.start_month, decision.end_month, decision.area_id, decision.recorded_at
FROM public.entitlement_decision AS decision
UNION ALL
SELECT person.id, %(benefit)s::text, %(month)s::date, %(month)s::date, person.area_id, %(known_at)s::timestamptz
FROM people_person AS person
WHERE person.area_id = ANY (%(areas)s)
