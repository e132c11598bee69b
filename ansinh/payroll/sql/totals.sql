-- The control figures of a run: lines, sum, and one hash over every line and every payee in a fixed order.
-- A leaf covers 65,536 person numbers and is read in the order of the primary key: no other run is looked at, and nothing is sorted.
WITH part AS (
    SELECT generate_series(least((SELECT min(person_id) FROM payroll_payrollline WHERE run_id = %(run)s),
                                 (SELECT min(person_id) FROM payroll_payrollpayee WHERE run_id = %(run)s)) / 65536,
                           greatest((SELECT max(person_id) FROM payroll_payrollline WHERE run_id = %(run)s),
                                    (SELECT max(person_id) FROM payroll_payrollpayee WHERE run_id = %(run)s)) / 65536) AS part
), line_leaf AS (
    SELECT part.part, found.lines, found.amount, found.leaf FROM part CROSS JOIN LATERAL (
        SELECT count(*) AS lines, sum(line.amount_dong) AS amount,
               sha256(convert_to(string_agg(concat_ws(';', line.person_id, line.benefit, line.for_month, line.amount_dong), E'\n'
                      ORDER BY line.person_id, line.benefit, line.for_month), 'UTF8')) AS leaf
        FROM payroll_payrollline AS line
        WHERE line.run_id = %(run)s AND line.person_id BETWEEN part.part * 65536 AND part.part * 65536 + 65535) AS found
    WHERE found.lines > 0
), payee_leaf AS (
    SELECT part.part, found.amount, found.leaf FROM part CROSS JOIN LATERAL (
        SELECT count(*) AS payees, sum(payee.due_dong) AS amount,
               sha256(convert_to(string_agg(concat_ws(';', payee.person_id, payee.payee_id, payee.address_id, payee.channel, payee.due_dong), E'\n'
                      ORDER BY payee.person_id), 'UTF8')) AS leaf
        FROM payroll_payrollpayee AS payee
        WHERE payee.run_id = %(run)s AND payee.person_id BETWEEN part.part * 65536 AND part.part * 65536 + 65535) AS found
    WHERE found.payees > 0
)
SELECT coalesce((SELECT sum(lines) FROM line_leaf), 0)::int, coalesce((SELECT sum(amount) FROM line_leaf), 0)::bigint,
       coalesce((SELECT sum(amount) FROM payee_leaf), 0)::bigint,
       encode(sha256(coalesce((SELECT string_agg(leaf, ''::bytea ORDER BY part) FROM line_leaf), ''::bytea)
                     || coalesce((SELECT string_agg(leaf, ''::bytea ORDER BY part) FROM payee_leaf), ''::bytea)), 'hex')
