-- People about whom the law cannot decide yet: one row each, naming the benefits that wait for a fact.
INSERT INTO payroll_payrollhold (run_id, person_id, reason, detail, amount_dong, area_id)
SELECT %(run)s, waiting.person_id, waiting.reason, waiting.detail, 0, person.area_id
FROM (SELECT undecided.person_id, 'needs_verification' AS reason, string_agg(DISTINCT undecided.benefit, ', ') AS detail
      FROM undecided WHERE undecided.for_month = %(month)s GROUP BY undecided.person_id
      UNION ALL
      SELECT DISTINCT decision.person_id, 'birth_date_incomplete', '' FROM entitlement_decision AS decision
      JOIN people_person AS person ON person.id = decision.person_id
      WHERE person.birth_precision <> 'day' AND decision.start_month <= %(month)s
        AND (decision.end_month IS NULL OR decision.end_month > %(month)s)
        AND decision.person_id BETWEEN %(first)s AND %(last)s) AS waiting
JOIN people_person AS person ON person.id = waiting.person_id
WHERE person.area_id = ANY (%(areas)s)
