"""Circumstances as bits: each thing that may be said of a person is one bit of a whole number, and can be read back from it.

A million rows are grouped by or-ing numbers, and two people of whom the same is said have the same number. What cannot
be listed beforehand (an amount that the law does more with than compare it, a count, a day) keeps a column of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ansinh.law import thresholds
from ansinh.law.compiler import CompiledStatement
from ansinh.law.words import FactKind

# A sign bit would survive or-ing, but a number that stays positive is easier to read.
_WORD = 62
_MOST_SPANS = 20
NEVER = "'9999-12-31'::date"


@dataclass(frozen=True)
class Word:
    """Some kinds of circumstances that share one whole number: for each, the SQL of its bit, and what each bit says."""

    kinds: tuple[str, ...]
    bit: str
    # By kind, what is said and its bit, in the order in which the first one that is set counts.
    said: dict[str, tuple[tuple[str, int], ...]]


@dataclass(frozen=True)
class Marks:
    """How the circumstances of one table are kept: numbers of bits, and columns of their own."""

    words: tuple[Word, ...]
    own: tuple[FactKind, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return every kind of circumstance that is read."""
        return (*(kind for word in self.words for kind in word.kinds), *(kind.name for kind in self.own))


def missing(kind: FactKind) -> str:
    """Return SQL for what a fact means that nobody stated."""
    return {"bool": "false", "enum": f"'{kind.missing}'", "date": NEVER}.get(kind.type, "0")


def _choices(kind: FactKind, compiled: CompiledStatement | None) -> tuple[str, list[str]] | None:
    """Return SQL for the number of a choice among those listed, and what each choice means; None when none can be listed."""
    if kind.type == "bool":
        return "CASE fact.value WHEN 'unknown' THEN 0 WHEN 'true' THEN 1 ELSE 2 END", ["NULL::boolean", "true", "false"]
    if kind.type == "enum":
        # Should two periods of one fact overlap, the word that comes last in the alphabet counts: at least always the
        # same one. A word that the law does not know is unknown, neither paid nor refused.
        members = sorted({*kind.members, str(kind.missing), "unknown"}, reverse=True)
        branches = " ".join(f"WHEN '{member}' THEN {number}" for number, member in enumerate(members))
        number = f"CASE fact.value {branches} ELSE {members.index('unknown')} END"
        return number, ["NULL::text" if member == "unknown" else f"'{member}'" for member in members]
    if kind.type == "dong" and compiled is not None:
        named = thresholds.amounts(compiled, [kind.name, f"{kind.name}__prev"])
        if named and len(named) <= _MOST_SPANS:
            listed = ", ".join(str(amount) for amount in named)
            number = f"CASE fact.value WHEN 'unknown' THEN 0 ELSE 1 + width_bucket(fact.value::bigint, ARRAY[{listed}]::bigint[]) END"
            # The first amount of a span stands for all of it.
            return number, ["NULL::bigint", *(f"{amount}::bigint" for amount in (named[0] - 1, *named))]
    return None


def arrange(kinds: Sequence[FactKind], compiled: CompiledStatement | None) -> Marks:
    """Return how these circumstances are kept, for the statement that will be asked (None: for any)."""
    words: list[Word] = []
    own, filling, used = [], [], 0
    for kind in kinds:
        choices = _choices(kind, compiled)
        if choices is None:
            own.append(kind)
            continue
        if used + len(choices[1]) > _WORD:
            words.append(_word(filling))
            filling, used = [], 0
        filling.append((kind.name, *choices, used))
        used += len(choices[1])
    if filling:
        words.append(_word(filling))
    return Marks(tuple(words), tuple(own))


def _word(filling: Sequence[tuple[str, str, list[str], int]]) -> Word:
    branches = " ".join(f"WHEN '{name}' THEN 1::bigint << ({first} + {number})" for name, number, _, first in filling)
    return Word(
        kinds=tuple(name for name, *_ in filling),
        bit=f"CASE fact.kind {branches} END",
        said={
            name: tuple((meaning, 1 << (first + place)) for place, meaning in enumerate(meanings))
            for name, _, meanings, first in filling
        },
    )


def read(said: Sequence[tuple[str, int]], column: str, otherwise: str) -> str:
    """Return SQL that reads a fact back from a number of bits."""
    branches = " ".join(f"WHEN {column} & {bit} <> 0 THEN {meaning}" for meaning, bit in said)
    return f"CASE {branches} ELSE {otherwise} END"


def read_own(kind: FactKind, column: str) -> str:
    """Return SQL that reads a fact back from its text: nothing is the law's "no", "unknown" is NULL."""
    known = {"bool": f"{column} = 'true'", "enum": column, "date": f"{column}::date"}.get(
        kind.type, f"{column}::bigint"
    )
    return f"CASE WHEN {column} = '' THEN {missing(kind)} WHEN {column} <> 'unknown' THEN {known} END"
