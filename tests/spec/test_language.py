"""The language of conditions, as tables: what it says of a person, and what it refuses to read."""

import datetime
from typing import Any

import pytest

from ansinh.base.months import Month
from ansinh.law.language import ConditionError, Vocabulary, parse_condition
from ansinh.law.oracle import Instant, truth
from ansinh.law.package import LawPackage, load_package

MONTH, KNOWN_ON = Month(2026, 11), datetime.date(2026, 11, 22)


@pytest.fixture(scope="module")
def package() -> LawPackage:
    return load_package()


def vocabulary(package: LawPackage) -> Vocabulary:
    return Vocabulary(
        package.facts, package.child_facts, frozenset({"base_standard"}), frozenset({"K1", "K4"}),
        {"poor": parse_condition("household_poverty = poor", Vocabulary(package.facts, {}, frozenset(), frozenset(), {}))},
    )  # fmt: skip


def answer(package: LawPackage, condition: str, **given: Any) -> str:
    """Return yes, no or unknown for a person born on 9 March 1950 unless given otherwise, on 30 November 2026."""
    facts = package.person({"birth_date": "1950-03-09", "area": "19777", **given})
    instant = Instant(package, package.month_law(MONTH, KNOWN_ON), facts, MONTH.last_day)
    return {True: "yes", False: "no", None: "unknown"}[truth(parse_condition(condition, vocabulary(package)), instant)]


