-- Close the named current addresses that may move to the new state, and write the new state as their next row.
WITH moved AS (
    UPDATE people_financialaddress SET valid_to = %(day)s
    WHERE id = ANY (%(ids)s) AND valid_to IS NULL AND state = ANY (%(sources)s)
      AND state <> %(state)s AND number <> ''
    RETURNING person_id, bank_bin, number, holder_name, area_id, cooling_until, entered_by
)
INSERT INTO people_financialaddress
    (person_id, state, reason, bank_bin, number, holder_name, area_id, valid_from, recorded_at, cooling_until, entered_by)
SELECT person_id, %(state)s, '', bank_bin, number, holder_name, area_id, %(day)s, %(at)s, cooling_until, entered_by FROM moved
