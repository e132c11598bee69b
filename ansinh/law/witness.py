"""A person found by the search, written as FACTS.json would say it, so that a lawyer can ask `ansinh law explain` about them.

What the search chose are answers; here they become facts: payments on single days, entries of merit, children.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ansinh.law.ages import anniversary
from ansinh.law.package import LawPackage, MonthLaw
from ansinh.law.tree import CountChildren
from ansinh.law.words import FactKind

# What one person's world varies in: ("fact", name, ""), ("birth", "", ""), ("received", benefit, age or ""), or a count
# of children, which is decided by a search of its own.
Key = tuple[str, str, Any] | CountChildren

BIRTH: Key = ("birth", "", "")
DEATH: Key = ("fact", "death_date", "")
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Witness:
    """A person of whom the conditions hold, as FACTS.json would say it, and the day on which they do."""

    day: datetime.date
    content: dict[str, Any]
    # What earlier domains must give the person; no file can state it.
    outcomes: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the person as the command prints them."""
        return {"day": self.day.isoformat(), "facts": self.content, "outcomes": self.outcomes}


def witness_of(
    package: LawPackage, law: MonthLaw, day: datetime.date, chosen: dict[Key, Any], children: list[dict[Key, Any]]
) -> Witness:
    """Return the person of whom these answers are true on the day."""
    return Witness(day, _content(package, law, day, chosen, children), _outcomes(chosen, package.facts))


def _content(
    package: LawPackage, law: MonthLaw, day: datetime.date, chosen: dict[Key, Any], children: list[dict[Key, Any]]
) -> dict[str, Any]:
    # The area decides nothing, but no file of facts is read without one.
    content: dict[str, Any] = {"birth_date": chosen[BIRTH].isoformat(), "area": "01"}
    # Whoever is judged in the middle of a month died on that day.
    if day not in (law.previous, law.end):
        content["death_date"] = day.isoformat()
    content |= _stated(chosen, package.facts)
    merit = _merit(chosen, package.facts)
    if merit:
        content["merit"] = merit
    if children:
        content["children"] = [
            {"birth_date": child[BIRTH].isoformat(), **_stated(child, package.child_facts)} for child in children
        ]
    history = _history(law, [chosen, *children])
    if history:
        content["was_receiving"] = history
    return content


def _differing(chosen: dict[Key, Any], kinds: dict[str, FactKind]) -> Iterator[tuple[FactKind, Any]]:
    """Yield the facts that differ from what their absence would mean."""
    for key, value in chosen.items():
        if isinstance(key, tuple) and key[0] == "fact" and value != kinds[key[1]].missing:
            yield kinds[key[1]], value


def _stated(chosen: dict[Key, Any], kinds: dict[str, FactKind]) -> dict[str, Any]:
    def said(value: Any) -> Any:
        return "unknown" if value is None else value.isoformat() if isinstance(value, datetime.date) else value

    return {kind.name: said(value) for kind, value in _differing(chosen, kinds) if not kind.derived}


def _outcomes(chosen: dict[Key, Any], kinds: dict[str, FactKind]) -> dict[str, Any]:
    return {
        key[1]: value
        for key, value in chosen.items()
        if isinstance(key, tuple) and key[0] == "fact" and kinds[key[1]].outcome is not None
    }


def _merit(chosen: dict[Key, Any], kinds: dict[str, FactKind]) -> list[dict[str, Any]]:
    """Return the entries of the list of merit from which the chosen answers are read."""
    counts: dict[str, int] = {}
    entries: dict[str, dict[str, Any]] = {}
    for kind, value in _differing(chosen, kinds):
        if kind.merit is None:
            continue
        fields = entries.setdefault(kind.merit.kind, {"kind": kind.merit.kind})
        if kind.merit.field == "count":
            counts[kind.merit.kind] = value or 0
        elif not kind.merit.member:
            fields[kind.merit.field] = "unknown" if value is None else value
        else:
            fields[kind.merit.field] = "unknown" if value is None else kind.merit.member
    # A number that is asked about and is nought must be stated, or nobody would know it.
    for kind in (kinds[key[1]] for key in chosen if isinstance(key, tuple) and key[0] == "fact"):
        if (
            kind.merit is not None
            and kind.merit.kind in entries
            and kind.type == "count"
            and kind.merit.field != "count"
        ):
            entries[kind.merit.kind].setdefault(kind.merit.field, 0)
    return [entry for name, entry in entries.items() for _ in range(counts.get(name, 1))]


def _history(law: MonthLaw, people: list[dict[Key, Any]]) -> list[dict[str, Any]]:
    """Return the payments of the person, on single days, that everybody's answers ask for."""
    paid: dict[datetime.date, set[str] | None] = {}
    forbidden: dict[str, set[datetime.date]] = {}
    around: dict[str, bool | None] = {}
    for person in people:
        for key, value in person.items():
            if not isinstance(key, tuple) or key[0] != "received":
                continue
            if key[2] == "":
                around[key[1]] = value
                continue
            # What was paid at an age is what was paid on the eve of that birthday.
            eve = anniversary(person[BIRTH], key[2]) - _DAY
            if value is None:
                paid[eve] = None
            elif value:
                paid[eve] = (paid.get(eve) or set()) | {key[1]}
            else:
                forbidden.setdefault(key[1], set()).add(eve)
    window = [law.end - datetime.timedelta(days=back) for back in range((law.end - law.previous).days + 1)]
    for benefit, value in around.items():
        if value is False or (value and any(benefit in (paid.get(day) or ()) for day in window)):
            continue
        # Any day of the window will do that no other answer excludes.
        day = next(day for day in window if day not in forbidden.get(benefit, ()) and paid.get(day, set()) is not None)
        paid[day] = None if value is None else (paid.get(day) or set()) | {benefit}
    return [
        {
            "value": "unknown" if benefits is None else sorted(benefits),
            "from": day.isoformat(),
            "to": (day + _DAY).isoformat(),
        }
        for day, benefits in sorted(paid.items())
    ]
