-- The households to move: those of whole units, or those that a person has just decided about.
CREATE TEMPORARY TABLE moved_household ON COMMIT DROP AS
SELECT household.id AS household_id, household.area_id AS old_id, chosen.new_id
FROM people_household AS household JOIN chosen ON chosen.old_id = household.area_id
WHERE chosen.heirs = 1 AND chosen.is_whole
