"""One person's month for the pages: every benefit with its rules, each part of a condition marked ✓, ✗ or ?, and the clause behind it.

It shows what `evaluate` decided and decides nothing itself; the sentences are those of the command.
"""

import datetime
from collections.abc import Iterator
from typing import Any

from ansinh.base.months import Month
from ansinh.law.explanation import open_questions, refusal
from ansinh.law.facts import PersonFacts
from ansinh.law.oracle import Instant, MonthResult, evaluate, truth
from ansinh.law.package import LawPackage
from ansinh.law.sentences import coefficient_text, fact_label, found, granted_sentence, requirement
from ansinh.law.tree import And, Expression, Or
from ansinh.law.words import RuleVersion

MARKS = {True: "✓", False: "✗", None: "?"}


def explain_month(
    package: LawPackage,
    facts: PersonFacts,
    month: Month,
    known_on: datetime.date,
    granted: frozenset[str] | None = None,
    lang: str = "vi",
) -> dict[str, Any]:
    """Return every benefit of the month with status, amount, clause, and the marks of each condition.

    Raises:
        Refused: `law_not_encoded`.
    """
    result = evaluate(package, facts, month, known_on, granted)
    return {
        "month": str(month),
        "known_on": known_on.isoformat(),
        "law_hash": package.hash,
        "total_dong": sum(result.due.values()),
        "benefits": [
            _benefit(package, facts, result, code, known_on, lang)
            for code, rules in result.law.by_benefit.items()
            if rules
        ],
    }


def _status(result: MonthResult, code: str) -> str:
    # The order matters: a paid benefit may still have an open question about a higher level, and is paid all the same.
    if code in result.paid:
        return "paid"
    if code in result.unknown:
        return "needs_verification"
    if code in result.undecided:
        return "no_decision"
    return "lower" if result.standings[code].rule is not None else "not_granted"


def _benefit(
    package: LawPackage, facts: PersonFacts, result: MonthResult, code: str, known_on: datetime.date, lang: str
) -> dict[str, Any]:
    standing = result.standings[code]
    # Seen on the day that decided: in the last month paid that is the end of the month before, when the condition still
    # held.
    instant = Instant(package, result.law, facts, standing.day, None, result.outcomes)
    status = _status(result, code)
    answer: dict[str, Any] = {
        "benefit": code,
        "name": package.benefit(code).name.of(lang),
        "status": status,
        "amount_dong": result.due.get(code, 0),
        "facts_to_verify": [
            {"fact": fact, "label": fact_label(package, fact, lang)}
            for fact in (open_questions(package, facts, result, code) if code in result.unknown else [])
        ],
        "rules": [_rule(rule, instant, lang) for rule in _rules(result, code)],
    }
    priced = standing.rule
    if priced is not None and status in {"paid", "lower", "no_decision"}:
        answer |= {
            "rule": priced.rule.rule,
            "coefficient": coefficient_text(priced.level.coefficient * standing.count),
            "base": {
                "label": priced.base.label.of(lang),
                "value_dong": priced.base.value_dong,
                "clause": priced.base.citation,
                "applies_from": str(priced.base.applies_from),
                "in_force_from": priced.base.document.in_force_from.isoformat(),
            },
        }
    # One sentence and one clause each: the amount's clause for what is paid, the condition's for what is open or
    # refused.
    if status == "paid" and priced is not None:
        answer |= {"clause": priced.clause, "because": granted_sentence(standing, instant, lang, result.units[code])}
    elif status == "needs_verification":
        labels = ", ".join(fact["label"] for fact in answer["facts_to_verify"])
        rule = result.law.by_benefit[code][0].rule
        lead = "To be verified first" if lang == "en" else "Cần xác minh trước"
        answer |= {"clause": rule.basis_citation, "because": f"{lead}: {labels}."}
    else:
        clause, because = refusal(package, facts, result, code, known_on, lang)
        answer |= {"clause": clause, "because": because}
    return answer


def _rules(result: MonthResult, code: str) -> Iterator[RuleVersion]:
    # The month's law holds one entry per level; a reader wants each rule once, in the order in which it is tried.
    seen: set[str] = set()
    for priced in result.law.by_benefit[code]:
        if priced.rule.rule not in seen:
            seen.add(priced.rule.rule)
            yield priced.rule


def _rule(rule: RuleVersion, instant: Instant, lang: str) -> dict[str, Any]:
    return {
        "rule": rule.rule,
        "basis": rule.basis_citation,
        "clause": rule.citation,
        "purpose": rule.purpose.of(lang),
        "condition": rule.condition_text,
        "reading": rule.reading,
        "verified": rule.verification.verified,
        "note": rule.verification.note or rule.document.verification.note,
        "mark": MARKS[truth(rule.condition, instant)],
        "atoms": [
            {
                "mark": MARKS[truth(part, instant)],
                "asks": requirement(part, instant, lang),
                "found": found(part, instant, lang),
            }
            for part in _parts(rule.condition)
        ],
    }


def _parts(expression: Expression) -> Iterator[Expression]:
    """Yield what a reader ticks off one by one: the leaves, and whatever the law denies as a whole."""
    # “And” and “or” are told apart by the condition's own text, which stands beside the marks.
    if isinstance(expression, And | Or):
        for part in expression.parts:
            yield from _parts(part)
    else:
        yield expression
