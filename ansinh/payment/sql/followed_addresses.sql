-- Which current addresses the answers speak of: paid ones that were only verified, and ones that the bank refused.
-- The item remembers the row it was sent to; the same account may have a newer row by now.
SELECT DISTINCT current.id, moved.effect = 'pay' AS is_paid
FROM moved
JOIN people_financialaddress AS sent ON sent.id = moved.address_id
JOIN people_financialaddress AS current
  ON current.person_id = sent.person_id AND current.valid_to IS NULL AND current.bank_bin = sent.bank_bin AND current.number = sent.number
WHERE (moved.effect = 'pay' AND current.state = 'VERIFIED')
   OR (moved.effect IN ('reject', 'return') AND current.state IN ('VERIFIED', 'PAYING')
       -- Codes that speak of the account itself (incorrect, closed, blocked, wrong holder), not of the money or the file.
       AND moved.reason_code IN ('AC01', 'AC02', 'AC03', 'AC04', 'AC06', 'AC07', 'BE01', 'BE22', 'RC01', 'AG01'))
