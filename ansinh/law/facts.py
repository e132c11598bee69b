"""Facts about one person, as the contract's FACTS.json says them: checked by name, typed, and placed in time.

Missing means "no"; `"unknown"` means nobody knows; any value may be a list of periods. It refuses unknown fields and
impossible values.
"""

import datetime
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ansinh.base import dong
from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.ages import anniversary
from ansinh.law.words import NEVER, FactKind, MeritFact

UNKNOWN = "unknown"
_EARLIEST_BIRTH = datetime.date(1890, 1, 1)
# Far above any pension, far below what a bigint holds once an amount is packed with a rule's number.
LARGEST_DONG = 10**12
# What is counted multiplies an amount; some laws count đồng, at one đồng each. `pricing` sees that the product fits.
LARGEST_COUNT = 10**8
# Codes of the contract that a book without their domain does not price: read, and left alone.
_PRICED_ELSEWHERE = re.compile(r"C1|C2[acd]|F|NCC(-[A-Za-z0-9]{1,12}){1,2}", re.ASCII)
# The fields of an entry of merit that the contract names; a domain may declare more of them.
_MERIT = {"kind": "word", "wound_percent": "count", "very_severe": "bool", "category": "word"}


def is_priced_elsewhere(code: str) -> bool:
    """Return whether the code names a benefit of the contract that this law package does not compute."""
    return _PRICED_ELSEWHERE.fullmatch(code) is not None


@dataclass(frozen=True)
class Readable:
    """What a file of facts may state, over all domains of a book."""

    facts: Mapping[str, FactKind]
    child_facts: Mapping[str, FactKind]
    benefits: frozenset[str]
    merit_fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def stated(self) -> Mapping[str, FactKind]:
        """Return the facts that a file may state: what is derived cannot be claimed."""
        return {name: kind for name, kind in self.facts.items() if not kind.derived}

    @property
    def merit_kinds(self) -> frozenset[str]:
        """Return the kinds of merit that some domain asks about."""
        return frozenset(kind.merit.kind for kind in self.facts.values() if kind.merit is not None)


