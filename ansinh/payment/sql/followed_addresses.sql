-- Which current addresses the answers speak of: paid ones that were only verified, and ones that the bank refused.
-- The item remembers the row it was sent to; the same account may have a newer row by now.
SELECT current.id, true AS is_paid
-- Few accounts are new in a month: from them to what was paid, and not the other way round.
FROM people_financialaddress AS current
JOIN people_financialaddress AS sent ON sent.person_id = current.person_id AND sent.bank_bin = current.bank_bin AND sent.number = current.number
JOIN moved ON moved.address_id = sent.id AND moved.effect = 'pay'
WHERE current.valid_to IS NULL AND current.state = 'VERIFIED'
UNION
SELECT current.id, false
FROM moved
JOIN people_financialaddress AS sent ON sent.id = moved.address_id
JOIN people_financialaddress AS current
  ON current.person_id = sent.person_id AND current.valid_to IS NULL AND current.bank_bin = sent.bank_bin AND current.number = sent.number
WHERE moved.effect IN ('reject', 'return') AND current.state IN ('VERIFIED', 'PAYING')
  -- Codes that speak of the account itself (incorrect, closed, blocked, wrong holder), not of the money or the file.
  AND moved.reason_code IN ('AC01', 'AC02', 'AC03', 'AC04', 'AC06', 'AC07', 'BE01', 'BE22', 'RC01', 'AG01')
