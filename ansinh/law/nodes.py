"""The few SQLGlot nodes that the compiled statement is built of, made one by one and never from text.

They know no law: numbers, days, columns, and what joins them.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import reduce

from ansinh.law.expressions import exp


# A SQLGlot node knows one parent: a node used in a second place silently leaves the first. Hence `copy()` wherever
# something stands twice, and `copy=False` where a builder would otherwise copy the whole statement at every step.
def number(value: int) -> exp.Expression:
    """Return a whole number."""
    return exp.Literal.number(value)


def bigint(expression: exp.Expression) -> exp.Expression:
    """Return the expression as a bigint."""
    return exp.Cast(this=expression, to=exp.DataType(this=exp.DType.BIGINT))


def all_of(*parts: exp.Expression) -> exp.Expression:
    """Return the parts joined by AND."""
    return reduce(lambda left, right: exp.And(this=left, expression=right), map(_wrapped, parts))


def any_of(*parts: exp.Expression) -> exp.Expression:
    """Return the parts joined by OR."""
    return reduce(lambda left, right: exp.Or(this=left, expression=right), map(_wrapped, parts))


# Put together by hand: the library's own helpers look at each part as if it were text to be read.
def _wrapped(part: exp.Expression) -> exp.Expression:
    return exp.Paren(this=part) if isinstance(part, exp.And | exp.Or) else part


def paren(expression: exp.Expression) -> exp.Expression:
    """Return the expression in parentheses."""
    return exp.Paren(this=expression)


def denial(part: exp.Expression) -> exp.Expression:
    """Return the opposite of the part."""
    return exp.Not(this=exp.Paren(this=part))


def date(day: datetime.date) -> exp.Expression:
    """Return a day."""
    return exp.Cast(this=exp.Literal.string(day.isoformat()), to=exp.DataType(this=exp.DType.DATE))


def column(name: str, table: str | None = None) -> exp.Column:
    """Return a column, of a table when named."""
    return exp.Column(this=exp.Identifier(this=name), table=exp.Identifier(this=table) if table else None)


def alias(expression: exp.Expression, name: str) -> exp.Expression:
    """Return the expression under a name."""
    return exp.Alias(this=expression, alias=exp.Identifier(this=name))


def case(branches: Sequence[tuple[exp.Expression, exp.Expression]], default: exp.Expression | None) -> exp.Expression:
    """Return the value of the first branch that holds, or the default."""
    if not branches:
        return default or exp.null()
    ifs = [exp.If(this=condition, true=value) for condition, value in branches]
    return exp.Case(ifs=ifs, default=default)


# The parentheses are ours to set: SQLGlot prints the tree that it is given, and `a OR b IS NULL` is another tree.
def is_null(expression: exp.Expression) -> exp.Expression:
    """Return whether the expression is unknown."""
    return exp.Is(this=paren(expression), expression=exp.null())


def table(name: str, alias: str) -> exp.Table:
    """Return a table or schema.table under an alias."""
    schema, _, table = name.rpartition(".")
    return exp.Table(
        this=exp.to_identifier(table),
        db=exp.to_identifier(schema) if schema else None,
        alias=exp.TableAlias(this=exp.to_identifier(alias)),
    )


def positive(expression: exp.Expression) -> exp.Expression:
    """Return whether a copy of the expression is above nought."""
    return exp.GT(this=expression.copy(), expression=number(0))


def has_bit(mask: exp.Expression, bit: exp.Expression) -> exp.Expression:
    """Return whether the mask has the bit."""
    return exp.NEQ(this=paren(exp.BitwiseAnd(this=mask, expression=bit.copy())), expression=number(0))


def smallint(expression: exp.Expression) -> exp.Expression:
    """Return the expression as a smallint."""
    return exp.Cast(this=expression, to=exp.DataType(this=exp.DType.SMALLINT))