@dataclass(frozen=True)
class Period:
    """A value from a day until before another; None leaves the side open. The value None means unknown."""

    value: Any
    start: datetime.date | None = None
    end: datetime.date | None = None

    def covers(self, day: datetime.date) -> bool:
        """Return whether the day lies in the period."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def overlaps(self, first: datetime.date, last: datetime.date) -> bool:
        """Return whether the period shares a day with the span, both ends included."""
        return (self.start is None or self.start <= last) and (self.end is None or first < self.end)


@dataclass(frozen=True)
class Timeline:
    """One fact through time; outside every period it has its "missing" value."""

    periods: tuple[Period, ...]
    missing: Any

    def at(self, day: datetime.date) -> Any:
        """Return the value on the day; None means unknown."""
        for period in self.periods:
            if period.covers(day):
                return period.value
        return self.missing


@dataclass(frozen=True)
class ChildFacts:
    """One child of the person; an unknown birth date is None."""

    birth_date: datetime.date | None
    values: Mapping[str, Timeline]


@dataclass(frozen=True)
class PersonFacts:
    """Everything the law may ask about one person."""

    person: str
    birth_date: datetime.date | None
    death_date: datetime.date | None
    death_unknown: bool
    values: Mapping[str, Timeline]
    # None when nobody knows whether there are children.
    children: tuple[ChildFacts, ...] | None
    received: Timeline
    decision: Timeline
    # What the file said at all: a domain about which nothing was said is not explained.
    stated: frozenset[str] = frozenset()

    def last_day_of(self, month: Month) -> datetime.date:
        """Return the day on which the month is judged: its last, or the day of death of somebody who died in it."""
        # The month of death is due: what began before the death counts, a birthday after it does not.
        died = self.death_date is not None and Month.of(self.death_date) == month
        return self.death_date if died and self.death_date is not None else month.last_day

    def received_around(self, benefit: str, month: Month) -> bool | None:
        """Return whether the benefit was in payment on the last day of the month before or at any time in the month."""
        # Both, because a transition clause asks who “is receiving” when the month begins, and a decision may also start
        # in it.
        return _received(self.received, benefit, month.plus(-1).last_day, month.last_day)

    def received_at_age(self, benefit: str, birth_date: datetime.date | None, age: int) -> bool | None:
        """Return whether the benefit was in payment on the eve of the birthday."""
        # Whoever never received anything did not on any eve either, whenever that was.
        if birth_date is None:
            return False if all(period.value == frozenset() for period in self.received.periods) else None
        eve = anniversary(birth_date, age) - datetime.timedelta(days=1)
        return _received(self.received, benefit, eve, eve)


def _received(received: Timeline, benefit: str, first: datetime.date, last: datetime.date) -> bool | None:
    values = [period.value for period in received.periods if period.overlaps(first, last)]
    # One unknown stretch makes the whole answer unknown, as the register's single mask does.
    return None if None in values else any(benefit in value for value in values)


# ── reading FACTS.json ───────────────────────────────────────────────────────────────────────────────────────────────


def _impossible(field: str, value: Any, vi: str, en: str) -> NoReturn:
    shown = str(value)[:60]
    raise Refused(
        "impossible_value",
        vi=f"Giá trị “{shown}” của mục “{field}” không đúng: {vi}",
        en=f"The value “{shown}” of “{field}” is not possible: {en}",
        field=field,
        value=shown,
    )


# An unknown field is refused and not ignored: `disabilty` read as “missing” would mean “not disabled”, and deny in
# silence.
def _unknown_fact(field: str, known: list[str]) -> NoReturn:
    raise Refused(
        "unknown_fact",
        vi=f"Không có mục “{field}” trong mẫu sự kiện. Hãy bỏ đi hoặc sửa lại tên; các mục được dùng: {', '.join(known)}.",
        en=f"“{field}” is not a known fact. Remove it or correct its name; the known ones are: {', '.join(known)}.",
        fact=field,
    )


def _day(field: str, value: Any) -> datetime.date:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    # fromisoformat alone would also take week dates and compact forms.
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            pass
    _impossible(field, value, "phải là một ngày có thật, viết như 1950-03-09.", "write a real day like 1950-03-09.")


def _single(kind: FactKind, field: str, value: Any, benefits: frozenset[str]) -> Any:
    """Return one typed value; None for "unknown"."""
    if value == UNKNOWN:
        return None
    # null is what a program writes for “no value” and for “I do not know”; only where the contract gives it one sense
    # is it taken.
    if value is None:
        if kind.null_means_no:
            return kind.missing
        _impossible(
            field,
            value,
            "không được để null; bỏ mục này đi nếu là “không”.",
            "null is not allowed; leave the field out for “no”.",
        )
    if kind.type == "bool":
        if not isinstance(value, bool):
            _impossible(field, value, 'phải là true, false hoặc "unknown".', 'use true, false or "unknown".')
        return value
    if kind.type == "enum":
        if not isinstance(value, str) or value not in kind.members:
            members = ", ".join(kind.members)
            _impossible(
                field, value, f'phải là một trong: {members}, hoặc "unknown".', f'use one of: {members}, or "unknown".'
            )
        return value
    # True is a number in Python; it is not one in a law.
    if kind.type in {"dong", "count"}:
        largest = LARGEST_COUNT if kind.type == "count" else LARGEST_DONG
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= largest:
            vi = f"phải là số nguyên từ 0 đến {dong.format_number(largest)}."
            _impossible(field, value, vi, f"use a whole number from 0 to {largest}.")
        return value
    return _day(field, value) if kind.type == "date" else _codes(field, value, benefits)


def _codes(field: str, value: Any, benefits: frozenset[str]) -> frozenset[str]:
    """Return benefit codes that were in payment."""
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        _impossible(
            field, value, 'phải là danh sách mã chế độ, ví dụ ["K1"].', 'use a list of benefit codes, like ["K1"].'
        )
    for code in value:
        if code not in benefits and not is_priced_elsewhere(code):
            _impossible(
                field,
                code,
                f"mã chế độ phải là một trong: {', '.join(sorted(benefits))}.",
                f"benefit codes are: {', '.join(sorted(benefits))}.",
            )
    return frozenset(value)


def _is_periods(value: Any) -> bool:
    # A list of objects is a history; any other list is itself the value.
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _timeline(kind: FactKind, field: str, value: Any, benefits: frozenset[str]) -> Timeline:
    # Outside its periods a history is empty and a date is not there; every other fact is its type's “no”.
    missing: Any = frozenset() if kind.type == "history" else kind.missing
    if kind.type == "date" and value is None:
        return Timeline((), missing)
    if not _is_periods(value):
        if value == [] and kind.type != "history":
            _impossible(
                field,
                value,
                "danh sách trống; bỏ mục này đi nếu là “không”.",
                "an empty list; leave the field out for “no”.",
            )
        return Timeline((Period(_single(kind, field, value, benefits)),), missing)
    periods = [
        Period(_single(kind, field, period.value, benefits), period.start, period.end)
        for period in _periods(field, value)
    ]
    return Timeline(tuple(periods), missing)


def _periods(field: str, value: list[dict[str, Any]]) -> list[Period]:
    """Return the periods as written, by date; their values are still to be read."""
    periods: list[Period] = []
    for item in value:
        for name in item:
            if name not in {"value", "from", "to"}:
                _unknown_fact(f"{field}.{name}", ["value", "from", "to"])
        if "value" not in item:
            _impossible(field, item, "mỗi khoảng thời gian phải có “value”.", "each period needs a “value”.")
        start, end = (
            None if item.get(name) is None else _day(f"{field}.{name}", item[name]) for name in ("from", "to")
        )
        if start is not None and end is not None and start >= end:
            _impossible(field, f"{start} – {end}", "ngày “to” phải sau ngày “from”.", "“to” must be after “from”.")
        periods.append(Period(item["value"], start, end))
    # Order is by date, not by how the file lists them; two values on one day would be two truths.
    periods.sort(key=lambda period: period.start or datetime.date.min)
    for earlier, later in itertools.pairwise(periods):
        if (earlier.end or NEVER) > (later.start or datetime.date.min):
            _impossible(field, later.start, "hai khoảng thời gian chồng nhau.", "two periods overlap.")
    return periods


def _children(value: Any, kinds: Mapping[str, FactKind]) -> tuple[ChildFacts, ...] | None:
    if value == UNKNOWN:
        return None
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        _impossible(
            "children",
            value,
            "phải là danh sách các con, mỗi con có “birth_date”.",
            "use a list of children, each with a “birth_date”.",
        )
    # What is read from the parent's history cannot be claimed for a child.
    stated = {name: kind for name, kind in kinds.items() if kind.history_of is None}
    children = []
    for number, item in enumerate(value, start=1):
        field = f"children[{number}]"
        for name in item:
            if name != "birth_date" and name not in stated:
                _unknown_fact(f"{field}.{name}", ["birth_date", *stated])
        if "birth_date" not in item:
            _impossible(field, item, "mỗi con phải có “birth_date”.", "each child needs a “birth_date”.")
        # A child's birth date may be unknown: the parent applies, and may not have the paper at hand.
        birth = None if item["birth_date"] == UNKNOWN else _day(f"{field}.birth_date", item["birth_date"])
        values = {
            name: _timeline(kind, f"{field}.{name}", item[name], frozenset())
            for name, kind in stated.items()
            if name in item
        }
        children.append(ChildFacts(birth, values))
    return tuple(children)


def read_facts(content: Any, readable: Readable) -> PersonFacts:
    """Return the checked facts of one person.

    Raises:
        Refused: `facts_not_an_object`, `unknown_fact`, `missing_fact`, `impossible_value`.
    """
    kinds, benefits = readable.stated, readable.benefits
    _check_names(content, kinds)
    person = _identity(content)
    birth, death_date = _life(content)
    merit = _merit(content.get("merit", []), readable)
    # Birth and death are days of the person, not facts with periods; history, children and merit have readers of their
    # own.
    values = {
        name: _timeline(kind, name, content[name], benefits)
        for name, kind in kinds.items()
        if name in content
        and name not in {"birth_date", "death_date"}
        and kind.type in {"bool", "enum", "dong", "count", "date"}
    }
    return PersonFacts(
        person=person,
        birth_date=birth,
        death_date=death_date,
        death_unknown=content.get("death_date") == UNKNOWN,
        values={**values, **merit},
        children=_children(content.get("children", []), readable.child_facts),
        received=_timeline(kinds["was_receiving"], "was_receiving", content.get("was_receiving", []), benefits),
        decision=_decision(content.get("decision_signed_on"), kinds["decision_signed_on"]),
        stated=frozenset(content),
    )


def _check_names(content: Any, kinds: Mapping[str, FactKind]) -> None:
    if not isinstance(content, dict):
        raise Refused(
            "facts_not_an_object",
            vi="Tệp sự kiện phải là một đối tượng JSON {…} về một người.",
            en="The facts must be one JSON object {…} about one person.",
        )
    for name in content:
        if name not in kinds:
            _unknown_fact(name, list(kinds))
    for name in ("birth_date", "area"):
        if name not in content:
            raise Refused(
                "missing_fact",
                vi=f"Thiếu mục “{name}”, là mục bắt buộc.",
                en=f"“{name}” is missing; it is required.",
                fact=name,
            )


# ── merit ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _merit(value: Any, readable: Readable) -> dict[str, Timeline]:
    """Return every fact that is derived from the list of merit, through time."""
    periods = (
        _periods("merit", value) if _is_periods(value) and any("value" in item for item in value) else [Period(value)]
    )
    for number, period in enumerate(periods, start=1):
        _check_merit(number, period.value, readable)
    return {
        name: Timeline(
            tuple(Period(_derived(kind, kind.merit, period.value), period.start, period.end) for period in periods),
            kind.missing,
        )
        for name, kind in readable.facts.items()
        if kind.merit is not None
    }


def _derived(kind: FactKind, asked: MeritFact, entries: Any) -> Any:
    """Return what a list of merit says of one derived fact; None means unknown."""
    if entries == UNKNOWN:
        return None
    found = [entry for entry in entries if entry["kind"] == asked.kind]
    if asked.field == "count":
        return len(found)
    if not found:
        return kind.missing
    # Numbers must be stated, a yes may be left out: nobody is wounded by an unsaid percent.
    absent = UNKNOWN if kind.type in {"count", "dong"} else "" if asked.member else False
    values = {_plain_merit(entry.get(asked.field, absent)) for entry in found}
    # Two papers that disagree about one thing are a question, not an answer.
    if len(values) > 1 or UNKNOWN in values:
        return None
    (value,) = values
    return value == asked.member if asked.member else value


def _plain_merit(value: Any) -> Any:
    return UNKNOWN if value is None else value


def _check_merit(number: int, entries: Any, readable: Readable) -> None:
    """Refuse a list of merit that could not be one."""
    if entries == UNKNOWN:
        return
    if not isinstance(entries, list):
        _impossible("merit", entries, "phải là một danh sách.", "use a list.")
    for place, item in enumerate(entries, start=1):
        _check_merit_entry(f"merit[{place if number == 1 else f'{number}.{place}'}]", item, readable)


def _check_merit_entry(where: str, item: Any, readable: Readable) -> None:
    if not isinstance(item, dict):
        _impossible(where, item, "mỗi diện phải là một đối tượng có “kind”.", "each entry is an object with a “kind”.")
    fields = {**_MERIT, **readable.merit_fields}
    for name in item:
        if name not in fields:
            _unknown_fact(f"{where}.{name}", list(fields))
    kind, known = item.get("kind"), readable.merit_kinds
    # A book without the domain of merit still reads the list, by the form of its codes.
    if not isinstance(kind, str) or (kind not in known if known else not re.fullmatch(r"NCC(-\w{1,12}){1,2}", kind)):
        listed = ", ".join(sorted(known))
        _impossible(
            f"{where}.kind", kind, f'phải là một mã như "NCC-06": {listed}.', f'use a code like "NCC-06": {listed}.'
        )
    for name, kind_of in fields.items():
        if name in item and name != "kind" and item[name] not in (None, UNKNOWN):
            _check_merit_value(
                f"{where}.{name}", item[name], kind_of, 100 if name == "wound_percent" else LARGEST_COUNT
            )


def _check_merit_value(where: str, value: Any, kind: str, largest: int) -> None:
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= largest
    if kind == "count" and not is_number:
        _impossible(where, value, f"phải là số từ 0 đến {largest}.", f"use a number from 0 to {largest}.")
    if kind == "bool" and not isinstance(value, bool):
        _impossible(where, value, "phải là true hoặc false.", "use true or false.")
    if kind == "word" and not (isinstance(value, str) and 0 < len(value) <= 20):
        _impossible(where, value, 'phải là chữ ngắn như "A".', 'use a short text like "A".')


def _values(field: str, value: Any) -> list[Any]:
    """Return the value alone, or each value of its periods after checking their days."""
    if not (_is_periods(value) and any("value" in item for item in value)):
        return [value]
    return [period.value for period in _periods(field, value)]


def _identity(content: dict[str, Any]) -> str:
    """Return the person's identifier; it and the area decide nothing, but a wrong file often shows in them first."""
    for area in _values("area", content["area"]):
        if area != UNKNOWN and (not isinstance(area, str) or not re.fullmatch(r"[0-9]{2,5}", area, re.ASCII)):
            _impossible(
                "area", area, 'phải là mã địa bàn chính thức, ví dụ "19777".', 'use an official area code like "19777".'
            )
    person = content.get("id", "")
    if not isinstance(person, str | int) or isinstance(person, bool) or len(str(person)) > 100:
        _impossible("id", person, "phải là một mã ngắn.", "use a short identifier.")
    return str(person)