TABLE = [
    # condition                                              facts                                             answer
    ("hiv",                                                  {"hiv": True},                                    "yes"),
    ("hiv",                                                  {},                                               "no"),
    ("hiv",                                                  {"hiv": "unknown"},                               "unknown"),
    ("not hiv",                                              {"hiv": "unknown"},                               "unknown"),
    ("not not hiv",                                          {"hiv": True},                                    "yes"),
    ("hiv is unknown",                                       {"hiv": "unknown"},                               "yes"),
    ("hiv is unknown",                                       {"hiv": True},                                    "no"),
    ("hiv or studying",                                      {"hiv": "unknown", "studying": True},             "yes"),
    ("hiv or studying",                                      {"hiv": "unknown"},                               "unknown"),
    ("hiv and studying",                                     {"hiv": "unknown"},                               "no"),
    ("hiv and studying",                                     {"hiv": "unknown", "studying": True},             "unknown"),
    ("hiv or studying and single_parent",                    {"hiv": True},                                    "yes"),
    ("(hiv or studying) and single_parent",                  {"hiv": True},                                    "no"),
    ("household_poverty = poor",                             {"household_poverty": "poor"},                    "yes"),
    ("household_poverty != poor",                            {"household_poverty": "poor"},                    "no"),
    ("household_poverty != poor",                            {"household_poverty": "unknown"},                 "unknown"),
    ("household_poverty in (poor, near_poor)",               {"household_poverty": "near_poor"},               "yes"),
    ("household_poverty not in (poor, near_poor)",           {"household_poverty": "near_poor"},               "no"),
    ("disability = none",                                    {},                                               "yes"),
    ("poor",                                                 {"household_poverty": "poor"},                    "yes"),
    ("monthly_pension_dong = 0",                             {},                                               "yes"),
    ("monthly_pension_dong < base_standard",                 {"monthly_pension_dong": 539_999},                "yes"),
    ("monthly_pension_dong < base_standard",                 {"monthly_pension_dong": 540_000},                "no"),
    ("monthly_pension_dong between 1 and base_standard",     {"monthly_pension_dong": 540_000},                "yes"),
    ("monthly_pension_dong > 0",                             {"monthly_pension_dong": "unknown"},              "unknown"),
    ("age >= 76",                                            {},                                               "yes"),
    ("age >= 77",                                            {},                                               "no"),
    ("age < 76",                                             {},                                               "no"),
    ("age <= 76",                                            {},                                               "yes"),
    ("age > 75",                                             {},                                               "yes"),
    ("age = 76",                                             {},                                               "yes"),
    ("age != 76",                                            {},                                               "no"),
    ("age between 70 and 76",                                {},                                               "yes"),
    ("age between 77 and 80",                                {},                                               "no"),
    ("age >= 16",                                            {"birth_date": "2010-11-30"},                     "yes"),
    ("age >= 16",                                            {"birth_date": "2010-12-01"},                     "no"),
    ("months_old < 36",                                      {"birth_date": "2023-12-01"},                     "yes"),
    ("months_old < 36",                                      {"birth_date": "2023-11-30"},                     "no"),
    ("months_old = 2",                                       {"birth_date": "2026-09-30"},                     "yes"),
    ("birth_date >= 1950-03-09",                             {},                                               "yes"),
    ("birth_date > 1950-03-09",                              {},                                               "no"),
    ("birth_date < 1950-03-10",                              {},                                               "yes"),
    ("was_receiving K1",                                     {"was_receiving": ["K1"]},                        "yes"),
    ("was_receiving K1",                                     {"was_receiving": ["K2"]},                        "no"),
    ("was_receiving K1",                                     {"was_receiving": "unknown"},                     "unknown"),
    ("was_receiving K1 at 16",                               {"was_receiving": [{"value": ["K1"], "to": "1966-03-09"}]}, "yes"),
    ("was_receiving K1 at 16",                               {"was_receiving": [{"value": ["K1"], "to": "1966-03-08"}]}, "no"),
    ("count_children(age < 16) >= 1",                        {"children": [{"birth_date": "2015-01-01"}]},     "yes"),
    ("count_children(age < 16) >= 2",                        {"children": [{"birth_date": "2015-01-01"}]},     "no"),
    ("count_children(studying) >= 1",                        {"children": [{"birth_date": "2015-01-01", "studying": "unknown"}]}, "unknown"),
    ("count_children(age < 16) >= 1",                        {"children": [{"birth_date": "2027-01-01"}]},     "no"),
    ("count_children(age < 16) >= 1",                        {"children": "unknown"},                          "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "given", "expected"), TABLE)
def test_condition_says(package: LawPackage, condition: str, given: dict[str, Any], expected: str) -> None:
    assert answer(package, condition, **given) == expected


REFUSED = [
    # condition                                    a word of the reason
    ("",                                           "bỏ dở"),
    ("hiv and",                                    "bỏ dở"),
    ("hiv studying",                               "không hiểu được"),
    ("(hiv",                                       "cần “)”"),
    ("monthly_pension_dong / 2 = 1",               "phép chia"),
    ("monthly_pension_dong > 1.5",                 "số lẻ"),
    ("disability = 'severe'",                      "dấu nháy"),
    ("disability = heavy",                         "không có trong danh sách"),
    ("disability > mild",                          "chỉ so sánh được"),
    ("hiv = 1",                                    "có/không"),
    ("wealth > 3",                                 "không phải là sự kiện"),
    ("sex = female",                               "không phải là sự kiện"),
    ("monthly_pension_dong < minimum_wage",        "không phải là tham số"),
    ("age >= base_standard",                       "cần một số nguyên"),
    ("birth_date > 2026-02-30",                    "không phải là một ngày"),
    ("was_receiving K99",                          "không phải là mã chế độ"),
    ("count_children(disability = severe) >= 1",   "không phải là sự kiện"),
    ("count_children(age < 16) >= 0",              "từ 1"),
    ("count_children(count_children(age < 16) >= 1) >= 1", "con của con"),
    ("pg_sleep(10)",                               "không phải là sự kiện"),
    ("hiv; DROP TABLE people",                     "không hiểu"),
    ("(" * 60 + "hiv" + ")" * 60,                  "lồng quá sâu"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "reason"), REFUSED)
def test_condition_is_refused(package: LawPackage, condition: str, reason: str) -> None:
    with pytest.raises(ConditionError) as refused:
        parse_condition(condition, vocabulary(package))
    assert reason in refused.value.vi
    assert refused.value.en
