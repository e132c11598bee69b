-- The orders of a batch as they go out: one an item, or one for all that one payee receives, by the name and in the place of its carrier.
SELECT item.id, item.attempt, coalesce(joined.total_dong, item.inflight_dong), address.bank_bin, address.number, address.holder_name,
       -- Most receive their own money: nobody's name is looked up for them.
       CASE WHEN item.payee_id <> item.beneficiary_id AND joined.items IS NULL
            THEN (SELECT full_name FROM people_person AS beneficiary WHERE beneficiary.id = item.beneficiary_id) END, joined.items
FROM payment_paymentitem AS item
LEFT JOIN payment_instructionshare AS share ON share.item_id = item.id AND share.attempt = item.attempt
LEFT JOIN LATERAL (SELECT sum(one.amount_dong)::bigint AS total_dong, count(*) AS items FROM payment_instructionshare AS one
                   WHERE one.carrier_id = item.id AND one.carrier_attempt = item.attempt) AS joined ON share.item_id IS NOT NULL
JOIN people_financialaddress AS address ON address.id = item.address_id
WHERE item.batch_id = %(batch)s AND item.id BETWEEN %(first)s AND %(last)s AND (share.item_id IS NULL OR share.carrier_id = item.id) ORDER BY item.id
