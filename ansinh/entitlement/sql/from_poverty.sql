-- The class of a household at two days, as decided by an instant.
SELECT membership.person_id,
       max(class.poverty_class) FILTER (WHERE class.valid_from <= {last} AND (class.valid_to IS NULL OR class.valid_to > {last})
           AND membership.valid_from <= {last} AND (membership.valid_to IS NULL OR membership.valid_to > {last})) AS at_end,
       max(class.poverty_class) FILTER (WHERE class.valid_from <= %(prev)s::date AND (class.valid_to IS NULL OR class.valid_to > %(prev)s::date)
           AND membership.valid_from <= %(prev)s::date) AS at_prev
FROM people_membership AS membership
JOIN poverty_householdclass AS class ON class.household_id = membership.household_id
WHERE membership.valid_from <= %(end)s::date AND (membership.valid_to IS NULL OR membership.valid_to > %(prev)s::date)
  AND (membership.recorded_at IS NULL OR membership.recorded_at <= %(known_at)s::timestamptz)
  AND class.recorded_at <= %(known_at)s::timestamptz {of_whom}
GROUP BY membership.person_id
