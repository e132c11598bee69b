"""FACTS.json: unknown fields and impossible values are refused by name; values are placed in time."""

import datetime
from typing import Any

import pytest

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.package import LawPackage, load_package


@pytest.fixture(scope="module")
def package() -> LawPackage:
    return load_package()


def given(**facts: Any) -> dict[str, Any]:
    return {"birth_date": "1950-03-09", "area": "19777", **facts}


REFUSED = [
    # content                                                                    reason               detail
    ([],                                                                         "facts_not_an_object", None),
    (given(disabilty="severe"),                                                  "unknown_fact",      "disabilty"),
    ({"area": "19777"},                                                          "missing_fact",      "birth_date"),
    ({"birth_date": "1950-03-09"},                                               "missing_fact",      "area"),
    (given(birth_date="1950-02-30"),                                             "impossible_value",  "birth_date"),
    (given(birth_date="1950"),                                                   "impossible_value",  "birth_date"),
    (given(birth_date="1850-01-01"),                                             "impossible_value",  "birth_date"),
    (given(death_date="1949-01-01"),                                             "impossible_value",  "death_date"),
    (given(area="Vỹ Dạ"),                                                        "impossible_value",  "area"),
    (given(area=19777),                                                          "impossible_value",  "area"),
    (given(area="197770"),                                                       "impossible_value",  "area"),
    (given(area="1"),                                                            "impossible_value",  "area"),
    (given(area=[{"value": "x1"}]),                                              "impossible_value",  "area"),
    (given(area=[{"value": "19777", "since": "2020-01-01"}]),                    "unknown_fact",      "area.since"),
    (given(area=[{"value": "19777"}, {"value": "19780"}]),                       "impossible_value",  "area"),
    (given(disability="heavy"),                                                  "impossible_value",  "disability"),
    (given(disability=True),                                                     "impossible_value",  "disability"),
    (given(hiv="yes"),                                                           "impossible_value",  "hiv"),
    (given(hiv=1),                                                               "impossible_value",  "hiv"),
    (given(hiv=None),                                                            "impossible_value",  "hiv"),
    (given(monthly_pension_dong=-1),                                             "impossible_value",  "monthly_pension_dong"),
    (given(monthly_pension_dong=1.0),                                            "impossible_value",  "monthly_pension_dong"),
    (given(monthly_pension_dong=True),                                           "impossible_value",  "monthly_pension_dong"),
    (given(monthly_pension_dong=10**15),                                         "impossible_value",  "monthly_pension_dong"),
    (given(was_receiving=["K9"]),                                                "impossible_value",  "was_receiving"),
    (given(was_receiving="K1"),                                                  "impossible_value",  "was_receiving"),
    (given(children=[{"studying": True}]),                                       "impossible_value",  "children[1]"),
    (given(children=[{"birth_date": "2015-05-01", "name": "An"}]),               "unknown_fact",      "children[1].name"),
    (given(children=3),                                                          "impossible_value",  "children"),
    (given(hiv=[]),                                                              "impossible_value",  "hiv"),
    (given(hiv=[{"value": True, "since": "2020-01-01"}]),                        "unknown_fact",      "hiv.since"),
    (given(hiv=[{"from": "2020-01-01"}]),                                        "impossible_value",  "hiv"),
    (given(hiv=[{"value": True, "from": "2020-02-01", "to": "2020-02-01"}]),     "impossible_value",  "hiv"),
    (given(hiv=[{"value": True, "to": "2020-02-01"}, {"value": False, "from": "2020-01-31"}]), "impossible_value", "hiv"),
    (given(hiv=[{"value": "maybe"}]),                                            "impossible_value",  "hiv"),
    (given(decision_signed_on="soon"),                                           "impossible_value",  "decision_signed_on"),
    (given(merit={}),                                                            "impossible_value",  "merit"),
    (given(merit=["NCC-06"]),                                                    "impossible_value",  "merit[1]"),
    (given(merit=[{"wound_percent": 81}]),                                       "impossible_value",  "merit[1].kind"),
    (given(merit=[{"kind": "hero"}]),                                            "impossible_value",  "merit[1].kind"),
    (given(merit=[{"kind": "NCC-06", "wound_percent": 101}]),                    "impossible_value",  "merit[1].wound_percent"),
    (given(merit=[{"kind": "NCC-06", "very_severe": "yes"}]),                    "impossible_value",  "merit[1].very_severe"),
    (given(merit=[{"kind": "NCC-06", "category": 1}]),                           "impossible_value",  "merit[1].category"),
    (given(merit=[{"kind": "NCC-06", "wound": 81}]),                             "unknown_fact",      "merit[1].wound"),
    (given(was_receiving=["C3"]),                                                "impossible_value",  "was_receiving"),
    (given(id=True),                                                             "impossible_value",  "id"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "reason", "name"), REFUSED)
