"""What is wrong with the law as a whole, month by month: gaps, overlaps, dead rules, rules that always lose.

Every month of 2015–2028 is asked as known on every day on which the known law changed. A finding that a lawyer has
judged is acknowledged in `acknowledged.yaml` beside the domain, with the reason; any other finding is a failure, and so is
an acknowledgement that matches nothing.
"""

import datetime
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.oracle import children_counted
from ansinh.law.package import LawPackage, MonthLaw, PricedRule
from ansinh.law.reading import read_yaml
from ansinh.law.satisfiable import Solver, Witness, is_steady, without_eves
from ansinh.law.sentences import coefficient_text
from ansinh.law.tree import And, Expression
from ansinh.law.words import Level, RuleVersion

FIRST_MONTH, LAST_MONTH = Month(2015, 1), Month(2028, 12)
ACKNOWLEDGED = "acknowledged.yaml"
# What a lawyer may acknowledge. “amount” is not among them: a month that cannot be priced cannot be paid.
_JUDGED = ("gap", "overlap", "dead", "shadowed")


@dataclass(frozen=True)
class Finding:
    """One thing found, for a span of months: of which rule, where it stands, and in words."""

    kind: str
    # A rule; for a gap also a benefit, a parameter or the domain; for a level its place in the rule, counted from 1.
    rule: str
    level: int | None
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
            "witness": None if witness is None else {"day": witness.day.isoformat(), "facts": witness.content},
            "vi": self.vi,
            "en": self.en,
            "acknowledged": self.why,
        }


