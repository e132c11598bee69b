-- The account funnel: every payee of the runs once, in the area of their items, by how far their account has come.
-- With `now`, in the commune that keeps the payee today instead: the same month in the units of today.
-- A payee with items in several areas counts in the one with the smallest id, so that the areas add up to the province.
WITH payee AS (
    SELECT item.payee_id, CASE WHEN %(now)s THEN min(person.area_id) ELSE min(item.area_id) END AS area_id,
           bool_or(item.channel = 'account' AND item.status = 'PAID' AND item.paid_dong > 0) AS is_paid
    FROM payment_paymentitem AS item JOIN people_person AS person ON person.id = item.payee_id WHERE item.run_id = ANY (%(runs)s) GROUP BY item.payee_id
)
SELECT payee.area_id,
       CASE WHEN payee.is_paid THEN 'paid'
            WHEN address.state = 'CANNOT_OPEN' THEN 'cannot_open'
            WHEN address.state IS NULL OR address.state = 'NOT_OPENED' THEN 'not_opened'
            ELSE 'collected' END AS stage,
       CASE WHEN NOT payee.is_paid AND address.state = 'CANNOT_OPEN' THEN address.reason ELSE '' END AS reason,
       count(*)
FROM payee LEFT JOIN people_financialaddress AS address ON address.person_id = payee.payee_id AND address.valid_to IS NULL
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
