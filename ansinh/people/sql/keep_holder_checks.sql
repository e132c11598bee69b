-- Keep what the bank said of each address; the same answer a second time is no news and adds nothing.
INSERT INTO people_holdercheck
    (address_id, person_id, area_id, source, status, kind, bank_name, recorded_by, recorded_at, decision, decided_by, note)
SELECT judged.address_id, judged.person_id, judged.area_id, %(source)s, judged.status, judged.kind, judged.bank_name, %(by)s, %(at)s, '', '', ''
FROM holder_judged AS judged
WHERE NOT EXISTS (SELECT FROM people_holdercheck AS known
    JOIN people_financialaddress AS before ON before.id = known.address_id
    JOIN people_financialaddress AS present ON present.id = judged.address_id
    WHERE known.person_id = judged.person_id AND known.status = judged.status AND known.kind = judged.kind AND known.bank_name = judged.bank_name
      AND before.bank_bin = present.bank_bin AND before.number = present.number)
