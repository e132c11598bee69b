-- People about whom the law cannot decide yet, in this month or in one that is compared with what was settled: one row each,
-- naming the benefits that wait for a fact, and which months where others than the run's own wait.
INSERT INTO payroll_payrollhold (run_id, person_id, reason, detail, amount_dong, area_id)
SELECT %(run)s, waiting.person_id, waiting.reason, waiting.detail, 0, person.area_id
FROM (SELECT one.person_id, 'needs_verification' AS reason,
             left(string_agg(concat(one.benefit, one.months), ', ' ORDER BY one.benefit), 200) AS detail
      FROM (SELECT person_id, benefit, CASE WHEN min(for_month) < %(month)s THEN concat(
                 ' (', to_char(min(for_month), 'MM/YYYY'), to_char(nullif(max(for_month), min(for_month)), '–MM/YYYY'), ')') END AS months
            FROM undecided GROUP BY person_id, benefit) AS one
      GROUP BY one.person_id
      UNION ALL
      SELECT DISTINCT decision.person_id, 'birth_date_incomplete', '' FROM entitlement_decision AS decision
      JOIN people_person AS person ON person.id = decision.person_id
      WHERE person.birth_precision <> 'day' AND decision.start_month <= %(month)s
        AND (decision.end_month IS NULL OR decision.end_month > %(month)s)
        AND decision.person_id BETWEEN %(first)s AND %(last)s) AS waiting
JOIN people_person AS person ON person.id = waiting.person_id
WHERE person.area_id = ANY (%(areas)s)
