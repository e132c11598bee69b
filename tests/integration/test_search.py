"""One box finds a person by any part of a name or number, and nobody outside the caller's area, whichever way it looks."""

import datetime

import pytest
from django.db import connection

from ansinh.entitlement import queries as entitlement
from ansinh.entitlement.models import Decision
from ansinh.office import queries as office
from ansinh.office.security import Scope, everything, limited, put_on
from ansinh.people import queries
from ansinh.people.models import FinancialAddress, Person
from tests.integration import makers
from tests.integration.visiting import page, working

pytestmark = pytest.mark.usefixtures("database")
DAY = datetime.date(2026, 11, 1)


@pytest.fixture
def lan() -> Person:
    """One person with every number, in phường Vỹ Dạ, and another in Phú Xuân with nearly the same."""
    for area, name, number, phone, account, decision in (
        ("19777", "Hoàng Thị Ngọc Lan", "046186123457", "0911772266", "970011223344", "4711/QĐ-UBND"),
        ("19753", "Hoàng Thị Ngọc Liên", "046186123458", "0911772267", "970011223355", "4712/QĐ-UBND"),
    ):
        made = makers.severe(area=area)
        Person.objects.filter(pk=made.pk).update(
            full_name=name, name_fold=queries.fold(name), name_sort_key=name, national_id=number, phone=phone
        )
        FinancialAddress.objects.filter(person=made).update(number=account)
        Decision.objects.filter(person=made).update(number=decision)
    return Person.objects.get(national_id="046186123457")


def _small(code: str) -> Scope:
    area = office.find_commune(code, DAY).id
    return limited("xã", [area, *office.former_units([area])])


def _province() -> Scope:
    return limited("sở", office.descendants(office.find_province("46", DAY).id))


@pytest.mark.parametrize(
    "text",
    [
        "hoang thi ngoc la", "Ngọc Lan", "lan", "LAN NGOC", "thi ngoc la", "046186123457", "0461861234", "123457", "86123457",
        "186 123 457", "0911772266", "09117722", "970011223344", "97001122334",
    ],
)  # fmt: skip
@pytest.mark.parametrize("scope", ["commune", "province"])
def test_any_part_finds_her(lan: Person, text: str, scope: str) -> None:
    put_on(_small("19777") if scope == "commune" else _province())
    found = [row.id for row in queries.search_people(text, limit=50)]
    assert found[:1] == [lan.id] or (scope == "province" and lan.id in found), (text, found)
    # And nobody of another commune finds her by anything.
    put_on(_small("19753"))
    assert lan.id not in [row.id for row in queries.search_people(text, limit=50)]
    put_on(limited("nobody", []))
    assert queries.search_people(text) == []


@pytest.mark.parametrize("text", ["'", "lan' | 'x", "lan & !x", "lan:*", "\\", "%%%%", "____", "ngoc (lan", "lan ''"])
def test_signs_of_other_languages_are_letters_of_none(lan: Person, text: str) -> None:
    for scope in (_small("19777"), _province()):
        put_on(scope)
        assert lan.id in [row.id for row in queries.search_people(text)] or not queries.search_people(text)


def test_a_decisions_number_finds_whom_it_is_about(lan: Person) -> None:
    put_on(_province())
    assert lan.id in entitlement.people_by_decision("4711/qđ")
    assert entitlement.people_by_decision("lan") == []
    put_on(_small("19753"))
    assert lan.id not in entitlement.people_by_decision("4711")
    put_on(everything("tests"))
    assert "Hoàng Thị Ngọc Lan" in page(working("commune_officer", "19777"), "/nguoi/?q=4711/QĐ-UBND")
    assert "Hoàng Thị Ngọc Lan" not in page(working("commune_officer", "19753"), "/nguoi/?q=4711/QĐ-UBND")


def test_the_function_that_looks_inside_answers_within_the_scope_alone(lan: Person) -> None:
    """It looks as the owner: its own condition is the only fence, so it is asked by plain SQL under each scope."""

    def asked(scope: Scope) -> list[int]:
        put_on(scope)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT people_found_inside('1234', '{}', 9) UNION SELECT people_found_inside('', '{ngoc}', 9)"
            )
            return [person for (person,) in cursor.fetchall()]

    assert asked(_small("19777")) == [lan.id]
    assert lan.id not in asked(_small("19753"))
    assert asked(limited("nobody", [])) == []
    assert len(asked(everything("tests"))) == 2
