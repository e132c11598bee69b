"""The benchmark of duplicates: a generated register with labelled twins and with namesakes who are none; precision, recall, seconds.

The ways in which a second record differs are those that communes make: no number yet, a digit mistyped, tones lost, words in another
order, a year for a birthday, a move. Their shares are invented; the register around them has its own natural namesakes.
"""

import argparse
import time
from typing import Any

from django.db import connection
from django.utils import timezone

from ansinh.office.security import acting, everything
from ansinh.people import twins
from ansinh.project.home import Home
from ansinh.project.operator import OPERATOR, say
from ansinh.project.work.bench import prepare, vacuum

# One person in so many gets a twin of each kind.
_EVERY = 900
_MISTYPED = (
    "overlay(person.national_id PLACING ((substr(person.national_id, 10, 1)::int + 3) %% 10)::text FROM 10 FOR 1)"
)
# Kind, then the twin's name, number, birth, precision, area, phone; what is left out is copied.
_TWINS: dict[str, dict[str, str]] = {
    "no number yet": {"national_id": "NULL"},
    "tones lost": {"full_name": "initcap(person.name_fold)", "national_id": "NULL"},
    "a digit mistyped": {"national_id": _MISTYPED},
    "one letter less": {"full_name": "overlay(person.full_name PLACING '' FROM 2 FOR 1)", "national_id": "NULL"},
    "words in another order": {
        "full_name": "regexp_replace(person.full_name, '^(.*) ([^ ]+)$', '\\2 \\1')", "national_id": "NULL",
    },
    "words written together": {"full_name": "replace(person.full_name, ' ', '')", "national_id": "NULL"},
    "a year for a birthday": {
        "birth_date": "date_trunc('year', person.birth_date)::date", "birth_precision": "'year'", "national_id": "NULL",
    },
    "day and month exchanged": {
        "birth_date": "make_date(extract(year FROM person.birth_date)::int, extract(day FROM person.birth_date)::int,"
        " extract(month FROM person.birth_date)::int)",
        "national_id": _MISTYPED,
    },
    "moved, same telephone": {
        "area_id": "(SELECT max(other.area_id) FROM (SELECT DISTINCT area_id FROM people_person) AS other WHERE other.area_id <> person.area_id)",
        "village": "''", "national_id": "NULL",
    },
}  # fmt: skip
_OTHERS: dict[str, dict[str, str]] = {
    # Born on one day into one household; their numbers are neighbours, and only the given name differs.
    "twin brothers and sisters": {
        "full_name": "regexp_replace(person.full_name, '[^ ]+$', '') || (ARRAY['An','Bình','Chi','Dung','Giang','Hải'])[1 + person.id %% 6]",
        "national_id": "overlay(person.national_id PLACING ((substr(person.national_id, 12, 1)::int + 1) %% 10)::text FROM 12 FOR 1)",
    },
    "namesakes of the same year": {
        "birth_date": "least(person.birth_date + 40, current_date)",
        "national_id": "overlay(person.national_id PLACING lpad(((substr(person.national_id, 7, 6)::int + 414141) %% 1000000)::text, 6, '0') FROM 7 FOR 6)",
    },
    "namesakes born on one day elsewhere": {
        "area_id": "(SELECT min(other.area_id) FROM (SELECT DISTINCT area_id FROM people_person) AS other WHERE other.area_id <> person.area_id)",
        "village": "''", "phone": "''",
        "national_id": "overlay(person.national_id PLACING lpad(((substr(person.national_id, 7, 6)::int + 515151) %% 1000000)::text, 6, '0') FROM 7 FOR 6)",
    },
}  # fmt: skip
_PLANT = """
    WITH copied AS (
        SELECT nextval(pg_get_serial_sequence('people_person', 'id')) AS twin_id, person.id AS person_id, {full_name} AS full_name,
               {national_id} AS national_id, {birth_date} AS birth_date, {birth_precision} AS birth_precision, {area_id} AS area_id,
               {village} AS village, {phone} AS phone, person.sex, person.ethnicity, person.recorded_at
        FROM people_person AS person WHERE person.id %% {every} = {number} AND person.id <= %(last)s AND person.national_id IS NOT NULL {only}
    ), planted AS (
        INSERT INTO {person} (id, full_name, name_fold, name_sort_key, sex, birth_date, birth_precision, national_id, ethnicity, phone,
                                   area_id, village, recorded_at)
        SELECT twin_id, full_name, ansinh_fold(full_name), ansinh_fold(full_name), sex, birth_date, birth_precision, national_id, ethnicity, phone,
               area_id, village, recorded_at FROM copied
        ON CONFLICT (national_id) DO NOTHING RETURNING id
    )
    INSERT INTO label SELECT least(person_id, twin_id), greatest(person_id, twin_id), %(kind)s, %(is_twin)s
    FROM copied JOIN planted ON planted.id = copied.twin_id
"""
_FAMILY = """
    INSERT INTO {membership} (household_id, person_id, relationship, area_id, valid_from)
    SELECT membership.household_id, label.second_id, 'other', membership.area_id, membership.valid_from
    FROM label JOIN people_membership AS membership ON membership.person_id = label.first_id AND membership.valid_to IS NULL
    WHERE label.kind = 'twin brothers and sisters'
"""
_SCORES = """
    SELECT label.kind, label.is_twin, count(*), count(pair.id)
    FROM label LEFT JOIN people_duplicatepair AS pair ON pair.first_id = label.first_id AND pair.second_id = label.second_id AND pair.kind = 'likely'
    GROUP BY 1, 2 ORDER BY 2 DESC, 1
"""
_FALSE = """
    SELECT count(*) FROM people_duplicatepair AS pair WHERE pair.kind = 'likely'
    AND NOT EXISTS (SELECT FROM label WHERE label.is_twin AND label.first_id = pair.first_id AND label.second_id = pair.second_id)
"""


