"""`ansinh law explain` as a function: files are refused by name, and a good one is answered."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from ansinh.base.refusals import Refused
from ansinh.project.work import law

FACTS = {"birth_date": "1980-03-09", "area": "19777", "disability": "severe"}


def arguments(
    tmp_path: Path, facts: Any, settled: Any = None, month: str = "2026-11", known_on: str | None = "2026-11-22"
) -> argparse.Namespace:
    def write(name: str, content: Any) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(path)

    return argparse.Namespace(
        facts=facts if isinstance(facts, str) else write("facts.json", facts),
        settled=None if settled is None else write("settled.json", settled), month=month, known_on=known_on,
    )  # fmt: skip


def refusal(namespace: argparse.Namespace) -> Refused:
    with pytest.raises(Refused) as refused:
        law.explain(namespace)
    return refused.value


def test_explains_from_files(tmp_path: Path) -> None:
    settled = [{"benefit": "K6", "for_month": f"2026-{number:02d}", "amount_dong": 750_000} for number in (7, 8, 9, 10)]
    assert law.explain(arguments(tmp_path, FACTS, settled))["total_dong"] == 1_050_000


def test_arrears_of_a_table_cite_the_table_that_changed(tmp_path: Path) -> None:
    facts = {"birth_date": "1960-03-09", "area": "19777", "merit": [{"kind": "NCC-06", "wound_percent": 65}]}
    settled = [{"benefit": "NCC-06", "for_month": "2026-07", "amount_dong": 5_809_000}]
    lines = law.explain(arguments(tmp_path, json.dumps(facts).encode(), settled))["lines"]
    arrears = [line for line in lines if line["kind"] == "arrears" and line["for_month"] == "2026-07"]
    assert [(line["amount_dong"], line["clause"]) for line in arrears] == [(465_000, "NĐ 321/2026/NĐ-CP, Phụ lục II")]
    assert "theo tỷ lệ tổn thương" in arrears[0]["because"]


def test_several_settlements_of_one_month_add_up(tmp_path: Path) -> None:
    settled = [{"benefit": "K6", "for_month": "2026-10", "amount_dong": amount} for amount in (750_000, 60_000)]
    assert law.explain(arguments(tmp_path, FACTS, settled))["total_dong"] == 810_000


def test_a_field_written_twice_is_named(tmp_path: Path) -> None:
    content = b'{"birth_date": "1980-03-09", "area": "19777", "children": [{"birth_date": "2015-01-01", "studying": true, "studying": false}]}'
    refused = refusal(arguments(tmp_path, content))
    assert (refused.details["field"], "studying" in refused.vi) == ("studying", True)


@pytest.mark.parametrize(
    ("benefit", "month"),
    [("C1", "2026-09"), ("C2d", "2026-09"), ("F", "2026-09"), ("NCC-01a", "2026-09"), ("K6", "2020-10")],
)
def test_what_other_law_pays_or_earlier_law_paid_is_left_alone(tmp_path: Path, benefit: str, month: str) -> None:
    settled = [{"benefit": benefit, "for_month": month, "amount_dong": 400_000}]
    lines = law.explain(arguments(tmp_path, FACTS, settled))["lines"]
    assert [(line["benefit"], line["for_month"]) for line in lines] == [("K6", "2026-11")]


def test_today_is_the_default_day_of_asking(tmp_path: Path) -> None:
    assert law.explain(arguments(tmp_path, FACTS, known_on=None))["month"] == "2026-11"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe", "file_not_utf8"),
        (b"", "file_not_json"),
        (b"{", "file_not_json"),
        (b"[" * 200_000, "file_not_json"),
        (b'{"birth_date": "1980-03-09", "birth_date": "1990-03-09", "area": "19777"}', "duplicate_field"),
        (b'{"birth_date": "1980-03-09", "area": "19777", "monthly_pension_dong": NaN}', "file_not_json"),
        (
            b'{"birth_date": "1980-03-09", "area": "19777", "monthly_pension_dong": ' + b"9" * 5000 + b"}",
            "file_not_json",
        ),
        (b'{"birth_date": "1980-03-09", "area": "19777", "monthly_pension_dong": 1e400}', "impossible_value"),
        (b"[]", "facts_not_an_object"),
        (b" " * 10_000_001, "file_too_large"),
    ],
)
def test_a_file_that_is_not_facts_is_refused_by_name(tmp_path: Path, content: bytes, reason: str) -> None:
    assert refusal(arguments(tmp_path, content)).reason == reason


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert refusal(arguments(tmp_path, str(tmp_path / "nothing.json"))).reason == "file_not_found"
    assert refusal(arguments(tmp_path, str(tmp_path))).reason == "file_not_found"


@pytest.mark.parametrize(
    ("settled", "reason"),
    [
        ({}, "settled_invalid"),
        ([1], "settled_invalid"),
        ([{"benefit": "K6", "for_month": "2026-10"}], "settled_invalid"),
        ([{"benefit": "K6", "for_month": "2026-10", "amount_dong": 1.5}], "settled_invalid"),
        ([{"benefit": "K6", "for_month": "2026-10", "amount_dong": True}], "settled_invalid"),
        ([{"benefit": "K6", "for_month": 202610, "amount_dong": 1}], "settled_invalid"),
        ([{"benefit": "K6", "for_month": "2026-13", "amount_dong": 1}], "month_invalid"),
        ([{"benefit": "Z1", "for_month": "2026-10", "amount_dong": 1}], "unknown_benefit"),
        ([{"benefit": "NCC", "for_month": "2026-10", "amount_dong": 1}], "unknown_benefit"),
    ],
)
def test_a_wrong_file_of_settlements_is_refused(tmp_path: Path, settled: Any, reason: str) -> None:
    assert refusal(arguments(tmp_path, FACTS, settled)).reason == reason


@pytest.mark.parametrize("day", ["2026-02-30", "22/11/2026", "", "2026-11-22T00:00"])
def test_a_wrong_day_of_asking_is_refused(tmp_path: Path, day: str) -> None:
    assert refusal(arguments(tmp_path, FACTS, known_on=day)).reason == "date_invalid"


@pytest.mark.parametrize(
    ("month", "reason"), [("2026-13", "month_invalid"), ("11/2026", "month_invalid"), ("2021-06", "law_not_encoded")]
)
def test_a_wrong_month_is_refused(tmp_path: Path, month: str, reason: str) -> None:
    assert refusal(arguments(tmp_path, FACTS, month=month)).reason == reason
