"""A person's months in a row: what is due in each, by which clause, and what began each stretch of like months.

Months behind are told by the law as known on the day of asking; months ahead as the law and the facts now stand, if
nothing else changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ansinh.base.months import Month
from ansinh.law.answers import Answer, Inquiry, stretches
from ansinh.law.events import Event, events_between, new_ground
from ansinh.law.explanation import Settled, settled_in
from ansinh.law.sentences import money, month_text

BACK, AHEAD = 12, 6


@dataclass(frozen=True)
class Stretch:
    """Months from first to last with one answer, and what began it."""

    first: Month
    last: Month
    answer: Answer
    events: tuple[Event, ...]


def months_told(asked: Inquiry, month: Month, back: int = BACK, ahead: int = AHEAD) -> tuple[Month, Month]:
    """Return the first and last month of the timeline around a month; none lies before the law held here."""
    return max(month.plus(-back), asked.law.packages[0].first_month), month.plus(ahead)


def _stretches(asked: Inquiry, month: Month, first: Month, last: Month) -> list[Stretch]:
    answers = stretches(asked, first, last, carry_from=month)
    found: list[Stretch] = []
    ends = [one.month.plus(-1) for one in answers[1:]] + [last]
    for one, end in zip(answers, ends, strict=True):
        before = found[-1] if found else None
        if before is not None and _same(before.answer, one):
            found[-1] = replace(before, last=end)
            continue
        events = () if before is None else tuple(_events(before.answer, one))
        found.append(Stretch(one.month, end, one, events))
    return found


def _same(one: Answer, other: Answer) -> bool:
    """Return whether a reader would call two months alike: the same benefits, by the same rule and amount, open and due."""
    if one.due != other.due or one.unknown != other.unknown:
        return False
    return all(one.rule_key(code) == other.rule_key(code) for code in one.due)


def _events(before: Answer, after: Answer) -> list[Event]:
    codes = {code for code in before.due | after.due if before.due.get(code, 0) != after.due.get(code, 0)}
    codes |= before.unknown ^ after.unknown
    if codes:
        return events_between(before, after, codes)
    # The same money by another rule: the ground changed.
    return new_ground(before, after, {code for code in after.due if before.rule_key(code) != after.rule_key(code)})


def timeline(
    asked: Inquiry, month: Month, settled: Settled | None = None, back: int = BACK, ahead: int = AHEAD
) -> dict[str, Any]:
    """Return the months around one month as stretches, each with what is due and the sentence that says why it began."""
    first, last = months_told(asked, month, back, ahead)
    found = _stretches(asked, month, first, last)
    return {
        "from": str(first),
        "to": str(last),
        "asked": str(month),
        "months": list(_months(found, settled or {})),
        "spans": [_span(asked, one, month) for one in found],
    }


def _months(found: list[Stretch], settled: Settled) -> Iterator[dict[str, Any]]:
    for one in found:
        for month in one.first.until(one.last):
            paid = settled_in(settled, month)
            yield {
                "month": str(month),
                "due_dong": one.answer.total_dong,
                "settled_dong": sum(paid.values()) if paid else None,
            }


def _span(asked: Inquiry, one: Stretch, month: Month) -> dict[str, Any]:
    return {
        "from": str(one.first),
        "to": str(one.last),
        "total_dong": one.answer.total_dong,
        "due": [_due(asked, one.answer, code) for code in one.answer.due],
        "needs_verification": sorted(one.answer.unknown),
        "is_ahead": one.first > month,
        "events": [
            {
                "kind": event.kind,
                "on": None if event.day is None else event.day.isoformat(),
                "words": event.words(asked),
            }
            for event in one.events
        ],
        "because": _sentence(asked, one),
    }


def _due(asked: Inquiry, one: Answer, code: str) -> dict[str, Any]:
    package, _ = one.part(code)
    priced = one.standing(code).rule
    assert priced is not None
    return {
        "benefit": code,
        "name": package.benefit(code).name.of(asked.language),
        "amount_dong": one.due[code],
        "schedule": package.benefit(code).schedule,
        "rule": priced.rule.rule,
        "clause": priced.clause,
        "document": priced.rule.document.title,
    }


def _sentence(asked: Inquiry, one: Stretch) -> str:
    """Return the stretch in one sentence: months, money, and what began it."""
    language = asked.language
    first, last = month_text(one.first, language), month_text(one.last, language)
    if one.first == one.last:
        when = asked.say(f"Tháng {first}", first)
    else:
        when = asked.say(f"Từ tháng {first} đến tháng {last}", f"{first} to {last}")
    monthly = _sums(asked, one, [code for code in one.answer.due if code in one.answer.monthly])
    once = _sums(asked, one, [code for code in one.answer.due if code not in one.answer.monthly])
    each = [asked.say(f"mỗi tháng được {monthly}", f"{monthly} a month")] if monthly else []
    each += [asked.say(f"một lần được {once}", f"{once} once")] if once else []
    what = "; ".join(each) or _nothing(asked, one)
    events = asked.say(" và ", " and ").join(event.words(asked) for event in one.events)
    why = asked.say(f" Lý do: {events}.", f" Reason: {events}.") if events else ""
    return f"{when}: {what}.{why}"


def _sums(asked: Inquiry, one: Stretch, codes: list[str]) -> str:
    return ", ".join(f"{money(one.answer.due[code], asked.language)} ({code})" for code in codes)


def _nothing(asked: Inquiry, one: Stretch) -> str:
    if one.answer.unknown:
        return asked.say("chưa trả lời được, còn phải xác minh", "open, something is still to be verified")
    if one.answer.undecided:
        return asked.say("đủ điều kiện nhưng chưa có quyết định hưởng", "conditions are met without a decision")
    return asked.say("không có khoản nào", "nothing")
