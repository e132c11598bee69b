"""The generated province in the database: the same for the same plan, exact in its funnel, refused on a register in use."""

import csv
from pathlib import Path

import numpy as np
import pytest

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.models import Decision
from ansinh.office.models import Staff
from ansinh.people.models import FinancialAddress, Mandate, ParentChild, Person
from ansinh.people.queries import person_file
from ansinh.poverty.models import PovertyReview
from ansinh.project.population import seeding
from ansinh.project.population.generate import Plan, generate
from ansinh.project.population.places import places_of

pytestmark = pytest.mark.usefixtures("database")
PLAN = Plan("46", 1500, 7, Month(2026, 11))


def _silently(_: str) -> None:
    return None


def _generated(plan: Plan) -> list[np.ndarray]:
    rng = plan.generator()
    population = generate(plan, places_of(plan.province, plan.month, rng), rng, _silently)
    roster = population.roster
    columns = [
        roster.column(table, name)
        for table, name in (
            ("person", "born"),
            ("decision", "start"),
            ("circumstance", "value"),
            ("household", "place"),
        )
    ]
    return [
        *columns,
        population.names,
        population.national_ids,
        population.phones,
        population.addresses.state,
        population.account_numbers,
    ]


def test_the_same_plan_gives_the_same_people_and_another_seed_others() -> None:
    first, second, other = (_generated(plan) for plan in (PLAN, PLAN, Plan("46", 1500, 8, PLAN.month)))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[4], other[4])


def test_a_seeded_province(tmp_path: Path) -> None:
    answer = seeding.seed(PLAN, tmp_path)
    assert Person.objects.count() == answer["persons"]
    assert (
        Decision.objects.filter(end_month=None).values("person").distinct().count() == answer["beneficiaries"] == 1500
    )
    assert set(answer["decisions"]) == {"K1", "K2", "K3", "K4", "K5", "K6", "K7", "K8", "HT"}
    assert Decision.objects.filter(start_month__lt="2026-07-01").count() > 0.9 * sum(answer["decisions"].values())
    payees = FinancialAddress.objects.filter(valid_to=None)
    assert payees.count() == answer["payees"]
    ordinary = answer["ordinary_payees"]
    counts = [entry["count"] for entry in answer["funnel"].values()]
    assert sum(counts) == ordinary
    assert all(
        abs(count * 10_000 - share * ordinary) < 10_000 for count, share in zip(counts, (5200, 2833, 1967), strict=True)
    )
    assert ParentChild.objects.exists()
    assert Mandate.objects.filter(kind="guardian").exists()
    _check_book(tmp_path / "accounts.csv", answer)
    _check_staff(answer)
    review = list(PovertyReview.objects.values_list("households", "poor_households", "near_poor_households"))
    assert [sum(column) for column in zip(*review, strict=True)] == [
        round(total * 1500 / 60_000) for total in (329_290, 11_735, 10_854)
    ]
    example = person_file(answer["example_person"])
    assert (example.person.area_code, example.addresses[0].state, example.circumstances[0].value) == (
        "19777",
        "PAYING",
        "severe",
    )
    assert list(
        Decision.objects.filter(person_id=answer["example_person"]).values_list(
            "benefit", "signed_on__year", "signed_on__month"
        )
    ) == [("K6", 2024, 2)]

    again = seeding.seed(PLAN, tmp_path)
    assert {**again, "staff": None} == {**answer, "staff": None}
    assert Person.objects.count() == answer["persons"]
    with pytest.raises(Refused) as refusal:
        seeding.seed(Plan("46", 1500, 8, PLAN.month), tmp_path)
    assert refusal.value.reason == "already_seeded"


def _check_book(path: Path, answer: dict) -> None:
    with open(path, encoding="utf8", newline="") as file:
        accounts = list(csv.DictReader(file))
    with_account = FinancialAddress.objects.filter(valid_to=None).exclude(number="")
    assert {(a["bin"], a["number"]) for a in accounts} == set(with_account.values_list("bank_bin", "number"))
    verified = set(with_account.filter(state__in=["VERIFIED", "PAYING"]).values_list("number", flat=True))
    good = [a for a in accounts if a["number"] in verified and a["behaviour"] in {"ok", "late", "twice"}]
    # The specials outside the counts may be in payment too.
    outside = answer["payees"] - answer["ordinary_payees"]
    assert 0 <= len(good) - answer["funnel"]["paid_by_account"]["count"] <= outside
    assert {"late", "twice", "reject_AC04", "return_after_paid"} <= {a["behaviour"] for a in accounts}


def _check_staff(answer: dict) -> None:
    roles = {person["role"] for person in answer["staff"]}
    assert {"department_officer", "department_approver", "commune_officer", "auditor", "leader"} <= roles
    for person in answer["staff"]:
        member = Staff.objects.get(username=person["username"])
        assert person["one_time_password"] not in member.password
        assert member.check_password(person["one_time_password"])


def test_a_register_in_use_is_refused(tmp_path: Path) -> None:
    rng = PLAN.generator()
    place = places_of("46", PLAN.month, rng).communes[0]
    Person.objects.create(
        full_name="Có Người", sex="male", birth_date="1950-01-01", area_id=place.id, recorded_at="2026-01-01T00:00:00Z"
    )
    with pytest.raises(Refused) as refusal:
        seeding.seed(PLAN, tmp_path)
    assert refusal.value.reason == "already_seeded"
    assert not (tmp_path / "accounts.csv").exists()


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (Plan("84", 100, 1, Month(2026, 11)), "area_unknown"),
        (Plan("xx", 100, 1, Month(2026, 11)), "area_unknown"),
        (Plan("46", 1, 1, Month(2026, 11)), "beneficiaries_out_of_range"),
        (Plan("46", 100, 1, Month(2020, 1)), "month_out_of_range"),
        (Plan("46", 100, -1, Month(2026, 11)), "seed_negative"),
    ],
)
def test_an_impossible_plan_is_refused(plan: Plan, reason: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        seeding.seed(plan, tmp_path)
    assert refusal.value.reason == reason
