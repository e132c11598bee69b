"""The law package: one domain of the law, everything of it read and checked, and the book of all domains.

A domain answers for a month as known on a day; the book holds the domains in the order in which they are computed, each
able to ask what the earlier ones give.
"""

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.domain_file import Earlier
from ansinh.law.facts import PersonFacts, Readable, read_facts
from ansinh.law.loader import Folder, Pieces, read_folder
from ansinh.law.pricing import MonthLaw, PricedRule, Sources, build_month, in_force
from ansinh.law.reading import read_yaml
from ansinh.law.tree import CountChildren, Expression, atoms, facts_of
from ansinh.law.words import (
    Bar,
    Benefit,
    Document,
    FactKind,
    Group,
    ParameterVersion,
    Procedure,
    RuleVersion,
    Text,
)

__all__ = ["DOMAIN", "LawBook", "LawPackage", "MonthLaw", "PricedRule", "default_laws", "load_book", "load_package"]

COUNTRY = "vn"
DOMAIN = Path("vn/social-assistance")


# Packages are compared by identity (eq=False): each is made once.
@dataclass(frozen=True, eq=False)
class LawPackage:
    """One domain of law, checked and hashed."""

    name: str
    path: Path
    title: Text
    first_month: Month
    # This domain's facts and those of the domains before it.
    facts: dict[str, FactKind]
    child_facts: dict[str, FactKind]
    benefits: tuple[Benefit, ...]
    combination: tuple[Group, ...]
    documents: tuple[Document, ...]
    parameters: tuple[ParameterVersion, ...]
    rules: tuple[RuleVersion, ...]
    bars: tuple[Bar, ...]
    definitions: Mapping[str, Expression]
    hash: str
    # The domains before this one, nearest last, and what a file of facts may state.
    earlier: "tuple[LawPackage, ...]" = ()
    readable: Readable | None = None
    province: str = ""
    _months: dict[tuple[Month, tuple[str, ...]], MonthLaw] = field(default_factory=dict, repr=False)
    # By the numbers that Python gives to versions, which hold only while this process lives.
    _alike: dict[tuple[int, ...], MonthLaw] = field(default_factory=dict, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {**self.__dict__, "_alike": {}}

    @property
    def packages(self) -> "tuple[LawPackage, ...]":
        """Return this domain alone, so that whoever takes a book takes one domain too."""
        return (self,)

    @cached_property
    def clauses(self) -> tuple[str, ...]:
        """Return every clause of the package in full, sorted."""
        found = {rule.citation for rule in self.rules} | {rule.basis_citation for rule in self.rules}
        found |= {version.citation for version in self.parameters} | {bar.citation for bar in self.bars}
        found |= {group.clause for group in self.combination if group.clause}
        found |= {level.cite for rule in self.rules for level in rule.levels if level.cite}
        found |= {rule.document.cite(rule.rounding.clause) for rule in self.rules if rule.rounding}
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
        return _benefit(self.benefits, code)

    def person(self, content: Any) -> PersonFacts:
        """Return the checked facts of one person from the contract's FACTS.json content.

        Raises:
            Refused: `unknown_fact`, `missing_fact`, `impossible_value`, `facts_not_an_object`.
        """
        assert self.readable is not None
        return read_facts(content, self.readable)

    @cached_property
    def conditions(self) -> tuple[Expression, ...]:
        """Return every condition of the package: of rules, of their levels, of bars."""
        levels = [level.when for rule in self.rules for level in rule.levels if level.when is not None]
        return (*(rule.condition for rule in self.rules), *levels, *(bar.when for bar in self.bars))

    @cached_property
    def questions(self) -> frozenset[str]:
        """Return the names of the person's facts that some rule, bar or multiplied amount of the package asks about."""
        counted = {rule.per for rule in self.rules if rule.per} | {rule.table.by for rule in self.rules if rule.table}
        return frozenset().union(counted, *(facts_of(condition) for condition in self.conditions))

    @cached_property
    def _child_counts(self) -> tuple[CountChildren, ...]:
        return tuple(a for rule in self.rules for a in atoms(rule.condition) if isinstance(a, CountChildren))

    @cached_property
    def child_questions(self) -> frozenset[str]:
        """Return the names of the facts about a child that some rule asks about."""
        return frozenset().union(*(facts_of(count.condition) for count in self._child_counts))

    @cached_property
    def most_children(self) -> int:
        """Return the greatest number of children that some rule asks for; at least one."""
        return max((count.at_least for count in self._child_counts), default=1)

    @cached_property
    def all_documents(self) -> tuple[Document, ...]:
        """Return this domain's documents and those whose parameters it may use."""
        return (*(document for package in self.earlier for document in package.documents), *self.documents)

    @cached_property
    def all_parameters(self) -> tuple[ParameterVersion, ...]:
        """Return this domain's parameters and those of the domains before it."""
        return (*(version for package in self.earlier for version in package.parameters), *self.parameters)

    def in_force(self, known_on: datetime.date) -> tuple[Document, ...]:
        """Return the documents that had come into force by the day, newest first."""
        return in_force(self.all_documents, known_on)

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
            codes = tuple(benefit.code for benefit in self.benefits)
            sources = Sources(codes, self.combination, self.all_parameters, self.rules, self.bars)
            self._months[key] = build_month(sources, month, known_on, known, self._alike)
        return self._months[key]


def _benefit(benefits: tuple[Benefit, ...], code: str) -> Benefit:
    for benefit in benefits:
        if benefit.code == code:
            return benefit
    known = ", ".join(benefit.code for benefit in benefits)
    raise Refused(
        "unknown_benefit",
        vi=f"Không có chế độ mang mã “{code}”. Hãy dùng một trong: {known}.",
        en=f"There is no benefit “{code}”. Use one of: {known}.",
        benefit=code,
    )


@dataclass(frozen=True, eq=False)
class LawBook:
    """All domains of the law in the order in which they are computed, as they stand in one province."""

    path: Path
    packages: tuple[LawPackage, ...]
    readable: Readable
    hash: str
    province: str = ""

    @cached_property
    def benefits(self) -> tuple[Benefit, ...]:
        """Return the benefits of all domains."""
        return tuple(benefit for package in self.packages for benefit in package.benefits)

    @cached_property
    def clauses(self) -> tuple[str, ...]:
        """Return every clause of every domain in full, sorted."""
        return tuple(sorted({clause for package in self.packages for clause in package.clauses}))

    @property
    def facts(self) -> Mapping[str, FactKind]:
        """Return every fact of every domain."""
        return self.packages[-1].facts

    @property
    def child_facts(self) -> Mapping[str, FactKind]:
        """Return every fact about a child."""
        return self.packages[-1].child_facts

    def has_clause(self, citation_text: str) -> bool:
        """Return whether the book holds this clause, written in full."""
        return " ".join(citation_text.split()) in self.clauses

    def benefit(self, code: str) -> Benefit:
        """Return the benefit of that code.

        Raises:
            Refused: `unknown_benefit`.
        """
        return _benefit(self.benefits, code)

    def package_of(self, code: str) -> LawPackage:
        """Return the domain that gives the benefit.

        Raises:
            Refused: `unknown_benefit`.
        """
        _benefit(self.benefits, code)
        return next(package for package in self.packages if any(b.code == code for b in package.benefits))

    def package(self, name: str) -> LawPackage:
        """Return the domain of that folder."""
        return next(package for package in self.packages if package.name == name)

    def person(self, content: Any) -> PersonFacts:
        """Return the checked facts of one person from the contract's FACTS.json content.

        Raises:
            Refused: `unknown_fact`, `missing_fact`, `impossible_value`, `facts_not_an_object`.
        """
        return read_facts(content, self.readable)


# ── from a folder ────────────────────────────────────────────────────────────────────────────────────────────────────


def default_laws() -> Path:
    """Return the folder of laws: the checkout's, or the copy inside the installed package."""
    checkout = Path(__file__).resolve().parents[2] / "laws"
    return checkout if (checkout / DOMAIN).is_dir() else Path(__file__).resolve().parents[1] / "_laws"


def laws_folder(path: Path | None = None) -> Path:
    """Return the folder that holds `vn/book.yaml`, given it, a domain's folder inside it, or nothing.

    Raises:
        Refused: `law_folder_not_found`.
    """
    root = path or default_laws()
    for folder in (root, root.parent, root.parent.parent):
        if (folder / COUNTRY / "book.yaml").is_file():
            return folder
    raise Refused(
        "law_folder_not_found",
        vi=f"Không thấy luật trong “{root}”. Hãy chỉ đúng thư mục laws (có {COUNTRY}/book.yaml bên trong).",
        en=f"No law was found in “{root}”. Point to the folder laws (with {COUNTRY}/book.yaml inside).",
        path=str(root),
    )


def _digest(content: Any) -> str:
    # Comments and line breaks are not part of it, every word that decides or is read by a citizen is. Frozen runs carry
    # this hash: another separator or order of keys would make every stored one look changed.
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def load_book(
    path: Path | None = None, province: str = "", drafts: Mapping[str, tuple[Pieces, ...]] | None = None
) -> LawBook:
    """Return all domains, as they stand in a province, with drafts laid over them (by domain), read strictly.

    Raises:
        Refused: `law_folder_not_found`; `law_invalid` with file and line.
    """
    root = laws_folder(path)
    value = read_yaml(root / COUNTRY / "book.yaml", Path(COUNTRY) / "book.yaml")
    names = value.fields("domains")["domains"].items()
    folders: list[tuple[str, Folder]] = []
    before = Earlier()
    for item in names:
        folder = root / COUNTRY / item.text()
        if not (folder / "domain.yaml").is_file():
            raise item.error(f"không có lĩnh vực “{item.text()}”.", f"there is no domain “{item.text()}”.")
        content = read_folder(folder, root, before, province, (drafts or {}).get(item.text(), ()))
        before = _after(before, item.text(), content)
        folders.append((item.text(), content))
    readable = Readable(
        before.facts,
        before.child_facts,
        frozenset(code for codes in before.benefits.values() for code in codes),
        before.merit_fields,
    )
    packages: tuple[LawPackage, ...] = ()
    for name, content in folders:
        packages = (*packages, _package(root / COUNTRY / name, name, content, packages, readable, province))
    return LawBook(root, packages, readable, _digest([package.hash for package in packages]), province)


def _after(before: Earlier, name: str, content: Folder) -> Earlier:
    return Earlier(
        facts=content.domain.facts,
        child_facts=content.domain.child_facts,
        merit_fields=content.domain.merit_fields,
        definitions=content.definitions,
        parameters=(*before.parameters, *content.parameters),
        benefits={**before.benefits, name: tuple(content.domain.benefits)},
    )


def _package(
    path: Path, name: str, content: Folder, earlier: tuple[LawPackage, ...], readable: Readable, province: str
) -> LawPackage:
    return LawPackage(
        name=name,
        path=path,
        title=content.domain.title,
        first_month=content.domain.first_month,
        facts=content.domain.facts,
        child_facts=content.domain.child_facts,
        benefits=tuple(content.domain.benefits.values()),
        combination=content.domain.combination,
        documents=content.documents,
        parameters=content.parameters,
        rules=content.rules,
        bars=content.bars,
        definitions=content.definitions,
        # What a domain owes hangs on the parameters of those before it too.
        hash=_digest([content.plain, [package.hash for package in earlier]]),
        earlier=earlier,
        readable=readable,
        province=province,
    )


def load_package(path: Path | None = None) -> LawPackage:
    """Return the domain of social assistance and social pension, the first of the book.

    Raises:
        Refused: `law_folder_not_found`; `law_invalid` with file and line.
    """
    return load_book(path).packages[0]
