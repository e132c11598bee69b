"""The cases beside every clause: a Vietnamese sentence, the facts, the month, the day of asking, and what must come out.

They are read as strictly as the law itself, and run on every engine in a few statements: one per month and known law.
"""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.engines import Due, Engine
from ansinh.law.explanation import explain, read_settled_sum
from ansinh.law.facts import PersonFacts
from ansinh.law.package import LawBook, LawPackage, load_book
from ansinh.law.reading import Fields, Value, read_yaml
from ansinh.law.words import FactKind

CASES_PER_CLAUSE = 5
_CHECKED_UNTIL = Month(2028, 12)


@dataclass(frozen=True)
class Case:
    """One case: what is given and what must come out, for the month and, after settlements, for the months before."""

    name: str
    clause: str
    # The rule whose case it is; empty counts for every rule of the clause.
    rule: str
    where: str
    month: Month
    known_on: datetime.date
    facts: PersonFacts
    settled: dict[tuple[str, Month], int]
    paid: dict[str, int]
    unknown: frozenset[str]
    differences: tuple[tuple[str, Month, int], ...]
    not_granted: tuple[str, ...]
    clauses: dict[str, str]

    @property
    def months(self) -> list[Month]:
        """Return the months that the case needs: from the first settled one up to its own."""
        first = min((month for _, month in self.settled), default=self.month)
        return list(min(first, self.month).until(self.month))


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _plain(value: Value, kind: FactKind | None) -> Any:
    """Return the value as FACTS.json would hold it: numbers and yes/no where the fact has them, text elsewhere."""
    if isinstance(value.content, list):
        return [_plain(item, kind) for item in value.content]
    if isinstance(value.content, dict):
        return {name: _plain(item, kind if name == "value" else None) for name, item in value.content.items()}
    # The strict reader keeps text; only the declared type of a fact may turn it into something else.
    text = value.content
    if text == "null":
        return None
    if kind is not None and kind.type == "bool" and text in {"true", "false"}:
        return text == "true"
    if kind is not None and kind.type in {"dong", "count"} and text != "unknown":
        return value.integer()
    return text


def _merit(value: Value) -> Any:
    # Entries have no declared types of their own beyond what their reader checks: digits are numbers, true and false are
    # answers.
    if isinstance(value.content, list):
        return [_merit(item) for item in value.content]
    if isinstance(value.content, dict):
        return {
            name: _merit(item) if name not in {"from", "to"} else item.content for name, item in value.content.items()
        }
    return {"true": True, "false": False}.get(
        value.content, int(value.content) if value.content.isdigit() else value.content
    )


def _children(value: Value, package: LawPackage) -> Any:
    if not isinstance(value.content, list):
        return value.content
    return [
        {name: _plain(item, package.child_facts.get(name)) for name, item in child.entries()} for child in value.content
    ]


def _facts(value: Value, common: Value | None, package: LawPackage) -> PersonFacts:
    # Cases go through the same door as FACTS.json, so that a case cannot say what a citizen's file could not.
    assert package.readable is not None
    content, kinds = {}, package.readable.facts
    # What the file gives to all its cases comes first, so that a case may overrule it.
    for source in (common, value):
        for name, piece in source.entries() if source is not None else ():
            if name == "children":
                content[name] = _children(piece, package)
            elif name == "merit":
                content[name] = _merit(piece)
            else:
                content[name] = _plain(piece, kinds.get(name))
    try:
        return package.person(content)
    except Refused as error:
        raise value.error(error.vi, error.en) from error


def _triples(fields: Fields, name: str, package: LawPackage) -> list[tuple[str, Month, int]]:
    codes = [benefit.code for benefit in package.benefits]
    found = []
    for item in fields.items(name):
        named = item.fields("benefit for_month amount_dong")
        text = named["amount_dong"].text()
        # Only here may a number be negative: a recovery.
        sign, digits = (
            (-1, Value(item.path, item.line, text[1:])) if text.startswith("-") else (1, named["amount_dong"])
        )
        found.append((named["benefit"].member(*codes), named["for_month"].month(), sign * digits.integer()))
    return found


