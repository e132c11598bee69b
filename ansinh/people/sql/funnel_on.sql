-- The account funnel of some communes as it was at the ends of some days: each payee's row of that day, in the commune that keeps it
-- now. Whoever had somebody to receive for them that day is no payee: they are counted as that.
SELECT stood.day, stood.area_id, area.code, area.name, stood.state, stood.reason, stood.number
FROM (SELECT days.day, address.area_id, address.state, address.reason, count(*) AS number
      FROM unnest(%(days)s::date[]) AS days (day)
      JOIN people_financialaddress AS address ON address.valid_from <= days.day AND (address.valid_to IS NULL OR address.valid_to > days.day)
      LEFT JOIN people_mandate AS mandate ON mandate.beneficiary_id = address.person_id AND mandate.valid_from <= days.day
           AND (mandate.valid_to IS NULL OR mandate.valid_to > days.day)
      WHERE address.area_id = ANY (%(areas)s) AND mandate.id IS NULL
      GROUP BY days.day, address.area_id, address.state, address.reason
      UNION ALL
      SELECT days.day, mandate.area_id, 'DELEGATED', '', count(DISTINCT mandate.beneficiary_id)
      FROM unnest(%(days)s::date[]) AS days (day)
      JOIN people_mandate AS mandate ON mandate.valid_from <= days.day AND (mandate.valid_to IS NULL OR mandate.valid_to > days.day)
      WHERE mandate.area_id = ANY (%(areas)s)
      GROUP BY days.day, mandate.area_id) AS stood
JOIN office_area AS area ON area.id = stood.area_id
ORDER BY stood.day, area.code, stood.state, stood.reason
