"""What is wrong with the law as a whole, month by month: gaps, overlaps, dead rules, rules that always lose.

Every month of 2015–2028 is asked as known on every day on which the known law changed. A finding that a lawyer has
judged is acknowledged in `acknowledged.yaml` beside the domain, with the reason; any other finding is a failure, and so is
an acknowledgement that matches nothing.
"""

import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.conflicts import Questions, Seen, named
from ansinh.law.package import LawBook, LawPackage, MonthLaw
from ansinh.law.reading import read_yaml
from ansinh.law.witness import Witness
from ansinh.law.words import RuleVersion

FIRST_MONTH, LAST_MONTH = Month(2015, 1), Month(2028, 12)
ACKNOWLEDGED = "acknowledged.yaml"
# What a lawyer may acknowledge. “amount” is not among them: a month that cannot be priced cannot be paid.
_JUDGED = ("gap", "overlap", "dead", "shadowed")


@dataclass(frozen=True)
class Finding:
    """One thing found, for a span of months: of which rule, where it stands, and in words."""

    kind: str
    # A rule; for a gap also a benefit, a parameter or the domain.
    rule: str
    # The level's place in the rule, counted from 1; in a table the row; empty for the rule as a whole.
    level: str
    # The rules it overlaps with or loses to.
    others: tuple[str, ...]
    first: Month
    last: Month
    # The days of asking on which it is so: the law as known then.
    known_on: tuple[datetime.date, ...]
    clause: str
    where: str
    witness: Witness | None
    vi: str
    en: str
    # The lawyer's reason; None while nobody has judged it.
    why: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the finding as the command prints it."""
        witness = self.witness
        return {
            "kind": self.kind,
            "rule": self.rule,
            "level": self.level,
            "with": list(self.others),
            "from": str(self.first),
            "to": str(self.last),
            "known_on": [day.isoformat() for day in self.known_on],
            "clause": self.clause,
            "where": self.where,
            "witness": None if witness is None else witness.to_json(),
            "vi": self.vi,
            "en": self.en,
            "why": self.why,
        }


@dataclass(frozen=True)
class Report:
    """Everything found in one domain."""

    domain: str
    known_on: tuple[datetime.date, ...]
    findings: tuple[Finding, ...]
    province: str = ""

    @property
    def failures(self) -> tuple[Finding, ...]:
        """Return the findings that no lawyer has acknowledged."""
        return tuple(finding for finding in self.findings if finding.why is None)

    def to_json(self) -> dict[str, Any]:
        """Return the report as the command prints it."""
        return {
            "domain": self.domain,
            "province": self.province,
            "from": str(FIRST_MONTH),
            "to": str(LAST_MONTH),
            "known_on": [day.isoformat() for day in self.known_on],
            "findings": [finding.to_json() for finding in self.findings],
            "unacknowledged": len(self.failures),
        }


def analyse(package: LawPackage) -> Report:
    """Return what is found in every month of 2015–2028, as known on every day on which the known law changed.

    Raises:
        Refused: `law_invalid` with file and line when the file of acknowledgements cannot be read.
    """
    days = _days_of_asking(package)
    notes = _Notes()
    questions = Questions(package)
    for known_on in days:
        laws = dict(_laws(package, known_on, notes))
        for gap in _gaps(package, known_on, laws):
            notes.add(gap, known_on)
        for seen in _lasting({month: questions.of(law) for month, law in laws.items()}, laws):
            notes.add(seen, known_on)
    return Report(package.name, days, tuple(_acknowledge(package, notes.findings())), package.province)


def _days_of_asking(package: LawPackage) -> tuple[datetime.date, ...]:
    """Return the days from which another law is known: a document begins, or has ended. The last one knows today's."""
    begun = {document.in_force_from for document in package.all_documents}
    ended = {d.in_force_to + datetime.timedelta(days=1) for d in package.all_documents if d.in_force_to is not None}
    return tuple(sorted(begun | ended))


def analyse_book(book: LawBook) -> tuple[Report, ...]:
    """Return what is found in each domain of the book.

    Raises:
        Refused: `law_invalid` with file and line when a file of acknowledgements cannot be read.
    """
    return tuple(analyse(package) for package in book.packages)


# ── collecting ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _lasting(found: dict[Month, list[Seen]], laws: dict[Month, MonthLaw]) -> Iterator[Seen]:
    """Yield what was seen with its months; a rule that names a day of the calendar must be dead whenever it applies."""
    # “Died on or after 5 October 2026” can be true of nobody in the months before: that is its meaning, and no fault.
    dated: dict[tuple[int, str, str], list[Seen]] = defaultdict(list)
    for month, seen in ((month, one) for month, some in found.items() for one in some):
        placed = replace(seen, months=(month,))
        if seen.dated is None:
            yield placed
        else:
            dated[id(seen.dated), seen.kind, seen.level].append(placed)
    for some in dated.values():
        applies = sum(any(priced.rule is some[0].dated for priced in law.rules) for law in laws.values())
        if len(some) == applies:
            yield from some


