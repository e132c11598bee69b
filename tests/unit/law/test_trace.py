"""The trace of a line, the letter, and the command's two forms: from the fact with its paper to the clause."""

import argparse
import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from ansinh.base.months import Month
from ansinh.law.answers import Inquiry
from ansinh.law.letter import letter
from ansinh.law.package import LawPackage, load_package
from ansinh.law.telling import tell
from ansinh.law.trace import Record
from ansinh.project.work import law

NOVEMBER, KNOWN_ON = Month(2026, 11), datetime.date(2026, 11, 22)
SEVERE = {
    "id": "p1",
    "birth_date": "1984-03-09",
    "area": "19777",
    "disability": "severe",
    "decision_signed_on": "2024-02-20",
}


@pytest.fixture(scope="module")
def package() -> LawPackage:
    return load_package()


def told(
    package: LawPackage, facts: dict[str, Any], records: list[Record] | None = None, **more: Any
) -> dict[str, Any]:
    return tell(Inquiry(package, package.person(facts), KNOWN_ON), NOVEMBER, more.get("settled"), records or [])


def test_a_line_leads_from_the_paper_to_the_clause(package: LawPackage) -> None:
    trace = told(package, SEVERE)["trace"][0]
    facts = {fact["fact"]: fact for fact in trace["facts"]}
    assert facts["decision_signed_on"]["value"] == "ký ngày 20/02/2024"
    assert (facts["disability"]["value"], facts["disability"]["source"]) == (
        "khuyết tật nặng",
        "Giấy xác nhận mức độ khuyết tật",
    )
    assert trace["conditions"][0]["mark"] == "✓"
    assert (trace["rule"]["rule"], trace["rule"]["basis"]) == ("K6", "NĐ 335/2026/NĐ-CP, Điều 5 khoản 6")
    parameter = trace["parameter"]
    assert (parameter["value_dong"], parameter["clause"]) == (540_000, "NĐ 335/2026/NĐ-CP, Điều 4 khoản 2")
    assert (parameter["applies_from"], parameter["in_force_from"], parameter["verified"]) == (
        "2026-07",
        "2026-10-05",
        True,
    )
    assert trace["clause"] == "NĐ 335/2026/NĐ-CP, Điều 6 khoản 1 điểm e"


def test_a_register_s_paper_and_its_days_replace_the_kind_of_paper(package: LawPackage) -> None:
    at = datetime.datetime(2024, 2, 1, tzinfo=datetime.UTC)
    record = Record("disability", "GXN 12/2024", datetime.date(2024, 1, 15), None, at)
    old = Record("disability", "GXN 3/2020", datetime.date(2020, 1, 15), datetime.date(2024, 1, 15), at)
    fact = next(f for f in told(package, SEVERE, [old, record])["trace"][0]["facts"] if f["fact"] == "disability")
    assert (fact["source"], fact["valid_from"], fact["recorded_at"]) == ("GXN 12/2024", "2024-01-15", at.isoformat())


def test_each_arrears_line_is_traced_in_its_own_month(package: LawPackage) -> None:
    settled = {("K6", Month(2026, month)): 750_000 for month in (7, 8, 9, 10)}
    answer = told(package, SEVERE, settled=settled)
    assert [(t["kind"], t["for_month"]) for t in answer["trace"]][1:] == [
        ("arrears", f"2026-{m:02d}") for m in (7, 8, 9, 10)
    ]
    assert answer["trace"][1]["judged_on"] == "2026-07-31"


def test_children_and_their_days_are_facts_of_the_line(package: LawPackage) -> None:
    children = [{"birth_date": "2015-05-01"}, {"birth_date": "2009-05-01", "studying": True}]
    facts = {**SEVERE, "disability": "none", "single_parent": True, "household_poverty": "poor", "children": children}
    names = [fact["fact"] for fact in told(package, facts)["trace"][0]["facts"]]
    assert {"children[1].birth_date", "children[2].birth_date", "children[2].studying"} <= set(names)
    assert "children[1].studying" not in names


def test_how_an_open_wording_was_read_is_told_and_so_is_what_nobody_checked(package: LawPackage) -> None:
    answer = told(package, {"birth_date": "1940-01-05", "area": "19777"})
    assert [row["kind"] for row in answer["unverified"]] == ["reading"]
    assert answer["unverified"][0]["because"].startswith("Cách hiểu ở đây: ")


def _command(tmp_path: Path, *, is_json: bool, full: bool = False, lang: str = "vi") -> Any:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(SEVERE), encoding="utf8")
    return law.explain(argparse.Namespace(
        facts=str(path), month="2026-11", known_on="2026-11-22", settled=None, json=is_json, full=full, lang=lang,
    ))  # fmt: skip


def test_the_contract_s_answer_stays_as_it_is_and_full_adds_to_it(tmp_path: Path) -> None:
    short, full = _command(tmp_path, is_json=True), _command(tmp_path, is_json=True, full=True)
    contract = ["month", "person", "total_dong", "lines", "not_granted", "needs_verification"]
    assert [name for name in short if name != "in_kind"] == contract
    assert {name: full[name] for name in short} == short
    assert [name for name in full if name not in contract and name != "in_kind"] == [
        "trace",
        "what_would_change",
        "timeline",
        "unverified",
    ]


def test_the_letter_is_made_of_the_same_sentences(tmp_path: Path) -> None:
    full, text = _command(tmp_path, is_json=True, full=True), _command(tmp_path, is_json=False, full=True)
    said = [line["because"] for line in full["lines"]] + [point["because"] for point in full["what_would_change"]]
    said += [span["because"] for span in full["timeline"]["spans"]] + [row["because"] for row in full["not_granted"]]
    assert all(sentence in text for sentence in said)
    short = _command(tmp_path, is_json=False)
    assert "Kỳ chi trả này được: 810.000 đồng." in short
    assert full["not_granted"][0]["because"] not in short, "nobody is read a list of all that they are not"


def test_arrears_of_one_sum_are_read_out_once(package: LawPackage) -> None:
    settled = {("K6", Month(2026, month)): 750_000 for month in (7, 8, 9, 10)}
    asked = Inquiry(package, package.person(SEVERE), KNOWN_ON)
    told = tell(asked, NOVEMBER, settled)
    short, full = (letter(asked, told, full=is_full) for is_full in (False, True))
    assert "các tháng 07/2026, 08/2026, 09/2026, 10/2026, truy lĩnh, mỗi tháng: 60.000 đồng, cộng 240.000 đồng" in short
    assert (short.count("truy lĩnh"), full.count("truy lĩnh")) == (1, 4)


def test_the_english_letter_has_no_vietnamese_sentence(tmp_path: Path) -> None:
    text = _command(tmp_path, is_json=False, lang="en")
    assert "Due in this payroll: 810,000 đồng." in text
    assert "mỗi tháng" not in text
    assert "Căn cứ" not in text
