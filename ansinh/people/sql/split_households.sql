-- The decided households of a split commune, wherever among its heirs they lie by an earlier word.
CREATE TEMPORARY TABLE moved_household ON COMMIT DROP AS
SELECT household.id AS household_id, household.area_id AS old_id, listed.new_id
FROM unnest(%(households)s::bigint[], %(heirs)s::int[]) AS listed (household_id, new_id)
JOIN people_household AS household ON household.id = listed.household_id
WHERE household.area_id <> listed.new_id
