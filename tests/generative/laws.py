"""Random valid law packages: documents with clocks, parameters, schedules, conditions, levels, combination, bars, repeals.

Each is a set of law files that the strict loader reads. Conditions are drawn as text, so that the parser is tested too.
"""

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from ansinh.base.months import Month

Draw = st.DrawFn
DOMAIN = "first"
MONTHS = [Month(2026, number) for number in range(2, 13)] + [Month(2028, 2)]
KNOWN_ON = [
    datetime.date(2026, 7, 1),
    datetime.date(2026, 10, 5),
    datetime.date(2026, 11, 22),
    datetime.date(2028, 3, 1),
]
_STARTS = ["2026-06", "2026-07", "2026-10", "2026-11", "2027-01"]
_IN_FORCE = ["2026-05-20", "2026-07-01", "2026-10-05", "2026-11-22", "2026-11-23"]
_COMPARISONS = ["=", "!=", "<", "<=", ">", ">="]
_AGES = [0, 1, 3, 4, 16, 22, 23, 60, 70, 75, 80]


def _both(text: str) -> dict[str, str]:
    return {"vi": text, "en": text}


def _fact(kind: str, **more: Any) -> dict[str, Any]:
    said = {"when_true": _both("có"), "when_false": _both("không")} if kind == "bool" else {}
    return {"type": kind, "label": _both("sự kiện"), **said, **more}


_ASKED = {"in_conditions": True}
_FACTS = {
    "id": _fact("text"),
    "birth_date": _fact("date"),
    "death_date": _fact("date", null_means_no=True, in_conditions=True),
    "area": _fact("text"),
    "poor": _fact("bool", **_ASKED),
    "ill": _fact("bool", **_ASKED),
    "grade": _fact("enum", members={name: _both(name) for name in ("low", "high", "none")}, **_ASKED),
    "income_dong": _fact("dong", **_ASKED),
    "years": _fact("count", **_ASKED),
    "injured_on": _fact("date", null_means_no=True, **_ASKED),
    "was_receiving": _fact("history"),
    "children": _fact("children"),
    "decision_signed_on": _fact("date", null_means_no=True),
}
_CHILD_FACTS = {
    "studying": _fact("bool", **_ASKED),
    "was_counted": _fact("bool", history_of="B1", **_ASKED),
    "was_counted_at_16": _fact("bool", history_of="B1 at 16", **_ASKED),
}


@dataclass
class _Names:
    """What conditions of the law under construction may speak of."""

    benefits: list[str]
    definitions: list[str]
    derived: list[str]


# ── conditions ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _age(draw: Draw) -> str:
    word = draw(st.sampled_from(["age", "age", "months_old"]))
    number = draw(st.sampled_from(_AGES)) * (1 if word == "age" else 12) + draw(st.integers(0, 1))
    if draw(st.booleans()):
        return f"{word} {draw(st.sampled_from(_COMPARISONS))} {number}"
    return f"{word} between {number} and {number + draw(st.integers(0, 24))}"


def _amount(draw: Draw) -> str:
    name, bound = draw(st.sampled_from([("income_dong", "500000"), ("income_dong", "p0"), ("income_dong", "0"), ("years", "2"), ("years", "40")]))  # fmt: skip
    if draw(st.booleans()):
        return f"{name} {draw(st.sampled_from(_COMPARISONS))} {bound}"
    return f"{name} between 1 and {bound}"


def _event(draw: Draw) -> str:
    day = draw(st.sampled_from(["injured_on", "death_date"]))
    if draw(st.booleans()):
        return f"happened({day})"
    return f"{day} {draw(st.sampled_from(_COMPARISONS))} 2026-{draw(st.sampled_from(['06-30', '10-05', '11-15', '11-30']))}"


def _history(draw: Draw, names: _Names) -> str:
    text = f"was_receiving {draw(st.sampled_from(names.benefits))}"
    return text if draw(st.booleans()) else f"{text} at {draw(st.sampled_from([16, 60]))}"


