-- Write the collected accounts, and for new persons without one a row that says so.
INSERT INTO people_financialaddress
    (person_id, state, reason, bank_bin, number, holder_name, area_id, valid_from, recorded_at)
SELECT person_id, CASE WHEN number <> '' THEN 'COLLECTED' ELSE 'NOT_OPENED' END, '', bank_bin, number, holder_name, %(area)s, %(day)s, %(at)s
FROM import_verdict
WHERE verdict = 'created' OR (verdict = 'updated' AND has_new_account)
ORDER BY row
