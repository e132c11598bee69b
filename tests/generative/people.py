"""Random people for any law: facts that crowd around what the law asks about, and the neighbours of each person.

Hypothesis draws a person once; `neighbours` then walks around them (a day older, a day younger, dead, something unknown), so
that one draw becomes a dozen people at the edges where engines have been seen to differ.
"""

import datetime
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from ansinh.base.months import Month
from ansinh.law.ages import anniversary
from ansinh.law.facts import Readable

LARGEST = 10**12
# The largest count that the reader of facts takes.
LARGEST_COUNT = 10**8
_LEAP = [datetime.date(year, 2, 29) for year in (1936, 1948, 1956, 1964, 2004, 2008, 2012, 2024)]
# Ages that the law in force asks about, and those of the generated laws.
AGES = [0, 1, 3, 4, 16, 22, 23, 60, 70, 75, 80]
_OF_THE_PERSON = {
    "id",
    "area",
    "sex",
    "birth_date",
    "death_date",
    "was_receiving",
    "children",
    "merit",
    "decision_signed_on",
}


def edges(month: Month) -> list[datetime.date]:
    """Return the days around which a month's answers turn."""
    days = [month.first_day, month.last_day, month.plus(-1).last_day, month.first_day + datetime.timedelta(days=14)]
    return [day + datetime.timedelta(days=shift) for day in days for shift in (-1, 0, 1)]


def birth_dates(month: Month) -> st.SearchStrategy[str]:
    """Return days of birth: anywhere, on 29 February, or within days of a birthday that matters at either instant."""
    anywhere = st.dates(datetime.date(1920, 1, 1), month.plus(2).last_day)
    near = st.builds(
        lambda day, years, shift: anniversary(day, -years) + datetime.timedelta(days=shift),
        st.sampled_from([month.last_day, month.first_day]), st.sampled_from(AGES), st.integers(-2, 2),
    )  # fmt: skip
    cut = st.builds(lambda shift: datetime.date(2003, 10, 1) + datetime.timedelta(days=shift), st.integers(-1, 1))
    return st.one_of(anywhere, st.sampled_from(_LEAP), near, near, cut).map(datetime.date.isoformat)


def in_time(values: st.SearchStrategy[Any], month: Month) -> st.SearchStrategy[Any]:
    """Return a value for ever, or one that changes within a day of either instant or inside the month."""
    day = st.sampled_from([day.isoformat() for day in edges(month)])
    changing = st.builds(lambda a, b, on: [{"value": a, "to": on}, {"value": b, "from": on}], values, values, day)
    starting = st.builds(lambda value, on: [{"value": value, "from": on}], values, day)
    return st.one_of(values, values, values, changing, starting)


def _known(kind: str, members: Sequence[str], month: Month) -> st.SearchStrategy[Any]:
    if kind == "bool":
        return st.booleans()
    if kind == "enum":
        return st.sampled_from(members)
    if kind == "date":
        near = st.sampled_from([day.isoformat() for day in edges(month)])
        return st.one_of(near, st.dates(datetime.date(2000, 1, 1), month.plus(3).last_day).map(str))
    if kind == "count":
        return st.one_of(st.sampled_from([0, 1, 2, 3, LARGEST_COUNT]), st.integers(0, 100))
    return st.one_of(st.sampled_from([0, 499_999, 500_000, 539_999, 540_000, LARGEST]), st.integers(0, LARGEST))


def _merit(kinds: Sequence[str]) -> st.SearchStrategy[Any]:
    entry = st.fixed_dictionaries(
        {"kind": st.sampled_from(list(kinds) or ["NCC-06"])},
        optional={
            "wound_percent": st.one_of(st.integers(0, 100), st.sampled_from([21, 41, 61, 81]), st.just("unknown")),
            "very_severe": st.one_of(st.booleans(), st.just("unknown")),
            "category": st.sampled_from(["A", "B", "unknown"]),
        },
    )
    return st.one_of(st.lists(entry, min_size=1, max_size=2), st.just("unknown"))