@dataclass(frozen=True)
class Report:
    """Everything found in one domain."""

    domain: str
    known_on: tuple[datetime.date, ...]
    findings: tuple[Finding, ...]

    @property
    def failures(self) -> tuple[Finding, ...]:
        """Return the findings that no lawyer has acknowledged."""
        return tuple(finding for finding in self.findings if finding.why is None)

    def to_json(self) -> dict[str, Any]:
        """Return the report as the command prints it."""
        return {
            "domain": self.domain,
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
    questions = _Questions(package)
    for known_on in days:
        laws = dict(_laws(package, known_on, notes))
        for gap in _gaps(package, known_on, laws):
            notes.add(gap, known_on)
        for month, law in laws.items():
            for seen in questions.of(law):
                notes.add(replace(seen, months=(month,)), known_on)
    return Report(package.path.name, days, tuple(_acknowledge(package, notes.findings())))


def _days_of_asking(package: LawPackage) -> tuple[datetime.date, ...]:
    """Return the days from which another law is known: a document begins, or has ended. The last one knows today's."""
    begun = {document.in_force_from for document in package.documents}
    ended = {d.in_force_to + datetime.timedelta(days=1) for d in package.documents if d.in_force_to is not None}
    return tuple(sorted(begun | ended))


# ── collecting ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Seen:
    """Something seen in some months of the law known on one day."""

    kind: str
    rule: str
    clause: str
    where: str
    vi: str
    en: str
    level: int | None = None
    others: tuple[str, ...] = ()
    witness: Witness | None = None
    months: tuple[Month, ...] = ()


@dataclass
class _Notes:
    """What was seen, by what it is about: a rule of another document is another matter for a lawyer to judge."""

    months: dict[tuple[Any, ...], dict[Month, set[datetime.date]]] = field(default_factory=dict)
    last: dict[tuple[Any, ...], _Seen] = field(default_factory=dict)

    def add(self, seen: _Seen, known_on: datetime.date) -> None:
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


def _not_held(package: LawPackage, months: tuple[Month, ...]) -> _Seen:
    # One gap for the domain, and not one for each of its benefits: what came before is not held here at all.
    return _Seen(
        "gap", package.path.name, "", "domain.yaml",
        f"lĩnh vực “{package.title.vi}” chưa có luật nào được nhập, hỏi về các tháng này thì hệ thống không trả lời.",
        f"no law of “{package.title.en}” is held here; questions about these months are not answered.",
        months=months,
    )  # fmt: skip


def _refused(package: LawPackage, error: Refused) -> _Seen:
    rule = next((rule for rule in package.rules if rule.rule == error.details.get("rule")), None)
    clause, where = ("", "") if rule is None else (rule.citation, rule.where)
    missing = error.details.get("parameter")
    if missing is None:
        return _Seen("amount", str(error.details.get("rule", "")), clause, where, error.vi, error.en)
    return _Seen(
        "gap", missing, clause, where,
        f"tham số “{missing}” không có giá trị, mà quy định {error.details.get('rule')} cần đến; các tháng này không tính được.",
        f"the parameter “{missing}”, which the rule {error.details.get('rule')} needs, has no value; these months cannot be computed.",
    )  # fmt: skip


# ── gaps ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _gaps(package: LawPackage, known_on: datetime.date, laws: dict[Month, MonthLaw]) -> Iterator[_Seen]:
    """Yield rules that stop without a repeal, and benefits that pause."""
    alive: dict[str, dict[Month, RuleVersion]] = defaultdict(dict)
    for month, law in laws.items():
        for priced in law.rules:
            alive[priced.rule.rule][month] = priced.rule
    covered: dict[str, set[Month]] = defaultdict(set)
    for name, versions in alive.items():
        for months in _missing(list(laws), versions):
            version = versions[max(month for month in versions if month < months[0])]
            if not _is_repealed(package, known_on, name, months[0]):
                covered[version.benefit].update(months)
                yield _stopped(version, months)
    for benefit in package.benefits:
        rules = {month for versions in alive.values() for month, v in versions.items() if v.benefit == benefit.code}
        for months in _missing(list(laws), rules):
            # A benefit that ended for good by a repeal has ended as it should; one that comes back had a gap.
            if months[-1] < max(laws) and not covered[benefit.code] >= set(months):
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


def _stopped(rule: RuleVersion, months: tuple[Month, ...]) -> _Seen:
    return _Seen(
        "gap", rule.rule, rule.basis_citation, rule.where,
        f"quy định {_named(rule)} thôi áp dụng mà không văn bản nào nêu tên để bãi bỏ.",
        f"the rule {_named(rule)} no longer applies, and no document names it in a repeal.",
        months=months,
    )  # fmt: skip


def _paused(package: LawPackage, code: str, months: tuple[Month, ...]) -> _Seen:
    name = package.benefit(code).name
    return _Seen(
        "gap", code, "", "domain.yaml",
        f"chế độ {code} “{name.vi}” có quy định trước đó và lại có sau đó, riêng các tháng này thì không.",
        f"the benefit {code} “{name.en}” has a rule before and again afterwards, but none in these months.",
        months=months,
    )  # fmt: skip


def _never(package: LawPackage, code: str, months: tuple[Month, ...]) -> _Seen:
    name = package.benefit(code).name
    return _Seen(
        "gap", code, "", "domain.yaml",
        f"chế độ {code} “{name.vi}” được khai báo nhưng không có quy định nào.",
        f"the benefit {code} “{name.en}” is declared, but no rule grants it.",
        months=months,
    )  # fmt: skip


def _named(rule: RuleVersion) -> str:
    return f"{rule.rule} ({rule.basis_citation})"


# ── conditions: dead, overlapping, always losing ─────────────────────────────────────────────────────────────────────


# Compared by identity: a level of one version of one rule, with what it pays this month.
@dataclass(frozen=True, eq=False)
class _Step:
    """One level of a rule in one month's law, with the least and the most it can pay (None: without limit)."""

    priced: PricedRule
    place: int
    condition: "_Condition"
    before: tuple["_Condition", ...]
    least_dong: int
    most_dong: int | None

    @property
    def rule(self) -> RuleVersion:
        """Return the rule."""
        return self.priced.rule


class _Questions:
    """Asks each distinct law once, and each distinct question once: most months share both."""

    def __init__(self, package: LawPackage) -> None:
        self.package = package
        self._conditions: dict[tuple[int, int], _Condition] = {}
        self._answers: dict[Any, Witness | None] = {}
        self._laws: dict[Any, list[_Seen]] = {}
        self._steady: dict[int, tuple[bool, Expression]] = {}

    def of(self, law: MonthLaw) -> list[_Seen]:
        """Return what is found in the month's law, without its months."""
        same = (tuple((id(p.rule), id(p.level), p.amount_dong) for p in law.rules), _numbers(law))
        for key in (same, (law.month, *same)):
            if key in self._laws:
                return self._laws[key]
        asked = _Asked(self, law)
        found = list(asked.findings())
        self._laws[(law.month, *same) if asked.hangs_on_month else same] = found
        return found

    def condition(self, rule: RuleVersion, level: Level | None = None) -> "_Condition":
        """Return the condition of a rule or of one of its levels, the same object every time."""
        key = (id(rule), id(level))
        if key not in self._conditions:
            own = rule.condition if level is None or level.when is None else And((rule.condition, level.when))
            self._conditions[key] = _Condition(own, without_eves(own, self.package))
        return self._conditions[key]

    def is_steady(self, expression: Expression) -> bool:
        """Return whether the condition asks the same in every month with the same amounts."""
        kept = self._steady.get(id(expression))
        # The expression is kept beside the answer, so that its number is not given to another one.
        if kept is None:
            kept = self._steady[id(expression)] = (is_steady(expression, self.package), expression)
        return kept[0]

    def answer(self, key: Any, ask: Callable[[], Witness | None]) -> Witness | None:
        """Return the answer given before, or ask."""
        if key not in self._answers:
            self._answers[key] = ask()
        return self._answers[key]


@dataclass(frozen=True, eq=False)
class _Condition:
    """A condition, and the same for people paid nothing on the eve of a birthday: the question asked first."""

    full: Expression
    calm: Expression | bool


_Goals = Iterable[tuple[_Condition, bool]]


class _Asked:
    """The questions put to the law of one month."""

    def __init__(self, questions: _Questions, law: MonthLaw) -> None:
        self.questions, self.law = questions, law
        self.steps = [self._step(priced) for priced in law.rules]
        conditions = [c for step in self.steps for c in (step.condition, questions.condition(step.rule))]
        calm = [c.calm for c in conditions if not isinstance(c.calm, bool)]
        self.calm = Solver(questions.package, law, calm)
        # Whether an answer may be another one in another month with the same rules and amounts.
        self.hangs_on_month = False

    def findings(self) -> Iterator[_Seen]:
        """Yield what is found of this month's rules."""
        dead = {step: seen for step in self.steps if (seen := _dead(step, self.find)) is not None}
        yield from _whole_rules(self.steps, dead)
        living = [step for step in self.steps if step not in dead]
        lost = {step: seen for step in living if (seen := _shadowed(step, living, self.law, self.find)) is not None}
        yield from _whole_rules(living, lost)
        rules = dict.fromkeys(step.rule for step in living)
        yield from _overlaps([(rule, self.questions.condition(rule)) for rule in rules], self.find)

    def find(self, goals: _Goals) -> Witness | None:
        """Return a person of whom all goals hold; None when nobody can be."""
        asked = list(goals)
        about = (frozenset((id(condition), wanted) for condition, wanted in asked), _numbers(self.law))
        calm = [(c.calm, wanted) for c, wanted in asked if not isinstance(c.calm, bool)]
        is_possible = all(c.calm is wanted for c, wanted in asked if isinstance(c.calm, bool))
        is_steady = all(self.questions.is_steady(expression) for expression, _ in calm)
        # Nearly everybody is found among people without payments on an eve, and then for all months at once.
        if is_possible and is_steady:
            witness = self.questions.answer(about, lambda: self.calm.find(calm))
            if witness is not None or all(c.full is c.calm for c, _ in asked):
                return witness
        full = [(condition.full, wanted) for condition, wanted in asked]
        solver = Solver(self.questions.package, self.law, [expression for expression, _ in full])
        if all(self.questions.is_steady(expression) for expression, _ in full):
            return self.questions.answer(("full", *about), lambda: solver.find(full))
        self.hangs_on_month = True
        return self.questions.answer((self.law.month, *about), lambda: solver.find(full))

    def _step(self, priced: PricedRule) -> _Step:
        rule = priced.rule
        place = next(place for place, level in enumerate(rule.levels) if level is priced.level)
        before = tuple(self.questions.condition(rule, level) for level in rule.levels[:place])
        least_dong, most_dong = priced.amount_dong, priced.amount_dong
        if rule.per_child:
            least_dong, most_dong = priced.amount_dong * children_counted(priced).at_least, None
        condition = self.questions.condition(rule, priced.level)
        return _Step(priced, place + 1, condition, before, least_dong, most_dong)


_Find = Callable[[_Goals], Witness | None]


def _numbers(law: MonthLaw) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(law.numbers.items()))


