-- Bring residence, telephone, ethnicity and an incomplete birth date up to what the list says, where it says anything.
UPDATE people_person AS person
SET village = coalesce(nullif(listed.village, ''), person.village),
    ethnicity = coalesce(nullif(listed.ethnicity, ''), person.ethnicity),
    phone = coalesce(nullif(listed.phone, ''), person.phone),
    birth_date = CASE WHEN listed.birth_precision = 'day' THEN listed.birth_date ELSE person.birth_date END,
    birth_precision = CASE WHEN listed.birth_precision = 'day' THEN 'day' ELSE person.birth_precision END
FROM import_verdict AS listed
WHERE listed.verdict = 'updated' AND person.id = listed.person_id
