"""The person's page: each đồng with its clause, and nothing from which a health status could be told."""

import datetime
import re
from collections.abc import Iterator

import pytest
from django.utils.translation import override

from ansinh.base.months import Month
from ansinh.entitlement import queries as entitlement
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import operations as ledger
from ansinh.payment import operations as payment
from ansinh.payroll import operations as payroll
from ansinh.payroll.selection import select
from ansinh.people.models import Person, ProtectedCondition
from ansinh.web import assets
from tests.integration import makers
from tests.integration.visiting import AT, page, working

NOVEMBER = Month(2026, 11)
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="session", autouse=True)
def built_pages() -> None:
    """The pages need their style sheet and catalogue; a build that is current costs nothing."""
    assets.build()


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    with override("vi"):
        yield


def _hiv(about: Person) -> None:
    ProtectedCondition.objects.create(
        person=about, kind="hiv", value="true", area_id=about.area_id, valid_from=makers.LONG_AGO, recorded_at=AT
    )


def _calculated(month: Month = NOVEMBER) -> str:
    selection = select(month=month, province="46", area=None)
    return payroll.calculate(package=law_in_force(), month=month, selection=selection, by="operator", at=AT).code


def _a_paid_month() -> None:
    """Pay July to October by the old law, then November with its arrears, to the end."""
    package, selection = law_in_force(), select(month=NOVEMBER, province="46", area=None)
    payroll.take_over_settlements(
        package=package,
        selection=selection,
        first=Month(2026, 7),
        last=Month(2026, 10),
        known_on=datetime.date(2026, 9, 30),
        by="operator",
        at=AT,
    )
    makers.staff()
    ledger.appropriate(amount_dong=10**12, document=1, month=NOVEMBER.first_day, at=AT)
    run = _calculated()
    payroll.check(run=run, by="operator", at=AT)
    payroll.approve(run=run, by="lanh.dao", at=AT)
    payment.freeze(run=run, by="can.bo", at=AT)


def _plain(person: Person, html: str) -> str:
    """Return the page without what is the person's own: name, numbers of rows and accounts, birthday, amounts, days."""
    html = re.sub(r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>', "", html)
    html = html.replace(person.full_name, "NAME").replace(f"/nguoi/{person.id}/", "/nguoi/ID/")
    html = re.sub(r"[\d.]+\u00a0đồng", "AMOUNT", html)
    html = re.sub(r"\d{2}/\d{2}/\d{4}", "DAY", html)
    html = re.sub(r"\bH\d+\b", "HOUSEHOLD", html)
    return re.sub(r"số tận cùng \d{4}", "ENDING", html)


def test_two_decisions_at_once_still_make_one_page() -> None:
    person = makers.person(disability="severe")
    makers.decision(person, "K6", start="2024-02")
    makers.decision(person, "K4", start="2025-01", end="2026-03")
    facts = entitlement.facts_of(law_in_force(), person.id)
    assert facts["was_receiving"] == [
        {"value": ["K6"], "from": "2024-03-01", "to": "2025-02-01"},
        {"value": ["K4", "K6"], "from": "2025-02-01", "to": "2026-03-01"},
        {"value": ["K6"], "from": "2026-03-01", "to": None},
    ]
    law_in_force().person(facts)
    words = page(working("commune_officer", "19777"), f"/nguoi/{person.id}/")
    assert "(K4)" in words
    assert "(K6)" in words


@pytest.mark.parametrize(
    ("role", "area"), [("department_officer", "46"), ("commune_officer", "19777"), ("auditor", "46")]
)
@pytest.mark.parametrize(
    ("ordinary", "protected"),
    [
        ({"born": "1960-03-01", "support_obligor": "none"}, {"born": "1961-04-02", "stable_income": "false"}),
        ({"born": "1948-03-01", "support_obligor": "none"}, {"born": "1947-04-02", "stable_income": "false"}),
    ],
)
def test_the_page_of_an_ordinary_and_a_protected_benefit_are_the_same(
    ordinary: dict[str, str], protected: dict[str, str], role: str, area: str
) -> None:
    old, ill = makers.person(poverty="poor", **ordinary), makers.person(poverty="poor", **protected)
    _hiv(ill)
    for person, benefit in ((old, "K5"), (ill, "K8")):
        makers.decision(person, benefit)
        makers.address(person)
    _a_paid_month()
    client = working(role, area)
    for address in ("", "?thang=2026-12"):
        shown = [_plain(person, page(client, f"/nguoi/{person.id}/{address}")) for person in (old, ill)]
        assert shown[0] == shown[1]
    assert "hông hiển thị" not in shown[0]
    november = page(client, f"/nguoi/{ill.id}/")
    assert november.count("Trợ cấp xã hội hằng tháng") == 6, "four months of arrears, November and the decision"
    assert november.count("NĐ 335/2026/NĐ-CP, Điều 6 khoản 1<") == 5
    assert "đã thay đổi sau khi tính" not in november


def test_children_of_three_groups_have_one_kind_of_page() -> None:
    born = {"K1": "2018-02-01", "K3": "2018-03-01"}
    alone = makers.person(born=born["K1"], poverty="poor", no_caregiver_case="a")
    ill = makers.person(born=born["K3"], poverty="poor")
    _hiv(ill)
    for person, benefit in ((alone, "K1"), (ill, "K3")):
        makers.decision(person, benefit)
        makers.address(person)
    _a_paid_month()
    client = working("department_officer")
    shown = [_plain(person, page(client, f"/nguoi/{person.id}/")) for person in (alone, ill)]
    assert "Trợ cấp xã hội hằng tháng" in shown[0]
    assert shown[0] == shown[1]


def test_a_draft_of_a_later_month_is_not_the_page_that_opens() -> None:
    person = makers.severe()
    _a_paid_month()
    _calculated(Month(2026, 12))
    words = page(working("commune_officer", "19777"), f"/nguoi/{person.id}/")
    assert "Được hưởng trong kỳ tháng 11/2026" in words
    assert "12/2026" not in words


def test_an_english_reader_gets_english_reasons_and_the_clause_as_it_is_printed() -> None:
    person = makers.severe()
    _a_paid_month()
    client = working("commune_officer", "19777")
    client.cookies["django_language"] = "en"
    words = page(client, f"/nguoi/{person.id}/")
    reasons = " ".join(re.findall(r'<p class="govuk-body">((?:As |[A-Z])[^<]*)</p>', words))
    assert "the monthly benefit is 1.5 times the base standard" in reasons
    assert "NĐ 335/2026/NĐ-CP, Điều 6 khoản 1 điểm e" in words
    assert not re.search(r"Vì là|đã trả|Chế độ này", words)
