-- The household that moves house as a whole, or none.
CREATE TEMPORARY TABLE moved_household ON COMMIT DROP AS
SELECT household.id AS household_id, household.area_id AS old_id, %(new)s::int AS new_id
FROM people_household AS household
WHERE household.id = ANY (%(households)s::bigint[]) AND household.area_id <> %(new)s
