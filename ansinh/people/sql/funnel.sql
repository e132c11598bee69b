-- Count the current financial addresses of some areas by commune, state and reason.
SELECT area_id, state, reason, count(*)
FROM people_financialaddress
WHERE valid_to IS NULL AND area_id = ANY (%(areas)s)
GROUP BY area_id, state, reason
ORDER BY area_id, state, reason
