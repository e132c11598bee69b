"""What would change the answer: the next day that turns it, and the fewest facts that would.

Every sentence is the difference of two answers of the oracle, the month's own and another; nothing is inferred. Days
come before papers, one paper before two, and nobody is told of what cannot be mended (`if_changed` in the law's files).
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ansinh.base.months import Month
from ansinh.law.answers import Answer, Inquiry, answer, stretches
from ansinh.law.events import Event, events_between
from ansinh.law.explanation import procedure_clause
from ansinh.law.facts import PersonFacts
from ansinh.law.moments import leaves
from ansinh.law.oracle import children_counted
from ansinh.law.remedies import Change, Changes, changed, one_more_child, remedies, said
from ansinh.law.sentences import money, month_text
from ansinh.law.tree import WasReceiving

# A daughter plans for two years; what lies behind them will be asked again.
MONTHS_AHEAD = 24


@dataclass(frozen=True)
class Turn:
    """Two answers that differ in what one benefit gives."""

    code: str
    before: Answer
    after: Answer
    # Benefits that end as this one begins, or take its place as it ends.
    swapped: tuple[str, ...]

    @property
    def before_dong(self) -> int:
        """Return what the benefit gave."""
        return self.before.due.get(self.code, 0)

    @property
    def after_dong(self) -> int:
        """Return what it would give."""
        return self.after.due.get(self.code, 0)

    @property
    def effect(self) -> str:
        """Return in one word what happens to the benefit."""
        if not self.before_dong:
            return "begins"
        if not self.after_dong:
            return "ends"
        return "rises" if self.after_dong > self.before_dong else "falls"

    @property
    def clause(self) -> str:
        """Return the clause of the amount that comes, or of the condition that goes."""
        if self.after_dong:
            return self.after.standing(self.code).rule.clause  # type: ignore[union-attr]
        standing = self.after.standing(self.code)
        if standing.rule is not None:
            package, _ = self.after.part(self.code)
            return procedure_clause(package, self.code, self.after.month, self.after.asked.known_on, "combination")
        held = self.before.standing(self.code).rule
        assert held is not None
        return held.rule.basis_citation


def _turns(before: Answer, after: Answer) -> list[Turn]:
    """Return the benefits whose amount differs; of two that change places, only the one that comes."""
    codes = [code for code in after.monthly if before.due.get(code, 0) != after.due.get(code, 0)]
    come = [code for code in codes if not before.due.get(code)]
    gone = [code for code in codes if not after.due.get(code)]
    if come:
        return [Turn(code, before, after, tuple(gone)) for code in codes if code not in gone]
    return [Turn(code, before, after, ()) for code in codes]


def turning_points(asked: Inquiry, month: Month) -> list[dict[str, Any]]:
    """Return what would change the month's answer: by day, by decision, by facts; each with amounts, clause, sentence."""
    now = asked.now(month)
    # Whoever has died is not told what could still become of them; the settlement says what is owed.
    if asked.facts.death_date is not None or asked.facts.death_unknown:
        return []
    by_day = list(_by_day(asked, now))
    found = [*by_day, *_by_decision(asked, now), *_by_facts(asked, now, {point["benefit"] for point in by_day})]
    return sorted(found, key=lambda point: _ORDER[point["kind"]])


_ORDER = {"date": 0, "decision": 1, "fact": 2}


# ── by day ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _by_day(asked: Inquiry, now: Answer) -> Iterator[dict[str, Any]]:
    """Yield, for each benefit, the first month of the two years ahead in which it differs, and the day that makes it so."""
    told: set[str] = set()
    last = now.month.plus(MONTHS_AHEAD)
    # A new benefit needs a decision; here it is asked what the law would say once there is one.
    steps = stretches(asked, now.month, last, carry_from=now.month, also=now.open_to)
    for before, after in itertools.pairwise(steps):
        for turn in _turns(before, after):
            if turn.code in told or turn.code in after.unknown | before.unknown:
                continue
            told |= {turn.code, *turn.swapped}
            # What stands between this month and that one has been told by its own day.
            yield _dated(asked, turn)


def _dated(asked: Inquiry, turn: Turn) -> dict[str, Any]:
    causes = events_between(turn.before, turn.after, {turn.code, *turn.swapped})
    unless = _unless(asked, turn) if turn.after.total_dong < turn.before.total_dong else []
    sentence = _sentence(asked, turn, _when(asked, causes, turn.after.month), month=turn.after.month)
    if unless:
        sentence = f"{sentence.removesuffix('.')}{asked.say(', trừ khi ', ', unless ')}{unless[0]['words']}."
    day = next((event.day for event in causes if event.day is not None), None)
    return {
        **_point(turn, "date", sentence),
        "on": None if day is None else day.isoformat(),
        "from_month": str(turn.after.month),
        "changes": [],
        "unless": unless,
    }


