"""Every construct of the law's file format on an invented law: tables, units, limits, bars, days, outcomes, merit, provinces."""

import datetime
import re
import shutil
from pathlib import Path

import duckdb
import psycopg
import pytest

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.cases import check
from ansinh.law.engines import Engine, OracleEngine, duckdb_engine
from ansinh.law.explanation import explain
from ansinh.law.package import default_laws, load_book, load_package
from ansinh.project.work.law import postgresql_engine

FORMAT = Path(__file__).resolve().parents[1] / "fixtures" / "laws-format"
TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def laws(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FORMAT, tmp_path / "laws"))


def failures(path: Path, engines: dict[str, Engine]) -> list[str]:
    """Return what fails beyond the number of cases: an invented law needs no five cases a rule."""
    report = check(load_book(path), engines)
    assert report["cases"] > 30
    return [str(failure) for failure in report["failed"] if failure["engine"] != "coverage"]


def test_every_construct_on_every_engine(law_postgres: psycopg.Connection) -> None:
    with duckdb.connect() as connection:
        engines = {
            "oracle": OracleEngine(),
            "postgresql": postgresql_engine(law_postgres),
            "duckdb": duckdb_engine(connection),
        }
        assert failures(FORMAT, engines) == []
    law_postgres.rollback()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("vn/second/domain.yaml", "keep: 2", "keep: 3"),
        ("vn/second/domain.yaml", "MARTYR: 1}, clause", "MARTYR: 2}, clause"),
        ("vn/second/doc-2/rules/years.yaml", "at_most: 30", "at_most: 31"),
        ("vn/second/doc-2/rules/hurt.yaml", "to_dong: 1000", "to_dong: 100"),
        ("vn/second/doc-2/rules/fun.yaml", "2026-10-05", "2026-10-06"),
        ("vn/second/doc-2/parameters/wounds.yaml", "21: 1094000", "21: 1094001"),
        ("vn/first/doc-1/document.yaml", "when: in_prison", "when: in_prison and age >= 75"),
        ("provinces/99/doc-p/parameters/base.yaml", "530000", "530400"),
    ],
)
def test_a_changed_construct_is_noticed_by_its_cases(laws: Path, file: str, old: str, new: str) -> None:
    text = (laws / file).read_text(encoding="utf8")
    assert old in text, "the test must break something"
    (laws / file).write_text(text.replace(old, new, 1), encoding="utf8")
    assert failures(laws, {"oracle": OracleEngine()})


def test_an_explanation_of_several_domains() -> None:
    book = load_book(FORMAT)
    facts = book.person(
        {"birth_date": "1950-01-10", "area": "99001", "poor": True, "merit": [{"kind": "NCC-06", "wound_percent": 81}]}
    )
    answer = explain(book, facts, Month(2026, 8), TODAY)
    assert [(line["benefit"], line["amount_dong"], line["clause"]) for line in answer["lines"]] == [
        ("A", 1_080_000, "VB 1/2026, Điều 3"),
        ("WOUND", 4_216_000, "VB 2/2026, Phụ lục II"),
    ]
    assert answer["total_dong"] == 5_296_000
    assert [(line["benefit"], line["quantity"], line["unit"]) for line in answer["in_kind"]] == [("RICE", 15, "kg gạo")]
    assert "chưa được xác minh" in answer["lines"][1]["because"]


def test_a_domain_about_which_nothing_was_said_is_not_explained() -> None:
    book = load_book(FORMAT)
    answer = explain(book, book.person({"birth_date": "1950-01-10", "area": "99001"}), Month(2026, 8), TODAY)
    assert [line["benefit"] for line in answer["not_granted"]] == ["A", "B"]


def test_a_bar_is_the_reason_of_a_refusal() -> None:
    book = load_book(FORMAT)
    facts = book.person({"birth_date": "1950-01-10", "area": "99001", "poor": True, "in_prison": True})
    answer = explain(book, facts, Month(2026, 8), TODAY)
    refused = next(line for line in answer["not_granted"] if line["benefit"] == "A")
    assert (refused["clause"], "án phạt tù" in refused["because"]) == ("VB 1/2026, Điều 7", True)


