"""The cases of the procedure dates, and that a changed day, a lost case, a changed holiday or a loosened ground is noticed."""

import shutil
from pathlib import Path

import pytest

from ansinh.base.refusals import Refused
from ansinh.law.package import default_laws
from ansinh.law.procedure.cases import CASES_PER_CLAUSE, Case, check_procedure, clauses, load_cases, run_cases
from ansinh.law.procedure.loading import load_procedure


@pytest.fixture
def laws(tmp_path: Path) -> Path:
    """A copy of the procedure dates that a test may break."""
    return Path(shutil.copytree(default_laws() / "vn" / "procedure", tmp_path / "procedure"))


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """The cases as they stand, read once: a test that breaks a rule need not read them again."""
    return load_cases(default_laws())


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf8")
    assert old in text, "the test must change something"
    path.write_text(text.replace(old, new), encoding="utf8")


def failing(laws: Path) -> set[str]:
    return {failure["clause"] for failure in check_procedure(laws)["failed"]}


def test_every_case_holds() -> None:
    report = check_procedure(default_laws())
    assert report["failed"] == []
    assert report["clauses"] >= 80
    assert report["cases"] >= CASES_PER_CLAUSE * report["clauses"]


def test_every_clause_has_its_own_cases(cases: list[Case]) -> None:
    law = load_procedure(default_laws())
    for clause in clauses(law):
        names = {case.name for case in cases if case.clause == clause}
        assert len(names) >= CASES_PER_CLAUSE, clause


@pytest.mark.parametrize("letter", list("ejklmnqt"))
def test_the_dossiers_cases_are_there(cases: list[Case], letter: str) -> None:
    assert any(case.name.startswith(f"({letter})") for case in cases)


MUTATIONS = [
    # file                          what                              becomes                          a clause that must fail
    ("documents/nd-335-2026.yaml",  "    days: 7\n",                  "    days: 8\n",                 "NĐ 335/2026/NĐ-CP, Điều 8 khoản 2"),
    ("documents/nd-335-2026.yaml",  "    days: 3\n",                  "    days: 2\n",                 "NĐ 335/2026/NĐ-CP, Điều 11 khoản 3"),
    ("documents/nd-335-2026.yaml",  "    unit: working\n",            "    unit: calendar\n",          "NĐ 335/2026/NĐ-CP, Điều 24"),
    ("documents/nd-176-2025.yaml",  "    days: 10\n",                 "    days: 7\n",                 "NĐ 176/2025/NĐ-CP, Điều 4"),
    ("documents/nd-20-2021.yaml",   "    days: 2\n    unit: calendar", "    days: 3\n    unit: calendar", "NĐ 20/2021/NĐ-CP, Điều 13 khoản 2"),
    ("documents/nd-335-2026.yaml",  'before: ["25"]',                 'before: ["26"]',                "NĐ 335/2026/NĐ-CP, Điều 28 khoản 4"),
    ("documents/nd-335-2026.yaml",  '"06-15", "12-15"',               '"06-15", "12-16"',              "NĐ 335/2026/NĐ-CP, Điều 30 khoản 5"),
    ("documents/nd-335-2026.yaml",  "month: stop_month",              "month: after_stop_month",       "NĐ 335/2026/NĐ-CP, Điều 8 khoản 3"),
    ("documents/nd-20-2021.yaml",   "month: after_stop_month",        "month: stop_month",             "NĐ 20/2021/NĐ-CP, Điều 8 khoản 4 điểm d"),
    ("documents/nd-20-2021.yaml",   "month: of_certificate",          "month: of_signature",           "NĐ 20/2021/NĐ-CP, Điều 8 khoản 1"),
    ("documents/nd-20-2021.yaml",   "month: of_age_80",               "month: of_age_75",              "NĐ 20/2021/NĐ-CP, Điều 8 khoản 1"),
    ("documents/nd-335-2026.yaml",  "at_least_months: 3",             "at_least_months: 2",            "NĐ 335/2026/NĐ-CP, Điều 9 khoản 1 điểm a"),
    ("documents/nd-335-2026.yaml",  "at_least_months: 3",             "at_least_months: 2",            "NĐ 335/2026/NĐ-CP, Điều 9 khoản 2 điểm đ"),
    ("documents/tt-02-2021.yaml",   "at_least_months: 1",             "at_least_months: 2",            "TT 02/2021/TT-BLĐTBXH, Điều 2 khoản 3 điểm c"),
    ("holidays/2026.yaml",          "2026-11-24",                     "2026-11-25",                    "Nghị quyết 28/2026/QH16"),
    ("holidays/2026.yaml",          "date: 2026-08-22",               "date: 2026-08-23",              "Thông báo 9441/TB-BNV năm 2025"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "clause"), MUTATIONS)
