-- The people of the decided households: whoever is a member now and lives where the household does.
CREATE TEMPORARY TABLE moved_person ON COMMIT DROP AS
SELECT person.id AS person_id, person.area_id AS old_id, moved_household.new_id
FROM moved_household
JOIN people_membership AS membership ON membership.household_id = moved_household.household_id AND membership.valid_to IS NULL
JOIN people_person AS person ON person.id = membership.person_id AND person.area_id = moved_household.old_id