def _life(content: dict[str, Any]) -> tuple[datetime.date | None, datetime.date | None]:
    """Return the days of birth and death; None for a birth whose day nobody knows, and for no known death."""
    birth = None if content["birth_date"] == UNKNOWN else _day("birth_date", content["birth_date"])
    if birth is not None and birth < _EARLIEST_BIRTH:
        _impossible("birth_date", birth, "ngày sinh quá xa.", "the birth date is too long ago.")
    death = content.get("death_date")
    death_date = None if death in (None, UNKNOWN) else _day("death_date", death)
    if death_date is not None and birth is not None and death_date < birth:
        _impossible("death_date", death_date, "ngày mất đứng trước ngày sinh.", "the death is before the birth.")
    return birth, death_date


def _decision(value: Any, kind: FactKind) -> Timeline:
    """Return the decision's day through time: absent means no restriction, False inside means not known."""
    # Elsewhere None means unknown. Here it must mean “not stated”, since most files state no decision, so unknown is
    # False.
    if value is None:
        return Timeline((), None)
    if value == UNKNOWN:
        return Timeline((Period(False),), None)
    timeline = _timeline(kind, "decision_signed_on", value, frozenset())
    periods = tuple(Period(False if p.value is None else p.value, p.start, p.end) for p in timeline.periods)
    return Timeline(periods, None)
