-- Write the collected accounts, and for new persons without one a row that says so.
INSERT INTO people_financialaddress
    (person_id, state, reason, bank_bin, number, holder_name, area_id, valid_from, recorded_at, cooling_until, entered_by)
SELECT person_id, CASE WHEN number <> '' THEN 'COLLECTED' ELSE 'NOT_OPENED' END, '', bank_bin, number, holder_name, %(area)s, %(day)s, %(at)s,
       -- Who was payable to another account has something to lose: the new one waits some days (`COOL_OFF_DAYS`).
       CASE WHEN number <> '' AND EXISTS (SELECT FROM people_financialaddress AS before WHERE before.person_id = import_verdict.person_id
            AND before.state IN ('VERIFIED', 'PAYING')) THEN %(day)s::date + %(cool_off)s END,
       CASE WHEN number <> '' THEN %(by)s ELSE '' END
FROM import_verdict
WHERE verdict = 'created' OR (verdict = 'updated' AND has_new_account)
ORDER BY row
