"""Search inside names and numbers: digits anywhere in an identifier, words anywhere in a name, and by account number.

Row-level security lets only leakproof operators reach an index, and those that look inside a value are not. The function below looks
as the owner and answers with nothing but ids of people within the caller's scope; their rows are then read through the fence.
"""

from django.db import migrations, models

_DO = """
CREATE FUNCTION people_digit_grams(number text) RETURNS int[] IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT array_agg(substr(number, place, 4)::int) FROM generate_series(1, length(number) - 3) AS place
$$;
CREATE INDEX person_inner_digits ON people_person USING gin (people_digit_grams(national_id)) WHERE national_id IS NOT NULL;
CREATE INDEX person_words ON people_person USING gin (to_tsvector('simple', name_fold));
CREATE FUNCTION people_found_inside(digits text, words text[], most int) RETURNS SETOF bigint
    STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    scope text := coalesce(current_setting('ansinh.scope', true), '');
    areas int[] := string_to_array(nullif(nullif(scope, ''), '*'), ',')::int[];
    asked tsquery;
BEGIN
    IF scope = '' THEN
        RETURN;
    END IF;
    IF digits <> '' THEN
        RETURN QUERY SELECT person.id FROM people_person AS person
        WHERE person.national_id IS NOT NULL AND people_digit_grams(person.national_id) @> people_digit_grams(digits)
          AND strpos(person.national_id, digits) > 0 AND (scope = '*' OR person.area_id = ANY (areas))
        LIMIT most;
    ELSE
        -- A commune or two are read faster than the common words of a whole register are looked up.
        IF cardinality(areas) <= 30 THEN
            RETURN QUERY SELECT person.id FROM people_person AS person
            WHERE person.area_id = ANY (areas)
              AND (' ' || person.name_fold) LIKE ALL (ARRAY(SELECT '% ' || word || '%' FROM unnest(words) AS word))
            LIMIT most;
            RETURN;
        END IF;
        -- Quoted, so that nothing in a name is an operator; the last word may be unfinished.
        SELECT (string_agg(quote_literal(word), ' & ') || ':*')::tsquery INTO asked FROM unnest(words) AS word;
        RETURN QUERY SELECT person.id FROM people_person AS person
        WHERE to_tsvector('simple', person.name_fold) @@ asked AND (scope = '*' OR person.area_id = ANY (areas))
        LIMIT most;
    END IF;
END $$;
"""
_UNDO = """
DROP FUNCTION people_found_inside(text, text[], int);
DROP INDEX person_words;
DROP INDEX person_inner_digits;
DROP FUNCTION people_digit_grams(text);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0021_residence_and_reform")]
    operations = [
        migrations.RunSQL(_DO, _UNDO),
        migrations.AddIndex(
            "financialaddress",
            models.Index(
                models.F("number"), condition=models.Q(valid_to=None) & ~models.Q(number=""), name="address_number"
            ),
        ),
    ]
