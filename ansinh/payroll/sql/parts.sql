-- The first and the last leaf of a run's control figures among these people; NULL when they have neither lines nor payees.
-- By number, so that nobody walks over the rows that another share has not committed yet.
SELECT least((SELECT min(person_id) FROM payroll_payrollline WHERE run_id = %(run)s AND person_id BETWEEN %(first)s AND %(last)s),
             (SELECT min(person_id) FROM payroll_payrollpayee WHERE run_id = %(run)s AND person_id BETWEEN %(first)s AND %(last)s)) / %(leaf)s,
       greatest((SELECT max(person_id) FROM payroll_payrollline WHERE run_id = %(run)s AND person_id BETWEEN %(first)s AND %(last)s),
                (SELECT max(person_id) FROM payroll_payrollpayee WHERE run_id = %(run)s AND person_id BETWEEN %(first)s AND %(last)s)) / %(leaf)s
