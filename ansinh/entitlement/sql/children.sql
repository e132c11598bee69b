-- The children raised by the persons above, with what the law asks of a child, at the two instants of the month.
CREATE TEMPORARY TABLE children ON COMMIT DROP AS
WITH asked AS (
    SELECT %(month)s::date AS month, %(end)s::date AS last_day, %(prev)s::date AS day_before, %(known_at)s::timestamptz AS known_at
)
SELECT raised.parent_id AS person_id, child.birth_date, {child_columns},
       -- A child counted last month stays counted while it studies; the parent must have been in payment for it.
       (facts.was_receiving & %(k4_bit)s::bigint) <> 0 AND raised.valid_from < asked.month AS was_counted
FROM asked, people_parentchild AS raised
JOIN facts ON facts.person_id = raised.parent_id
JOIN people_person AS child ON child.id = raised.child_id
LEFT JOIN LATERAL (
    SELECT {child_circumstance_columns} FROM people_circumstance AS fact
    WHERE fact.person_id = child.id AND fact.valid_from <= asked.last_day AND (fact.valid_to IS NULL OR fact.valid_to > asked.day_before)
      AND fact.recorded_at <= asked.known_at AND (fact.superseded_at IS NULL OR fact.superseded_at > asked.known_at)
) AS circumstance ON true
WHERE raised.valid_from <= asked.last_day AND (raised.valid_to IS NULL OR raised.valid_to > asked.last_day)
  AND (child.death_date IS NULL OR child.death_date > asked.last_day)