def _atom(draw: Draw, names: _Names) -> str:
    kind = draw(st.integers(0, 8))
    if kind == 0:
        return draw(st.sampled_from(["poor", "ill", "poor is unknown", "grade is unknown", "income_dong is unknown"]))
    if kind == 1:
        return draw(
            st.sampled_from(["grade = low", "grade != none", "grade in (low, high)", "grade not in (high, none)"])
        )
    if kind in {2, 3}:
        return _age(draw)
    if kind == 4:
        return _amount(draw)
    if kind == 5:
        return _event(draw)
    if kind == 6:
        return _history(draw, names)
    if kind == 7:
        return f"birth_date {draw(st.sampled_from(_COMPARISONS))} {draw(st.sampled_from(['1956-02-29', '2003-10-01', '2010-11-30']))}"
    return draw(st.sampled_from([*names.definitions, *names.derived, "poor", "ill"]))


def _condition(draw: Draw, names: _Names, depth: int = 2) -> str:
    shape = draw(st.integers(0, 5)) if depth else 5
    if shape in {0, 1}:
        return f"({_condition(draw, names, depth - 1)}) and ({_condition(draw, names, depth - 1)})"
    if shape in {2, 3}:
        return f"({_condition(draw, names, depth - 1)}) or ({_condition(draw, names, depth - 1)})"
    if shape == 4:
        return f"not ({_condition(draw, names, depth - 1)})"
    return _atom(draw, names)


def _count(draw: Draw) -> str:
    asked = draw(st.sampled_from([
        "age < 16", "age < 16 or studying and age < 23", "studying", "months_old < 36", "was_counted", "was_counted_at_16 and age between 16 and 22",
    ]))  # fmt: skip
    return f"count_children({asked}) >= {draw(st.integers(1, 2))}"


def _rule_condition(draw: Draw, names: _Names, per_child: bool, one_off: bool) -> str:
    condition = _condition(draw, names)
    if one_off:
        condition = f"in_month({draw(st.sampled_from(['injured_on', 'death_date']))}) and ({condition})"
    if per_child:
        joined = draw(st.sampled_from(["and", "and", "or"]))
        condition = f"({condition}) {joined} {_count(draw)}"
    return condition


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _levels(draw: Draw, names: _Names, most: int) -> list[dict[str, Any]]:
    numbers = draw(
        st.lists(st.sampled_from(["3", "2.5", "2", "1.75", "1.5", "1", "0.5"]), min_size=1, max_size=most, unique=True)
    )
    numbers.sort(key=lambda text: -int(text.replace(".", "").ljust(3, "0")))
    levels: list[dict[str, Any]] = [{"coefficient": number, "who": _both("người")} for number in numbers]
    for level in levels[:-1]:
        level["when"] = _condition(draw, names, 1)
    return levels


def _rule(
    draw: Draw, names: _Names, rule: str, code: str, starts: list[str], single: bool, one_off: bool
) -> dict[str, Any]:
    kind = "plain" if single else draw(st.sampled_from(["plain", "plain", "per_child", "table", "per", "rounded"]))
    if single and draw(st.booleans()):
        kind = "per"
    head: dict[str, Any] = {
        "rule": rule, "benefit": code, "basis": f"Điều {int(code[1:]) + 10}", "clause": f"Điều {int(code[1:]) + 30}",
        "purpose": _both("chế độ"), "because": _both("Vì là {who} nên được {amount}."),
    }  # fmt: skip
    if kind == "table":
        head["table"] = {"schedule": "t", "by": "years", "who": _both("người")}
    else:
        # Only p0 may be very large, and a sum times a hundred million years fits no engine.
        head["base"] = "p1" if kind == "per" else draw(st.sampled_from(["p0", "p1"]))
    if kind == "per_child":
        head["per_child"] = True
    if kind == "per":
        head["per"] = "years"
        if draw(st.booleans()):
            head["at_most"] = draw(st.integers(1, 3))
    if kind == "rounded":
        head["rounding"] = {"to_dong": draw(st.sampled_from([10, 1000, 7000])), "clause": "Điều 3"}
    versions = []
    for start in starts:
        version: dict[str, Any] = {
            "applies_from": start,
            "condition": _rule_condition(draw, names, kind == "per_child", one_off),
        }
        if kind != "table":
            version["levels"] = _levels(draw, names, 1 if single else 3)
        versions.append(version)
    for version, after in zip(versions, starts[1:], strict=False):
        version["applies_to"] = str(Month.parse(after).plus(-1))
    return {**head, "versions": versions}


