-- Which current addresses a bank's answers speak of, with the payee's name, and whether somebody else has the same account without
-- a mandate between the two. An answer about an account that nobody has now finds no row.
SELECT answer.row, address.id, address.person_id, address.area_id, address.state, person.full_name, answer.bank_name, address.entered_by,
       EXISTS (SELECT FROM people_financialaddress AS other
               WHERE other.bank_bin = address.bank_bin AND other.number = address.number AND other.valid_to IS NULL
                 AND other.person_id <> address.person_id
                 AND NOT EXISTS (SELECT FROM people_mandate AS mandate WHERE mandate.valid_from <= %(day)s
                     AND (mandate.valid_to IS NULL OR mandate.valid_to > %(day)s)
                     AND (mandate.beneficiary_id, mandate.payee_id) IN ((address.person_id, other.person_id), (other.person_id, address.person_id)))) AS shared
FROM holder_answer AS answer
JOIN people_financialaddress AS address ON address.bank_bin = answer.bank_bin AND address.number = answer.number AND address.valid_to IS NULL
JOIN people_person AS person ON person.id = address.person_id
ORDER BY answer.row, address.id
