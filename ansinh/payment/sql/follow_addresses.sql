-- Let the account funnel follow the money: a paid account is paying, one that the bank refused must be collected again.
UPDATE people_financialaddress AS address
SET state = CASE WHEN moved.effect = 'pay' THEN 'PAYING' ELSE 'COLLECTED' END
FROM moved
WHERE address.id = moved.address_id AND address.valid_to IS NULL
  AND ((moved.effect = 'pay' AND address.state = 'VERIFIED')
       OR (moved.effect IN ('reject', 'return') AND address.state IN ('VERIFIED', 'PAYING')
           -- Codes that speak of the account itself (incorrect, closed, blocked, wrong holder), not of the money or the file.
           AND moved.reason_code IN ('AC01', 'AC02', 'AC03', 'AC04', 'AC06', 'AC07', 'BE01', 'BE22', 'RC01', 'AG01')))
