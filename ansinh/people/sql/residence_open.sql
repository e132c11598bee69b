-- Let the moved people live in the new unit from the day on.
INSERT INTO people_residence (person_id, unit_id, village, area_id, valid_from, source, recorded_at)
SELECT person.id, moved_person.new_id, coalesce(%(village)s, person.village), person.area_id, %(day)s, %(source)s, %(at)s
FROM moved_person JOIN people_person AS person ON person.id = moved_person.person_id
