"""A change of law tried out on a handful of known people: hand-computed figures, and nothing written."""

import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement import month as registry
from ansinh.entitlement import simulation
from ansinh.entitlement.simulation import Trial, simulate
from ansinh.law.drafts import lay_over
from ansinh.law.reading import parse_yaml, read_yaml
from ansinh.office.security import acting, everything
from tests.integration import makers

AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
JANUARY = Month(2027, 1)
EXAMPLES = Path(__file__).resolve().parents[2] / "docs/examples"
NEUTRAL = frozenset({"K1", "K3", "K5", "K7", "K8"})
PAYABLE = ("payroll_payrollrun", "payroll_payrollline", "payroll_settlement", "entitlement_decision")
pytestmark = pytest.mark.usefixtures("database")


def trial(change: str, months: tuple[Month, ...] = (JANUARY,)) -> Trial:
    value = read_yaml(EXAMPLES / change) if change.endswith(".yaml") else parse_yaml(change, Path("thu.yaml"))
    return Trial(
        lay_over(value, first_month=months[0]), months, (makers.commune(), makers.commune("19774")), AT, NEUTRAL
    )


def tried(change: str, months: tuple[Month, ...] = (JANUARY,)) -> dict[str, Any]:
    return simulate(trial(change, months))


def pensioner(born: str, **facts: Any) -> Any:
    made = makers.person(born=born, **facts)
    makers.decision(made, "HT", start="2025-07")
    return made


def counts() -> list[int]:
    with connection.cursor() as cursor:
        found = []
        for table in PAYABLE:
            cursor.execute(f"SELECT count(*) FROM public.{table}")
            found += cursor.fetchone()
        return found


def test_a_higher_base_costs_exactly_the_difference() -> None:
    makers.severe()
    makers.severe(area="19774")
    special = makers.person(disability="extremely_severe")
    makers.decision(special)
    pensioner("1948-01-10")
    # Severe adults 1.5 × 60,000, extremely severe 2.0 × 60,000; the social pension has a parameter of its own.
    answer = tried("nang-muc-chuan.yaml", (JANUARY, Month(2027, 2)))
    [first, second] = answer["months"]
    assert (first["cost_before_dong"], first["difference_dong"]) == (810_000 * 2 + 1_080_000 + 540_000, 300_000)
    assert (first["persons_before"], first["persons_after"], first["raised"], first["gained"]) == (4, 4, 3, 0)
    assert second["difference_dong"] == 300_000
    assert answer["years"][0]["difference_dong"] == 600_000
    areas = {row["area"]: row["difference_dong"] for row in answer["breakdown"]["area"]}
    assert areas == {"19774": 90_000, "19777": 210_000}
    assert {row["benefit"]: row["raised"] for row in answer["breakdown"]["benefit"]} == {"HT": 0, "K6": 3}


def test_a_lower_pension_age_gains_exactly_those_of_73_and_74_without_a_pension() -> None:
    pensioner("1948-01-10")
    makers.person(born="1954-01-31")
    makers.person(born="1952-05-05")
    makers.person(born="1954-02-01")
    makers.person(born="1953-01-01", monthly_pension_dong="3000000")
    makers.person(born="1953-01-01", monthly_pension_dong="unknown")
    # In the group of the poor already: nothing new for him, who could have asked before.
    makers.person(born="1953-01-01", poverty="poor")
    answer = tried("ha-tuoi-huu-tri.yaml")
    [month] = answer["months"]
    assert (month["gained"], month["lost"], month["difference_dong"]) == (2, 0, 1_080_000)
    assert {row["age"]: row["gained"] for row in answer["breakdown"]["age"]} == {"70–74": 2, "75–79": 0}


def test_a_province_below_the_floor_is_warned_and_changes_nothing() -> None:
    makers.severe()
    draft = "title: thử\nprovince: '46'\nparameters:\n  - {parameter: base_standard, value_dong: 500000, applies_from: 2027-01}\n"
    answer = tried(draft)
    assert answer["months"][0]["difference_dong"] == 0
    assert "500.000" in answer["warnings"][0]["vi"]
    assert tried("nghi-quyet-tinh.yaml")["months"][0]["difference_dong"] == 165_000


def test_nothing_is_written_and_real_decisions_stand() -> None:
    makers.severe()
    makers.person(born="1954-01-31")
    before = counts()
    with acting(everything("test")):
        answer = tried("ha-tuoi-huu-tri.yaml")
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('pg_temp.entitlement_decision')")
            assert cursor.fetchone() == (None,)
    assert answer["written"] is False
    assert counts() == before


def test_the_month_before_equals_what_the_payroll_would_compute(monkeypatch: pytest.MonkeyPatch) -> None:
    makers.severe()
    pensioner("1948-01-10")
    pensioner("1954-01-31")
    child = makers.person(born="2023-06-01", disability="severe")
    makers.decision(child)
    asked = trial("nang-muc-chuan.yaml")
    with duckdb.connect() as engine:
        monkeypatch.setattr(simulation.duckdb, "connect", lambda: engine.cursor())
        simulate(asked)
        found = engine.execute("SELECT person_id, benefit, before_dong FROM compared ORDER BY ALL").fetchall()
    with acting(everything("test")):
        registry.make_result_tables()
        registry.evaluate_month(asked.draft.before, asked.question(JANUARY))
        with connection.cursor() as cursor:
            cursor.execute("SELECT person_id, benefit, amount_dong FROM entitled ORDER BY 1, 2")
            assert found == cursor.fetchall()
    assert len(found) == 3


BROKEN = {
    "parameters:\n  - {parameter: base_standart, value_dong: 1, applies_from: 2027-01}": 2,
    "parameters:\n  - parameter: base_standard\n    value_dong: 6.5\n    applies_from: 2027-01": 3,
    "amend:\n  - rule: HT\n    applies_from: 2027-01\n    replace:\n      - {old: age >= 76, new: age >= 73}": 5,
    "amend:\n  - rule: HT\n    applies_from: 2027-01\n    replace:\n      - {old: age >= 75, new: agee >= 73}": 5,
    "repeals:\n  - {rule: HTT, from_month: 2027-01}": 2,
    "province: ../../46\nrepeals:\n  - {rule: HT, from_month: 2027-01}": 1,
    "domain: elsewhere\nrepeals:\n  - {rule: HT, from_month: 2027-01}": 1,
    "parametres: []": 1,
}


@pytest.mark.parametrize(("text", "line"), BROKEN.items())
def test_a_broken_change_file_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Refused) as refusal:
        lay_over(parse_yaml(f"{text}\ntitle: thử\n", Path("thu.yaml")), first_month=JANUARY)
    assert (refusal.value.reason, refusal.value.details) == ("law_invalid", {"file": "thu.yaml", "line": line})
