-- Reserve the money of every eligible item of a run and put the items into batches of at most `size`, in a fixed order.
-- What the money at the provider does not reach stays due: the order of the items says who goes first.
-- An item loses its eligibility here: only a person who mended the cause can give it back.
WITH ranked AS (
{sendable}
), chosen AS (
    SELECT id, attempt, amount, part FROM ranked WHERE running <= %(funds)s AND part < %(parts)s
), batch AS (
    INSERT INTO payment_paymentbatch (run_id, provider_id, message_id, number, state, instructions, control_total_dong, sha256, created_at, execution_date, first_item_id, last_item_id)
    SELECT %(run)s, %(provider)s, %(prefix)s || lpad((%(earlier)s + chosen.part + 1)::text, 4, '0'), %(earlier)s + chosen.part + 1,
           'RESERVED', count(*), sum(chosen.amount), '', %(at)s, %(execution_date)s, min(chosen.id), max(chosen.id)
    FROM chosen GROUP BY chosen.part
    RETURNING id, number
)
UPDATE payment_paymentitem AS item
SET attempt = chosen.attempt, inflight_dong = chosen.amount, eligible = false, batch_id = batch.id, status = 'DUE', reason_set = '', reason_code = ''
FROM chosen JOIN batch ON batch.number = %(earlier)s + chosen.part + 1
-- A stretch is looked for where it lies, and not in the whole table.
WHERE item.id = chosen.id AND item.id BETWEEN %(first)s AND %(last)s