def _starts(draw: Draw, first: str) -> list[str]:
    later = draw(st.sampled_from([[], [], ["2026-08"], ["2026-11"]]))
    return [first, *later] if not later or first < later[0] else [first]


# ── parameters, groups, documents ────────────────────────────────────────────────────────────────────────────────────


def _value_dong(draw: Draw, *, large: bool = True) -> int:
    # Multiples of a hundred times two decimals are whole; the largest is a sum nobody was ever owed.
    edges = [1, 5_000, 5_400, 10_000_000 if large else 300_000]
    return 100 * draw(st.one_of(st.sampled_from(edges), st.integers(1, 20_000)))


def _parameter(draw: Draw, name: str, first: str) -> dict[str, Any]:
    versions = [
        {"value_dong": _value_dong(draw, large=name == "p0"), "applies_from": start, "clause": "Điều 4"}
        for start in _starts(draw, first)
    ]
    for version, after in itertools.pairwise(versions):
        version["applies_to"] = str(Month.parse(after["applies_from"]).plus(-1))
    return {"parameter": name, "label": _both("mức"), "versions": versions}


def _schedule(draw: Draw, first: str) -> dict[str, Any]:
    rows = draw(st.lists(st.sampled_from([1, 2, 3, 21]), min_size=1, max_size=3, unique=True))
    version = {"rows_dong": {str(row): _value_dong(draw) for row in rows}, "applies_from": first, "clause": "Phụ lục I"}
    return {"schedule": "t", "label": _both("biểu"), "versions": [version]}


def _groups(draw: Draw, codes: Sequence[str]) -> list[dict[str, Any]]:
    """Return groups in which each benefit stands once."""
    places = [draw(st.integers(0, 1)) for _ in codes]
    groups = []
    for place in sorted(set(places)):
        inside = [code for code, at in zip(codes, places, strict=True) if at == place]
        keep: int | str = draw(st.sampled_from([1, 1, 1, "all", 2, 3]))
        group: dict[str, Any] = {"keep": keep, "of": inside}
        if keep == 1 and len(inside) > 1 and draw(st.booleans()):
            extra = draw(st.sampled_from(inside))
            partners = draw(
                st.lists(st.sampled_from([code for code in inside if code != extra]), min_size=1, unique=True)
            )
            group["added"] = {extra: [code for code in codes if code in partners]}
        if isinstance(keep, int) and keep > 1 and draw(st.booleans()):
            group["fewer_with"] = {draw(st.sampled_from(list(codes))): draw(st.integers(1, 3))}
        groups.append(group)
    return groups


def _document(number: int, in_force: str, **more: Any) -> dict[str, Any]:
    return {
        "citation": f"NĐ {number + 1}/2020/NĐ-CP", "issuer": "thử", "title": "thử", "signed_on": None, "gazette_date": None,
        "in_force_from": in_force, "in_force_to": None, "status": "verified", "note": "thử", **more,
    }  # fmt: skip


