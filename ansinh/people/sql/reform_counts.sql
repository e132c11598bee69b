-- What a reform will move and what must wait for a person: one row each old unit, with its people and households.
SELECT old.code, old.name, heir.code, heir.name, chosen.heirs, (chosen.heirs = 1 AND chosen.is_whole) AS is_whole,
       (SELECT count(*) FROM people_person AS person WHERE person.area_id = chosen.old_id) AS persons,
       (SELECT count(*) FROM people_household AS household WHERE household.area_id = chosen.old_id) AS households
FROM chosen
JOIN office_area AS old ON old.id = chosen.old_id
JOIN office_area AS heir ON heir.id = chosen.new_id
ORDER BY old.code
