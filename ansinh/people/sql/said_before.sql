-- Put back what each row said at the instant: of several changes since, the first after it tells, column by column.
WITH former AS (
    SELECT kept.row_id, jsonb_object_agg(one.key, one.value ORDER BY kept.known_until DESC, kept.id DESC) AS said
    FROM people_formerstate AS kept CROSS JOIN jsonb_each(kept.said) AS one
    WHERE kept.relation = %(relation)s AND kept.known_until > %(instant)s
    GROUP BY kept.row_id
)
UPDATE pg_temp.{table} AS known SET ({columns}) = ROW ({said}) FROM former WHERE known.id = former.row_id
