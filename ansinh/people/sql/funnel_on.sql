-- The account funnel of some communes as it was at the ends of some days: each payee's row of that day, in the commune that keeps it
-- now. Whoever had somebody to receive for them that day is no payee: they are counted as that.
SELECT days.day, address.area_id, area.code, area.name,
       CASE WHEN mandate.id IS NOT NULL THEN 'DELEGATED' ELSE address.state END AS stands, CASE WHEN mandate.id IS NULL THEN address.reason ELSE '' END AS why,
       count(*)
FROM unnest(%(days)s::date[]) AS days (day)
JOIN people_financialaddress AS address ON address.valid_from <= days.day AND (address.valid_to IS NULL OR address.valid_to > days.day)
JOIN office_area AS area ON area.id = address.area_id
LEFT JOIN people_mandate AS mandate ON mandate.beneficiary_id = address.person_id AND mandate.valid_from <= days.day
     AND (mandate.valid_to IS NULL OR mandate.valid_to > days.day)
WHERE address.area_id = ANY (%(areas)s)
GROUP BY days.day, address.area_id, area.code, area.name, stands, why
ORDER BY days.day, area.code, stands, why