def _reached(step: _Step) -> list[tuple[_Condition, bool]]:
    """Return the goals that the level is the one of its rule: it holds, and none before it does."""
    return [(step.condition, True), *((condition, False) for condition in step.before)]


def _level_seen(kind: str, step: _Step, vi: str, en: str, **more: Any) -> _Seen:
    level, rule = step.priced.level, step.rule
    return _Seen(
        kind, rule.rule, rule.basis_citation, rule.where,
        f"mức {coefficient_text(level.coefficient).replace('.', ',')} “{level.who.vi}” của quy định {_named(rule)} {vi}",
        f"the level {coefficient_text(level.coefficient)} “{level.who.en}” of the rule {_named(rule)} {en}",
        level=step.place, **more,
    )  # fmt: skip


def _whole_rules(steps: Sequence[_Step], found: dict[_Step, _Seen]) -> Iterator[_Seen]:
    """Yield what was found of levels; once for the rule when it is so of all of them."""
    for rule in dict.fromkeys(step.rule for step in steps):
        levels = [step for step in steps if step.rule is rule]
        seen = [found[step] for step in levels if step in found]
        if len(seen) == len(levels) and seen:
            others = tuple(dict.fromkeys(other for one in seen for other in one.others))
            vi, en = _RULE_WORDS[seen[0].kind]
            rest = ", ".join(others)
            yield replace(
                seen[0], level=None, others=others,
                vi=f"quy định {_named(rule)} {vi.format(others=rest)}", en=f"the rule {_named(rule)} {en.format(others=rest)}",
            )  # fmt: skip
        else:
            yield from seen