def _domain(codes: Sequence[str], one_off: frozenset[str], groups: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    benefits = {
        code: {"name": _both(code), "group": "g", "schedule": "one_off" if code in one_off else "monthly"}
        for code in codes
    }
    return {"title": _both("luật thử"), "first_month": "2020-01", "benefits": benefits, "combination": groups, **more}


def _bars(draw: Draw, names: _Names) -> list[dict[str, Any]]:
    if draw(st.integers(0, 4)):
        return []
    bar = {"when": _condition(draw, names, 1), "applies_from": draw(st.sampled_from(["2020-01", "2026-11"]))}
    return [{**bar, "clause": "Điều 9", "because": _both("bị dừng")}]


def _later(
    draw: Draw, number: int, names: _Names, rules: Sequence[tuple[str, str]], single: set[str], one_off: frozenset[str]
) -> dict[str, Any]:
    """Return the files of a later document: new amounts, rules made anew, repeals, an end."""
    folder = f"vn/{DOMAIN}/d{number}"
    # Two documents of one day may not speak of the same thing, so each has days of its own.
    in_force = _IN_FORCE[(number - 1) :: 2][draw(st.integers(0, 1))]
    content = _document(number, in_force)
    if draw(st.integers(0, 3)) == 0:
        content["in_force_to"] = draw(st.sampled_from(["2026-11-30", "2026-12-15"]))
    files: dict[str, Any] = {}
    for name in ("p0", "p1"):
        if draw(st.booleans()):
            files[f"{folder}/parameters/{name}.yaml"] = _parameter(draw, name, draw(st.sampled_from(_STARTS)))
    repeals = []
    for rule, code in rules:
        fate = draw(st.integers(0, 3))
        first = draw(st.sampled_from(_STARTS))
        if fate == 0:
            repeals.append({"rule": rule, "from_month": first, "clause": "Điều 8"})
        elif fate == 1:
            made = _rule(draw, names, rule, code, _starts(draw, first), code in single, code in one_off)
            files[f"{folder}/rules/{rule}.yaml"] = made
    files[f"{folder}/document.yaml"] = {**content, "repeals": repeals, "bars": _bars(draw, names)}
    return files


def _second(draw: Draw, codes: Sequence[str]) -> dict[str, Any]:
    """Return the files of a second domain, which asks what the first one gives."""
    facts = {}
    for what in ("met", "paid", "received"):
        asked = draw(st.lists(st.sampled_from(list(codes)), min_size=1, max_size=2, unique=True))
        facts[f"first_{what}"] = _fact("bool", outcome_of=f"{DOMAIN} {what} {' '.join(asked)}", **_ASKED)
    names = _Names(["C1", "C2"], [], list(facts))
    folder, files = "vn/second/d0", {}
    for code in names.benefits:
        derived = draw(st.sampled_from(list(facts)))
        rule = _rule(draw, names, code, code, ["2020-01"], False, False)
        version = rule["versions"][0]
        version["condition"] = f"({derived}) {draw(st.sampled_from(['and', 'or']))} ({version['condition']})"
        files[f"{folder}/rules/{code}.yaml"] = rule
    files["vn/second/domain.yaml"] = _domain(
        names.benefits,
        frozenset(),
        _groups(draw, names.benefits[:0]) or [{"keep": "all", "of": names.benefits}],
        facts=facts,
    )
    files[f"{folder}/document.yaml"] = _document(0, "2020-01-01")
    return files


@st.composite
def laws(draw: Draw) -> dict[str, Any]:
    """Return the files of a law with one or two domains and up to three documents."""
    codes = [f"B{number}" for number in range(1, draw(st.integers(1, 5)) + 1)]
    one_off = frozenset(code for code in codes if draw(st.integers(0, 5)) == 0)
    groups = _groups(draw, codes)
    # Where units are limited, each benefit has one rule with one level.
    single = {code for group in groups if isinstance(group["keep"], int) and group["keep"] > 1 for code in group["of"]}
    names = _Names(codes, [], [])
    definitions = {}
    for name in ("needy", "special")[: draw(st.integers(0, 2))]:
        definitions[name] = _condition(draw, names, 1)
        names.definitions.append(name)
    rules = [
        (f"{code}{letter}", code)
        for code in codes
        for letter in ("", "x")[: 1 if code in single else draw(st.integers(1, 2))]
    ]
    folder = f"vn/{DOMAIN}/d0"
    files: dict[str, Any] = {"vn/book.yaml": {"domains": [DOMAIN]}}
    files[f"vn/{DOMAIN}/domain.yaml"] = _domain(
        codes, one_off, groups, facts=_FACTS, child_facts=_CHILD_FACTS, definitions=definitions
    )
    files[f"{folder}/document.yaml"] = _document(0, "2020-01-01", bars=_bars(draw, names))
    for name in ("p0", "p1"):
        files[f"{folder}/parameters/{name}.yaml"] = _parameter(draw, name, "2020-01")
    files[f"{folder}/parameters/t.yaml"] = _schedule(draw, "2020-01")
    for rule, code in rules:
        made = _rule(draw, names, rule, code, _starts(draw, "2020-01"), code in single, code in one_off)
        files[f"{folder}/rules/{rule}.yaml"] = made
    for number in range(1, draw(st.integers(0, 2)) + 1):
        files.update(_later(draw, number, names, rules, single, one_off))
    if draw(st.integers(0, 2)) == 0:
        files["vn/book.yaml"] = {"domains": [DOMAIN, "second"]}
        files.update(_second(draw, codes))
    return files
