-- The facts of one month about every person with a decision, one row each, in the shape the law's statement reads.
-- Each fact has its value at the end of the month and on the last day of the month before; NULL means unknown.
CREATE TEMPORARY TABLE facts ON COMMIT DROP AS
WITH died AS (
    -- Whoever died in the month is looked at on that day instead of on the last.
    SELECT person.id AS person_id, person.death_date AS day FROM people_person AS person
    WHERE person.death_date > %(prev)s::date AND person.death_date <= %(end)s::date
), granted AS (
    -- A bit for each benefit with a decision in force; others for those in payment around the month, and on the eves of
    -- the birthdays that rules name: "in payment" reads decisions, never a second derivation.
    SELECT decision.person_id,
           coalesce(bit_or(benefit.bit) FILTER (WHERE decision.start_month <= %(month)s::date
                    AND (decision.end_month IS NULL OR decision.end_month > %(month)s::date)), 0) AS granted{history_columns}
    FROM entitlement_decision AS decision
    JOIN people_person AS person ON person.id = decision.person_id
    JOIN (SELECT code, 1::bigint << (position - 1)::int AS bit FROM unnest(%(benefits)s::text[]) WITH ORDINALITY AS listed (code, position))
         AS benefit ON benefit.code = decision.benefit
    WHERE decision.start_month <= %(month)s::date AND decision.recorded_at <= %(known_at)s::timestamptz AND decision.area_id = ANY (%(areas)s)
    GROUP BY decision.person_id
), circumstance AS (
    SELECT fact.person_id, {circumstance_columns}
    FROM people_circumstance AS fact LEFT JOIN died ON died.person_id = fact.person_id
    WHERE fact.valid_from <= %(end)s::date AND (fact.valid_to IS NULL OR fact.valid_to > %(prev)s::date)
      AND fact.recorded_at <= %(known_at)s::timestamptz AND (fact.superseded_at IS NULL OR fact.superseded_at > %(known_at)s::timestamptz)
    GROUP BY fact.person_id
), protected AS (
    SELECT fact.person_id, {protected_columns}
    FROM people_protectedcondition AS fact LEFT JOIN died ON died.person_id = fact.person_id
    WHERE fact.valid_from <= %(end)s::date AND (fact.valid_to IS NULL OR fact.valid_to > %(prev)s::date)
      AND fact.recorded_at <= %(known_at)s::timestamptz AND (fact.superseded_at IS NULL OR fact.superseded_at > %(known_at)s::timestamptz)
    GROUP BY fact.person_id
), poverty AS (
    SELECT membership.person_id,
           max(class.poverty_class) FILTER (WHERE class.valid_from <= coalesce(died.day, %(end)s::date)
               AND (class.valid_to IS NULL OR class.valid_to > coalesce(died.day, %(end)s::date))
               AND membership.valid_from <= coalesce(died.day, %(end)s::date)
               AND (membership.valid_to IS NULL OR membership.valid_to > coalesce(died.day, %(end)s::date))) AS at_end,
           max(class.poverty_class) FILTER (WHERE class.valid_from <= %(prev)s::date AND (class.valid_to IS NULL OR class.valid_to > %(prev)s::date)
               AND membership.valid_from <= %(prev)s::date) AS at_prev
    FROM people_membership AS membership
    JOIN poverty_householdclass AS class ON class.household_id = membership.household_id
    LEFT JOIN died ON died.person_id = membership.person_id
    WHERE membership.valid_from <= %(end)s::date AND (membership.valid_to IS NULL OR membership.valid_to > %(prev)s::date)
      AND class.recorded_at <= %(known_at)s::timestamptz
    GROUP BY membership.person_id
), hardship AS (
    SELECT hardship.area_id,
           bool_or(hardship.valid_from <= %(end)s::date AND (hardship.valid_to IS NULL OR hardship.valid_to > %(end)s::date)) AS at_end,
           bool_or(hardship.valid_from <= %(prev)s::date AND (hardship.valid_to IS NULL OR hardship.valid_to > %(prev)s::date)) AS at_prev
    FROM office_hardship AS hardship GROUP BY hardship.area_id
)
SELECT person.id AS person_id, person.birth_date, person.death_date, granted.granted{history_names}{fact_columns}
FROM granted
JOIN people_person AS person ON person.id = granted.person_id
LEFT JOIN circumstance ON circumstance.person_id = person.id
LEFT JOIN protected ON protected.person_id = person.id
LEFT JOIN poverty ON poverty.person_id = person.id
LEFT JOIN hardship ON hardship.area_id = person.area_id
LEFT JOIN died ON died.person_id = person.id
-- An incomplete birth date makes every age unknown; such a person is held by the payroll, not guessed here.
WHERE person.birth_precision = 'day'
