-- The first and the last leaf of a run's control figures; NULL when it has neither lines nor payees.
SELECT least((SELECT min(person_id) FROM payroll_payrollline WHERE run_id = %(run)s),
             (SELECT min(person_id) FROM payroll_payrollpayee WHERE run_id = %(run)s)) / %(leaf)s,
       greatest((SELECT max(person_id) FROM payroll_payrollline WHERE run_id = %(run)s),
                (SELECT max(person_id) FROM payroll_payrollpayee WHERE run_id = %(run)s)) / %(leaf)s
