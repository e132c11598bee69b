-- The books' side of what moved: one row a movement, referring to (item, attempt).
SELECT account.code, moved.id * 64 + moved.attempt AS reference, account.debit_id, account.credit_id, moved.amount_dong,
       %s::bigint AS evidence, moved.month
FROM moved JOIN (SELECT * FROM unnest(%s::text[], %s::smallint[], %s::bigint[], %s::bigint[]) AS listed (effect, code, debit_id, credit_id)) AS account
  ON account.effect = moved.effect
