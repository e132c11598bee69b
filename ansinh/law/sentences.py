"""What the explanation says in words: facts, conditions and amounts as an old person's daughter understands them.

Sentences come from the law files and the labels of facts; nothing here decides anything.
"""

import datetime
from fractions import Fraction
from typing import Any

from ansinh.base.dong import format_dong
from ansinh.base.months import Month
from ansinh.law.ages import completed_months, completed_years
from ansinh.law.oracle import Instant, Standing, count_children, truth
from ansinh.law.package import LawPackage
from ansinh.law.tree import (
    Age,
    Amount,
    And,
    Born,
    CountChildren,
    Dated,
    Expression,
    Happened,
    InMonth,
    Is,
    Not,
    OneOf,
    Or,
    Unknown,
    WasReceiving,
    negate,
)
from ansinh.law.words import NEVER, FactKind, Text


def coefficient_text(coefficient: Fraction) -> str:
    """Return a coefficient with a point and at least one decimal, as the contract writes it: `1.5`, `2.0`."""
    # The loader allows two decimals, so nothing is rounded here.
    hundredths = coefficient * 100
    assert hundredths.denominator == 1, coefficient
    whole, rest = divmod(hundredths.numerator, 100)
    return f"{whole}.{rest:02d}".removesuffix("0")


def money(amount_dong: int, language: str) -> str:
    """Return an amount as people of the language read it."""
    return f"{amount_dong:,} đồng" if language == "en" else format_dong(amount_dong)


def day_text(day: datetime.date, language: str) -> str:
    """Return a day as people of the language read it."""
    return day.isoformat() if language == "en" else f"{day.day:02d}/{day.month:02d}/{day.year}"


def month_text(month: Month, language: str) -> str:
    """Return a month as people of the language read it."""
    return str(month) if language == "en" else month.vi


def quantity(amount: int, unit: Text | None, language: str) -> str:
    """Return money, or what is given in kind with its unit."""
    return money(amount, language) if unit is None else f"{amount} {unit.of(language)}"


def granted_sentence(standing: Standing, instant: Instant, language: str, units: int | None = None) -> str:
    """Return why the benefit is granted, from the rule's own sentence; `units` is how many of it are paid, if fewer."""
    priced, count = standing.rule, standing.count if units is None else units
    assert priced is not None
    coefficient = coefficient_text(priced.level.coefficient)
    words = {
        "who": priced.level.who.of(language),
        "coefficient": coefficient if language == "en" else coefficient.replace(".", ","),
        "base": money(priced.base.value_dong, language),
        "amount": quantity(priced.amount_dong * count, instant.package.benefit(priced.benefit).unit, language),
        "children": str(standing.count),
        "count": str(count),
        "age": str(completed_years(instant.facts.birth_date, instant.day)) if instant.facts.birth_date else "?",
        "month": month_text(instant.law.month, language),
    }
    # The loader knows these words too (SENTENCE_WORDS), so that a blank without a word is refused with its line, not
    # here.
    sentence = priced.rule.because.of(language).format_map(words)
    # Said inside the sentence, where it cannot be lost on the way to a page or a letter.
    if not priced.verified:
        note = (
            "this figure is not yet verified against the gazette"
            if language == "en"
            else "mức này chưa được xác minh với Công báo"
        )
        sentence = f"{sentence.removesuffix('.')} ({note})."
    return sentence


# ── conditions in words ──────────────────────────────────────────────────────────────────────────────────────────────

_SIGNS_VI = {"=": "bằng", "!=": "khác", "<": "dưới", "<=": "không quá", ">": "trên", ">=": "từ"}
_SIGNS_EN = {"=": "equal to", "!=": "other than", "<": "below", "<=": "at most", ">": "above", ">=": "at least"}
_DAY_SIGNS_VI = {"=": "đúng ngày", "!=": "khác ngày", "<": "trước", "<=": "đến", ">": "sau", ">=": "từ"}
_DAY_SIGNS_EN = {"=": "on", "!=": "not on", "<": "before", "<=": "until", ">": "after", ">=": "from"}
_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def requirement(atom: Expression, instant: Instant, language: str) -> str:
    """Return what the law asks at this point of the condition, as a phrase."""
    english = language == "en"
    if isinstance(atom, And | Or):
        word = {True: (" and ", " or "), False: (" và ", " hoặc ")}[english][isinstance(atom, Or)]
        return word.join(requirement(part, instant, language) for part in atom.parts)
    if isinstance(atom, Not):
        return _denied(atom.part, instant, language)
    if isinstance(atom, Age):
        unit = {"years": ("tuổi", "years old"), "months": ("tháng tuổi", "months old")}[atom.unit]
        if english:
            return f"{_SIGNS_EN[atom.operator]} {atom.number} {unit[1]}"
        return f"{'từ đủ' if atom.operator == '>=' else _SIGNS_VI[atom.operator]} {atom.number} {unit[0]}"
    if isinstance(atom, Born):
        signs = _DAY_SIGNS_EN if english else _DAY_SIGNS_VI
        return f"{'born' if english else 'sinh'} {signs[atom.operator]} {day_text(atom.day, language)}"
    if isinstance(atom, InMonth | Happened | Dated):
        return _event_requirement(atom, instant, language)
    if isinstance(atom, WasReceiving):
        name = instant.package.benefit(atom.benefit).name.of(language)
        when = "" if atom.at_age is None else f" at age {atom.at_age}" if english else f" khi đủ {atom.at_age} tuổi"
        return (
            f"was receiving “{name}” ({atom.benefit}){when}"
            if english
            else f"đang hưởng “{name}” ({atom.benefit}){when}"
        )
    if isinstance(atom, CountChildren):
        return (
            f"raises at least {atom.at_least} child who counts"
            if english
            else f"đang nuôi ít nhất {atom.at_least} con được tính"
        )
    return _fact_requirement(atom, instant, language)