def _when(asked: Inquiry, causes: list[Event], month: Month) -> str:
    if not causes:
        return asked.say(f"Từ tháng {month_text(month, 'vi')}", f"From {month_text(month, 'en')}")
    words = asked.say(" và ", " and ").join(event.words(asked) for event in causes)
    return words[:1].upper() + words[1:]


def _unless(asked: Inquiry, turn: Turn) -> list[dict[str, Any]]:
    """Return the fewest facts that would keep the money when the day has come."""
    found = []
    for changes in _candidates(turn.after, _heirs(turn)):
        then = _with(turn.after, turn.after.facts, changes, turn.after.open_to)
        if then.total_dong > turn.after.total_dong:
            found.append(
                {
                    "changes": _listed(asked, changes),
                    "after_dong": then.total_dong,
                    "words": _words(asked, turn.after, changes)
                    + asked.say(
                        f" (khi đó tổng cộng {money(then.total_dong, 'vi')})",
                        f" (then {money(then.total_dong, 'en')} in all)",
                    ),
                }
            )
    found.sort(key=lambda one: (len(one["changes"]), -one["after_dong"]))
    return found[:1]


def _heirs(turn: Turn) -> set[str]:
    """Return the benefit and those that ask who was receiving it: a child without care may go on as a student."""
    law = turn.after.part(turn.code)[1].law
    after = {
        code
        for code, rules in law.by_benefit.items()
        for priced in rules
        for leaf in leaves(priced.condition)
        if isinstance(leaf, WasReceiving) and leaf.benefit == turn.code
    }
    return {turn.code} | after


# ── by decision ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _by_decision(asked: Inquiry, now: Answer) -> Iterator[dict[str, Any]]:
    for code in (code for code in now.monthly if code in now.undecided):
        after = asked.now(now.month, frozenset({code}))
        for turn in _turns(now, after):
            if turn.code == code:
                lead = asked.say("Khi có quyết định hưởng", "Once there is a decision")
                yield {**_point(turn, "decision", _sentence(asked, turn, lead)), "changes": [], "unless": []}


# ── by facts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _by_facts(asked: Inquiry, now: Answer, dated: set[str]) -> Iterator[dict[str, Any]]:
    """Yield single changes that turn a benefit, and pairs only where no single one and no day helps."""
    outcomes: dict[tuple[Any, ...], tuple[Turn, list[Changes]]] = {}
    helped = set(dated)
    for changes in sorted(_candidates(now, set(now.monthly)), key=len):
        then = _with(now, asked.facts, changes, now.open_to)
        for turn in _turns(now, then):
            if len(changes) > 1 and (turn.effect != "begins" or turn.code in helped):
                continue
            if turn.after.total_dong == turn.before.total_dong:
                continue
            # Several values of one fact that come to the same are one sentence.
            key = (
                turn.code,
                turn.after_dong,
                turn.after.total_dong,
                frozenset(one.fact for one in changes),
                _sides(changes),
            )
            outcomes.setdefault(key, (turn, []))[1].append(changes)
            if len(changes) == 1 and turn.after.total_dong > turn.before.total_dong:
                helped |= {turn.code}
    for turn, sets in outcomes.values():
        words = asked.say(" hoặc ", " or ").join(dict.fromkeys(_words(asked, now, one) for one in sets))
        unknown = any(_is_unknown(now, change) for one in sets for change in one)
        lead = asked.say(
            f"Nếu {'xác minh được là ' if unknown else ''}{words}",
            f"If {'it is verified that ' if unknown else ''}{words}",
        )
        yield {
            **_point(turn, "fact", _sentence(asked, turn, lead)),
            "changes": [entry for one in sets for entry in _listed(asked, one)],
            "unless": [],
        }


def _with(now: Answer, facts: PersonFacts, changes: Changes, also: frozenset[str]) -> Answer:
    touched = frozenset(one.fact for one in changes)
    # Where the register's decisions count, more of them are taken as given, and every domain is asked again.
    base = now if now.asked.decided is None else None
    return answer(now.asked, changed(facts, changes), now.month, also, base, touched)


