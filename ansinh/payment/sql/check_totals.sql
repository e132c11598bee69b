-- Check, by provider and by cash point, that the items have in flight and have been paid what the books say (I3).
WITH placed AS (
    SELECT channel, provider_id, cash_list_id, sum(inflight_dong) AS in_flight, sum(paid_dong) AS paid
    FROM payment_paymentitem WHERE inflight_dong <> 0 OR paid_dong <> 0 GROUP BY channel, provider_id, cash_list_id
), item AS (
    SELECT coalesce(provider.code, 'CASH' || area.code, '?') AS place, sum(placed.in_flight) AS in_flight, sum(placed.paid) AS paid
    FROM placed
    LEFT JOIN payment_paymentserviceprovider AS provider ON placed.channel = 'account' AND provider.id = placed.provider_id
    LEFT JOIN payment_cashlist AS list ON placed.channel = 'cash' AND list.id = placed.cash_list_id
    LEFT JOIN office_area AS area ON area.id = list.area_id GROUP BY 1
), book AS (
    SELECT split_part(name, ':', 3) AS place,
           coalesce(sum(balance_dong) FILTER (WHERE split_part(name, ':', 2) = 'InFlight'), 0) AS in_flight,
           coalesce(sum(balance_dong) FILTER (WHERE split_part(name, ':', 2) = 'Paid'), 0) AS paid
    FROM ledger_ledgeraccount WHERE split_part(name, ':', 2) IN ('InFlight', 'Paid') GROUP BY 1
), compared AS (
    SELECT place, coalesce(item.in_flight, 0) AS item_in_flight, coalesce(book.in_flight, 0) AS book_in_flight,
           coalesce(item.paid, 0) AS item_paid, coalesce(book.paid, 0) AS book_paid
    FROM item FULL JOIN book USING (place)
)
SELECT 'in_flight_equals_items' AS broken, concat(place, ': books ', book_in_flight, ', items ', item_in_flight) AS offender
FROM compared WHERE item_in_flight <> book_in_flight
UNION ALL
SELECT 'paid_equals_items', concat(place, ': books ', book_paid, ', items ', item_paid) FROM compared WHERE item_paid <> book_paid
UNION ALL
SELECT 'waived_equals_put_aside', concat('books ', book.amount, ', items ', item.amount)
FROM (SELECT coalesce(sum(amount_dong), 0) AS amount FROM ledger_transfer WHERE code = 16) AS book,
     (SELECT coalesce(sum(waived_dong), 0) AS amount FROM payment_paymentitem WHERE waived_dong <> 0) AS item
WHERE book.amount <> item.amount
UNION ALL
SELECT 'returned_money_is_placed', concat(name, ': ', balance_dong) FROM ledger_ledgeraccount
WHERE split_part(name, ':', 2) = 'Returned' AND balance_dong <> 0