def test_refused_by_name(package: LawPackage, content: Any, reason: str, name: str | None) -> None:
    with pytest.raises(Refused) as refused:
        package.person(content)
    assert refused.value.reason == reason
    assert name is None or name in (refused.value.details.get("field"), refused.value.details.get("fact"))
    assert refused.value.vi != refused.value.en


def test_the_contract_s_example_is_read(package: LawPackage) -> None:
    facts = package.person({
        "id": "p1", "birth_date": "1950-03-09", "death_date": None, "sex": "female", "area": "19777", "household_poverty": "poor",
        "area_hardship": False, "no_caregiver_case": None, "other_parent_unidentifiable": False, "studying": False,
        "study_unbroken": True, "was_receiving": [], "hiv": False, "stable_income": False, "disability": None,
        "support_obligor": "none", "in_community_care": False, "single_parent": False,
        "children": [{"birth_date": "2015-05-01", "studying": True, "study_unbroken": True}], "monthly_pension_dong": 0,
        "pregnant": False, "children_under_36_months_nursed": 0,
        "merit": [{"kind": "NCC-06", "wound_percent": 81, "very_severe": True, "category": "A"}],
        "decision_signed_on": "2024-02-20", "application_on": "2024-02-10",
    })  # fmt: skip
    assert (facts.person, facts.birth_date, facts.death_date) == ("p1", datetime.date(1950, 3, 9), None)


@pytest.mark.parametrize("changes", [
    {"area": [{"value": "19777", "to": "2025-07-01"}, {"value": "19780", "from": "2025-07-01"}]},
    {"area": [{"value": "unknown"}]},
    {"merit": [{"value": [{"kind": "NCC-06", "wound_percent": 61}], "from": "2020-01-01"}]},
    {"merit": "unknown"},
    {"was_receiving": ["K6", "C1", "C2a", "C2c", "C2d", "F", "NCC-06", "NCC-01a"]},
])  # fmt: skip
def test_every_form_of_the_contract_is_read(package: LawPackage, changes: dict[str, Any]) -> None:
    assert package.person(given(**changes)).birth_date == datetime.date(1950, 3, 9)


def test_an_unknown_birth_date_leaves_the_death_to_be_read(package: LawPackage) -> None:
    facts = package.person(given(birth_date="unknown", death_date="2026-10-01"))
    assert (facts.birth_date, facts.death_date) == (None, datetime.date(2026, 10, 1))


def test_a_value_changes_on_its_day(package: LawPackage) -> None:
    periods = [{"value": "severe", "from": "2026-05-15"}, {"value": "mild", "to": "2026-05-15"}]
    disability = package.person(given(disability=periods)).values["disability"]
    assert disability.at(datetime.date(2026, 5, 14)) == "mild"
    assert disability.at(datetime.date(2026, 5, 15)) == "severe"


def test_outside_every_period_the_fact_is_absent(package: LawPackage) -> None:
    hiv = package.person(given(hiv=[{"value": True, "from": "2026-05-01", "to": "2026-06-01"}])).values["hiv"]
    assert [hiv.at(datetime.date(2026, month, 1)) for month in (4, 5, 6)] == [False, True, False]


def test_history_is_asked_around_the_month_and_on_the_eve_of_a_birthday(package: LawPackage) -> None:
    facts = package.person({"birth_date": "2009-05-10", "area": "19777",
                            "was_receiving": [{"value": ["K1"], "from": "2015-01-01", "to": "2025-05-10"}]})  # fmt: skip
    assert facts.received_around("K1", Month(2025, 5)) is True
    assert facts.received_around("K1", Month(2025, 6)) is False
    assert facts.received_at_age("K1", facts.birth_date, 16) is True
    assert facts.received_at_age("K1", facts.birth_date, 17) is False
