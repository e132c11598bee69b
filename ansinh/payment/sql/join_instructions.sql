-- Let one order carry all that one payee receives on one account in one batch, as long as the channel carries the sum.
-- The first item gives the order its name; the batch then holds fewer orders than items, and the same money.
WITH together AS (
    SELECT item.id, item.attempt, item.inflight_dong, item.batch_id, item.area_id, first_value(item.id) OVER in_order AS carrier_id,
           first_value(item.attempt) OVER in_order AS carrier_attempt, count(*) OVER same AS items, sum(item.inflight_dong) OVER same AS total_dong
    FROM payment_paymentitem AS item
    JOIN payment_paymentbatch AS batch ON batch.id = item.batch_id
    JOIN people_financialaddress AS address ON address.id = item.address_id
    WHERE batch.run_id = %(run)s AND batch.provider_id = %(provider)s AND batch.number > %(earlier)s AND item.id BETWEEN %(first)s AND %(last)s
    WINDOW same AS (PARTITION BY item.batch_id, item.payee_id, address.bank_bin, address.number), in_order AS (same ORDER BY item.id)
), share AS (
    INSERT INTO payment_instructionshare (item_id, attempt, carrier_id, carrier_attempt, amount_dong, area_id)
    SELECT id, attempt, carrier_id, carrier_attempt, inflight_dong, area_id FROM together
    WHERE items > 1 AND total_dong <= %(limit)s
    RETURNING item_id, carrier_id
)
UPDATE payment_paymentbatch AS batch SET instructions = batch.instructions - carried.items
FROM (SELECT together.batch_id, count(*) AS items FROM share JOIN together ON together.id = share.item_id
      WHERE share.item_id <> share.carrier_id GROUP BY together.batch_id) AS carried
WHERE batch.id = carried.batch_id
