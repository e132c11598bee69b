"""One line of pay traced back: which facts, from which paper, met which parts of which condition, at which figure.

From the fact with its source and dates to the condition, the rule, the parameter and the clause; and the list of
everything on that way that nobody has yet compared with the text.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ansinh.law.answers import Answer, Inquiry
from ansinh.law.explanation import nearest_rule
from ansinh.law.facts import Timeline
from ansinh.law.oracle import Instant, evaluate, truth
from ansinh.law.package import PricedRule
from ansinh.law.sentences import coefficient_text, day_text, found, money, requirement
from ansinh.law.tree import (
    Age,
    And,
    Born,
    CountChildren,
    Expression,
    Or,
    Unknown,
    WasReceiving,
    atoms,
    facts_of,
)
from ansinh.law.words import RuleVersion, Verification

MARKS = {True: "✓", False: "✗", None: "?"}


@dataclass(frozen=True)
class Record:
    """Where a register holds a fact: the paper, how long it is valid, when it was recorded. `child` counts from nought."""

    fact: str
    source: str
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    recorded_at: datetime.datetime | None = None
    child: int | None = None

    def covers(self, day: datetime.date) -> bool:
        """Return whether the record speaks of the day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


def traced(asked: Inquiry, one: Answer, line: dict[str, Any], records: Sequence[Record]) -> dict[str, Any]:
    """Return the way from the facts to the clause for one line of the explanation."""
    code = line["benefit"]
    package, result = one.part(code)
    standing = result.standings[code]
    rule = standing.rule.rule if standing.rule else _nearest(asked, one, code)
    instant = Instant(package, result.law, one.facts, standing.day, None, result.outcomes)
    parts = [*_parts(rule.condition)]
    if standing.rule is not None and standing.rule.level.when is not None:
        parts += _parts(standing.rule.level.when)
    return {
        "benefit": code,
        "for_month": line["for_month"],
        "kind": line["kind"],
        "judged_on": standing.day.isoformat(),
        "facts": [*_decision(asked, instant, code, records), *_facts(asked, instant, parts, records)],
        "conditions": [_condition(part, instant, asked.language) for part in dict.fromkeys(parts)],
        "rule": _rule(rule, asked.language),
        "parameter": None
        if standing.rule is None
        else _parameter(standing.rule, result.units.get(code, standing.count), asked.language),
        "clause": line["clause"],
    }


def _nearest(asked: Inquiry, one: Answer, code: str) -> RuleVersion:
    # A recovery has no rule that grants: it is traced by the rule that came closest, of all that the domain has.
    package = next(p for p in asked.law.packages if any(benefit.code == code for benefit in p.benefits))
    result = evaluate(package, one.facts, one.month, asked.known_on)
    return nearest_rule(package, one.facts, result, code)[0]


def _parts(expression: Expression) -> Iterator[Expression]:
    # What a reader ticks off one by one: the leaves, and whatever the law denies as a whole.
    if isinstance(expression, And | Or):
        for part in expression.parts:
            yield from _parts(part)
    else:
        yield expression


def _condition(part: Expression, instant: Instant, language: str) -> dict[str, str]:
    return {
        "mark": MARKS[truth(part, instant)],
        "asks": requirement(part, instant, language),
        "found": found(part, instant, language),
    }


def _rule(rule: RuleVersion, language: str) -> dict[str, Any]:
    return {
        "rule": rule.rule,
        "purpose": rule.purpose.of(language),
        "condition": rule.condition_text,
        "basis": rule.basis_citation,
        "document": rule.document.title,
        "in_force_from": rule.document.in_force_from.isoformat(),
        "applies_from": str(rule.applies_from),
        "reading": rule.reading,
        **_checked(rule.verification, rule.document.verification),
    }


def _parameter(priced: PricedRule, count: int, language: str) -> dict[str, Any]:
    base = priced.base
    return {
        "name": base.name,
        "label": base.label.of(language),
        "value_dong": base.value_dong,
        "coefficient": coefficient_text(priced.level.coefficient * count),
        "clause": base.citation,
        "document": base.document.title,
        "applies_from": str(base.applies_from),
        "in_force_from": base.document.in_force_from.isoformat(),
        **_checked(base.verification, base.document.verification),
    }


def _checked(own: Verification, document: Verification) -> dict[str, Any]:
    return {"verified": own.verified and document.verified, "note": own.note or document.note}


# ── facts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _decision(asked: Inquiry, instant: Instant, code: str, records: Sequence[Record]) -> Iterator[dict[str, Any]]:
    kind, last = instant.package.facts["decision_signed_on"], instant.law.end
    record, signed = _recorded(records, f"decision {code}", None, last), instant.facts.decision.at(last)
    label = asked.say("quyết định hưởng", "decision")
    if record is not None:
        yield _entry(asked, "decision_signed_on", label, asked.say("có", "yes"), (None, None), kind.source, record)
    elif isinstance(signed, datetime.date):
        value = asked.say(f"ký ngày {day_text(signed, 'vi')}", f"signed on {signed}")
        yield _entry(asked, "decision_signed_on", label, value, (None, None), kind.source, None)


