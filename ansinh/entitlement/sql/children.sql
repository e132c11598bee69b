-- The children raised by the persons above, with what the law asks of a child, at the two instants of the month.
CREATE TEMPORARY TABLE children ON COMMIT DROP AS
WITH raised AS MATERIALIZED (
    SELECT raised.parent_id, raised.child_id,
           -- Looked up one by one: few people raise children, and joining would read everybody. NULL: the child has died.
           (SELECT child.birth_date FROM people_person AS child WHERE child.id = raised.child_id
            AND (child.death_date IS NULL OR child.death_date > %(end)s::date)) AS birth_date,
           CASE WHEN facts.death_date > %(prev)s::date AND facts.death_date <= %(end)s::date THEN facts.death_date END AS day
    FROM people_parentchild AS raised
    JOIN facts ON facts.person_id = raised.parent_id
    WHERE raised.valid_from <= %(end)s::date AND (raised.valid_to IS NULL OR raised.valid_to > least(%(end)s::date, facts.death_date))
      AND (raised.recorded_at IS NULL OR raised.recorded_at <= %(known_at)s::timestamptz)
), circumstance AS (
    SELECT fact.person_id, {child_circumstance_columns}
    FROM people_circumstance AS fact
    -- The parent's last day is the day on which the child's circumstances count.
    JOIN (SELECT child_id, min(day) AS day FROM raised GROUP BY child_id) AS died ON died.child_id = fact.person_id
    WHERE fact.kind IN ({kinds}) AND fact.valid_from <= %(end)s::date AND (fact.valid_to IS NULL OR fact.valid_to > %(prev)s::date)
      AND fact.recorded_at <= %(known_at)s::timestamptz AND (fact.superseded_at IS NULL OR fact.superseded_at > %(known_at)s::timestamptz)
    GROUP BY fact.person_id
)
SELECT raised.parent_id AS person_id, raised.birth_date{child_columns}
FROM raised
LEFT JOIN circumstance ON circumstance.person_id = raised.child_id
WHERE raised.birth_date IS NOT NULL
