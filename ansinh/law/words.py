"""The vocabulary of a legal domain: facts, benefits, documents, parameters, rules. Plain frozen values, read from YAML.

A value carries three clocks: the months it applies to, the day its document came into force, and the gazette date.
"""

import datetime
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from ansinh.base.months import Month
from ansinh.law.tree import Expression

# The day of what never happened. A day that nobody knows is None, which is another thing.
NEVER = datetime.date.max
FactType = Literal["bool", "enum", "dong", "count", "date", "text", "history", "children", "list"]


@dataclass(frozen=True)
class Text:
    """One sentence or label in the two languages of the product."""

    vi: str
    en: str

    def of(self, language: str) -> str:
        """Return the text in the asked language; anything but "en" is Vietnamese."""
        return self.en if language == "en" else self.vi


# Facts are declared in domain.yaml and not here: another domain of law brings other facts, and needs no Python for
# them.
@dataclass(frozen=True)
class FactKind:
    """One fact the law asks about: its type, its members, what "missing" means, and how people call it."""

    name: str
    type: FactType
    label: Text
    source: str = ""
    members: dict[str, Text] = field(default_factory=dict)
    # Said of a yes/no fact that is true, and of one that is false.
    when_true: Text | None = None
    when_false: Text | None = None
    # How to say that the fact is otherwise, after “Nếu”. A fact without these words is never proposed to anybody: nobody is
    # told to be born again, to lose a parent, or to have an illness.
    if_changed: Text | None = None
    # A fact the law's conditions may name; the others only identify or date.
    in_conditions: bool = False
    # Whether JSON null may stand for "no".
    null_means_no: bool = False
    # A child's fact read from the parent's history of this benefit instead of from the file.
    history_of: str | None = None
    # Derived facts are computed and can never be claimed: what an earlier domain of the book gives this person, and what
    # stands in the person's list of merit.
    outcome: "Outcome | None" = None
    merit: "MeritFact | None" = None

    @property
    def missing(self) -> bool | str | int | datetime.date:
        """Return what an absent fact means: no, none, nought, never."""
        return {"bool": False, "enum": "none", "date": NEVER}.get(self.type, 0)

    @property
    def derived(self) -> bool:
        """Return whether the fact is computed and cannot be stated."""
        return self.outcome is not None or self.merit is not None


@dataclass(frozen=True)
class Outcome:
    """Whether an earlier domain's conditions hold for one of these benefits (met), pay it (paid), or paid it around (received)."""

    domain: str
    what: Literal["met", "paid", "received"]
    benefits: tuple[str, ...]


@dataclass(frozen=True)
class MeritFact:
    """What the list of merit says: a field of the entry of this kind, or how many entries there are."""

    kind: str
    field: str
    # For a field of a closed list: the member that makes the fact true.
    member: str = ""


Schedule = Literal["monthly", "one_off", "yearly"]


@dataclass(frozen=True)
class Benefit:
    """One code that a payroll line may carry."""

    code: str
    name: Text
    # The procedure group: social assistance and social pension start and stop by different clauses.
    group: str
    schedule: Schedule = "monthly"
    # What is given in kind, in which unit; money has none.
    unit: Text | None = None


@dataclass(frozen=True)
class Verification:
    """How far the text was checked. What is not verified is shown so wherever it is used."""

    verified: bool
    note: str


@dataclass(frozen=True)
class Procedure:
    """The clauses of a document that say when a benefit starts, changes, stops, and how several combine."""

    group: str
    start: str
    change: str
    stop: str
    combination: str
    # The clause that moves people already in payment to the new amounts, when there is one.
    transition: str | None = None


@dataclass(frozen=True)
class Repeal:
    """A document ends a rule of another one, from this month on."""

    rule: str
    from_month: Month
    clause: str
    # The benefit that takes its place, when the document names one.
    replaced_by: str | None = None


@dataclass(frozen=True)
class Reading:
    """How a clause that leaves room is read here, for every benefit it touches; shown, and never as settled law."""

    clause: str
    text: str


@dataclass(frozen=True)
class Bar:
    """A clause by which, while its condition holds, nothing of the domain is paid: prison, a refusal to receive."""

    document: "Document"
    when: Expression
    clause: str
    because: Text
    applies_from: Month
    applies_to: Month | None

    @property
    def citation(self) -> str:
        """Return the clause in full."""
        return self.document.cite(self.clause)


