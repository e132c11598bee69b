-- Turn what each person is entitled to, as known now, into lines: entitled minus settled (D5), for the months compared.
-- While anything about a person's month is undecided, nothing of that month is taken back, and nothing more is paid beside
-- an undecided benefit that was settled: it may turn out to exclude the other.
WITH waiting AS (
    SELECT undecided.person_id, undecided.for_month, undecided.benefit, coalesce(settlement.settled_dong, 0) AS settled
    FROM undecided
    LEFT JOIN payroll_settlement AS settlement ON settlement.person_id = undecided.person_id
         AND settlement.for_month = undecided.for_month AND settlement.benefit = undecided.benefit
), waiting_month AS (
    SELECT person_id, for_month, array_agg(benefit) FILTER (WHERE settled > 0) AS settled_benefits FROM waiting GROUP BY person_id, for_month
)
INSERT INTO payroll_payrollline
    (run_id, person_id, benefit, for_month, kind, rule, entitled_dong, settled_before_dong, amount_dong, area_id)
SELECT %(run)s, pair.person_id, pair.benefit, pair.for_month,
       CASE WHEN pair.entitled < pair.settled THEN 'recovery'
            WHEN pair.for_month = %(month)s AND pair.settled = 0 THEN 'regular' ELSE 'arrears' END,
       pair.rule, pair.entitled, pair.settled, pair.entitled - pair.settled, person.area_id
FROM (
    SELECT coalesce(entitled.person_id, settled.person_id) AS person_id,
           coalesce(entitled.benefit, settled.benefit) AS benefit,
           coalesce(entitled.for_month, settled.for_month) AS for_month,
           coalesce(entitled.rule, '') AS rule,
           coalesce(entitled.amount_dong, 0) AS entitled, coalesce(settled.settled_dong, 0) AS settled
    FROM entitled
    FULL JOIN (SELECT settlement.* FROM payroll_settlement AS settlement WHERE settlement.for_month = ANY (%(full)s)
                 AND settlement.person_id BETWEEN %(first)s AND %(last)s
               -- In a kept month what is settled is what is due, except for those who were asked again.
               UNION ALL
               SELECT settlement.* FROM payroll_settlement AS settlement JOIN touched ON touched.person_id = settlement.person_id
               WHERE settlement.for_month = ANY (%(kept)s) AND settlement.person_id BETWEEN %(first)s AND %(last)s) AS settled
        ON settled.person_id = entitled.person_id AND settled.benefit = entitled.benefit AND settled.for_month = entitled.for_month
    WHERE coalesce(entitled.amount_dong, 0) <> coalesce(settled.settled_dong, 0)
) AS pair
JOIN people_person AS person ON person.id = pair.person_id
LEFT JOIN waiting_month ON waiting_month.person_id = pair.person_id AND waiting_month.for_month = pair.for_month
WHERE person.area_id = ANY (%(areas)s)
  AND (waiting_month.person_id IS NULL
       OR (pair.entitled > pair.settled AND array_remove(coalesce(waiting_month.settled_benefits, '{}'), pair.benefit) = '{}'))
