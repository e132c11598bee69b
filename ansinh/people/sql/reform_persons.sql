-- The persons to move: everybody in the whole units, whether or not of a household.
CREATE TEMPORARY TABLE moved_person ON COMMIT DROP AS
SELECT person.id AS person_id, person.area_id AS old_id, chosen.new_id
FROM people_person AS person JOIN chosen ON chosen.old_id = person.area_id
WHERE chosen.heirs = 1 AND chosen.is_whole
