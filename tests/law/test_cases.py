"""Every case beside a clause, on the oracle, DuckDB and PostgreSQL; and a check that would notice a wrong figure."""

import shutil
from collections import Counter
from pathlib import Path

import duckdb
import psycopg
import pytest

from ansinh.law.cases import CASES_PER_CLAUSE, check, load_cases
from ansinh.law.engines import OracleEngine, duckdb_engine
from ansinh.law.package import LawPackage, default_laws, load_package
from ansinh.project.work.law import postgresql_engine


@pytest.fixture(scope="module")
def package() -> LawPackage:
    return load_package()


@pytest.fixture
def laws(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_laws(), tmp_path / "laws"))


def test_every_case_on_every_engine(package: LawPackage, law_postgres: psycopg.Connection) -> None:
    with duckdb.connect() as connection:
        engines = {
            "oracle": OracleEngine(),
            "postgresql": postgresql_engine(law_postgres),
            "duckdb": duckdb_engine(connection),
        }
        report = check(package, engines)
    law_postgres.rollback()
    assert report["failed"] == []
    assert report["engines"] == ["oracle", "postgresql", "duckdb"]
    assert report["cases"] >= 250


def test_each_clause_is_granted_and_refused_by_its_cases(package: LawPackage) -> None:
    cases = load_cases(package)
    counts = Counter(case.clause for case in cases)
    for rule in package.rules:
        # The months of transition share their cases with the clause whose condition they keep.
        if rule.applies_to is not None:
            continue
        beside = [case for case in cases if case.clause == rule.basis_citation]
        assert counts[rule.basis_citation] >= CASES_PER_CLAUSE, rule.basis_citation
        assert any(rule.benefit in case.paid for case in beside), rule.basis_citation
        assert any(rule.benefit not in case.paid for case in beside), rule.basis_citation
        assert any(rule.benefit in case.unknown for case in beside), rule.basis_citation


def test_a_changed_figure_makes_cases_fail(laws: Path) -> None:
    path = laws / "vn/social-assistance/nd-335-2026/parameters/base_standard.yaml"
    path.write_text(path.read_text(encoding="utf8").replace("540000", "550000"), encoding="utf8")
    report = check(load_package(laws), {"oracle": OracleEngine()})
    assert len(report["failed"]) > 50
    assert {"case", "clause", "where", "engine", "expected", "got"} == set(report["failed"][0])


def test_a_clause_that_loses_its_cases_fails(laws: Path) -> None:
    (laws / "vn/social-assistance/nd-335-2026/cases/dieu-5-khoan-8.yaml").unlink()
    report = check(load_package(laws), {"oracle": OracleEngine()})
    assert [failure["clause"] for failure in report["failed"]] == ["NĐ 335/2026/NĐ-CP, Điều 5 khoản 8"]


def test_a_clause_that_ends_without_successor_leaves_a_month_without_amount(laws: Path) -> None:
    path = laws / "vn/social-assistance/nd-335-2026/parameters/social_pension_ceiling.yaml"
    path.write_text(
        path.read_text(encoding="utf8").replace(
            "applies_from: 2026-10", "applies_from: 2026-10\n    applies_to: 2027-01"
        ),
        encoding="utf8",
    )
    older = laws / "vn/social-assistance/nd-176-2025/parameters/social_pension_ceiling.yaml"
    older.write_text(
        older.read_text(encoding="utf8").replace(
            "applies_from: 2025-07", "applies_from: 2025-07\n    applies_to: 2026-09"
        ),
        encoding="utf8",
    )
    report = check(load_package(laws), {})
    assert {"month", "got"} <= set(report["failed"][0])
    assert report["failed"][0]["month"] == "2026-10"


def test_what_is_not_verified_is_listed(package: LawPackage) -> None:
    listed = check(package, {})["unverified"]
    assert {"NĐ 76/2024/NĐ-CP, Điều 1", "NĐ 176/2025/NĐ-CP, Điều 3 khoản 1"} <= {entry["clause"] for entry in listed}
    readings = {(entry["clause"], entry["what"]) for entry in listed if entry["kind"] == "reading"}
    # The months in which the decrees and the register's rule of the decision's month differ, and those who died between.
    assert {
        ("NĐ 20/2021/NĐ-CP, Điều 5 khoản 6", "K6"),
        ("NĐ 20/2021/NĐ-CP, Điều 5 khoản 5 điểm b", "K5b"),
        ("NĐ 20/2021/NĐ-CP, Điều 5 khoản 5 điểm c", "K5c"),
        ("NĐ 335/2026/NĐ-CP, Điều 32 khoản 3", "NĐ 335/2026/NĐ-CP"),
    } <= readings
    assert {entry["kind"] for entry in listed} == {"document", "parameter", "reading"}
