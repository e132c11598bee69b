-- Whose rows some persons' files need: their own, their children's, whoever ever shared a household, who receives for whom.
CREATE TEMPORARY TABLE known_person ON COMMIT DROP AS
WITH asked AS (SELECT unnest(%(persons)s::bigint[]) AS id)
SELECT id FROM asked
UNION SELECT child_id FROM people_parentchild WHERE parent_id IN (SELECT id FROM asked)
UNION SELECT parent_id FROM people_parentchild WHERE child_id IN (SELECT id FROM asked)
UNION SELECT other.person_id FROM people_membership AS own JOIN people_membership AS other USING (household_id)
      WHERE own.person_id IN (SELECT id FROM asked)
UNION SELECT payee_id FROM people_mandate WHERE beneficiary_id IN (SELECT id FROM asked)
UNION SELECT beneficiary_id FROM people_mandate WHERE payee_id IN (SELECT id FROM asked);
CREATE TEMPORARY TABLE known_household ON COMMIT DROP AS
SELECT DISTINCT household_id AS id FROM people_membership WHERE person_id IN (SELECT id FROM known_person)