def test_a_provincial_figure_below_the_national_one_is_warned_about() -> None:
    package = load_book(FORMAT, "99").packages[0]
    assert package.month_law(Month(2026, 6), TODAY).warnings == ()
    (warning,) = package.month_law(Month(2026, 8), TODAY).warnings
    assert "530.000" in warning.vi and "540.000" in warning.vi


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"a_met": True}, "a_met"),
        ({"percent": 81}, "percent"),
        ({"merit": [{"kind": "NCC-99"}]}, "merit[1].kind"),
        ({"merit": [{"kind": "NCC-06", "years": "ten"}]}, "merit[1].years"),
        ({"injured_on": "2026-02-30"}, "injured_on"),
    ],
)
def test_what_is_derived_or_impossible_cannot_be_stated(content: dict, field: str) -> None:
    with pytest.raises(Refused) as refused:
        load_book(FORMAT).person({"birth_date": "1950-01-10", "area": "99001", **content})
    assert field in (refused.value.details.get("fact"), refused.value.details.get("field"))


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("vn/second/domain.yaml", "first met A", "first met Z", "met, paid hoặc received"),
        ("vn/second/domain.yaml", "  WOUND: {name", "  A: {name", "đã được dùng"),
        ("vn/second/domain.yaml", "of: [DEAR, CHEAP]", "of: [CHEAP, DEAR]", "đúng thứ tự"),
        ("vn/second/doc-2/rules/fun.yaml", "in_month(death_date) and", "", "đúng một in_month"),
        ("vn/second/doc-2/rules/wound.yaml", "by: percent", "by: severe", "loại count"),
        ("vn/second/doc-2/rules/wound.yaml", "schedule: wounds", "schedule: scars", "chưa được khai báo"),
        ("vn/second/doc-2/rules/martyr.yaml", "base: levels.MARTYR", "base: levels.NOBODY", "chưa được khai báo"),
        ("vn/second/doc-2/rules/martyr.yaml", "base: levels.MARTYR\n", "", "đúng một trong"),
        ("vn/first/doc-1/document.yaml", "when: in_prison,", "when: count_children(age < 3) >= 1,", "không đếm con"),
        ("vn/book.yaml", "second", "third", "không có lĩnh vực"),
        ("provinces/99/doc-p/document.yaml", "joins: [P]\n", "", "kể đủ mọi chế độ"),
    ],
)  # fmt: skip
def test_a_mistyped_construct_is_refused_with_its_line(laws: Path, file: str, old: str, new: str, reason: str) -> None:
    text = (laws / file).read_text(encoding="utf8")
    assert old in text, "the test must break something"
    (laws / file).write_text(text.replace(old, new, 1), encoding="utf8")
    with pytest.raises(Refused) as refused:
        load_book(laws, "99")
    assert refused.value.reason == "law_invalid"
    assert reason in refused.value.vi
    assert refused.value.details["line"] >= 1


def _monthly(laws: Path) -> None:
    load_book(laws).package("second").month_law(Month(2026, 8), TODAY)


def test_one_unit_must_have_one_price_also_where_one_is_kept(laws: Path) -> None:
    domain = laws / "vn/second/domain.yaml"
    domain.write_text(domain.read_text(encoding="utf8").replace("keep: 2", "keep: 1", 1), encoding="utf8")
    _monthly(laws)
    rule = laws / "vn/second/doc-2/rules/cheap.yaml"
    levels = 'levels: [{coefficient: 2.0, when: severe, who: {vi: "nặng", en: "severe"}}, '
    rule.write_text(rule.read_text(encoding="utf8").replace("levels: [", levels), encoding="utf8")
    with pytest.raises(Refused) as refused:
        _monthly(laws)
    assert "CHEAP" in refused.value.vi and "một mức" in refused.value.vi


def test_a_sum_that_no_engine_could_hold_is_refused(laws: Path) -> None:
    wounds = laws / "vn/second/doc-2/parameters/levels.yaml"
    text = wounds.read_text(encoding="utf8")
    assert "CHEAP" in text
    rows = re.sub(r"(CHEAP: )\d+", r"\g<1>90100000", text)
    assert rows != text
    wounds.write_text(rows, encoding="utf8")
    with pytest.raises(Refused) as refused:
        _monthly(laws)
    assert "quá lớn" in refused.value.vi


def test_two_children_of_an_unknown_list_are_doubted_and_not_denied(tmp_path: Path) -> None:
    laws = Path(shutil.copytree(default_laws(), tmp_path / "laws"))
    rule = laws / "vn/social-assistance/nd-335-2026/rules/dieu-5-khoan-4.yaml"
    text = rule.read_text(encoding="utf8")
    assert text.count(">= 1") >= 1
    rule.write_text(text.replace(">= 1", ">= 2"), encoding="utf8")
    package = load_package(laws)
    content = {"birth_date": "1990-01-10", "area": "19777", "single_parent": True, "household_poverty": "poor"}
    two = [{"birth_date": "2020-05-01"}, {"birth_date": "2022-05-01"}]
    people = [package.person({**content, "children": children}) for children in ("unknown", two, two[:1])]
    month = Month(2027, 1)
    with duckdb.connect() as connection:
        for engine in (OracleEngine(), duckdb_engine(connection)):
            unknown, both, one = engine.month(package, month, datetime.date(2027, 1, 20), people)
            assert ("K4" in unknown.unknown, unknown.paid) == (True, {}), engine.name
            assert "K4" in both.paid and not both.unknown, engine.name
            assert "K4" not in one.paid and "K4" not in one.unknown, engine.name