def _facts(
    asked: Inquiry, instant: Instant, parts: list[Expression], records: Sequence[Record]
) -> Iterator[dict[str, Any]]:
    leaves = [leaf for part in parts for leaf in atoms(part)]
    if any(isinstance(leaf, Age | Born) for leaf in leaves):
        yield _birth(asked, instant, records, None)
    for name in dict.fromkeys(name for leaf in leaves for name in facts_of(leaf)):
        yield _fact(asked, instant, name, records, None)
    for leaf in dict.fromkeys(leaf for leaf in leaves if isinstance(leaf, WasReceiving)):
        yield _received(asked, instant, leaf, records)
    for leaf in leaves:
        if isinstance(leaf, CountChildren):
            yield from _children(asked, instant, leaf, records)


def _children(
    asked: Inquiry, instant: Instant, count: CountChildren, records: Sequence[Record]
) -> Iterator[dict[str, Any]]:
    for number, child in enumerate(instant.children() if instant.facts.children is not None else ()):
        yield _birth(asked, child, records, number)
        stated = [
            n for n in dict.fromkeys(facts_of(count.condition)) if instant.package.child_facts[n].history_of is None
        ]
        for name in stated:
            # A child's “no” that nobody wrote down is no paper that anybody could show.
            if name in child.child.values:  # type: ignore[union-attr]
                yield _fact(asked, child, name, records, number)


def _entry(
    asked: Inquiry, fact: str, label: str, value: str, period: tuple[Any, Any], source: str, record: Record | None
) -> dict[str, Any]:
    start, end = (record.valid_from, record.valid_to) if record else period
    return {
        "fact": fact,
        "label": label,
        "value": value,
        "source": record.source if record and record.source else source,
        "valid_from": None if start is None else start.isoformat(),
        "valid_to": None if end is None else end.isoformat(),
        "recorded_at": record.recorded_at.isoformat() if record and record.recorded_at else None,
    }


def _recorded(records: Sequence[Record], fact: str, child: int | None, day: datetime.date) -> Record | None:
    return next((r for r in records if r.fact == fact and r.child == child and r.covers(day)), None)


def _birth(asked: Inquiry, instant: Instant, records: Sequence[Record], child: int | None) -> dict[str, Any]:
    kind = instant.package.facts["birth_date"]
    birth = instant.birth_date
    value = asked.say("chưa rõ", "not known")
    if birth is not None:
        age = found(Age("years", ">=", 0), instant, asked.language)
        value = f"{day_text(birth, asked.language)} ({age})"
    label = kind.label.of(asked.language) if child is None else asked.say("ngày sinh của con", "the child's birth date")
    record = _recorded(records, "birth_date", child, instant.day)
    return _entry(asked, _name("birth_date", child), label, value, (None, None), kind.source, record)


def _fact(asked: Inquiry, instant: Instant, name: str, records: Sequence[Record], child: int | None) -> dict[str, Any]:
    kinds = instant.package.facts if child is None else instant.package.child_facts
    values = instant.facts.values if child is None else instant.child.values  # type: ignore[union-attr]
    value = found(Unknown(name), instant, asked.language)
    kind, record = kinds[name], _recorded(records, name, child, instant.day)
    # An answer that nobody gave means “no”, and has no paper.
    source = (
        kind.source if name in values else asked.say("không có ghi nhận, hiểu là không", "nothing recorded, read as no")
    )
    return _entry(
        asked,
        _name(name, child),
        kind.label.of(asked.language),
        value,
        _period(values.get(name), instant.day),
        source,
        record,
    )


def _received(asked: Inquiry, instant: Instant, leaf: WasReceiving, records: Sequence[Record]) -> dict[str, Any]:
    kind, day = instant.package.facts["was_receiving"], instant.law.previous
    record = _recorded(records, f"was_receiving {leaf.benefit}", None, day)
    value = found(leaf, instant, asked.language)
    period = _period(instant.facts.received, day)
    return _entry(asked, "was_receiving", kind.label.of(asked.language), value, period, kind.source, record)


def _name(fact: str, child: int | None) -> str:
    return fact if child is None else f"children[{child + 1}].{fact}"


def _period(line: Timeline | None, day: datetime.date) -> tuple[datetime.date | None, datetime.date | None]:
    period = next((p for p in line.periods if p.covers(day)), None) if line is not None else None
    return (None, None) if period is None else (period.start, period.end)


# ── what nobody has compared with the text yet ───────────────────────────────────────────────────────────────────────


def unverified(asked: Inquiry, traces: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Return the clauses on the way of these lines that are not verified, and how open wordings were read, each once."""
    found_open: dict[tuple[str, str], dict[str, str]] = {}
    for trace in traces:
        rule, parameter = trace["rule"], trace["parameter"]
        if not rule["verified"]:
            _open(asked, found_open, rule["basis"], rule["purpose"], rule["note"])
        if parameter is not None and not parameter["verified"]:
            figure = f"{parameter['label']} {money(parameter['value_dong'], asked.language)}"
            _open(asked, found_open, parameter["clause"], figure, parameter["note"])
        if rule["reading"]:
            because = asked.say(
                f"Cách hiểu ở đây: {rule['reading']}", f"How it is read here (Vietnamese): {rule['reading']}"
            )
            found_open["reading", rule["basis"]] = {"kind": "reading", "clause": rule["basis"], "because": because}
    return list(found_open.values())


def _open(asked: Inquiry, known: dict[tuple[str, str], dict[str, str]], clause: str, what: str, note: str) -> None:
    because = asked.say(f"Chưa xác minh với văn bản: {what}", f"Not yet verified against the text: {what}")
    because += f" ({note})." if note else "."
    known["unverified", clause] = {"kind": "unverified", "clause": clause, "because": because}
