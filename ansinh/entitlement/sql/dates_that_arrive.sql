-- Who is due another sum in the second month than in the first, by the law and the dates alone, with their names.
SELECT person.id, person.full_name, area.code, area.name,
       coalesce(sum(entitled.amount_dong) FILTER (WHERE entitled.for_month = %(now)s), 0)::bigint AS before_dong,
       coalesce(sum(entitled.amount_dong) FILTER (WHERE entitled.for_month = %(then)s), 0)::bigint AS after_dong
FROM entitled JOIN people_person AS person ON person.id = entitled.person_id
JOIN office_area AS area ON area.id = person.area_id
WHERE person.area_id = ANY (%(areas)s)
GROUP BY person.id, person.full_name, area.code, area.name
HAVING coalesce(sum(entitled.amount_dong) FILTER (WHERE entitled.for_month = %(now)s), 0)
    <> coalesce(sum(entitled.amount_dong) FILTER (WHERE entitled.for_month = %(then)s), 0)
ORDER BY area.code, person.name_sort_key, person.id
