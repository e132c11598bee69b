"""The law of one month as known on one day: which versions apply, and every amount folded into whole đồng.

For month m asked on day D the versions used are those that apply to m among documents in force on D; a newer document
replaces an older one for the months it applies to. A province's figure counts where it is higher than the nation's.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from ansinh.base import dong
from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.facts import LARGEST_COUNT
from ansinh.law.rule_file import ONE
from ansinh.law.tree import Amount, And, Expression, Number, atoms
from ansinh.law.words import Bar, Document, Group, Level, ParameterVersion, RuleVersion, Text, Verification

# With the ten bits of a rule's number, a packed value then fits a bigint of every engine.
LARGEST_SUM_DONG = 2**53 - 1


# Rules and months are compared by identity (eq=False): each is made once, and comparing whole trees of law would cost
# more than computing the month.
@dataclass(frozen=True, eq=False)
class PricedRule:
    """One level of one rule with its amount for the month: what a payment line points to by number."""

    number: int
    rule: RuleVersion
    level: Level
    base: ParameterVersion
    amount_dong: int
    # What the rule asks of everybody, and what this level asks on top of it.
    whole: Expression
    condition: Expression

    @property
    def benefit(self) -> str:
        """Return the benefit's code."""
        return self.rule.benefit

    @property
    def clause(self) -> str:
        """Return the clause that fixes the amount, in full."""
        return self.level.cite or (self.rule.citation if self.rule.clause else self.base.citation)

    @property
    def verified(self) -> bool:
        """Return whether both the rule and its base were checked against the text."""
        return self.rule.verification.verified and self.base.verification.verified


@dataclass(frozen=True, eq=False)
class MonthLaw:
    """The law of one month as known on one day: priced rules in the order in which they are tried."""

    month: Month
    known_on: datetime.date
    rules: tuple[PricedRule, ...]
    benefits: tuple[str, ...]
    groups: tuple[Group, ...]
    numbers: dict[str, int]
    bars: tuple[Bar, ...] = ()
    # Where a province's figure lies below the nation's, and is therefore not used.
    warnings: tuple[Text, ...] = ()
    # Whatever was made from this law once and may be used again (compiled statements), by a key of the maker's.
    made: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False)

    @property
    def end(self) -> datetime.date:
        """Return the last day of the month."""
        return self.month.last_day

    @property
    def previous(self) -> datetime.date:
        """Return the last day of the month before."""
        return self.month.plus(-1).last_day

    @cached_property
    def by_benefit(self) -> dict[str, tuple[PricedRule, ...]]:
        """Return the priced rules of each benefit, highest amount first."""
        found: dict[str, list[PricedRule]] = {code: [] for code in self.benefits}
        for rule in self.rules:
            found[rule.benefit].append(rule)
        return {code: tuple(rules) for code, rules in found.items()}


def applies(version: RuleVersion | ParameterVersion | Bar, month: Month, known_on: datetime.date) -> bool:
    """Return whether the version governs the month, for somebody who asks on the day."""
    if month < version.applies_from or (version.applies_to is not None and month > version.applies_to):
        return False
    # A repeal is law too: it is known only to those who ask after it.
    ended = version.document.in_force_to
    # Once a document is known to have ended, it governs no month after its end.
    return ended is None or known_on <= ended or month < Month.of(ended + datetime.timedelta(days=1))


def in_force(documents: Sequence[Document], known_on: datetime.date) -> tuple[Document, ...]:
    """Return the documents that had come into force by the day, newest first."""
    # Two documents of one day are ordered by folder name, only so that every machine reads the same; the loader has
    # made sure that they do not both speak about one rule or parameter.
    known = [document for document in documents if document.in_force_from <= known_on]
    return tuple(sorted(known, key=lambda document: (document.in_force_from, document.key), reverse=True))


@dataclass(frozen=True)
class Sources:
    """What a month is built of: a domain's own rules and the parameters of this and of earlier domains."""

    benefits: tuple[str, ...]
    groups: tuple[Group, ...]
    parameters: tuple[ParameterVersion, ...]
    rules: tuple[RuleVersion, ...]
    bars: tuple[Bar, ...]


