-- What the judgement of each candidate pair rests on; pairs already known are left out, whatever was decided about them.
SELECT candidate.first_id, candidate.second_id, one.full_name, other.full_name, one.name_fold, other.name_fold,
       one.birth_date, other.birth_date, one.birth_precision = 'day' AND other.birth_precision = 'day' AS is_precise,
       one.area_id = other.area_id AS same_area, one.village <> '' AND one.village = other.village AS same_village,
       one.phone <> '' AND one.phone = other.phone AS same_phone, one.sex = other.sex AS same_sex,
       coalesce(one.national_id, ''), coalesce(other.national_id, ''),
       address.id IS NOT NULL AS same_account, one.area_id,
       EXISTS (SELECT FROM people_membership AS a JOIN people_membership AS b ON b.household_id = a.household_id
               WHERE a.person_id = one.id AND b.person_id = other.id AND a.valid_to IS NULL AND b.valid_to IS NULL) AS same_household
FROM candidate
JOIN people_person AS one ON one.id = candidate.first_id
JOIN people_person AS other ON other.id = candidate.second_id
LEFT JOIN people_financialaddress AS mine ON mine.person_id = one.id AND mine.valid_to IS NULL AND mine.number <> ''
LEFT JOIN people_financialaddress AS address ON address.person_id = other.id AND address.valid_to IS NULL
     AND address.bank_bin = mine.bank_bin AND address.number = mine.number
WHERE NOT EXISTS (SELECT FROM people_duplicatepair AS known WHERE known.first_id = candidate.first_id AND known.second_id = candidate.second_id)