def _case(value: Value, clause: str, rule: str, common: Value | None, package: LawPackage) -> Case:
    fields = value.fields("name month known_on given expect", "settled source")
    expect = fields["expect"].fields("granted", "needs_verification differences not_granted clause")
    codes = [benefit.code for benefit in package.benefits]
    granted = {Value(v.path, v.line, code).member(*codes): v.integer() for code, v in expect["granted"].entries()}
    clauses = expect.get("clause")
    return Case(
        name=fields["name"].text(),
        clause=clause,
        rule=rule,
        where=f"{value.path}:{value.line}",
        month=fields["month"].month(),
        known_on=fields["known_on"].date(),
        facts=_facts(fields["given"], common, package),
        settled=read_settled_sum(_triples(fields, "settled", package)),
        paid=granted,
        unknown=frozenset(item.member(*codes) for item in expect.items("needs_verification")),
        differences=tuple(_triples(expect, "differences", package)),
        not_granted=tuple(item.member(*codes) for item in expect.items("not_granted")),
        clauses={} if clauses is None else {code: v.text() for code, v in clauses.entries()},
    )


# Columns of a table that are not facts about the person.
_OF_A_CASE = ("name", "month", "known_on", "source")
_EXPECTED = ("granted", "needs_verification", "not_granted", "differences", "clause")


def _tabled(value: Value) -> list[Value]:
    """Return the rows of a table of cases as cases: many alike are read more easily side by side."""
    fields = value.fields("columns rows")
    names, cases = [item.text() for item in fields["columns"].items()], []
    for row in fields["rows"].items():
        cells = row.items()
        if len(cells) != len(names):
            raise row.error(f"dòng phải có {len(names)} ô.", f"the row needs {len(names)} cells.")
        named = dict(zip(names, cells, strict=True))
        expect = {name: cell for name, cell in named.items() if name in _EXPECTED and cell.content != ""}
        given = {
            name: cell
            for name, cell in named.items()
            if name not in (*_OF_A_CASE, *_EXPECTED, "settled") and cell.content not in ("", "null")
        }
        case = {name: cell for name, cell in named.items() if name in (*_OF_A_CASE, "settled") and cell.content != ""}
        case |= {"given": Value(row.path, row.line, given), "expect": Value(row.path, row.line, expect)}
        cases.append(Value(row.path, row.line, case))
    return cases


def case_files(package: LawPackage) -> list[Path]:
    """Return the case files of a domain: the nation's, or those of the province in which it stands."""
    if not package.province:
        return sorted(package.path.glob("*/cases/*.yaml"))
    root = package.path.parent.parent
    keys = {document.key for document in package.documents if document.province}
    return [
        path
        for key in sorted(keys)
        for path in sorted((root / "provinces" / package.province / key / "cases").glob("*.yaml"))
    ]


def load_cases(package: LawPackage) -> list[Case]:
    """Return every case of the package.

    Raises:
        Refused: `law_invalid` with file and line.
    """
    cases, root = [], package.path.parent.parent
    for path in case_files(package):
        value = read_yaml(path, path.relative_to(root))
        fields = value.fields("clause", "given cases rule table")
        clause, rule, table = fields["clause"].text(), fields.get("rule"), fields.get("table")
        if not package.has_clause(clause):
            raise fields["clause"].error(f"không có điều khoản “{clause}”.", f"there is no clause “{clause}”.")
        name = "" if rule is None else rule.member(*sorted({known.rule for known in package.rules}))
        items = fields.items("cases") + ([] if table is None else _tabled(table))
        cases += [_case(item, clause, name, fields.get("given"), package) for item in items]
    return cases


# ── running ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _run(package: LawPackage, cases: list[Case], engine: Engine) -> dict[tuple[int, Month], Due]:
    """Return what the engine says for every case and month, in one call per month and state of the law."""
    # Days of asking that know the same law share one statement.
    batches: dict[int, tuple[Month, datetime.date, list[int]]] = {}
    for number, case in enumerate(cases):
        for month in case.months:
            law = package.month_law(month, case.known_on)
            batches.setdefault(id(law), (month, case.known_on, []))[2].append(number)
    answers = {}
    for month, known_on, numbers in batches.values():
        dues = engine.month(package, month, known_on, [cases[number].facts for number in numbers])
        answers.update({(number, month): due for number, due in zip(numbers, dues, strict=True)})
    return answers


