-- Beneficiaries of some communes by group of benefits and by how far the account of whoever receives for them had come at the ends of some
-- days. Somebody with benefits of two groups counts in both; groups are so coarse that none tells a health status.
SELECT days.day, listed.name, coalesce(address.state, 'NOT_OPENED') AS state, coalesce(address.reason, '') AS reason,
       count(DISTINCT decision.person_id)
FROM unnest(%(days)s::date[]) AS days (day)
JOIN entitlement_decision AS decision ON decision.start_month <= days.day AND (decision.end_month IS NULL OR decision.end_month > days.day)
JOIN unnest(%(benefits)s::text[], %(groups)s::text[]) AS listed (benefit, name) ON listed.benefit = decision.benefit
JOIN people_person AS person ON person.id = decision.person_id AND (person.death_date IS NULL OR person.death_date > days.day)
LEFT JOIN people_mandate AS mandate ON mandate.beneficiary_id = decision.person_id AND mandate.valid_from <= days.day
     AND (mandate.valid_to IS NULL OR mandate.valid_to > days.day)
LEFT JOIN people_financialaddress AS address ON address.person_id = coalesce(mandate.payee_id, decision.person_id)
     AND address.valid_from <= days.day AND (address.valid_to IS NULL OR address.valid_to > days.day)
WHERE decision.area_id = ANY (%(areas)s)
GROUP BY days.day, listed.name, state, reason
ORDER BY days.day, listed.name, state, reason
