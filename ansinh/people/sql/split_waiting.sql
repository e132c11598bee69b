-- Households that still lie in a split commune, by village and number, with the head's name and the suggested heir.
SELECT household.id, household.code, household.village, old.id AS old_id, old.code AS old_code, old.name AS old_name,
       coalesce((SELECT person.full_name FROM people_membership AS membership JOIN people_person AS person ON person.id = membership.person_id
                 WHERE membership.household_id = household.id AND membership.valid_to IS NULL
                 ORDER BY membership.relationship <> 'head', membership.id LIMIT 1), '') AS head,
       (SELECT count(*) FROM people_membership AS membership WHERE membership.household_id = household.id AND membership.valid_to IS NULL) AS members
FROM people_household AS household
JOIN office_area AS old ON old.id = household.area_id
WHERE household.area_id = ANY (%(units)s) AND household.id > %(after)s AND (%(village)s = '' OR household.village = %(village)s)
ORDER BY household.id
LIMIT %(limit)s
