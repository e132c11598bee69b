-- Look once more before money leaves: since the freeze somebody may have died, a mandate may have ended, an account may have been
-- closed or changed, or the sum may be above what the provider's channel carries.
-- Such an item waits with its reason; it may go when the reason is gone. Only items that never left are looked at.
-- Looked up first and written after: what only reads may be read by several processors.
CREATE TEMPORARY TABLE stopped ON COMMIT DROP AS
WITH dead AS (
    -- Few among a million: everybody's item is held against them, and not against everybody.
    SELECT id FROM people_person WHERE death_date IS NOT NULL
), acting AS (
    SELECT DISTINCT beneficiary_id, payee_id FROM people_mandate
    WHERE valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)
), found AS (
    SELECT item.id, item.eligible, item.reason_code, CASE WHEN beneficiary.id IS NOT NULL THEN 'DEAD'
                         WHEN payee.id IS NOT NULL THEN 'PAYEE'
                         -- Whoever was guardian or delegate at the freeze and is no more has no right to the money.
                         WHEN item.payee_id <> item.beneficiary_id AND acting.payee_id IS NULL THEN 'MANDATE'
                         -- Nearly always the very row of the freeze still stands; else another one may name the same account.
                         WHEN NOT coalesce(sent.valid_to IS NULL AND sent.state IN ('VERIFIED', 'PAYING') AND sent.person_id = item.payee_id, false)
                              AND NOT EXISTS (SELECT FROM people_financialaddress AS current WHERE current.person_id = item.payee_id
                                              AND current.valid_to IS NULL AND current.state IN ('VERIFIED', 'PAYING')
                                              AND current.bank_bin = sent.bank_bin AND current.number = sent.number) THEN 'ADDRESS'
                         WHEN item.due_dong - item.paid_dong - item.waived_dong > %(limit)s THEN 'LIMIT' ELSE '' END AS cause
    FROM payment_paymentitem AS item
    LEFT JOIN dead AS beneficiary ON beneficiary.id = item.beneficiary_id
    LEFT JOIN dead AS payee ON payee.id = item.payee_id
    LEFT JOIN acting ON acting.beneficiary_id = item.beneficiary_id AND acting.payee_id = item.payee_id
    LEFT JOIN people_financialaddress AS sent ON sent.id = item.address_id
    WHERE item.run_id = %(run)s AND item.provider_id = %(provider)s AND item.channel = 'account' AND item.status = 'DUE' AND item.inflight_dong = 0
      -- Whoever was called back waits for two people, whatever the registry says.
      AND (item.eligible OR item.reason_set = 'ansinh' AND item.reason_code <> 'RECALL')
      AND item.due_dong > item.paid_dong + item.waived_dong
)
SELECT id, cause FROM found WHERE eligible <> (cause = '') OR reason_code <> cause
