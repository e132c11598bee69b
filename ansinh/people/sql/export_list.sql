-- List the people whom an area keeps, each with the account that is current, in the order of Vietnamese names.
SELECT person.full_name, person.birth_date, person.birth_precision, person.sex, coalesce(person.national_id, ''), person.ethnicity, person.village,
    person.phone, coalesce(address.bank_bin, ''), coalesce(address.number, ''), coalesce(address.holder_name, ''), person.death_date IS NOT NULL
FROM people_person AS person
LEFT JOIN people_financialaddress AS address ON address.person_id = person.id AND address.valid_to IS NULL
WHERE person.area_id = %(area)s
ORDER BY person.name_sort_key, person.id
