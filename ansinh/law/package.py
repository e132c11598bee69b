"""The law package: everything read, and the law of one month as known on one day.

For month m asked on day D the versions used are those that apply to m among documents in force on D; a newer document
replaces an older one for the months it applies to. Money is folded here, once, into whole đồng.
"""

import datetime
import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ansinh.base import dong
from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.facts import PersonFacts, read_facts
from ansinh.law.loader import Folder, read_folder
from ansinh.law.tree import Amount, And, Expression, atoms
from ansinh.law.words import (
    Benefit,
    Combination,
    Document,
    FactKind,
    Level,
    ParameterVersion,
    Procedure,
    RuleVersion,
    Text,
)

DOMAIN = Path("vn/social-assistance")


# Rules, months and packages are compared by identity (eq=False): each is made once, and comparing whole trees of law
# would cost more than computing the month.
@dataclass(frozen=True, eq=False)
class PricedRule:
    """One level of one rule with its amount for the month: what a payment line points to by number."""

    number: int
    rule: RuleVersion
    level: Level
    base: ParameterVersion
    amount_dong: int
    condition: Expression

    @property
    def benefit(self) -> str:
        """Return the benefit's code."""
        return self.rule.benefit

    @property
    def clause(self) -> str:
        """Return the clause that fixes the amount, in full."""
        return self.rule.citation

    @property
    def verified(self) -> bool:
        """Return whether both the rule and its base were checked against the text."""
        return self.rule.verification.verified and self.base.verification.verified


@dataclass(frozen=True, eq=False)
class MonthLaw:
    """The law of one month as known on one day: priced rules in the order in which they are tried."""

    month: Month
    rules: tuple[PricedRule, ...]
    benefits: tuple[str, ...]
    combination: Combination
    numbers: dict[str, int]
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
        """Return the priced rules of each benefit, highest coefficient first."""
        return {code: tuple(rule for rule in self.rules if rule.benefit == code) for code in self.benefits}