def _differences(
    case: Case, number: int, answers: Mapping[tuple[int, Month], Due], codes: list[str]
) -> list[tuple[str, Month, int]]:
    # The same subtraction as in `explanation.differences`, written again over an engine's answers: it is what the
    # explanation, checked apart below, is compared with.
    found = []
    for month in case.months:
        due = answers[number, month]
        before = {code: case.settled.get((code, month), 0) for code in codes}
        for code in codes:
            difference = due.paid.get(code, 0) - before[code]
            # With anything unknown nothing is taken back, nor paid beside another unknown benefit that was settled.
            in_doubt = any(before[other] > 0 for other in due.unknown if other != code)
            waits = bool(due.unknown) and (difference < 0 or in_doubt)
            # The month's own regular pay is expected under “granted”, not as a difference.
            untouched = month == case.month and (code, month) not in case.settled
            if difference and not untouched and not waits:
                found.append((code, month, difference))
    return found


def _shown(paid: Mapping[str, int], unknown: frozenset[str], differences: Any) -> dict[str, Any]:
    return {
        "granted": dict(sorted(paid.items())),
        "needs_verification": sorted(unknown),
        "differences": [[code, str(month), amount_dong] for code, month, amount_dong in sorted(differences)],
    }


def _failure(case: Case, engine: str, expected: Any, got: Any) -> dict[str, Any]:
    return {
        "case": case.name,
        "clause": case.clause,
        "where": case.where,
        "engine": engine,
        "expected": expected,
        "got": got,
    }


def _check_explanation(package: LawPackage, case: Case) -> list[dict[str, Any]]:
    """Return failures of the explanation: its lines, clauses and refusals must say what the case expects."""
    # The amounts were checked on every engine; here the words and clauses are, which only the oracle's side produces.
    answer = explain(package, case.facts, case.month, case.known_on, case.settled or None)
    now = [line for line in answer["lines"] if line["kind"] in {"regular", "one_off"}]
    regular = {line["benefit"]: line["amount_dong"] for line in now}
    regular |= {line["benefit"]: line["quantity"] for line in answer.get("in_kind", ())}
    untouched = {code: dong for code, dong in case.paid.items() if (code, case.month) not in case.settled}
    settling = sorted(
        (line["benefit"], line["for_month"], line["amount_dong"])
        for line in answer["lines"]
        if line["kind"] not in {"regular", "one_off"}
    )
    wanted = sorted((code, str(month), amount_dong) for code, month, amount_dong in case.differences)
    failures = []
    if regular != untouched or settling != wanted:
        failures.append(_failure(case, "explain", [untouched, wanted], [regular, settling]))
    refused = {line["benefit"]: line["clause"] for line in answer["not_granted"]}
    # Reversed, so that of several lines for one benefit the first one's clause stays: the regular line before its
    # arrears.
    lines = [*answer["lines"], *answer.get("in_kind", ())]
    said = refused | {line["benefit"]: line["clause"] for line in reversed(lines)}
    for code, clause in case.clauses.items():
        if said.get(code) != clause:
            failures.append(_failure(case, "explain", {code: clause}, {code: said.get(code)}))
    missing = [code for code in case.not_granted if code not in refused]
    if missing:
        failures.append(
            _failure(case, "explain", {"not_granted": list(case.not_granted)}, {"not_granted": sorted(refused)})
        )
    return failures


def check(law: LawBook | LawPackage, engines: Mapping[str, Engine], path: Path | None = None) -> dict[str, Any]:
    """Run every case of every domain and province on every engine and return the contract's report.

    Promises: each rule has at least five cases and each month until 2028 a complete law, or it is a failure.
    """
    packages = [*law.packages, *(in_provinces(law) if isinstance(law, LawBook) else ())]
    reports = [_check_domain(package, engines) for package in packages]
    return {
        "cases": sum(report["cases"] for report in reports),
        "engines": list(engines),
        "failed": [failure for report in reports for failure in report["failed"]],
        "clauses": len({clause for package in packages for clause in package.clauses}),
        "law_hash": law.hash,
        "unverified": [entry for package in packages for entry in unverified(package)],
        "domains": [
            {"domain": package.name, "province": package.province, "cases": report["cases"], "rules": report["rules"]}
            for package, report in zip(packages, reports, strict=True)
        ],
        "path": str(path or law.path),
    }


def provinces_with_law(root: Path) -> list[str]:
    """Return the codes of the provinces whose resolutions are held in a folder of laws."""
    return sorted(path.name for path in (root / "provinces").glob("*") if path.is_dir())


