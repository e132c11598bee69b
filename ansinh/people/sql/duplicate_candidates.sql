-- Pairs worth a look: same name and birth anywhere, same name in a commune, same birth in a commune, same account. Judged afterwards.
CREATE TEMPORARY TABLE candidate ON COMMIT DROP AS
WITH asked AS (
    SELECT id, name_fold, birth_date, birth_precision, area_id, split_part(name_sort_key, ' ', 1) AS given
    FROM people_person WHERE merged_into_id IS NULL
    AND (%(since)s::timestamptz IS NULL OR recorded_at >= %(since)s
         -- An account that came since may be somebody else's, too; a move brings people beside others of the same name.
         OR id IN (SELECT person_id FROM people_financialaddress WHERE recorded_at >= %(since)s AND valid_to IS NULL AND number <> '')
         -- A birthday that is whole now may be the same as somebody else's.
         OR id IN (SELECT person_id FROM people_personcorrection WHERE field = 'birth_date' AND recorded_at >= %(since)s)
         OR id IN (SELECT person_id FROM people_residence WHERE recorded_at >= %(since)s AND valid_to IS NULL))
), account AS (
    SELECT address.person_id, address.bank_bin, address.number FROM people_financialaddress AS address
    WHERE address.valid_to IS NULL AND address.number <> ''
)
SELECT DISTINCT least(one.id, other.id) AS first_id, greatest(one.id, other.id) AS second_id FROM (
    SELECT one.id AS one_id, other.id AS other_id FROM asked AS one
    JOIN people_person AS other ON other.name_fold = one.name_fold AND other.birth_date = one.birth_date AND other.id <> one.id
    UNION ALL
    SELECT one.id, other.id FROM asked AS one
    JOIN people_person AS other ON other.area_id = one.area_id AND other.name_fold = one.name_fold AND other.id <> one.id
     AND extract(year FROM other.birth_date) = extract(year FROM one.birth_date)
    UNION ALL
    SELECT one.id, other.id FROM asked AS one
    JOIN people_person AS other ON other.area_id = one.area_id AND other.birth_date = one.birth_date AND other.id <> one.id
     AND 'day' = ALL (ARRAY[one.birth_precision, other.birth_precision])
    UNION ALL
    SELECT one.person_id, other.person_id FROM account AS one
    JOIN asked ON asked.id = one.person_id
    JOIN account AS other ON other.bank_bin = one.bank_bin AND other.number = one.number AND other.person_id <> one.person_id
) AS pair (one_id, other_id)
JOIN people_person AS one ON one.id = pair.one_id
JOIN people_person AS other ON other.id = pair.other_id
WHERE other.merged_into_id IS NULL
