-- Which open proposals of a run may be carried out now, and why not: a death, an account nobody verified, one that still cools off,
-- or answers of the bank that contradict each other.
SELECT proposal.id, proposal.item_id, proposal.channel, item.channel AS item_channel, proposal.proposed_by, item.beneficiary_id,
       item.due_dong - item.waived_dong AS amount_dong, item.attempt, address.id AS address_id, item.provider_id,
       CASE WHEN proposal.attempt <> item.attempt OR item.inflight_dong <> 0 OR item.paid_dong <> 0 THEN 'item_moved_on'
            WHEN item.cash_list_id IS NOT NULL THEN 'item_moved_on'
            -- Called back after it was proposed: whoever proposed did not know.
            WHEN proposal.channel <> 'waived' AND EXISTS (
                SELECT FROM payment_recall AS recall WHERE recall.item_id = item.id AND recall.attempt = item.attempt AND recall.is_meant
                AND recall.asked_at > proposal.proposed_at) THEN 'recalled_since'
            -- A death is a reason to pay nobody, and none to keep the money.
            WHEN proposal.channel <> 'waived' AND beneficiary.death_date IS NOT NULL THEN 'beneficiary_deceased'
            WHEN proposal.channel <> 'waived' AND payee.death_date IS NOT NULL THEN 'payee_deceased'
            WHEN EXISTS (SELECT FROM payment_messageline AS line WHERE line.item_id = item.id AND line.attempt = item.attempt
                         AND line.hold_reason = 'final_answers_disagree') THEN 'answers_disagree'
            -- At the cash desk whoever comes shows a right to the money; an account shows none.
            WHEN proposal.channel = 'account' AND item.payee_id <> item.beneficiary_id AND NOT EXISTS (
                SELECT FROM people_mandate AS acting WHERE acting.beneficiary_id = item.beneficiary_id AND acting.payee_id = item.payee_id
                AND acting.valid_from <= %(day)s AND (acting.valid_to IS NULL OR acting.valid_to > %(day)s)) THEN 'mandate_ended'
            WHEN proposal.channel = 'account' AND address.id IS NULL THEN 'address_not_verified'
            WHEN proposal.channel = 'account' AND address.cooling_until > %(day)s THEN 'address_cooling_off'
            ELSE '' END AS held
FROM payment_reopening AS proposal
JOIN payment_paymentitem AS item ON item.id = proposal.item_id
JOIN people_person AS beneficiary ON beneficiary.id = item.beneficiary_id
JOIN people_person AS payee ON payee.id = item.payee_id
LEFT JOIN people_financialaddress AS address ON address.person_id = item.payee_id AND address.valid_to IS NULL
     AND address.state IN ('VERIFIED', 'PAYING')
WHERE item.run_id = %(run)s AND proposal.approved_by = ''
ORDER BY proposal.id
FOR UPDATE OF proposal, item
