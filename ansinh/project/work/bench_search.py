"""The benchmark of the search box: milliseconds for each kind of question, as a commune's officer and as the department."""

import argparse
import random
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from ansinh.entitlement import queries as entitlement
from ansinh.office import queries as office
from ansinh.office.security import Scope, acting, everything, limited
from ansinh.people import queries as people
from ansinh.project.home import Home
from ansinh.project.operator import OPERATOR, say
from ansinh.project.work.bench import prepare, vacuum
from ansinh.project.work.demo import MONTH, PROVINCE, SEED

_QUESTIONS = 200
_PEOPLE = """
    SELECT person.name_fold, person.national_id, person.phone, address.number, decision.number, person.area_id
    FROM people_person AS person
    JOIN people_financialaddress AS address ON address.person_id = person.id AND address.valid_to IS NULL AND address.number <> ''
    JOIN entitlement_decision AS decision ON decision.person_id = person.id
    WHERE person.national_id IS NOT NULL AND person.id = ANY (%s)
"""


def search(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will time the search on a fresh generated register and return p50 and p95 in ms by who asks and what for."""
    home: Home = arguments.opened_home
    prepare(home, arguments.people)
    vacuum()
    chance = random.Random(SEED)
    with acting(everything(OPERATOR)), connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id), count(*) FROM people_person")
        first, last, persons = cursor.fetchone()
        cursor.execute(_PEOPLE, [[chance.randint(first, last) for _ in range(20 * _QUESTIONS)]])
        asked = chance.sample(cursor.fetchall(), _QUESTIONS)
        province = office.find_province(PROVINCE, MONTH.last_day)
        department = limited("bench", office.descendants(province.id))
        communes = {area: _commune(area) for area in {row[5] for row in asked}}
    kinds: dict[str, tuple[Callable[[str], list], Callable[[tuple], str]]] = {
        "name": (people.search_people, lambda row: row[0]),
        "end of a name": (people.search_people, lambda row: " ".join(row[0].split()[1:])),
        "last word": (people.search_people, lambda row: row[0].split()[-1]),
        "beginning of an id": (people.search_people, lambda row: row[1][:8]),
        "inside an id": (people.search_people, lambda row: row[1][5:10]),
        "phone": (people.search_people, lambda row: row[2] or row[1]),
        "account": (people.search_people, lambda row: row[3]),
        "decision": (entitlement.people_by_decision, lambda row: row[4]),
    }
    figures: dict[str, dict[str, dict[str, int]]] = {}
    for who in ("commune", "department"):
        say(f"Tìm {_QUESTIONS} lần mỗi cách, {who}…")
        figures[who] = {
            kind: _timed(work, [(communes[row[5]] if who == "commune" else department, said(row)) for row in asked])
            for kind, (work, said) in kinds.items()
        }
    return {"persons": persons, "questions": _QUESTIONS, "microseconds": figures}


def _commune(area_id: int) -> Scope:
    return limited("bench", [area_id, *office.former_units([area_id])])


def _timed(work: Callable[[str], list], asked: list[tuple[Scope, str]]) -> dict[str, int]:
    spent = []
    for scope, text in asked:
        with acting(scope):
            start = time.perf_counter_ns()
            work(text)
            spent.append(time.perf_counter_ns() - start)
    spent.sort()
    return {
        "p50": spent[len(spent) // 2] // 1000,
        "p95": spent[len(spent) * 95 // 100] // 1000,
        "max": spent[-1] // 1000,
    }
