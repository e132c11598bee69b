-- The facts of one month, one row for each kind of people who are alike, in the shape the law's statement reads.
-- Each fact has its value at the end of the month and on the last day of the month before; NULL means unknown.
CREATE TEMPORARY TABLE facts ON COMMIT DROP AS
SELECT spokesman.person_id, spokesman.birth_date, spokesman.death_date, spokesman.granted, {fact_columns} FROM spokesman