def in_provinces(book: LawBook) -> list[LawPackage]:
    """Return the domains to which provinces add, each as it stands in that province."""
    packages = [package for code in provinces_with_law(book.path) for package in load_book(book.path, code).packages]
    return [package for package in packages if any(document.province for document in package.documents)]


def _check_domain(package: LawPackage, engines: Mapping[str, Engine]) -> dict[str, Any]:
    cases = load_cases(package)
    failed, rules = _check_coverage(package, cases)
    # A month without a complete law cannot be computed; that is said first, alone.
    runnable = [] if any("month" in failure for failure in failed) else cases
    codes = [benefit.code for benefit in package.benefits]
    for name, engine in engines.items():
        answers = _run(package, runnable, engine)
        for number, case in enumerate(runnable):
            due = answers[number, case.month]
            got = _shown(due.paid, due.unknown, _differences(case, number, answers, codes))
            expected = _shown(case.paid, case.unknown, case.differences)
            if got != expected:
                failed.append(_failure(case, name, expected, got))
    failed += [failure for case in runnable for failure in _check_explanation(package, case)]
    return {"cases": len(cases), "failed": failed, "rules": rules}


def _check_coverage(package: LawPackage, cases: list[Case]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return failures of the law as a whole (rules with too few cases, months in which a rule lacks its amount), and the rules."""
    failures, counts = [], _cases_by_rule(package, cases)
    for (rule, clause), count in counts.items():
        if count < CASES_PER_CLAUSE:
            entry = {"clause": clause, "rule": rule, "engine": "coverage", "expected": CASES_PER_CLAUSE, "got": count}
            failures.append(entry)
    # A gap would show only in the payroll that falls into it. Asked on each day on which the law changed, for years to
    # come.
    for known_on in sorted({document.in_force_from for document in package.documents}):
        for month in package.first_month.until(_CHECKED_UNTIL):
            try:
                package.month_law(month, known_on)
            except Refused as error:
                failures.append({"clause": "", "engine": "coverage", "month": str(month), "got": error.vi})
    listed = [{"rule": rule, "clause": clause, "cases": count} for (rule, clause), count in counts.items()]
    return failures, listed


def _cases_by_rule(package: LawPackage, cases: list[Case]) -> dict[tuple[str, str], int]:
    """Return how many cases stand beside each rule that still applies, and beside each clause that limits or bars."""
    counts: dict[str, int] = defaultdict(int)
    of_rule: dict[tuple[str, str], int] = defaultdict(int)
    for case in cases:
        counts[case.clause] += 1
        of_rule[case.rule, case.clause] += 1
    found: dict[tuple[str, str], int] = {}
    # Only what still applies: history needs no five cases a clause. A province checks what is its own.
    for rule in package.rules:
        if rule.applies_to is None and rule.document.province == package.province:
            clause = rule.basis_citation
            found[rule.rule, clause] = of_rule[rule.rule, clause] + of_rule["", clause]
    own = [bar.citation for bar in package.bars if bar.document.province == package.province]
    for clause in sorted(
        {*own, *(group.clause for group in package.combination if group.clause and not package.province)}
    ):
        found["", clause] = counts[clause]
    return found


def unverified(package: LawPackage) -> list[dict[str, str]]:
    """Return what was not checked against the text: documents, figures, rules, and readings of an open wording."""
    # Part of every report: a figure from one copy is used, because the month must be paid, and is said to be so.
    found = []
    # A province's list repeats nothing of the nation's.
    mine = [document for document in package.documents if document.province == package.province]
    for document in mine:
        if not document.verification.verified:
            found.append({"kind": "document", "clause": document.citation, "note": document.verification.note})
        for reading in document.readings:
            cited = document.cite(reading.clause)
            found.append({"kind": "reading", "clause": cited, "what": document.citation, "note": reading.text})
    for version in (version for version in package.parameters if version.document in mine):
        if not version.verification.verified:
            what = f"{version.label.vi} {version.value_dong} từ {version.applies_from}"
            found.append(
                {"kind": "parameter", "clause": version.citation, "what": what, "note": version.verification.note}
            )
    for rule in (rule for rule in package.rules if rule.document in mine):
        if not rule.verification.verified:
            found.append({"kind": "rule", "clause": rule.citation, "what": rule.rule, "note": rule.verification.note})
        if rule.reading:
            found.append({"kind": "reading", "clause": rule.basis_citation, "what": rule.rule, "note": rule.reading})
    return found