def build_month(
    sources: Sources,
    month: Month,
    known_on: datetime.date,
    known: tuple[Document, ...],
    alike: dict[tuple[int, ...], MonthLaw],
) -> MonthLaw:
    """Return the law of the month from the documents known, newest first.

    `alike` keeps one month for each choice of versions: most months differ from the one before in nothing but their days.

    Raises:
        Refused: `law_invalid` when a base is missing or an amount is not whole.
    """
    rules = _rules_of(sources, month, known_on, known)
    parameters, warnings = parameters_of(sources.parameters, month, known_on, known)
    bars = tuple(bar for bar in sources.bars if bar.document in known and applies(bar, month, known_on))
    chosen = (*map(id, rules), 0, *map(id, parameters.values()), 0, *map(id, bars))
    if chosen in alike:
        return replace(alike[chosen], month=month, known_on=known_on, warnings=warnings, made={})
    priced = _priced(sources, rules, parameters, month)
    numbers = {name: version.value_dong for name, version in parameters.items()}
    law = MonthLaw(month, known_on, priced, sources.benefits, sources.groups, numbers, bars, warnings)
    _check_units(law)
    alike[chosen] = law
    return law


def _priced(
    sources: Sources, rules: Sequence[RuleVersion], parameters: Mapping[str, ParameterVersion], month: Month
) -> tuple[PricedRule, ...]:
    priced: list[PricedRule] = []
    # The place in this list is the rule's number: SQL packs it under the amount, and payroll lines refer to it.
    # Benefits keep the order of domain.yaml and stay together, which the compiler relies on to tell a benefit from a
    # rule's number.
    for code in sources.benefits:
        levels = [_price(rule, level, parameters, month) for rule, level in _levels_of(rules, code, parameters)]
        # Highest amount first; sorting is stable, so that levels of one rule keep the lawyer's order.
        for rule, level, base, amount_dong, whole, condition in sorted(levels, key=lambda one: -one[3]):
            priced.append(PricedRule(len(priced), rule, level, base, amount_dong, whole, condition))
    return tuple(priced)


def _rules_of(
    sources: Sources, month: Month, known_on: datetime.date, known: tuple[Document, ...]
) -> list[RuleVersion]:
    # Decided name by name, not document by document: NĐ 76/2024 raised one parameter and left every rule of NĐ 20/2021
    # standing, and in the months before a newer rule applies the older one is still the law.
    rules: dict[str, RuleVersion | None] = {}
    for document in known:
        # Newest first: whoever speaks first about a rule is heard, be it to end it.
        for repeal in document.repeals:
            if month >= repeal.from_month:
                rules.setdefault(repeal.rule, None)
        for rule in sources.rules:
            if rule.document is document and applies(rule, month, known_on):
                rules.setdefault(rule.rule, rule)
    return [rule for rule in rules.values() if rule is not None]


def parameters_of(
    versions: Sequence[ParameterVersion], month: Month, known_on: datetime.date, known: Sequence[Document]
) -> tuple[dict[str, ParameterVersion], tuple[Text, ...]]:
    """Return the parameters of the month by name, and a warning for each provincial figure below the national one."""
    national: dict[str, ParameterVersion] = {}
    local: dict[str, ParameterVersion] = {}
    places = {id(document): place for place, document in enumerate(known)}
    known_versions = [v for v in versions if id(v.document) in places and applies(v, month, known_on)]
    for version in sorted(known_versions, key=lambda v: places[id(v.document)]):
        (local if version.document.province else national).setdefault(version.name, version)
    warnings = []
    for name, version in local.items():
        floor = national.get(name)
        # The national level is a floor: NĐ 335/2026 lets a province set a higher one, never a lower.
        if floor is None or version.value_dong >= floor.value_dong:
            national[name] = version
        else:
            warnings.append(_below(version, floor, month))
    return national, tuple(warnings)


def _below(version: ParameterVersion, floor: ParameterVersion, month: Month) -> Text:
    local, nation = dong.format_dong(version.value_dong), dong.format_dong(floor.value_dong)
    return Text(
        vi=f"Tháng {month.vi}: {version.citation} quy định {version.label.vi} {local}, thấp hơn mức trung ương {nation}"
        f" ({floor.citation}); áp dụng mức trung ương.",
        en=f"{month}: {version.citation} sets the {version.label.en} at {local}, below the national {nation}"
        f" ({floor.citation}); the national one is used.",
    )