@dataclass
class _Notes:
    """What was seen, by what it is about: a rule of another document is another matter for a lawyer to judge."""

    months: dict[tuple[Any, ...], dict[Month, set[datetime.date]]] = field(default_factory=dict)
    last: dict[tuple[Any, ...], Seen] = field(default_factory=dict)

    def add(self, seen: Seen, known_on: datetime.date) -> None:
        """This will note what was seen in its months as known on the day."""
        key = (seen.kind, seen.rule, seen.level, seen.others, seen.clause, seen.where.partition(":")[0])
        # Days come in order, so that the words kept are those of the law as known last.
        self.last[key] = seen
        months = self.months.setdefault(key, defaultdict(set))
        for month in seen.months:
            months[month].add(known_on)

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for every unbroken span of months."""
        for key, seen in self.last.items():
            for span in _spans(sorted(self.months[key])):
                known = sorted(set().union(*(self.months[key][month] for month in span)))
                vi = f"Từ tháng {span[0].vi} đến tháng {span[-1].vi}: {seen.vi}"
                en = f"From {span[0]} to {span[-1]}: {seen.en}"
                yield Finding(
                    seen.kind, seen.rule, seen.level, seen.others, span[0], span[-1], tuple(known),
                    seen.clause, seen.where, seen.witness, vi, en,
                )  # fmt: skip


def _spans(months: Sequence[Month]) -> Iterator[list[Month]]:
    span: list[Month] = []
    for month in months:
        if span and span[-1].plus(1) != month:
            yield span
            span = []
        span.append(month)
    if span:
        yield span


def _laws(package: LawPackage, known_on: datetime.date, notes: _Notes) -> Iterator[tuple[Month, MonthLaw]]:
    """Yield the law of every month that has one, noting the others."""
    before = tuple(FIRST_MONTH.until(package.first_month.plus(-1)))
    if before:
        notes.add(_not_held(package, before), known_on)
    for month in max(FIRST_MONTH, package.first_month).until(LAST_MONTH):
        try:
            yield month, package.month_law(month, known_on)
        except Refused as error:
            notes.add(replace(_refused(package, error), months=(month,)), known_on)


def _not_held(package: LawPackage, months: tuple[Month, ...]) -> Seen:
    # One gap for the domain, and not one for each of its benefits: what came before is not held here at all.
    return Seen(
        "gap", package.name, "", _domain_file(package),
        f"lĩnh vực “{package.title.vi}” chưa có luật nào được nhập, hỏi về các tháng này thì hệ thống không trả lời.",
        f"no law of “{package.title.en}” is held here; questions about these months are not answered.",
        months=months,
    )  # fmt: skip


def _domain_file(package: LawPackage) -> str:
    return f"{package.path.parent.name}/{package.name}/domain.yaml"


def _refused(package: LawPackage, error: Refused) -> Seen:
    rule = next((rule for rule in package.rules if rule.rule == error.details.get("rule")), None)
    clause, where = ("", "") if rule is None else (rule.citation, rule.where)
    missing = error.details.get("parameter")
    if missing is None:
        subject = error.details.get("rule") or error.details.get("benefit") or package.name
        return Seen("amount", str(subject), clause, where, error.vi, error.en)
    return Seen(
        "gap", missing, clause, where,
        f"tham số “{missing}” không có giá trị, mà quy định {error.details.get('rule')} cần đến; các tháng này không tính được.",
        f"the parameter “{missing}”, which the rule {error.details.get('rule')} needs, has no value; these months cannot be computed.",
    )  # fmt: skip


# ── gaps ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _gaps(package: LawPackage, known_on: datetime.date, laws: dict[Month, MonthLaw]) -> Iterator[Seen]:
    """Yield rules that stop without a repeal, and benefits that pause."""
    alive: dict[str, dict[Month, RuleVersion]] = defaultdict(dict)
    for month, law in laws.items():
        for priced in law.rules:
            alive[priced.rule.rule][month] = priced.rule
    covered: dict[str, set[Month]] = defaultdict(set)
    for name, versions in alive.items():
        for months in _missing(list(laws), versions):
            version = versions[max(month for month in versions if month < months[0])]
            # A gift of one year, or a sum of one event, ends with the months that its own decision names.
            is_over = version.applies_to is not None and package.benefit(version.benefit).schedule != "monthly"
            if not is_over and not _is_repealed(package, known_on, name, months[0]):
                covered[version.benefit].update(months)
                yield _stopped(version, months)
    for benefit in package.benefits:
        rules = {month for versions in alive.values() for month, v in versions.items() if v.benefit == benefit.code}
        for months in _missing(list(laws), rules):
            # A benefit that ended for good by a repeal has ended as it should; one that comes back had a gap.
            pauses = benefit.schedule == "monthly" and months[-1] < max(laws)
            if pauses and not covered[benefit.code] >= set(months):
                yield _paused(package, benefit.code, months)
        if not rules and known_on == _days_of_asking(package)[-1] and laws:
            yield _never(package, benefit.code, tuple(laws))


def _missing(months: Sequence[Month], present: Iterable[Month]) -> Iterator[tuple[Month, ...]]:
    """Yield the stretches of months without, after the first month with."""
    has = set(present)
    later = [month for month in months if has and month > min(has)]
    for is_present, stretch in itertools.groupby(later, key=has.__contains__):
        if not is_present:
            yield tuple(stretch)


def _is_repealed(package: LawPackage, known_on: datetime.date, rule: str, month: Month) -> bool:
    repeals = (repeal for document in package.in_force(known_on) for repeal in document.repeals)
    return any(repeal.rule == rule and repeal.from_month <= month for repeal in repeals)


def _stopped(rule: RuleVersion, months: tuple[Month, ...]) -> Seen:
    return Seen(
        "gap", rule.rule, rule.basis_citation, rule.where,
        f"quy định {named(rule)} thôi áp dụng mà không văn bản nào nêu tên để bãi bỏ.",
        f"the rule {named(rule)} no longer applies, and no document names it in a repeal.",
        months=months,
    )  # fmt: skip


def _paused(package: LawPackage, code: str, months: tuple[Month, ...]) -> Seen:
    name = package.benefit(code).name
    return Seen(
        "gap", code, "", _domain_file(package),
        f"chế độ {code} “{name.vi}” có quy định trước đó và lại có sau đó, riêng các tháng này thì không.",
        f"the benefit {code} “{name.en}” has a rule before and again afterwards, but none in these months.",
        months=months,
    )  # fmt: skip


def _never(package: LawPackage, code: str, months: tuple[Month, ...]) -> Seen:
    name = package.benefit(code).name
    return Seen(
        "gap", code, "", _domain_file(package),
        f"chế độ {code} “{name.vi}” được khai báo nhưng không có quy định nào.",
        f"the benefit {code} “{name.en}” is declared, but no rule grants it.",
        months=months,
    )  # fmt: skip


# ── what a lawyer has judged ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Acknowledgement:
    """A lawyer's word that something found is meant, or known and waiting, for a span of months."""

    kind: str
    rule: str
    other: str
    clause: str
    first: Month
    last: Month | None
    why: str
    where: str

    def matches(self, finding: Finding) -> bool:
        """Return whether the finding is this one, for no more months than were judged."""
        return (
            (self.kind, self.rule) == (finding.kind, finding.rule)
            and (not self.other or self.other in finding.others)
            and (not self.clause or self.clause == finding.clause)
            and self.first <= finding.first
            and (self.last is None or finding.last <= self.last)
        )


