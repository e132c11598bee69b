-- Close the addresses that a list replaces by another account.
UPDATE people_financialaddress SET valid_to = %(day)s
WHERE id IN (SELECT address_id FROM import_verdict WHERE verdict = 'updated' AND has_new_account AND address_id IS NOT NULL)