def _levels_of(
    rules: Sequence[RuleVersion], code: str, parameters: Mapping[str, ParameterVersion]
) -> Iterator[tuple[RuleVersion, Level]]:
    for rule in rules:
        if rule.benefit != code:
            continue
        if rule.table is None:
            yield from ((rule, level) for level in rule.levels)
            continue
        # A table is as many levels as it has rows, each for those whose counted fact is the row's key.
        for name in parameters:
            schedule, _, key = name.rpartition(".")
            if schedule == rule.table.schedule:
                when = Amount(rule.table.by, "=", Number(int(key)))
                yield rule, Level(Fraction(1), when, rule.table.who, name)


_ONE = ParameterVersion(
    name=ONE,
    label=Text("một", "one"),
    document=Document("", "", "", "", None, None, datetime.date.min, None, Verification(True, "")),
    clause="",
    value_dong=1,
    applies_from=Month(1, 1),
    applies_to=None,
    verification=Verification(True, ""),
)


def _price(
    rule: RuleVersion, level: Level, parameters: Mapping[str, ParameterVersion], month: Month
) -> tuple[RuleVersion, Level, ParameterVersion, int, Expression, Expression]:
    # A multiplied amount needs at least one; the level's own condition is asked only of those who fulfil the rule's.
    whole = And((rule.condition, Amount(rule.per, ">=", Number(1)))) if rule.per else rule.condition
    condition = whole if level.when is None else And((whole, level.when))
    base_name = level.base or rule.base
    # Missing parameters are found here, for the whole month at once, and not when the first person happens to need one.
    needed = {base_name} - {ONE} | {
        atom.number.parameter for atom in atoms(condition) if isinstance(atom, Amount) and atom.number.parameter
    }
    missing = sorted(name for name in needed if name not in parameters)
    if missing:
        raise Refused(
            "law_invalid",
            vi=f"Luật tại {rule.where} cần tham số “{missing[0]}” nhưng tháng {month.vi} không có giá trị.",
            en=f"The law at {rule.where} needs the parameter “{missing[0]}”, which has no value for {month}.",
            rule=rule.rule,
            parameter=missing[0],
            month=str(month),
        )
    base = _ONE if base_name == ONE else parameters[base_name]
    return rule, level, base, _amount(rule, level, base, month), whole, condition


def _amount(rule: RuleVersion, level: Level, base: ParameterVersion, month: Month) -> int:
    # 1.5 × 540,000 is folded as a fraction, before any engine sees it: three engines divide and round in three ways.
    product = level.coefficient * base.value_dong
    times = 1 if not rule.per else LARGEST_COUNT if rule.at_most is None else rule.at_most
    if product * times > LARGEST_SUM_DONG:
        raise Refused(
            "law_invalid",
            vi=f"Luật tại {rule.where}: mức {dong.format_dong(int(product))} quá lớn, hệ thống không tính được. Hãy xem lại số chữ số 0"
            " hoặc đặt “at_most”.",
            en=f"The law at {rule.where}: a level of {int(product)} đồng is too large to be computed. Check its noughts or set “at_most”.",
            rule=rule.rule,
            month=str(month),
        )
    if rule.rounding is not None:
        return dong.to_nearest(product, rule.rounding.to_dong)
    try:
        return dong.exact(product)
    except ValueError as error:
        raise Refused(
            "law_invalid",
            vi=f"Luật tại {rule.where}: hệ số nhân mức chuẩn không ra số đồng chẵn, mà điều khoản không nêu cách làm tròn.",
            en=f"The law at {rule.where}: coefficient times base is not a whole number of đồng and no clause orders a rounding.",
            rule=rule.rule,
            month=str(month),
        ) from error


def _check_units(law: MonthLaw) -> None:
    """Refuse a group of units in which a benefit has several levels: nobody could say which of them is one unit."""
    for group in law.groups:
        for code in group.codes:
            if group.is_limited and len(law.by_benefit[code]) > 1:
                where = law.by_benefit[code][0].rule.where
                raise Refused(
                    "law_invalid",
                    vi=f"Luật tại {where}: chế độ {code} thuộc nhóm tính theo suất nên chỉ được có một mức.",
                    en=f"The law at {where}: {code} is counted in units, so it may have one level only.",
                    benefit=code,
                )