def _plant() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE label (first_id bigint, second_id bigint, kind text, is_twin boolean)")
        cursor.execute("SELECT max(id) FROM people_person")
        (last,) = cursor.fetchone()
        kinds = [(kind, changed, True) for kind, changed in _TWINS.items()]
        kinds += [(kind, changed, False) for kind, changed in _OTHERS.items()]
        for number, (kind, changed, is_twin) in enumerate(kinds):
            columns = ("full_name", "national_id", "birth_date", "birth_precision", "area_id", "village", "phone")
            parts = {name: changed.get(name, f"person.{name}") for name in columns}
            only = "AND extract(day FROM person.birth_date) BETWEEN 1 AND 12 AND extract(day FROM person.birth_date) <> extract(month FROM person.birth_date)"
            only = (
                only if kind == "day and month exchanged" else "AND person.phone <> ''" if "telephone" in kind else ""
            )
            cursor.execute(
                _PLANT.format(**parts, person="people_person", every=_EVERY, number=number * 7 + 1, only=only),
                {"last": last, "kind": kind, "is_twin": is_twin},
            )
        cursor.execute(_FAMILY.format(membership="people_membership"))
        cursor.execute("ANALYZE label")


def duplicates(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will search a generated register with labelled twins and return precision, recall by kind, and seconds."""
    home: Home = arguments.opened_home
    prepare(home, arguments.people)
    with acting(everything(OPERATOR)):
        _plant()
    vacuum()
    say("Tìm hồ sơ trùng…")
    with acting(everything(OPERATOR)), connection.cursor() as cursor:
        start = time.perf_counter()
        flagged = twins.find(since=None, at=timezone.localtime())
        seconds = time.perf_counter() - start
        cursor.execute("SELECT count(*) FROM people_person")
        (persons,) = cursor.fetchone()
        cursor.execute(_SCORES)
        scores = cursor.fetchall()
        cursor.execute(_FALSE)
        (wrong,) = cursor.fetchone()
    found = sum(right for _, is_twin, _, right in scores if is_twin)
    planted = sum(count for _, is_twin, count, _ in scores if is_twin)
    return {
        "persons": persons,
        "seconds": round(seconds, 1),
        "flagged": flagged,
        "twins": planted,
        "found": found,
        "recall_percent": round(100 * found / max(planted, 1), 2),
        "precision_percent": round(100 * found / max(found + wrong, 1), 2),
        "recall_by_kind": {kind: f"{right}/{count}" for kind, is_twin, count, right in scores if is_twin},
        "others_flagged": {kind: f"{right}/{count}" for kind, is_twin, count, right in scores if not is_twin},
        "of_the_register_itself": wrong - sum(right for _, is_twin, _, right in scores if not is_twin),
    }