def _read_acknowledgements(package: LawPackage) -> list[_Acknowledgement]:
    root = package.path.parents[1]
    found = _acknowledged_in(package.path / ACKNOWLEDGED, root)
    if package.province:
        # A province's file speaks of what its own resolutions add, to whichever domain.
        here = {package.name, *(rule.rule for rule in package.rules), *(one.code for one in package.benefits)}
        found += [
            one
            for one in _acknowledged_in(root / "provinces" / package.province / ACKNOWLEDGED, root)
            if one.rule in here
        ]
    return found


def _acknowledged_in(path: Path, root: Path) -> list[_Acknowledgement]:
    if not path.is_file():
        return []
    found = []
    for item in read_yaml(path, path.relative_to(root)).fields("acknowledged")["acknowledged"].items():
        named = item.fields("kind rule from to why", "with clause")
        until = named.get("to")
        found.append(
            _Acknowledgement(
                kind=named["kind"].member(*_JUDGED),
                rule=named["rule"].text(),
                other=named.text("with"),
                clause=named.text("clause"),
                first=named["from"].month(),
                last=None if until is None else until.month(),
                why=named["why"].text(),
                where=f"{item.path}:{item.line}",
            )
        )
    return found


def _acknowledge(package: LawPackage, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings with the reasons given for them, then the acknowledgements that match none."""
    acknowledged = _read_acknowledgements(package)
    used: set[_Acknowledgement] = set()
    for finding in sorted(findings, key=lambda f: (f.first, f.kind, f.rule, f.level, f.others)):
        reasons = [one for one in acknowledged if one.matches(finding)]
        used.update(reasons)
        yield replace(finding, why=reasons[0].why) if reasons else finding
    for one in acknowledged:
        if one not in used:
            yield _useless(one)


def _useless(one: _Acknowledgement) -> Finding:
    last = one.last or LAST_MONTH
    return Finding(
        "acknowledgement", one.rule, "", (one.other,) if one.other else (), one.first, last, (), "", one.where, None,
        f"Lời ghi nhận “{one.kind}” cho {one.rule} không còn ứng với điều gì tìm thấy trong các tháng đã ghi; hãy bỏ hoặc sửa lại.",
        f"The acknowledgement “{one.kind}” of {one.rule} matches nothing found in its months; remove or correct it.",
    )  # fmt: skip