def _sides(changes: Changes) -> frozenset[tuple[str, int | None]]:
    return frozenset((one.fact, one.child) for one in changes)


def _is_unknown(now: Answer, change: Change) -> bool:
    if change.child is not None:
        return False
    _, instant = next(now.instants())
    return instant.value(change.fact) is None


def _candidates(now: Answer, codes: Iterable[str]) -> list[Changes]:
    """Return the sets of changes after which some level of these benefits would hold, or the one that holds would not."""
    wanted, found = set(codes), []
    for law, instant in now.instants():
        for code, rules in law.by_benefit.items():
            if code not in wanted:
                continue
            standing = now.standing(code)
            for priced in rules:
                found += remedies(priced.condition, True, instant)
                if priced.rule.per_child:
                    found += one_more_child(children_counted(priced), instant)
            if standing.rule is not None:
                found += [one for one in remedies(standing.rule.rule.condition, False, instant) if len(one) == 1]
    return [one for one in dict.fromkeys(found) if one]


# ── in words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _point(turn: Turn, kind: str, sentence: str) -> dict[str, Any]:
    return {
        "benefit": turn.code,
        "kind": kind,
        "effect": turn.effect,
        "on": None,
        "from_month": str(turn.after.month),
        "before_dong": turn.before_dong,
        "after_dong": turn.after_dong,
        "total_before_dong": turn.before.total_dong,
        "total_after_dong": turn.after.total_dong,
        "clause": turn.clause,
        "because": sentence,
    }


def _sentence(asked: Inquiry, turn: Turn, lead: str, month: Month | None = None) -> str:
    name = f"“{turn.before.part(turn.code)[0].benefit(turn.code).name.of(asked.language)}” ({turn.code})"
    before, after = money(turn.before_dong, asked.language), money(turn.after_dong, asked.language)
    since = (
        "" if month is None else asked.say(f"từ tháng {month_text(month, 'vi')} ", f"from {month_text(month, 'en')} ")
    )
    said_of = {
        "begins": asked.say(f"được hưởng {name}, {after} mỗi tháng", f"{name} is due, {after} a month"),
        "ends": asked.say(f"thôi hưởng {name} ({before} mỗi tháng)", f"{name} ends ({before} a month)"),
        "rises": asked.say(
            f"{name} tăng từ {before} lên {after} mỗi tháng", f"{name} rises from {before} to {after} a month"
        ),
        "falls": asked.say(
            f"{name} giảm từ {before} xuống {after} mỗi tháng", f"{name} falls from {before} to {after} a month"
        ),
    }[turn.effect]
    return f"{lead}: {since}{said_of}{_instead(asked, turn)}."


def _instead(asked: Inquiry, turn: Turn) -> str:
    if turn.swapped and turn.effect == "begins":
        old = ", ".join(f"{code} ({money(turn.before.due[code], asked.language)})" for code in turn.swapped)
        return asked.say(f", thay cho {old}", f", instead of {old}")
    return ""


def _words(asked: Inquiry, now: Answer, changes: Changes) -> str:
    ordered = _in_order(asked, changes)
    phrase = asked.say(" và ", " and ").join(_one(asked, change) for change in ordered)
    children, touched = now.facts.children or (), {one.child for one in changes}
    # With one child nobody asks which; of several, the birthday tells it, once.
    if len(children) < 2 or len(touched) > 1 or (child := touched.pop()) is None:
        return phrase
    born = children[child].birth_date
    return (
        phrase
        if born is None
        else asked.say(f"{phrase} (con sinh ngày {born:%d/%m/%Y})", f"{phrase} (the child born on {born})")
    )


def _in_order(asked: Inquiry, changes: Changes) -> list[Change]:
    """Return the changes in the order in which the law declares their facts."""
    names = [*asked.law.facts, *asked.law.child_facts]
    return sorted(changes, key=lambda one: (-1 if one.child is None else one.child, names.index(one.fact)))


def _one(asked: Inquiry, change: Change) -> str:
    kinds = asked.law.facts if change.child is None else asked.law.child_facts
    return said(kinds[change.fact], change, money(change.limit, asked.language), asked.language)


def _listed(asked: Inquiry, changes: Changes) -> list[dict[str, Any]]:
    kinds = asked.law.facts
    return [
        {
            "fact": one.fact if one.child is None else f"children[{one.child + 1}].{one.fact}",
            "label": (kinds if one.child is None else asked.law.child_facts)[one.fact].label.of(asked.language),
            "value": one.value,
        }
        for one in _in_order(asked, changes)
    ]
