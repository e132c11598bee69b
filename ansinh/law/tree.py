"""The typed tree of a condition: what the language means, once, for the oracle, the SQL compiler and the explanation.

Every node is a frozen value. Truth has three values: true, false, and unknown (`None` here, NULL in SQL), by Kleene's rules.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True)
class Unknown:
    """Whether nobody knows this fact; itself never unknown."""

    fact: str


@dataclass(frozen=True)
class WasReceiving:
    """The benefit was in payment around the month, or, with `at_age`, on the eve of that birthday. Read from history."""

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


Expression = Is | OneOf | Amount | Age | Born | Unknown | WasReceiving | CountChildren | Not | And | Or


def atoms(expression: Expression) -> Iterator[Expression]:
    """Yield every leaf of the tree, from left to right; a count of children is one leaf."""
    if isinstance(expression, And | Or):
        for part in expression.parts:
            yield from atoms(part)
    elif isinstance(expression, Not):
        yield from atoms(expression.part)
    else:
        yield expression


def facts_of(expression: Expression) -> frozenset[str]:
    """Return the names of the person's own facts on which the condition hangs (not those of children)."""
    return frozenset(atom.fact for atom in atoms(expression) if isinstance(atom, Is | OneOf | Amount | Unknown))


def negate(expression: Expression) -> Expression:
    """Return the opposite, without piling up double negations."""
    return expression.part if isinstance(expression, Not) else Not(expression)
