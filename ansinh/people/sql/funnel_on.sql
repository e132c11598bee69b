-- The account funnel of some communes as it was at the end of a day: each payee's row of that day, in the commune that keeps it now.
SELECT address.area_id, area.code, area.name, address.state, address.reason, count(*)
FROM people_financialaddress AS address JOIN office_area AS area ON area.id = address.area_id
WHERE address.area_id = ANY (%(areas)s) AND address.valid_from <= %(day)s AND (address.valid_to IS NULL OR address.valid_to > %(day)s)
GROUP BY address.area_id, area.code, area.name, address.state, address.reason
ORDER BY area.code, address.state, address.reason
