"""Deadlines in words and as data: the clause by the day of receipt, chains, what is not known, and the command."""

import argparse
import datetime
from typing import Any

import pytest

from ansinh.base.refusals import Refused
from ansinh.law.package import default_laws
from ansinh.law.procedure.deadlines import as_plain, because, deadline, next_date
from ansinh.law.procedure.loading import load_procedure
from ansinh.law.procedure.rules import ProcedureLaw
from ansinh.project.work import law_deadline


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.fixture(scope="module")
def law() -> ProcedureLaw:
    return load_procedure(default_laws())


def command(step: str, received: str) -> dict[str, Any]:
    return law_deadline.run(argparse.Namespace(step=step, received=received))


BY_RECEIPT = [
    # step                 received      clause                                       due
    ("pension_decision",   "2026-10-04", "NĐ 176/2025/NĐ-CP, Điều 4",                 "2026-10-16"),
    ("pension_decision",   "2026-10-05", "NĐ 335/2026/NĐ-CP, Điều 31 khoản 2",        "2026-10-14"),
    ("assistance_decision","2026-10-05", "NĐ 335/2026/NĐ-CP, Điều 8 khoản 2",         "2026-10-14"),
    ("assistance_decision","2026-10-04", "NĐ 147/2025/NĐ-CP, Điều 5–10",              None),
    ("assistance_decision","2025-06-30", "NĐ 20/2021/NĐ-CP, Điều 8 khoản 1",          "2025-07-28"),
    ("centre_decision",    "2026-10-05", "NĐ 335/2026/NĐ-CP, Điều 24",                "2026-10-12"),
    ("centre_decision",    "2026-10-02", "NĐ 147/2025/NĐ-CP, Điều 5 khoản 2 điểm b",  "2026-10-16"),
    ("funeral_decision",   "2024-02-05", "NĐ 20/2021/NĐ-CP, Điều 11 khoản 4",         "2024-02-19"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "received", "clause", "due"), BY_RECEIPT)
def test_the_day_of_receipt_chooses_the_procedure(
    law: ProcedureLaw, step: str, received: str, clause: str, due: str | None
) -> None:
    answer = deadline(law, step, day(received))
    assert answer.step.clause.citation == clause
    assert answer.due == (None if due is None else day(due))


def test_a_number_nobody_knows_is_said_and_not_guessed(law: ProcedureLaw) -> None:
    answer = deadline(law, "assistance_decision", day("2026-10-04"))
    assert answer.status == "not_known"
    assert "chưa biết thời hạn" in because(answer).vi
    assert "not known" in because(answer).en
    assert as_plain(answer)["due"] is None
    assert as_plain(answer)["transition"] == "NĐ 335/2026/NĐ-CP, Điều 33"


def test_a_chain_goes_through_every_office(law: ProcedureLaw) -> None:
    answer = deadline(law, "assistance_decision", day("2024-03-04"))
    assert [str(part.due) for part in answer.parts] == ["2024-03-13", "2024-03-18", "2024-03-27", "2024-04-01"]
    assert as_plain(answer)["days"] == 20
    assert any("không cộng" in note for _, note in answer.unverified)


def test_calendar_days_run_through_weekends(law: ProcedureLaw) -> None:
    answer = deadline(law, "emergency_relief", day("2024-02-09"))
    assert (answer.due, answer.skipped) == (day("2024-02-11"), ())
    assert any("ngày nghỉ vẫn tính" in note for _, note in answer.unverified)


def test_a_report_is_due_before_its_day(law: ProcedureLaw) -> None:
    answer = next_date(law, "payment_list", day("2026-11-22"))
    assert (answer.before, answer.last_day) == (day("2026-11-25"), day("2026-11-24"))
    # 24 November is a holiday: whoever wants to be in time works on the 23rd.
    assert answer.last_working_day == day("2026-11-23")


def test_the_law_of_the_day_it_is_due_decides(law: ProcedureLaw) -> None:
    assert (
        next_date(law, "payment_list", day("2026-09-26")).rule.clause.citation == "NĐ 335/2026/NĐ-CP, Điều 28 khoản 4"
    )
    assert next_date(law, "report_province", day("2026-07-20")).before == day("2026-12-15")


def test_a_step_outside_its_days_is_refused(law: ProcedureLaw) -> None:
    for ask in (lambda: deadline(law, "pension_decision", day("2025-06-30")),
                lambda: next_date(law, "report_commune", day("2026-11-22"))):  # fmt: skip
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.reason == "step_not_in_force"


def test_every_step_has_a_sentence_in_both_languages(law: ProcedureLaw) -> None:
    for step in law.steps:
        words = because(deadline(law, step.name, max(step.received.first, day("2021-07-01"))))
        assert step.title.vi in words.vi
        assert step.title.en in words.en


def test_the_command_answers(law: ProcedureLaw) -> None:
    answer = command("funeral_decision", "2026-11-20")
    assert (answer["due"], answer["clause"]) == ("2026-11-26", "NĐ 335/2026/NĐ-CP, Điều 11 khoản 3")
    assert [named["date"] for named in answer["skipped"]] == ["2026-11-24"]
    assert answer["status"] == "unverified"
    assert command("report_province", "2026-11-22")["before"] == "2026-12-15"


REFUSED = [
    ("funeral_decision", "2026-13-01", "date_invalid"),
    ("funeral_decision", "hôm nay", "date_invalid"),
    ("funeral", "2026-11-20", "unknown_step"),
    ("funeral_decision", "2021-06-30", "step_not_in_force"),
    ("funeral_decision", "2028-12-29", "calendar_missing"),
    ("funeral_decision", "9999-12-31", "calendar_missing"),
    ("merit_payment_list", "9999-12-31", "calendar_missing"),
    ("merit_payment_list", "0001-01-01", "calendar_missing"),
]


@pytest.mark.parametrize(("step", "received", "reason"), REFUSED)
def test_the_command_refuses_by_name(step: str, received: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        command(step, received)
    assert refused.value.reason == reason
