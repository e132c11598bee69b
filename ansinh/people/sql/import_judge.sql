-- Compare every row of a list with the register and say what becomes of it: created, updated, unchanged, or a named reason to hold.
CREATE TEMPORARY TABLE import_verdict ON COMMIT DROP AS
SELECT listed.*, person.id AS person_id, address.id AS address_id,
    listed.number <> '' AND (address.id IS NULL OR (address.bank_bin, address.number) <> (listed.bank_bin, listed.number)) AS has_new_account,
    CASE
        WHEN person.merged_into_id IS NOT NULL THEN 'merged_away'
        WHEN person.area_id <> %(area)s THEN 'registered_elsewhere'
        WHEN person.death_date IS NOT NULL THEN 'deceased'
        WHEN person.name_fold <> listed.name_fold OR person.sex <> listed.sex
            -- Of two dates the less precise one decides how far they can be compared.
            OR extract(year FROM person.birth_date) <> extract(year FROM listed.birth_date)
            OR ('year' NOT IN (person.birth_precision, listed.birth_precision) AND extract(month FROM person.birth_date) <> extract(month FROM listed.birth_date))
            OR ('day' = ALL (ARRAY[person.birth_precision, listed.birth_precision]) AND person.birth_date <> listed.birth_date) THEN 'differs_from_register'
        -- A year alone is enough for somebody whom the register knows; a new person needs the whole date.
        WHEN person.id IS NULL AND listed.birth_precision <> 'day' THEN 'birth_date_incomplete'
        -- Two who share an account in the register already are no news.
        WHEN holder.first_id IS NOT NULL AND (address.bank_bin, address.number) IS DISTINCT FROM (listed.bank_bin, listed.number)
            AND (person.id IS NULL OR (holder.first_id, holder.last_id) <> (person.id, person.id)) THEN 'account_of_another'
        WHEN listed.number <> '' AND address.state IN ('VERIFIED', 'PAYING')
            AND (address.bank_bin, address.number) <> (listed.bank_bin, listed.number) THEN 'account_in_use_differs'
        WHEN person.id IS NULL THEN 'created'
        -- What the list leaves empty never erases what the register knows.
        WHEN (listed.village <> '' AND listed.village <> person.village)
            OR (listed.ethnicity <> '' AND listed.ethnicity <> person.ethnicity)
            OR (listed.phone <> '' AND listed.phone <> person.phone)
            OR (person.birth_precision <> 'day' AND listed.birth_precision = 'day')
            OR (listed.number <> '' AND (address.id IS NULL OR (address.bank_bin, address.number) <> (listed.bank_bin, listed.number)))
            THEN 'updated'
        ELSE 'unchanged'
    END AS verdict
FROM import_row AS listed
LEFT JOIN people_person AS person ON person.national_id = listed.national_id
LEFT JOIN people_financialaddress AS address ON address.person_id = person.id AND address.valid_to IS NULL
-- Who holds each listed account now: the lowest and the highest person, so that one join finds anybody else.
LEFT JOIN (
    SELECT bank_bin, number, min(person_id) AS first_id, max(person_id) AS last_id
    FROM people_financialaddress
    WHERE valid_to IS NULL AND (bank_bin, number) IN (SELECT bank_bin, number FROM import_row WHERE number <> '')
    GROUP BY bank_bin, number
) AS holder ON holder.bank_bin = listed.bank_bin AND holder.number = listed.number
