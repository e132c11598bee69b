"""The typed tree of a condition: what the language means, once, for the oracle, the SQL compiler and the explanation.

Every node is a frozen value. Truth has three values: true, false, and unknown (`None` here, NULL in SQL), by Kleene's
rules.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

# There is no arithmetic, no text and no function among the nodes. That is what makes equality of the engines provable:
# they disagree about 7/2, about rounding 2.5, about 1 << 40 and about the age of a person, and agree about comparing
# whole numbers.
Comparison = Literal["=", "!=", "<", "<=", ">", ">="]
Scope = Literal["person", "child"]


@dataclass(frozen=True)
class Is:
    """A yes/no fact."""

    fact: str


@dataclass(frozen=True)
class OneOf:
    """A listed fact is one of these members."""

    fact: str
    members: tuple[str, ...]


# A parameter keeps its name in the tree: the same condition is read once and asked for many months and days of asking.
@dataclass(frozen=True)
class Number:
    """A whole number written in the condition, or a named parameter whose value depends on month and day of asking."""

    value: int | None = None
    parameter: str | None = None


@dataclass(frozen=True)
class Amount:
    """A fact counted in whole numbers (đồng) compared with a number."""

    fact: str
    operator: Comparison
    number: Number


@dataclass(frozen=True)
class Age:
    """Completed years or months since birth compared with a number."""

    unit: Literal["years", "months"]
    operator: Comparison
    number: int


@dataclass(frozen=True)
class Born:
    """The birth date compared with a day."""

    operator: Comparison
    day: datetime.date


# Days on which something happened: a death, an accident, an application. A one-off benefit falls due in the month of its
# day and in no other, which is what keeps it from being paid twice.
@dataclass(frozen=True)
class InMonth:
    """The day of this fact lies in the month, and not after the day on which the person is judged."""

    fact: str


@dataclass(frozen=True)
class Happened:
    """The day of this fact is not after the day on which the person is judged."""

    fact: str


@dataclass(frozen=True)
class Dated:
    """The day of this fact compared with a day; false when there is no such day."""

    fact: str
    operator: Comparison
    day: datetime.date


# The only way to turn “nobody knows” into an answer. A rule that uses it says openly what an unknown fact leads to.
@dataclass(frozen=True)
class Unknown:
    """Whether nobody knows this fact; itself never unknown."""

    fact: str


# Transition clauses protect people “in payment”. That is a matter of record: deriving it again from old law would
# protect those who should have been paid instead of those who were.
@dataclass(frozen=True)
class WasReceiving:
    """The benefit was in payment around the month, or, with `at_age`, on the eve of that birthday. From history."""

    benefit: str
    at_age: int | None = None


@dataclass(frozen=True)
class CountChildren:
    """At least so many children fulfil the condition."""

    condition: "Expression"
    at_least: int


@dataclass(frozen=True)
class Not:
    """The opposite."""

    part: "Expression"


@dataclass(frozen=True)
class And:
    """All of these."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True)
class Or:
    """Any of these."""

    parts: tuple["Expression", ...]


# Closed on purpose: whoever adds a node teaches it to the oracle, the compiler and the sentences; each ends in an
# assertion that fails on a node it was not taught, instead of taking it for something else.
Expression = (
    Is
    | OneOf
    | Amount
    | Age
    | Born
    | InMonth
    | Happened
    | Dated
    | Unknown
    | WasReceiving
    | CountChildren
    | Not
    | And
    | Or
)


_ABOUT_A_FACT = Is | OneOf | Amount | InMonth | Happened | Dated | Unknown


def atoms(expression: Expression) -> Iterator[Expression]:
    """Yield every leaf of the tree, from left to right; a count of children is one leaf."""
    # What stands inside a count is about somebody else, so a question about the person's own facts must not see it.
    if isinstance(expression, And | Or):
        for part in expression.parts:
            yield from atoms(part)
    elif isinstance(expression, Not):
        yield from atoms(expression.part)
    else:
        yield expression


def facts_of(expression: Expression) -> frozenset[str]:
    """Return the names of the person's own facts on which the condition hangs (not those of children)."""
    return frozenset(atom.fact for atom in atoms(expression) if isinstance(atom, _ABOUT_A_FACT))


def negate(expression: Expression) -> Expression:
    """Return the opposite, without piling up double negations."""
    return expression.part if isinstance(expression, Not) else Not(expression)