_RULE_WORDS = {
    "dead": (
        "có điều kiện không thể đúng với bất kỳ ai.",
        "has a condition that can be true of nobody.",
    ),
    "shadowed": (
        "không bao giờ được trả: ai thuộc diện này cũng đồng thời được hưởng {others} với mức bằng hoặc cao hơn.",
        "is never paid: whoever fulfils it also receives {others}, at the same amount or more.",
    ),
}


def _dead(step: _Step, find: _Find) -> _Seen | None:
    if find([(step.condition, True)]) is None:
        return _level_seen(
            "dead", step, "có điều kiện không thể đúng với bất kỳ ai.", "has a condition that can be true of nobody."
        )
    if find(_reached(step)) is None:
        return _level_seen(
            "dead", step,
            "không bao giờ áp dụng, vì các mức đứng trước đã bao hết những người thuộc mức này.",
            "never applies: the levels before it already take everybody it speaks of.",
        )  # fmt: skip
    return None


def _overlaps(rules: Sequence[tuple[RuleVersion, _Condition]], find: _Find) -> Iterator[_Seen]:
    """Yield pairs of rules of one benefit that can both be true; a lawyer says whether that is meant."""
    for (one, its), (other, others) in itertools.combinations(rules, 2):
        if one.benefit != other.benefit or one.rule == other.rule:
            continue
        witness = find([(its, True), (others, True)])
        if witness is not None:
            first, second = sorted((one, other), key=lambda rule: rule.rule)
            yield _Seen(
                "overlap", first.rule, first.basis_citation, first.where,
                f"quy định {_named(first)} và {_named(second)} cùng đúng với một người; chỉ mức cao hơn được trả.",
                f"the rules {_named(first)} and {_named(second)} can both be true of one person; only the higher is paid.",
                others=(second.rule,), witness=witness,
            )  # fmt: skip


# ── who loses to whom ────────────────────────────────────────────────────────────────────────────────────────────────


def _shadowed(step: _Step, steps: Sequence[_Step], law: MonthLaw, find: _Find) -> _Seen | None:
    """Return that nobody is ever paid by this level, although it holds of somebody."""
    stronger = _stronger(step, steps, law, step.most_dong)
    goals = _reached(step)
    if find([*goals, *_refuting(stronger)]) is not None or _pays_in_a_pair(step, steps, law, find):
        return None
    winners = _needed(goals, stronger, find)
    others = tuple(dict.fromkeys(winner.rule.rule for winner in winners))
    rest = ", ".join(others)
    return _level_seen(
        "shadowed", step,
        f"không bao giờ được trả: ai thuộc mức này cũng đồng thời được hưởng {rest} với mức bằng hoặc cao hơn.",
        f"is never paid: whoever fulfils it also receives {rest}, at the same amount or more.",
        others=others, witness=find(goals),
    )  # fmt: skip


def _refuting(steps: Iterable[_Step]) -> list[tuple[_Condition, bool]]:
    return [(step.condition, False) for step in steps]


