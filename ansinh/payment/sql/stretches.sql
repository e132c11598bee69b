-- The parts in which what may be sent would be reserved: the first and the last item of each, how many there are, and their money.
SELECT part, min(id), max(id), count(*), sum(amount)::bigint FROM ({sendable}) AS ranked WHERE running <= %(funds)s GROUP BY part ORDER BY part