@dataclass(frozen=True)
class Document:
    """A legal document and its clocks."""

    key: str
    citation: str
    issuer: str
    title: str
    # Unknown is allowed for these two: nothing is computed from them, and a guessed date would be cited.
    signed_on: datetime.date | None
    gazette_date: datetime.date | None
    in_force_from: datetime.date
    in_force_to: datetime.date | None
    verification: Verification
    procedures: tuple[Procedure, ...] = ()
    repeals: tuple[Repeal, ...] = ()
    readings: tuple[Reading, ...] = ()
    # The province whose People's Council issued it; national documents have none.
    province: str = ""

    def cite(self, clause: str) -> str:
        """Return the full citation of one of its clauses."""
        return f"{self.citation}, {clause}"

    def procedure(self, group: str) -> Procedure | None:
        """Return its procedure clauses for a group of benefits, or None when it has none."""
        return next((procedure for procedure in self.procedures if procedure.group == group), None)


@dataclass(frozen=True)
class ParameterVersion:
    """A named amount of money for a span of months, by one clause of one document."""

    name: str
    label: Text
    document: Document
    clause: str
    value_dong: int
    applies_from: Month
    applies_to: Month | None
    verification: Verification

    @property
    def citation(self) -> str:
        """Return the clause in full."""
        return self.document.cite(self.clause)


@dataclass(frozen=True)
class Level:
    """One coefficient of a rule, for whom, and when. Levels of a rule are tried in order, highest first."""

    # A fraction and not a decimal: it is multiplied by the base exactly, and a result that is not whole is refused.
    coefficient: Fraction
    when: Expression | None
    who: Text
    # A level may hang on another parameter than its rule, and be fixed by another document: a death before the new decree.
    base: str = ""
    cite: str = ""


@dataclass(frozen=True)
class Table:
    """The amount is the row of a schedule whose key equals a counted fact, such as the percent of a wound."""

    schedule: str
    by: str
    who: Text


@dataclass(frozen=True)
class Rounding:
    """To how many đồng a product is rounded, half up, and the clause that orders it."""

    to_dong: int
    clause: str


@dataclass(frozen=True)
class RuleVersion:
    """One clause that grants a benefit, for a span of months."""

    rule: str
    benefit: str
    document: Document
    # The clause that fixes the amount, printed on every payment line (empty: that of the base parameter); and the clause
    # that fixes the condition.
    clause: str
    basis: str
    applies_from: Month
    applies_to: Month | None
    condition: Expression
    # As the lawyer wrote it, for the reader of an explanation; never parsed again.
    condition_text: str
    base: str
    levels: tuple[Level, ...]
    per_child: bool
    purpose: Text
    because: Text
    # Where the wording leaves room: how it is read here, shown as a reading and never as settled law.
    reading: str
    verification: Verification
    # File and line, for messages only.
    where: str
    # The counted fact by which the amount is multiplied, and the most that counts.
    per: str = ""
    at_most: int | None = None
    table: Table | None = None
    rounding: Rounding | None = None

    @property
    def citation(self) -> str:
        """Return the clause of the amount in full; where the base parameter fixes it, that of the condition."""
        return self.document.cite(self.clause or self.basis)

    @property
    def basis_citation(self) -> str:
        """Return the clause of the condition in full."""
        return self.document.cite(self.basis)


@dataclass(frozen=True)
class Group:
    """Benefits that compete: of several, the `keep` highest units are paid; None pays each by itself.

    `added` are the only pairs that count as one; `fewer_with` lowers `keep` for each of these benefits that is due.
    """

    codes: tuple[str, ...]
    keep: int | None
    # (added benefit, the ones it may be added to): a closed list, because what the law does not add up it does not pay
    # twice.
    added: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fewer_with: tuple[tuple[str, int], ...] = ()
    # The clause in full; empty means that of the benefit's procedure.
    clause: str = ""

    @property
    def competes(self) -> bool:
        """Return whether only the highest is paid, whatever its number of units."""
        return self.keep == 1 and not self.fewer_with

    @property
    def is_limited(self) -> bool:
        """Return whether units find room one by one: then a unit of each benefit must have one price."""
        return self.keep is not None and not self.competes
