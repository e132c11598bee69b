-- Add the persons whom the register did not know, and note the numbers they got.
WITH added AS (
    INSERT INTO people_person
        (full_name, name_fold, name_sort_key, sex, birth_date, birth_precision, national_id, ethnicity, phone, area_id, village, recorded_at)
    SELECT full_name, name_fold, name_sort_key, sex, birth_date, 'day', national_id, ethnicity, phone, %(area)s, village, %(at)s
    FROM import_verdict WHERE verdict = 'created' ORDER BY row
    RETURNING id, national_id
)
UPDATE import_verdict SET person_id = added.id FROM added WHERE import_verdict.national_id = added.national_id
