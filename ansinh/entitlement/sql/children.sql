-- The children raised by the persons above, with what the law asks of a child, at the two instants of the month.
CREATE TEMPORARY TABLE children ON COMMIT DROP AS
WITH raised AS (
    SELECT raised.parent_id, raised.child_id, child.birth_date,
           CASE WHEN facts.death_date > %(prev)s::date AND facts.death_date <= %(end)s::date THEN facts.death_date END AS day
    FROM people_parentchild AS raised
    JOIN facts ON facts.person_id = raised.parent_id
    JOIN people_person AS child ON child.id = raised.child_id
    WHERE raised.valid_from <= %(end)s::date AND (raised.valid_to IS NULL OR raised.valid_to > least(%(end)s::date, facts.death_date))
      AND (child.death_date IS NULL OR child.death_date > %(end)s::date)
), circumstance AS (
    SELECT fact.person_id, {child_circumstance_columns}
    FROM people_circumstance AS fact
    -- The parent's last day is the day on which the child's circumstances count.
    JOIN (SELECT child_id, min(day) AS day FROM raised GROUP BY child_id) AS died ON died.child_id = fact.person_id
    WHERE fact.valid_from <= %(end)s::date AND (fact.valid_to IS NULL OR fact.valid_to > %(prev)s::date)
      AND fact.recorded_at <= %(known_at)s::timestamptz AND (fact.superseded_at IS NULL OR fact.superseded_at > %(known_at)s::timestamptz)
    GROUP BY fact.person_id
), counted AS (
    -- The parent's own decision says whether a child was counted: around this month, and on the eve of the child's sixteenth birthday.
    SELECT raised.child_id, raised.parent_id,
           coalesce(bool_or(decision.start_month < %(month)s::date
                    AND (decision.end_month IS NULL OR decision.end_month >= %(month)s::date)), false) AS now,
           coalesce(bool_or(decision.start_month < raised.birth_date + interval '16 years'
                    AND (decision.end_month IS NULL OR decision.end_month >= raised.birth_date + interval '16 years')), false) AS at_16
    FROM raised LEFT JOIN entitlement_decision AS decision ON decision.person_id = raised.parent_id AND decision.benefit = 'K4'
    GROUP BY raised.child_id, raised.parent_id
)
SELECT raised.parent_id AS person_id, raised.birth_date, {child_columns}, counted.now AS was_counted, counted.at_16 AS was_counted_at_16
FROM raised
JOIN counted ON counted.child_id = raised.child_id AND counted.parent_id = raised.parent_id
LEFT JOIN circumstance ON circumstance.person_id = raised.child_id