def _stronger(step: _Step, steps: Sequence[_Step], law: MonthLaw, most_dong: int | None) -> list[_Step]:
    """Return the levels that always push this one out: tried before it, or of a benefit at least as high."""
    place = {code: number for number, code in enumerate(law.benefits)}
    own = place[step.priced.benefit]
    before = [
        other
        for other in steps
        if other.rule is not step.rule and other.priced.benefit == step.priced.benefit
        and other.priced.number < step.priced.number
    ]  # fmt: skip
    # Equal amounts: the benefit named first is paid.
    higher = [
        other
        for other in steps
        if other.priced.benefit != step.priced.benefit
        and most_dong is not None
        and (other.least_dong, -place[other.priced.benefit]) > (most_dong, -own)
    ]
    return before + higher


def _pays_in_a_pair(step: _Step, steps: Sequence[_Step], law: MonthLaw, find: _Find) -> bool:
    """Return whether the level can be paid together with one it is added to, where alone it would lose."""
    code = step.priced.benefit
    for extra, partners in law.combination.added:
        if code != extra and code not in partners:
            continue
        for other in (o for o in steps if o.priced.benefit in (partners if code == extra else (extra,))):
            limits = (step.most_dong, other.most_dong)
            most_dong = None if None in limits else sum(limit for limit in limits if limit is not None)
            # The pair loses only to what is higher than its sum and no part of it; a higher partner would be paid instead.
            pair = {extra, *partners}
            rivals = [o for o in _stronger(step, steps, law, most_dong) if o.priced.benefit not in pair]
            if code != extra:
                rivals += [o for o in _stronger(step, steps, law, step.most_dong) if o.priced.benefit in partners]
            if find([*_reached(step), (other.condition, True), *_refuting(rivals)]) is not None:
                return True
    return False


def _needed(goals: Sequence[tuple[_Condition, bool]], stronger: Sequence[_Step], find: _Find) -> list[_Step]:
    """Return a few of the stronger levels that already leave nobody: one, when one is enough."""
    for one in stronger:
        if find([*goals, *_refuting([one])]) is None:
            return [one]
    needed = list(stronger)
    for one in stronger:
        fewer = [other for other in needed if other is not one]
        if find([*goals, *_refuting(fewer)]) is None:
            needed = fewer
    return needed


# ── what a lawyer has judged ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Acknowledgement:
    """A lawyer's word that something found is meant, or known and waiting, for a span of months."""

    kind: str
    rule: str
    other: str
    first: Month
    last: Month | None
    why: str
    where: str

    def matches(self, finding: Finding) -> bool:
        """Return whether the finding is this one, for no more months than were judged."""
        return (
            (self.kind, self.rule) == (finding.kind, finding.rule)
            and (not self.other or self.other in finding.others)
            and self.first <= finding.first
            and (self.last is None or finding.last <= self.last)
        )


def _read_acknowledgements(package: LawPackage) -> list[_Acknowledgement]:
    path = package.path / ACKNOWLEDGED
    if not path.is_file():
        return []
    found = []
    for item in read_yaml(path, path.relative_to(package.path)).fields("acknowledged")["acknowledged"].items():
        named = item.fields("kind rule from to why", "with")
        until = named.get("to")
        found.append(
            _Acknowledgement(
                kind=named["kind"].member(*_JUDGED),
                rule=named["rule"].text(),
                other=named.text("with"),
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
    for finding in sorted(findings, key=lambda f: (f.first, f.kind, f.rule, f.level or 0, f.others)):
        reasons = [one for one in acknowledged if one.matches(finding)]
        used.update(reasons)
        yield replace(finding, why=reasons[0].why) if reasons else finding
    for one in acknowledged:
        if one not in used:
            yield _useless(one)


def _useless(one: _Acknowledgement) -> Finding:
    last = one.last or LAST_MONTH
    return Finding(
        "acknowledgement", one.rule, None, (one.other,) if one.other else (), one.first, last, (), "", one.where, None,
        f"Lời ghi nhận “{one.kind}” cho {one.rule} không còn ứng với điều gì tìm thấy trong các tháng đã ghi; hãy bỏ hoặc sửa lại.",
        f"The acknowledgement “{one.kind}” of {one.rule} matches nothing found in its months; remove or correct it.",
    )  # fmt: skip