def _event_requirement(atom: InMonth | Happened | Dated, instant: Instant, language: str) -> str:
    label, english = _kind(instant, atom.fact).label.of(language), language == "en"
    if isinstance(atom, InMonth):
        return f"{label} in this month" if english else f"{label} trong tháng này"
    if isinstance(atom, Happened):
        return f"{label} has come" if english else f"đã có {label}"
    signs = _DAY_SIGNS_EN if english else _DAY_SIGNS_VI
    return f"{label} {signs[atom.operator]} {day_text(atom.day, language)}"


def _kind(instant: Instant, name: str) -> FactKind:
    return (instant.package.facts if instant.child is None else instant.package.child_facts)[name]


def _fact_requirement(atom: Expression, instant: Instant, language: str) -> str:
    assert isinstance(atom, Is | OneOf | Amount | Unknown)
    kind = _kind(instant, atom.fact)
    if isinstance(atom, Is):
        return (kind.when_true or kind.label).of(language)
    if isinstance(atom, OneOf) and len(atom.members) > 4:
        # A long list is named by what it lists; the clause itself tells the members apart.
        return kind.label.of(language)
    if isinstance(atom, OneOf):
        return (" or " if language == "en" else " hoặc ").join(
            kind.members[member].of(language) for member in atom.members
        )
    if isinstance(atom, Amount):
        number = atom.number.value if atom.number.parameter is None else instant.law.numbers[atom.number.parameter]
        signs = _SIGNS_EN if language == "en" else _SIGNS_VI
        asked = money(number or 0, language) if kind.type == "dong" else str(number or 0)
        return f"{kind.label.of(language)} {signs[atom.operator]} {asked}"
    return f"{kind.label.of(language)}: {'not known' if language == 'en' else 'chưa rõ'}"


def _denied(atom: Expression, instant: Instant, language: str) -> str:
    # “không thuộc trường hợp” is correct for anything and pleasant for nothing: where there is a direct word, it is
    # used.
    if isinstance(atom, Is):
        kind = _kind(instant, atom.fact)
        if kind.when_false is not None:
            return kind.when_false.of(language)
    if isinstance(atom, Age | Amount):
        return requirement(type(atom)(*_with_opposite(atom)), instant, language)
    inner = requirement(atom, instant, language)
    return f"not: {inner}" if language == "en" else f"không thuộc trường hợp: {inner}"


def _with_opposite(atom: Age | Amount) -> tuple[Any, ...]:
    opposite = _OPPOSITE[atom.operator]
    return (atom.unit, opposite, atom.number) if isinstance(atom, Age) else (atom.fact, opposite, atom.number)


def found(atom: Expression, instant: Instant, language: str) -> str:
    """Return what is so with this person at this point of the condition, as a phrase."""
    english = language == "en"
    if isinstance(atom, And | Or):
        return joined([found(part, instant, language) for part in atom.parts])
    if isinstance(atom, Not):
        return found(atom.part, instant, language)
    if isinstance(atom, Age | Born):
        return _age_found(atom, instant, language)
    if isinstance(atom, WasReceiving):
        return _received_found(atom, instant, language)
    if isinstance(atom, CountChildren):
        certain, possible = count_children(atom, instant)
        if possible:
            return (
                f"{certain} children count, {possible} not known"
                if english
                else f"{certain} con được tính, {possible} con chưa rõ"
            )
        return f"{certain or 'no'} child counts" if english else f"{certain or 'không có'} con được tính"
    if isinstance(atom, InMonth | Happened | Dated):
        return _event_found(atom, instant, language)
    assert isinstance(atom, Is | OneOf | Amount | Unknown)
    # What is found is the fact itself, whatever was asked about it: “hộ cận nghèo”, and not “không phải hộ nghèo”.
    kind, value = _kind(instant, atom.fact), instant.value(atom.fact)
    if value is None:
        return f"{kind.label.of(language)}: {'not known' if english else 'chưa rõ'}"
    if kind.type == "bool":
        said = kind.when_true if value else kind.when_false
        return (said or kind.label).of(language)
    if kind.type == "enum":
        return kind.members[value].of(language)
    return f"{kind.label.of(language)}: {money(value, language) if kind.type == 'dong' else value}"


