-- The parts in which what may be sent would be reserved: the first and the last item of each, and how many there are.
SELECT part, min(id), max(id), count(*) FROM ({sendable}) AS ranked WHERE running <= %(funds)s GROUP BY part ORDER BY part
