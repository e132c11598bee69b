-- Write down where the moved people lived until the day, for those of whom it was not written yet.
INSERT INTO people_residence (person_id, unit_id, village, area_id, valid_from, valid_to, source, recorded_at)
SELECT person.id, moved_person.old_id, person.village, person.area_id,
       least(person.recorded_at::date, %(day)s::date - 1), %(day)s, %(source)s, %(at)s
FROM moved_person JOIN people_person AS person ON person.id = moved_person.person_id
WHERE NOT EXISTS (SELECT FROM people_residence AS known WHERE known.person_id = moved_person.person_id)
