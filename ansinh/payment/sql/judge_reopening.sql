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
            WHEN contrary.told_on IS NOT NULL AND NOT (item.status = 'REJECTED' AND EXISTS (
                -- The statement decides, by silence too: without a gap from before the order until two days after the contrary answer
                -- no debit of it. One debit for a whole batch names nobody, so its silence says nothing.
                SELECT FROM (SELECT one.*, lag(closing_dong, 1, opening_dong) OVER (ORDER BY closing_on, id) AS before_dong
                             FROM payment_accountstatement AS one WHERE one.provider_id = item.provider_id AND one.left_out = '') AS told
                HAVING min(coalesce(opening_on, closing_on)) <= (batch.created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
                   AND max(closing_on) >= contrary.told_on + 2 AND bool_and(opening_dong = before_dong)
                   AND NOT EXISTS (SELECT FROM payment_batchdebit AS debit WHERE debit.batch_id = item.batch_id)))
                 THEN 'answers_disagree'
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
LEFT JOIN payment_paymentbatch AS batch ON batch.id = item.batch_id
LEFT JOIN LATERAL (
    SELECT max((message.stored_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) AS told_on
    FROM payment_messageline AS line JOIN payment_message AS message ON message.id = line.message_id
    WHERE line.item_id = item.id AND line.attempt = item.attempt AND line.hold_reason = 'final_answers_disagree') AS contrary ON true
LEFT JOIN people_financialaddress AS address ON address.person_id = item.payee_id AND address.valid_to IS NULL
     AND address.state IN ('VERIFIED', 'PAYING')
WHERE item.run_id = %(run)s AND proposal.approved_by = ''
ORDER BY proposal.id
FOR UPDATE OF proposal, item
