-- Everybody with a decision, one row each: what decides the month about them, told so shortly that people who are alike have equal rows.
-- Everything is grouped and joined in the order of people's numbers, so that a million people pass through a few small rooms.
CREATE TEMPORARY TABLE likeness ON COMMIT DROP AS
SELECT person.id AS person_id, person.birth_date, person.death_date,
       {born} AS born, {died} AS died, {columns}
FROM people_person AS person
JOIN (
    -- A bit for each benefit with a decision in force; others for those in payment around the month: "in payment" reads
    -- decisions, never a second derivation.
    SELECT decision.person_id,
           coalesce(bit_or(decision.bit) FILTER (WHERE decision.start_month <= %(month)s::date
                    AND (decision.end_month IS NULL OR decision.end_month > %(month)s::date)), 0) AS granted,
           coalesce(bit_or(decision.bit) FILTER (WHERE decision.start_month < %(month)s::date
                    AND (decision.end_month IS NULL OR decision.end_month >= %(month)s::date)), 0) AS was_receiving,
           min(decision.start_month) AS first_start, max(decision.end_month) AS ended, bit_or(decision.bit) AS ever, count(*) AS decisions
    -- OFFSET 0 keeps the planner from copying the search for the bit into each of its uses.
    FROM (SELECT decision.person_id, decision.start_month, decision.end_month, {bit} AS bit
          FROM entitlement_decision AS decision WHERE {of_decision} ORDER BY decision.person_id OFFSET 0) AS decision
    GROUP BY decision.person_id
) AS decided ON decided.person_id = person.id
{joins}
-- An incomplete birth date makes every age unknown; such a person is held by the payroll, not guessed here.
WHERE person.birth_precision = 'day' {of_whom}
