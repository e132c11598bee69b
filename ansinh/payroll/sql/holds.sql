-- Whatever must not be paid by this run is taken out of it and listed with its reason, for a person to decide.
WITH total AS (
    SELECT line.person_id, sum(line.amount_dong)::bigint AS amount FROM payroll_payrollline AS line
    WHERE line.run_id = %(run)s AND line.person_id BETWEEN %(first)s AND %(last)s GROUP BY line.person_id
), judged AS (
    SELECT total.person_id, total.amount, person.area_id,
           CASE WHEN total.amount <= 0 THEN 'recovery_needs_decision'
                WHEN person.death_date IS NOT NULL THEN 'beneficiary_deceased'
                WHEN payee.death_date IS NOT NULL THEN 'payee_deceased'
                WHEN address.cooling_until > %(cut_off)s THEN 'address_cooling_off' END AS reason
    FROM total JOIN people_person AS person ON person.id = total.person_id
    LEFT JOIN people_mandate AS mandate ON mandate.beneficiary_id = person.id AND mandate.valid_from <= %(cut_off)s
         AND (mandate.valid_to IS NULL OR mandate.valid_to > %(cut_off)s)
    LEFT JOIN people_person AS payee ON payee.id = mandate.payee_id
    -- Few accounts have changed lately; the others are not even looked up.
    LEFT JOIN people_financialaddress AS address ON address.person_id = coalesce(mandate.payee_id, person.id) AND address.valid_to IS NULL
         AND address.cooling_until > %(cut_off)s AND address.state IN ('VERIFIED', 'PAYING')
), held AS (
    INSERT INTO payroll_payrollhold (run_id, person_id, reason, detail, amount_dong, area_id)
    SELECT %(run)s, judged.person_id, judged.reason, '', judged.amount, judged.area_id FROM judged WHERE judged.reason IS NOT NULL
    RETURNING person_id
)
DELETE FROM payroll_payrollline AS line USING held WHERE line.run_id = %(run)s AND line.person_id = held.person_id
