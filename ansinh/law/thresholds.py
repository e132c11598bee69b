"""The days and amounts at which a month's law can begin to answer otherwise, read from the finished statement.

Two people who differ only between two such days, or two such amounts, cannot be told apart by the law. Whoever computes
a whole register may then ask once for all of them. It refuses to promise this for a column that the statement uses for
more than comparing it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from ansinh.law.compiler import CompiledStatement
from ansinh.law.expressions import exp


def days(compiled: CompiledStatement, column: str) -> tuple[datetime.date, ...] | None:
    """Return every first day of a span within which the law cannot tell two values of the column apart, or None.

    The days of birth and of death of parents are asked together with their children's and are not part of the promise.
    """
    key = ("days", column)
    if key not in compiled.found:
        compiled.found[key] = _days(compiled, column)
    return compiled.found[key]


def _days(compiled: CompiledStatement, column: str) -> tuple[datetime.date, ...] | None:
    if not _is_only_compared(compiled, {column}):
        return None
    # Every day of the statement, whatever it is compared with: more spans than needed, and never one too few.
    named = compiled.days
    # Nothing comes after the last day that a calendar knows, which stands for “never”.
    after = {day + datetime.timedelta(days=1) for day in named if day != datetime.date.max}
    return tuple(sorted({*named, *after}))


def amounts(compiled: CompiledStatement, columns: Iterable[str]) -> tuple[int, ...] | None:
    """Return every first amount of a span within which the law cannot tell two values of these columns apart, or None."""
    wanted = set(columns)
    if not _is_only_compared(compiled, wanted):
        return None
    named: set[int] = set()
    for column in _uses(compiled, wanted):
        if isinstance(column.parent, exp.Is):
            continue
        other = _other_side(column)
        if not isinstance(other, exp.Literal) or other.is_string:
            return None
        named.add(int(other.this))
    return tuple(sorted({start for number in named for start in (number, number + 1)}))


def _uses(compiled: CompiledStatement, columns: set[str]) -> list[exp.Column]:
    return [use for name in sorted(columns) for use in compiled.uses.get(name, ())]


def _other_side(column: exp.Column) -> exp.Expression:
    comparison = column.parent
    assert isinstance(comparison, exp.Binary)
    return comparison.expression if comparison.this is column else comparison.this


def _is_only_compared(compiled: CompiledStatement, columns: set[str]) -> bool:
    """Return whether each use of the columns, outside the count of children, is a comparison with what is written there."""
    for column in _uses(compiled, columns):
        # The rows about children are joined by the parent's number: parents are computed one by one anyway.
        if any(parent.alias == "k" for parent in _enclosing(column)):
            continue
        if isinstance(column.parent, exp.Is):
            continue
        if not isinstance(column.parent, (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)):
            return False
        # The relation `day` holds days written into the statement, one row for each day of the month.
        if any(other.table != "day" for other in _other_side(column).find_all(exp.Column)):
            return False
    return True


def _enclosing(column: exp.Column) -> Iterable[exp.Subquery]:
    parent = column.find_ancestor(exp.Subquery)
    while parent is not None:
        yield parent
        parent = parent.find_ancestor(exp.Subquery)