@dataclass(frozen=True, eq=False)
class LawPackage:
    """One domain of law, checked and hashed."""

    path: Path
    title: Text
    first_month: Month
    facts: dict[str, FactKind]
    child_facts: dict[str, FactKind]
    benefits: tuple[Benefit, ...]
    combination: Combination
    documents: tuple[Document, ...]
    parameters: tuple[ParameterVersion, ...]
    rules: tuple[RuleVersion, ...]
    hash: str
    _months: dict[tuple[Month, tuple[str, ...]], MonthLaw] = field(default_factory=dict, repr=False)

    @cached_property
    def clauses(self) -> tuple[str, ...]:
        """Return every clause of the package in full, sorted."""
        found = {rule.citation for rule in self.rules} | {rule.basis_citation for rule in self.rules}
        found |= {version.citation for version in self.parameters}
        for document in self.documents:
            found |= {document.cite(repeal.clause) for repeal in document.repeals}
            found |= {document.cite(reading.clause) for reading in document.readings}
            for procedure in document.procedures:
                named = (procedure.start, procedure.change, procedure.stop, procedure.combination, procedure.transition)
                found |= {document.cite(clause) for clause in named if clause}
        return tuple(sorted(found))

    def has_clause(self, citation_text: str) -> bool:
        """Return whether the package holds this clause, written like “NĐ 335/2026/NĐ-CP, Điều 6 khoản 1 điểm e”."""
        return " ".join(citation_text.split()) in self.clauses

    def benefit(self, code: str) -> Benefit:
        """Return the benefit of that code.

        Raises:
            Refused: `unknown_benefit`.
        """
        for benefit in self.benefits:
            if benefit.code == code:
                return benefit
        raise Refused(
            "unknown_benefit",
            vi=f"Không có chế độ mang mã “{code}”. Hãy dùng một trong: {', '.join(b.code for b in self.benefits)}.",
            en=f"There is no benefit “{code}”. Use one of: {', '.join(b.code for b in self.benefits)}.",
            benefit=code,
        )

    def person(self, content: Any) -> PersonFacts:
        """Return the checked facts of one person from the contract's FACTS.json content.

        Raises:
            Refused: `unknown_fact`, `missing_fact`, `impossible_value`, `facts_not_an_object`.
        """
        return read_facts(content, self.facts, self.child_facts, frozenset(benefit.code for benefit in self.benefits))

    def in_force(self, known_on: datetime.date) -> tuple[Document, ...]:
        """Return the documents that had come into force by the day, newest first."""
        # Two documents of one day are ordered by folder name, only so that every machine reads the same; the loader has
        # made sure that they do not both speak about one rule or parameter.
        known = [document for document in self.documents if document.in_force_from <= known_on]
        return tuple(sorted(known, key=lambda document: (document.in_force_from, document.key), reverse=True))

    def procedure(self, code: str, month: Month, known_on: datetime.date) -> tuple[Document, Procedure] | None:
        """Return the newest document and procedure clauses for a benefit, among those that reach the month."""
        group = self.benefit(code).group
        for document in self.in_force(known_on):
            procedure = document.procedure(group)
            # A transition clause reaches back: NĐ 335/2026 came into force in October and moves people from July on.
            # Without such a clause, procedure starts with the document, whatever months its amounts apply to.
            reaches = procedure and (procedure.transition or Month.of(document.in_force_from) <= month)
            if procedure and reaches and month >= self._first_applied(document):
                return document, procedure
        return None

    def _first_applied(self, document: Document) -> Month:
        # No field says since when a document works as a whole; the earliest of its own values does.
        spans = [v.applies_from for v in (*self.parameters, *self.rules) if v.document is document]
        return min(spans, default=Month.of(document.in_force_from))

    def month_law(self, month: Month, known_on: datetime.date) -> MonthLaw:
        """Return the law of the month as known on the day.

        Raises:
            Refused: `law_not_encoded` for a month before the package begins; `law_invalid` when a base is missing.
        """
        known = self.in_force(known_on)
        if month < self.first_month or not known:
            raise Refused(
                "law_not_encoded",
                vi=f"Luật trong hệ thống có từ tháng {self.first_month.vi}; không trả lời được cho tháng {month.vi} tại ngày {known_on}.",
                en=f"The law held here begins in {self.first_month}; month {month} as known on {known_on} cannot be answered.",
                month=str(month),
                known_on=known_on.isoformat(),
            )
        # A document that has been replaced is seen so only from the day after its last one.
        state = tuple(d.key + ("†" if d.in_force_to and d.in_force_to < known_on else "") for d in known)
        # The key is what was known, not the day: a year of asking days shares a handful of laws, each compiled once.
        key = (month, state)
        if key not in self._months:
            self._months[key] = _build_month(self, month, known_on, known)
        return self._months[key]


def _applies(version: RuleVersion | ParameterVersion, month: Month, known_on: datetime.date) -> bool:
    if month < version.applies_from or (version.applies_to is not None and month > version.applies_to):
        return False
    # A repeal is law too: it is known only to those who ask after it.
    ended = version.document.in_force_to
    # Once a document is known to have ended, it governs no month after its end.
    return ended is None or known_on <= ended or month < Month.of(ended + datetime.timedelta(days=1))


