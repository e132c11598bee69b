-- Choose who pays out each account item of a run that nobody pays out yet: whoever serves its bank, else whoever serves all.
WITH served AS (
    SELECT bank.bin, min(provider.id) AS provider_id
    FROM payment_paymentserviceprovider AS provider CROSS JOIN LATERAL jsonb_array_elements_text(provider.banks) AS bank (bin)
    WHERE provider.is_active GROUP BY bank.bin
), chosen AS (
    SELECT item.id, coalesce(served.provider_id,
                             (SELECT min(id) FROM payment_paymentserviceprovider WHERE is_active AND banks = '[]'::jsonb)) AS provider_id
    FROM payment_paymentitem AS item JOIN people_financialaddress AS address ON address.id = item.address_id
    LEFT JOIN served ON served.bin = address.bank_bin
    WHERE item.run_id = %(run)s AND item.channel = 'account' AND item.provider_id IS NULL
)
UPDATE payment_paymentitem AS item SET provider_id = chosen.provider_id
FROM chosen WHERE item.id = chosen.id AND chosen.provider_id IS NOT NULL
