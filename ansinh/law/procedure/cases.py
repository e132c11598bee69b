"""The cases beside the procedure dates: a Vietnamese sentence, a question, and the literal day or months that must come out.

Every clause needs five. Each case is also held to its clause: an answer that rests on another clause is a failure, so that
a case cannot count for a text it does not exercise.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.procedure.deadlines import deadline, next_date
from ansinh.law.procedure.events import Changed, Event, Granted, Moved, Reviewed, Stopped, Suspended
from ansinh.law.procedure.life import DUE, HELD, NOT_DUE, MonthOfLife, differences, months_of_life
from ansinh.law.procedure.loading import CAUSES, load_procedure, procedure_folder
from ansinh.law.procedure.rules import GROUPS, Clause, ProcedureLaw
from ansinh.law.reading import Fields, Value, read_yaml

CASES_PER_CLAUSE = 5


@dataclass(frozen=True)
class Answer:
    """What came out of one case, and the clauses that the answer rests on."""

    got: Any
    clauses: frozenset[str]


@dataclass(frozen=True)
class Case:
    """One case: its sentence, the clause it exercises, what must come out, and the question."""

    name: str
    clause: str
    where: str
    expected: Any
    ask: Callable[[ProcedureLaw], Answer]


def _columns(value: Value, count: int) -> list[Value]:
    items = value.items()
    if len(items) != count:
        raise value.error(f"dòng này phải có {count} cột.", f"this row must have {count} columns.")
    return items


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _deadline_case(value: Value, clause: str, where: str) -> Case:
    name, step, received, due = _columns(value, 4)
    step_name, day = step.text(), received.date()

    def ask(law: ProcedureLaw) -> Answer:
        answer = deadline(law, step_name, day)
        got = "unknown" if answer.due is None else answer.due.isoformat()
        return Answer(got, frozenset({answer.step.clause.citation}))

    # The expected day is checked as a day: a mistyped one would otherwise fail far from where it stands.
    literal = due.text() if due.text() in {"unknown", "calendar_missing"} else due.date().isoformat()
    return Case(name.text(), clause, where, literal, ask)


def _date_case(value: Value, clause: str, where: str) -> Case:
    name, rule, asked, before, last = _columns(value, 5)
    rule_name, day = rule.text(), asked.date()

    def ask(law: ProcedureLaw) -> Answer:
        answer = next_date(law, rule_name, day)
        got = [answer.before.isoformat(), answer.last_working_day.isoformat()]
        return Answer(got, frozenset({answer.rule.clause.citation}))

    return Case(name.text(), clause, where, [before.date().isoformat(), last.date().isoformat()], ask)


def _day_case(value: Value, clause: str, where: str) -> Case:
    name, date, expected = _columns(value, 3)
    day = date.date()

    def ask(law: ProcedureLaw) -> Answer:
        got = "working" if law.calendar.is_working_day(day) else "off"
        year = law.calendar.year(day.year)
        named = [found.get(day) for found in (year.holidays, year.worked)]
        # An ordinary day beside a holiday exercises its clause too: it must not be taken for one.
        return Answer(got, frozenset({found.clause for found in named if found is not None} or {clause}))

    return Case(name.text(), clause, where, expected.member("working", "off"), ask)


def _event(value: Value) -> Event:
    act = value.fields(
        "act on",
        "commune benefit received_on certificate_on birth_date changed_on stop_month from to cause uncollected detained_from"
        " detained_to outcome happened_on",
    )

    def day(name: str) -> datetime.date | None:
        piece = act.get(name)
        return None if piece is None else piece.date()

    def certain(name: str) -> datetime.date:
        return _present(act, name).date()

    on = act["on"].date()
    kind = act["act"].member(*CAUSES)
    if kind == "grant":
        commune, benefit = _present(act, "commune").text(), _present(act, "benefit").text()
        return Granted(on, commune, benefit, day("received_on"), day("certificate_on"), day("birth_date"))
    if kind == "change":
        return Changed(on, certain("changed_on"))
    if kind == "move":
        month = _present(act, "stop_month").month()
        return Moved(on, month, _present(act, "from").text(), _present(act, "to").text())
    if kind == "suspend":
        months = tuple(item.month() for item in act.items("uncollected"))
        cause = _present(act, "cause").member(*CAUSES["suspend"])
        return Suspended(on, cause, months, day("detained_from"), day("detained_to"))
    if kind == "resume":
        return Reviewed(on, _present(act, "outcome").member(*CAUSES["resume"]), day("changed_on"))
    return Stopped(on, certain("happened_on"), _present(act, "cause").member(*CAUSES["stop"]))


def _present(fields: Fields, name: str) -> Value:
    piece = fields.get(name)
    if piece is None:
        raise fields.value.error(f"thiếu mục “{name}”.", f"the field “{name}” is missing.")
    return piece


def _months_shown(months: tuple[MonthOfLife, ...]) -> dict[str, str]:
    return {str(entry.month): f"{entry.state} {entry.commune}".strip() for entry in months}


def _months_expected(value: Value) -> dict[str, str]:
    expected: dict[str, str] = {}
    for item in value.items():
        columns = item.items()
        first, last, state = columns[0].month(), columns[1].month(), columns[2].member(DUE, HELD, NOT_DUE)
        commune = columns[3].text() if len(columns) > 3 else ""
        for month in first.until(last):
            if str(month) in expected:
                raise item.error(f"tháng {month.vi} ghi hai lần.", f"{month} is written twice.")
            expected[str(month)] = f"{state} {commune}".strip()
    return expected


def _life_case(value: Value, clause: str, where: str) -> Case:
    fields = value.fields("name group events until", "known_on expect refused known_before recovered arrears")
    group = GROUPS[GROUPS.index(fields["group"].member(*GROUPS))]  # type: ignore[arg-type]
    events = [_event(item) for item in fields["events"].items()]
    until = fields["until"].month()
    known_on = until.last_day if fields.get("known_on") is None else fields["known_on"].date()
    refused, known_before = fields.get("refused"), fields.get("known_before")
    expected: Any = refused.text() if refused is not None else _months_expected(_present(fields, "expect"))
    if known_before is not None:
        changes = [[item.text() for item in fields.items(name)] for name in ("recovered", "arrears")]
        expected = {"months": expected, "recovered": changes[0], "arrears": changes[1]}

    def ask(law: ProcedureLaw) -> Answer:
        months = months_of_life(law, group, events, until=until, known_on=known_on)
        clauses = frozenset({entry.clause for entry in months} | {entry.ground for entry in months})
        if known_before is None:
            return Answer(_months_shown(months), clauses)
        earlier = months_of_life(law, group, events, until=until, known_on=known_before.date())
        changed = differences(earlier, months, paid_until=Month.of(known_on))
        return Answer(
            {
                "months": _months_shown(months),
                "recovered": [f"{month} {commune}" for month, commune in changed.recovered],
                "arrears": [f"{month} {commune}" for month, commune in changed.arrears],
            },
            clauses,
        )

    return Case(fields["name"].text(), clause, where, expected, ask)


_KINDS: dict[str, Callable[[Value, str, str], Case]] = {
    "deadlines": _deadline_case,
    "dates": _date_case,
    "days": _day_case,
    "life": _life_case,
}


def load_cases(folder: Path) -> list[Case]:
    """Return every case beside the procedure dates, read strictly.

    Raises:
        Refused: `law_invalid` with file and line.
    """
    cases = []
    for path in sorted((procedure_folder(folder) / "cases").glob("*.yaml")):
        shown = Path("cases") / path.name
        for item in read_yaml(path, shown).fields("sets")["sets"].items():
            fields = item.fields("clause", " ".join(_KINDS))
            clause = fields["clause"].text()
            for kind, read in _KINDS.items():
                cases += [read(value, clause, f"{shown}:{value.line}") for value in fields.items(kind)]
    return cases


# ── the check ────────────────────────────────────────────────────────────────────────────────────────────────────────


def clauses(law: ProcedureLaw) -> frozenset[str]:
    """Return every clause that a date rests on: of steps, dates, the life of a benefit, and the calendar."""
    days = [
        day for year in law.calendar.years.values() for named in (year.holidays, year.worked) for day in named.values()
    ]
    life = {rule.clause.citation for rule in law.life} | {rule.month_clause for rule in law.life}
    others = {rule.clause.citation for rule in (*law.steps, *law.dates)}
    return frozenset(life | others | {day.clause for day in days})


def _run(law: ProcedureLaw, case: Case) -> dict[str, Any] | None:
    """Return the failure of a case, or None when it holds."""
    try:
        answer = case.ask(law)
    except Refused as refused:
        # A refusal may be what the case expects; then it must name the clause whose ground is missing.
        named = refused.details.get("clauses", [case.clause])
        answer = Answer(refused.reason, frozenset(named))
    failure = {"case": case.name, "clause": case.clause, "where": case.where, "engine": "procedure"}
    if answer.got != case.expected:
        return failure | {"expected": case.expected, "got": answer.got}
    if case.clause not in answer.clauses:
        return failure | {"expected": case.clause, "got": sorted(answer.clauses)}
    return None


def run_cases(law: ProcedureLaw, cases: list[Case]) -> list[dict[str, Any]]:
    """Return the failures of these cases under this law."""
    return [failure for case in cases if (failure := _run(law, case)) is not None]


def check_procedure(folder: Path) -> dict[str, Any]:
    """Run every case of the procedure dates under a folder of laws and return what the check of the law reports.

    Raises:
        Refused: `law_folder_not_found`; `law_invalid` with file and line.
    """
    law = load_procedure(folder)
    cases = load_cases(folder)
    counts = Counter(case.clause for case in cases)
    known = clauses(law)
    failed: list[dict[str, Any]] = [
        {"clause": clause, "engine": "coverage", "expected": CASES_PER_CLAUSE, "got": counts[clause]}
        for clause in sorted(known)
        if counts[clause] < CASES_PER_CLAUSE
    ]
    failed += [
        {"clause": clause, "engine": "coverage", "expected": "a clause of laws/vn/procedure", "got": "none"}
        for clause in sorted(set(counts) - known)
    ]
    failed += run_cases(law, cases)
    return {"cases": len(cases), "clauses": len(known), "failed": failed, "unverified": list(_unverified(law))}


def _unverified(law: ProcedureLaw) -> Iterator[dict[str, str]]:
    """Yield what nobody compared with the text, and how open wordings are read."""
    pieces: list[tuple[str, str, Clause]] = [("step", step.name, step.clause) for step in law.steps]
    pieces += [("date", rule.name, rule.clause) for rule in law.dates]
    pieces += [("life", f"{rule.act} {rule.cause}".strip(), rule.clause) for rule in law.life]
    pieces += [("reading", name, clause) for name, clause in law.readings.items()]
    seen: set[tuple[str, str, str]] = set()
    for kind, what, clause in pieces:
        for note, said in ((clause.verification.note, not clause.verification.verified), (clause.reading, True)):
            # Two groups often share a clause and its doubt; one line says it.
            if said and note and (clause.citation, what, note) not in seen:
                seen.add((clause.citation, what, note))
                yield {
                    "kind": "reading" if note == clause.reading else kind,
                    "clause": clause.citation,
                    "what": what,
                    "note": note,
                }
    for year in law.calendar.years.values():
        if not year.verification.verified:
            yield {"kind": "calendar", "clause": year.where, "what": str(year.year), "note": year.verification.note}
