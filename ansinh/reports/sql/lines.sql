-- How many lines the runs have, as far as the caller's scope reaches.
SELECT count(*) FROM payroll_payrollline AS line WHERE line.run_id = ANY (%(runs)s)