def test_a_changed_rule_makes_a_case_fail(
    laws: Path, cases: list[Case], file: str, old: str, new: str, clause: str
) -> None:
    change(laws / file, old, new)
    failed = run_cases(load_procedure(laws), [case for case in cases if case.clause == clause])
    assert failed
    assert {"case", "clause", "where", "engine", "expected", "got"} == set(failed[0])


def test_a_clause_that_loses_its_cases_fails(laws: Path) -> None:
    (laws / "cases" / "tt-44-2022.yaml").unlink()
    report = check_procedure(laws)
    assert [(failure["clause"], failure["got"]) for failure in report["failed"]] == [("TT 44/2022/TT-BTC, Điều 7–8", 0)]


def test_a_case_counts_only_for_the_clause_its_answer_rests_on(laws: Path) -> None:
    path = laws / "cases" / "tt-44-2022.yaml"
    change(path, "merit_payment_list", "payment_list")
    assert {failure["expected"] for failure in check_procedure(laws)["failed"]} == {"TT 44/2022/TT-BTC, Điều 7–8"}


def test_a_case_of_an_unknown_clause_fails(laws: Path) -> None:
    change(laws / "cases" / "tt-44-2022.yaml", "Điều 7–8", "Điều 99")
    assert {"TT 44/2022/TT-BTC, Điều 99", "TT 44/2022/TT-BTC, Điều 7–8"} <= failing(laws)


def test_what_is_not_verified_is_listed() -> None:
    listed = check_procedure(default_laws())["unverified"]
    assert {"clause", "kind", "note", "what"} == set(listed[0])
    assert {"step", "date", "life", "reading", "calendar"} == {entry["kind"] for entry in listed}
    assert "NĐ 147/2025/NĐ-CP, Điều 5–10" in {entry["clause"] for entry in listed}
    # What a decree that nobody read has amended is applied, and said to be unverified from that day on.
    assert any(entry["kind"] == "life" and "NĐ 147/2025" in entry["note"] for entry in listed)


BROKEN = [
    # file                         what                            becomes                            line says
    ("documents/nd-335-2026.yaml", "    days: 7\n",                "    days: bảy\n",                 "số nguyên"),
    ("documents/nd-335-2026.yaml", "    unit: working\n",          "    unit: week\n",                "working"),
    ("documents/nd-335-2026.yaml", "clause: Điều 24\n",            "clause: Đ24\n",                   "Điều 8 khoản 2"),
    ("documents/nd-335-2026.yaml", "step: centre_admission",       "step: centre_verification",       "đã có một bản"),
    ("documents/nd-335-2026.yaml", "[centre_verification, ",       "[centre_checking, ",              "không có bước đó"),
    ("documents/nd-335-2026.yaml", "{first}",                      "{frist}",                         "chỗ điền"),
    ("documents/nd-335-2026.yaml", "cause: carer_sanctioned",      "cause: carer_not_eligible",       "đã có một bản"),
    ("holidays/2026.yaml",         "date: 2026-11-24",             "date: 2027-11-24",                "không thuộc năm"),
    ("holidays/2026.yaml",         "date: 2026-11-24",             "date: 2026-09-02",                "đã có ở trên"),
    ("holidays/2026.yaml",         "date: 2026-08-22",             "date: 2026-08-25",                "thứ Bảy"),
    ("holidays/2026.yaml",         "date: 2026-08-31",             "date: 2026-08-30",                "cuối tuần"),
    ("holidays/2026.yaml",         "year: 2026",                   "year: 2025",                      "không thuộc năm"),
    ("cases/life.yaml",            "refused: no_legal_ground",     "refuse: no_legal_ground",         "không có trong mẫu"),
    ("cases/life.yaml",            "commune: \"19777\", ",         "",                                "commune"),
    ("cases/nd-335-2026.yaml",     ", 2026-12-02]",                ", 2026-12-32]",                   "ngày phải viết"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "said"), BROKEN)
def test_a_broken_file_is_refused_with_its_line(laws: Path, file: str, old: str, new: str, said: str) -> None:
    change(laws / file, old, new)
    with pytest.raises(Refused) as refused:
        load_cases(laws) if file.startswith("cases") else load_procedure(laws)
    assert (refused.value.reason, refused.value.details["file"]) == ("law_invalid", file)
    assert refused.value.details["line"] > 1 or file.startswith("documents")
    assert said in refused.value.vi


def test_a_year_named_wrongly_is_refused(laws: Path) -> None:
    (laws / "holidays" / "2026.yaml").rename(laws / "holidays" / "2036.yaml")
    with pytest.raises(Refused) as refused:
        load_procedure(laws)
    assert "2026.yaml" in refused.value.vi


def test_a_folder_without_procedure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        load_procedure(tmp_path)
    assert refused.value.reason == "law_folder_not_found"