def _build_month(package: LawPackage, month: Month, known_on: datetime.date, known: tuple[Document, ...]) -> MonthLaw:
    # Decided name by name, not document by document: NĐ 76/2024 raised one parameter and left every rule of NĐ 20/2021
    # standing, and in the months before a newer rule applies the older one is still the law.
    rules: dict[str, RuleVersion | None] = {}
    parameters: dict[str, ParameterVersion] = {}
    for document in known:
        # Newest first: whoever speaks first about a rule or a parameter is heard, be it to end it.
        for repeal in document.repeals:
            if month >= repeal.from_month:
                rules.setdefault(repeal.rule, None)
        for rule in package.rules:
            if rule.document is document and _applies(rule, month, known_on):
                rules.setdefault(rule.rule, rule)
        for parameter in package.parameters:
            if parameter.document is document and _applies(parameter, month, known_on):
                parameters.setdefault(parameter.name, parameter)
    codes = tuple(benefit.code for benefit in package.benefits)
    live = [rule for rule in rules.values() if rule is not None]
    priced = []
    # The place in this list is the rule's number: SQL packs it under the amount, and payroll lines refer to it.
    # Benefits keep the order of domain.yaml and stay together, which the compiler relies on to tell a benefit from a
    # rule's number.
    for code in codes:
        levels = [(rule, level) for rule in live if rule.benefit == code for level in rule.levels]
        # Highest coefficient first; sorting is stable, so that levels of one rule keep the lawyer's order.
        for rule, level in sorted(levels, key=lambda pair: -pair[1].coefficient):
            priced.append(_price(len(priced), rule, level, parameters, month))
    numbers = {name: version.value_dong for name, version in parameters.items()}
    return MonthLaw(month, tuple(priced), codes, package.combination, numbers)


def _price(
    number: int, rule: RuleVersion, level: Level, parameters: dict[str, ParameterVersion], month: Month
) -> PricedRule:
    # The level's own condition is asked only of those who fulfil the rule's.
    condition = rule.condition if level.when is None else And((rule.condition, level.when))
    # Missing parameters are found here, for the whole month at once, and not when the first person happens to need one.
    needed = {rule.base} | {
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
    base = parameters[rule.base]
    # 1.5 × 540,000 is folded as a fraction, before any engine sees it: three engines divide and round in three ways.
    try:
        amount_dong = dong.exact(level.coefficient * base.value_dong)
    except ValueError as error:
        raise Refused(
            "law_invalid",
            vi=f"Luật tại {rule.where}: hệ số nhân mức chuẩn không ra số đồng chẵn, mà điều khoản không nêu cách làm tròn.",
            en=f"The law at {rule.where}: coefficient times base is not a whole number of đồng and no clause orders a rounding.",
            rule=rule.rule,
            month=str(month),
        ) from error
    return PricedRule(number, rule, level, base, amount_dong, condition)


def default_laws() -> Path:
    """Return the folder of laws: the checkout's, or the copy inside the installed package."""
    checkout = Path(__file__).resolve().parents[2] / "laws"
    return checkout if (checkout / DOMAIN).is_dir() else Path(__file__).resolve().parents[1] / "_laws"


def domain_folder(path: Path | None = None) -> Path:
    """Return the folder that holds `domain.yaml`, given a folder of laws, a domain's folder, or nothing.

    Raises:
        Refused: `law_folder_not_found`.
    """
    root = path or default_laws()
    for folder in (root, root / DOMAIN, root / DOMAIN.name):
        if (folder / "domain.yaml").is_file():
            return folder
    raise Refused(
        "law_folder_not_found",
        vi=f"Không thấy luật trong “{root}”. Hãy chỉ đúng thư mục laws (có {DOMAIN}/domain.yaml bên trong).",
        en=f"No law was found in “{root}”. Point to the folder laws (with {DOMAIN}/domain.yaml inside).",
        path=str(root),
    )


def load_package(path: Path | None = None) -> LawPackage:
    """Return the law package read strictly from its folder.

    Raises:
        Refused: `law_folder_not_found`; `law_invalid` with file and line.
    """
    folder = domain_folder(path)
    content: Folder = read_folder(folder)
    # Comments and line breaks are not part of it, every word that decides or is read by a citizen is. Frozen runs carry
    # this hash: another separator or order of keys would make every stored one look changed.
    canonical = json.dumps(content.plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return LawPackage(
        path=folder,
        title=content.domain.title,
        first_month=content.domain.first_month,
        facts=content.domain.facts,
        child_facts=content.domain.child_facts,
        benefits=tuple(content.domain.benefits.values()),
        combination=content.domain.combination,
        documents=content.documents,
        parameters=content.parameters,
        rules=content.rules,
        hash=hashlib.sha256(canonical.encode()).hexdigest(),
    )
