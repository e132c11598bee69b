-- Close the open residences of the moved people on the day; one that began that very day was a mistake and gives way, kept.
UPDATE people_residence AS one
SET valid_to = CASE WHEN one.valid_from < %(day)s THEN %(day)s::date END,
    superseded_at = CASE WHEN one.valid_from >= %(day)s THEN %(at)s::timestamptz END
FROM moved_person
WHERE one.person_id = moved_person.person_id AND one.valid_to IS NULL AND one.superseded_at IS NULL
