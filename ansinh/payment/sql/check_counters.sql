-- Check that each item's counters are what the books say of this very item (I4): money marked paid to one person was not paid to another.
SELECT 'paid_once' AS broken,
       concat('item ', coalesce(item.id, book.item), ': in flight ', item.inflight_dong, ', paid ', item.paid_dong, ', waived ', item.waived_dong,
              '; books ', book.in_flight, ', ', book.paid, ', ', book.waived) AS offender
FROM payment_paymentitem AS item
FULL JOIN (
    SELECT reference >> 6 AS item,
           coalesce(sum(CASE WHEN code IN (10, 20) THEN amount_dong WHEN code IN (11, 12, 19, 21, 22) THEN -amount_dong END), 0) AS in_flight,
           coalesce(sum(CASE WHEN code IN (11, 18, 21) THEN amount_dong WHEN code = 13 THEN -amount_dong END), 0) AS paid,
           coalesce(sum(amount_dong) FILTER (WHERE code = 16), 0) AS waived
    FROM ledger_transfer WHERE code BETWEEN 10 AND 22 AND code <> 17 GROUP BY reference >> 6
) AS book ON book.item = item.id
WHERE (coalesce(item.inflight_dong, 0), coalesce(item.paid_dong, 0), coalesce(item.waived_dong, 0))
      IS DISTINCT FROM (coalesce(book.in_flight, 0)::bigint, coalesce(book.paid, 0)::bigint, coalesce(book.waived, 0)::bigint)
LIMIT 3
