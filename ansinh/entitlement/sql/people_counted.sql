-- By whom a simulation's result is broken down: commune, sex, and age on the last day of the month.
SELECT person.id, area.code, area.name, person.sex, date_part('year', age(%(end)s::date, person.birth_date))::int AS age
FROM facts JOIN people_person AS person ON person.id = facts.person_id JOIN office_area AS area ON area.id = person.area_id
