-- How many decisions the people of an area have, by leaf of the control figures: a run is shared out by it.
SELECT decision.person_id / %(leaf)s AS leaf, count(*) FROM entitlement_decision AS decision
WHERE decision.area_id + 0 = ANY (%(areas)s) GROUP BY 1 ORDER BY 1
