-- The control figures of a run in leaves of so many person numbers each: lines before payees, then by number.
-- A leaf is read in the order of the primary key: no other run is looked at, and nothing is sorted.
WITH part AS (
    SELECT generate_series(%(first)s::bigint, %(last)s::bigint) AS part
), line_leaf AS (
    SELECT part.part, found.lines, found.amount, found.leaf FROM part CROSS JOIN LATERAL (
        SELECT count(*) AS lines, sum(line.amount_dong) AS amount,
               sha256(convert_to(string_agg(concat_ws(';', line.person_id, line.benefit, line.for_month, line.amount_dong), E'\n'
                      ORDER BY line.person_id, line.benefit, line.for_month), 'UTF8')) AS leaf
        FROM payroll_payrollline AS line
        WHERE line.run_id = %(run)s AND line.person_id BETWEEN part.part * %(leaf)s AND part.part * %(leaf)s + %(leaf)s - 1) AS found
    WHERE found.lines > 0
), payee_leaf AS (
    SELECT part.part, found.amount, found.leaf FROM part CROSS JOIN LATERAL (
        SELECT count(*) AS payees, sum(payee.due_dong) AS amount,
               sha256(convert_to(string_agg(concat_ws(';', payee.person_id, payee.payee_id, payee.address_id, payee.channel, payee.due_dong), E'\n'
                      ORDER BY payee.person_id), 'UTF8')) AS leaf
        FROM payroll_payrollpayee AS payee
        WHERE payee.run_id = %(run)s AND payee.person_id BETWEEN part.part * %(leaf)s AND part.part * %(leaf)s + %(leaf)s - 1) AS found
    WHERE found.payees > 0
)
SELECT 0 AS kind, part, lines::int, amount::bigint, leaf FROM line_leaf
UNION ALL SELECT 1, part, 0, amount::bigint, leaf FROM payee_leaf
ORDER BY 1, 2
