-- What is recorded of people's circumstances, as known at an instant: a bit for each thing said, at two days.
SELECT fact.person_id, {marks}
FROM (SELECT fact.person_id, fact.kind, fact.value, fact.valid_from, fact.valid_to, {bits}
      FROM {table} AS fact
      WHERE fact.kind IN ({kinds}) AND fact.valid_from <= %(end)s::date AND (fact.valid_to IS NULL OR fact.valid_to > %(prev)s::date)
        AND fact.recorded_at <= %(known_at)s::timestamptz AND (fact.superseded_at IS NULL OR fact.superseded_at > %(known_at)s::timestamptz)
        {of_whom} OFFSET 0) AS fact
GROUP BY fact.person_id
