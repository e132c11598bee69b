-- How far the instructions of a run have gone out.
SELECT count(*), count(*) FILTER (WHERE batch.state = 'SENT'), coalesce(sum(batch.instructions) FILTER (WHERE batch.state <> 'RESERVED'), 0)::bigint, max(batch.sent_at)
-- A file from which every order was called back before it left is none.
FROM payment_paymentbatch AS batch WHERE batch.run_id = %(run)s AND batch.instructions > 0
