-- The persons who move house: those named, from wherever each of them lives.
CREATE TEMPORARY TABLE moved_person ON COMMIT DROP AS
SELECT person.id AS person_id, person.area_id AS old_id, %(new)s::int AS new_id
FROM people_person AS person
WHERE person.id = ANY (%(persons)s) AND person.area_id <> %(new)s
