-- Note of whom the run knows not all: whoever it holds, and whoever the law could not decide about in one of its months.
INSERT INTO payroll_touch (subject, subject_id)
SELECT 'p'::"char", hold.person_id FROM payroll_payrollhold AS hold WHERE hold.run_id = %(run)s
UNION SELECT 'p', undecided.person_id FROM undecided