def _event_found(atom: InMonth | Happened | Dated, instant: Instant, language: str) -> str:
    label, day = _kind(instant, atom.fact).label.of(language), instant.happened_on(atom.fact)
    if day is None:
        return f"{label}: {'not known' if language == 'en' else 'chưa rõ'}"
    if day == NEVER:
        return f"{label}: {'none' if language == 'en' else 'không có'}"
    return f"{label} {day_text(day, language)}"


def _age_found(atom: Age | Born, instant: Instant, language: str) -> str:
    birth = instant.birth_date
    if birth is None:
        return "birth date not known" if language == "en" else "chưa rõ ngày sinh"
    if birth > instant.day:
        return "not yet born" if language == "en" else "khi đó chưa sinh"
    if isinstance(atom, Born):
        return f"{'born on' if language == 'en' else 'sinh ngày'} {day_text(birth, language)}"
    if atom.unit == "months":
        months = completed_months(birth, instant.day)
        return f"{months} months old" if language == "en" else f"{months} tháng tuổi"
    years = completed_years(birth, instant.day)
    return f"{years} years old" if language == "en" else f"{years} tuổi"


def _received_found(atom: WasReceiving, instant: Instant, language: str) -> str:
    answer = truth(atom, instant)
    words = {
        None: ("chưa rõ trước đây có hưởng", "not known whether received"),
        True: ("đang hưởng", "was receiving"),
        False: ("không đang hưởng", "was not receiving"),
    }[answer]
    name = instant.package.benefit(atom.benefit).name.of(language)
    return f"{words[1] if language == 'en' else words[0]} “{name}” ({atom.benefit})"


# ── why not, and what is not known ───────────────────────────────────────────────────────────────────────────────────


def unmet(expression: Expression, instant: Instant) -> list[Expression]:
    """Return the parts that make the condition false, in the lawyer's order; for a choice, every part that failed."""
    # A part that is only unknown is not what the condition failed on; it is `open_facts`'s to name.
    if truth(expression, instant) is not False:
        return []
    if isinstance(expression, And):
        return [atom for part in expression.parts for atom in unmet(part, instant)]
    # Any one of them would have sufficed; the reader sees them all.
    if isinstance(expression, Or):
        return [atom for part in expression.parts for atom in unmet(part, instant)]
    if isinstance(expression, Not):
        return _blocking(expression.part, instant)
    return [expression]


def _blocking(expression: Expression, instant: Instant) -> list[Expression]:
    """Return the parts that make true what the law excludes."""
    if isinstance(expression, And | Or):
        parts = [part for part in expression.parts if truth(part, instant) is True]
        return [atom for part in parts for atom in _blocking(part, instant)]
    if isinstance(expression, Not):
        return unmet(expression.part, instant)
    return [negate(expression)]


def open_facts(expression: Expression, instant: Instant) -> list[str]:
    """Return the names of the unknown facts on which the condition hangs."""
    # Only parts that are themselves open: an unknown fact beside one that has already decided needs no verification.
    if truth(expression, instant) is not None:
        return []
    if isinstance(expression, And | Or):
        return _unique(name for part in expression.parts for name in open_facts(part, instant))
    if isinstance(expression, Not):
        return open_facts(expression.part, instant)
    if isinstance(expression, CountChildren):
        return ["children"]
    if isinstance(expression, WasReceiving):
        return ["was_receiving"]
    if isinstance(expression, Age | Born):
        return ["birth_date"]
    assert isinstance(expression, Is | OneOf | Amount | InMonth | Happened | Dated | Unknown)
    return [expression.fact]


def _unique(names: Any) -> list[str]:
    return list(dict.fromkeys(names))


def fact_label(package: LawPackage, name: str, language: str) -> str:
    """Return how people call a fact."""
    return package.facts[name].label.of(language)


def joined(phrases: list[str]) -> str:
    """Return phrases as one list without repetitions."""
    return "; ".join(dict.fromkeys(phrases))
