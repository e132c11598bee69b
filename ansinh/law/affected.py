"""What of a month's law differs between two laws: the benefits whose rules give another answer.

Whoever computes backwards asks only about people who have a decision in one of them. When anything differs that is not
a benefit's own rules (how benefits are combined, what bars them), every benefit counts as changed.
"""

from ansinh.law.pricing import MonthLaw, PricedRule
from ansinh.law.tree import Amount, Expression, atoms


def changed_benefits(before: MonthLaw, after: MonthLaw) -> tuple[str, ...]:
    """Return the benefits of the month whose rules, amounts or compared figures differ, in the law's order."""
    if _in_common(before) != _in_common(after):
        return after.benefits
    found = []
    for code in after.benefits:
        old, new = ([_asks(law, rule) for rule in law.by_benefit[code]] for law in (before, after))
        if old != new:
            found.append(code)
    return tuple(found)


def _in_common(law: MonthLaw) -> tuple[object, ...]:
    return law.benefits, law.groups, tuple((bar.when, *_compared(law, bar.when)) for bar in law.bars)


def _compared(law: MonthLaw, condition: Expression) -> tuple[int, ...]:
    return tuple(
        law.numbers[atom.number.parameter]
        for atom in atoms(condition)
        if isinstance(atom, Amount) and atom.number.parameter is not None
    )


def _asks(law: MonthLaw, priced: PricedRule) -> tuple[object, ...]:
    """Return everything about a level of a rule that an answer hangs on, but its place among all rules."""
    rule = priced.rule
    return (
        rule.rule, priced.amount_dong, priced.whole, priced.condition, _compared(law, priced.condition),
        rule.per_child, rule.per, rule.at_most, rule.table is not None,
    )  # fmt: skip
