-- How far the instructions of a run have gone out.
SELECT count(*), count(*) FILTER (WHERE batch.state = 'SENT'), coalesce(sum(batch.instructions), 0)::bigint, max(batch.sent_at)
FROM payment_paymentbatch AS batch WHERE batch.run_id = %(run)s