@dataclass(frozen=True)
class _Asked:
    """What decides how people are drawn; laws that ask alike share their strategies, which are slow to make."""

    facts: tuple[tuple[str, str, tuple[str, ...]], ...]
    child_facts: tuple[str, ...]
    benefits: tuple[str, ...]
    merit: tuple[str, ...] | None
    month: Month


def _asked(readable: Readable, month: Month) -> _Asked:
    stated = readable.stated
    facts = [(name, kind.type, tuple(sorted(kind.members))) for name, kind in stated.items() if kind.in_conditions]
    children = tuple(name for name, kind in readable.child_facts.items() if kind.history_of is None)
    merit = tuple(sorted(readable.merit_kinds)) if "merit" in stated else None
    return _Asked(tuple(facts), children, tuple(sorted(readable.benefits)), merit, month)


def _optional_facts(asked: _Asked) -> dict[str, st.SearchStrategy[Any]]:
    """Return a strategy for each fact that a file may state and that some rule may ask about."""
    month = asked.month
    unsure = st.just("unknown")
    facts: dict[str, st.SearchStrategy[Any]] = {}
    for name, kind, members in asked.facts:
        if name not in _OF_THE_PERSON:
            known = _known(kind, members, month)
            # A day happens once: it is not a value that holds from one day to another.
            facts[name] = (
                st.one_of(known, known, known, unsure)
                if kind == "date"
                else in_time(st.one_of(known, known, known, unsure), month)
            )
    codes = st.lists(st.sampled_from(asked.benefits), max_size=2, unique=True)
    facts["was_receiving"] = in_time(st.one_of(codes, codes, unsure), month)
    yes = in_time(st.one_of(st.booleans(), unsure), month)
    child = st.fixed_dictionaries(
        {"birth_date": st.one_of(birth_dates(month), birth_dates(month), unsure)},
        optional=dict.fromkeys(asked.child_facts, yes),
    )
    facts["children"] = st.one_of(st.lists(child, max_size=3), st.lists(child, max_size=3), unsure)
    signed = [month.first_day, month.last_day, month.plus(1).first_day]
    facts["decision_signed_on"] = st.sampled_from(signed).map(str)
    if asked.merit is not None:
        facts["merit"] = _merit(asked.merit)
    return facts


@cache
def _people(asked: _Asked, lives: str) -> st.SearchStrategy[dict[str, Any]]:
    optional = _optional_facts(asked)
    changed = st.lists(st.sampled_from(sorted(optional)), max_size=5, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: optional[name] for name in names})
    )
    born = st.one_of(*[birth_dates(asked.month)] * 3, st.just("unknown"))
    birth = st.fixed_dictionaries({"birth_date": born, "area": st.just("19777")})
    life = st.sampled_from(json.loads(lives))
    return st.builds(lambda life, born, new: {**life, **born, **new}, life, birth, changed)


def facts_of(
    readable: Readable, month: Month, lives: Sequence[dict[str, Any]] = ({},)
) -> st.SearchStrategy[dict[str, Any]]:
    """Return FACTS.json contents: a life that stands near a benefit, a birth date, and a few facts changed."""
    return _people(_asked(readable, month), json.dumps(list(lives)))


def neighbours(content: dict[str, Any], month: Month) -> Iterator[dict[str, Any]]:
    """Yield the person and those next to them; all are people whom a register could hold."""
    yield content
    born = content["birth_date"]
    if born != "unknown":
        day = datetime.date.fromisoformat(born)
        for shift in (-1, 1):
            yield {**content, "birth_date": (day + datetime.timedelta(days=shift)).isoformat()}
        leap = min(_LEAP, key=lambda one: abs(one - day))
        yield {**content, "birth_date": leap.isoformat()}
        yield {**content, "birth_date": "unknown"}
    deaths = [month.plus(-1).last_day, month.first_day, month.last_day, month.first_day + datetime.timedelta(days=14)]
    for death in deaths:
        if born == "unknown" or born <= death.isoformat():
            yield {**content, "death_date": death.isoformat()}
    for name in sorted(content):
        if name not in {"birth_date", "area", "death_date", "decision_signed_on", "merit"}:
            yield {**content, name: "unknown"}
