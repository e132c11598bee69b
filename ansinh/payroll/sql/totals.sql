-- The control figures of a run: lines, sum, and one hash over every line and every payee in a fixed order.
WITH line_leaf AS (
    SELECT line.person_id / 65536 AS part, count(*) AS lines, sum(line.amount_dong) AS amount,
           sha256(convert_to(string_agg(concat_ws(';', line.person_id, line.benefit, line.for_month, line.amount_dong), E'\n'
                  ORDER BY line.person_id, line.benefit, line.for_month), 'UTF8')) AS leaf
    FROM payroll_payrollline AS line WHERE line.run_id = %(run)s GROUP BY line.person_id / 65536
), payee_leaf AS (
    SELECT payee.person_id / 65536 AS part, sum(payee.due_dong) AS amount,
           sha256(convert_to(string_agg(concat_ws(';', payee.person_id, payee.payee_id, payee.address_id, payee.channel, payee.due_dong), E'\n'
                  ORDER BY payee.person_id), 'UTF8')) AS leaf
    FROM payroll_payrollpayee AS payee WHERE payee.run_id = %(run)s GROUP BY payee.person_id / 65536
)
SELECT coalesce((SELECT sum(lines) FROM line_leaf), 0)::int, coalesce((SELECT sum(amount) FROM line_leaf), 0)::bigint,
       coalesce((SELECT sum(amount) FROM payee_leaf), 0)::bigint,
       encode(sha256(coalesce((SELECT string_agg(leaf, ''::bytea ORDER BY part) FROM line_leaf), ''::bytea)
                     || coalesce((SELECT string_agg(leaf, ''::bytea ORDER BY part) FROM payee_leaf), ''::bytea)), 'hex')
