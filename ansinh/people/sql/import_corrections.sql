-- Keep what the register said before a list brings it up to date, field by field; nothing is said twice of what stays as it is.
INSERT INTO people_personcorrection (person_id, field, before, after, file_sha256, area_id, recorded_by, recorded_at)
SELECT person.id, changed.field, changed.before, changed.after, %(file_sha256)s, person.area_id, %(by)s, %(at)s
FROM import_verdict AS listed
JOIN people_person AS person ON person.id = listed.person_id
CROSS JOIN LATERAL (VALUES
    ('village', person.village, coalesce(nullif(listed.village, ''), person.village)),
    ('ethnicity', person.ethnicity, coalesce(nullif(listed.ethnicity, ''), person.ethnicity)),
    ('phone', person.phone, coalesce(nullif(listed.phone, ''), person.phone)),
    -- Of a birth only what was known: a year, a month, the day.
    ('birth_date', left(person.birth_date::text, CASE person.birth_precision WHEN 'year' THEN 4 WHEN 'month' THEN 7 ELSE 10 END),
     CASE WHEN listed.birth_precision = 'day' THEN listed.birth_date::text
          ELSE left(person.birth_date::text, CASE person.birth_precision WHEN 'year' THEN 4 WHEN 'month' THEN 7 ELSE 10 END) END)
) AS changed (field, before, after)
WHERE listed.verdict = 'updated' AND changed.before <> changed.after
ORDER BY person.id, changed.field
