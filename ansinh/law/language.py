"""The closed mini-language of conditions, parsed by hand into the typed tree.

    and or not ( ) = != < <= > >= in between is unknown · age · months_old · birth_date · was_receiving K1 [at 16]
    count_children(condition on a child) >= 1 · in_month(a day) · happened(a day) · a day >= 2026-10-05

It knows the facts of the domain and refuses everything else: no division, no decimals, no function of an engine.
"""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn, cast

from ansinh.law.tree import (
    Age,
    Amount,
    And,
    Born,
    Comparison,
    CountChildren,
    Dated,
    Expression,
    Happened,
    InMonth,
    Is,
    Not,
    Number,
    OneOf,
    Or,
    Scope,
    Unknown,
    WasReceiving,
)
from ansinh.law.words import FactKind

# Alternatives are tried in order: a date before a number, or 2026-10-05 would be a number with a rest.
# A number may not touch a letter, a point or another dash: 1.5 and 2026-10 are refused instead of being cut in two.
_TOKEN = re.compile(
    r"\s*(?:(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?![\w.-])|(?P<number>[0-9]+)(?![\w.])"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign><=|>=|!=|=|<|>|\(|\)|,))"
)
# Words of the language itself; a fact of such a name could be declared but never asked about.
_KEYWORDS = frozenset(
    {
        "and",
        "or",
        "not",
        "in",
        "between",
        "is",
        "unknown",
        "at",
        "age",
        "months_old",
        "birth_date",
        "was_receiving",
        "count_children",
        "in_month",
        "happened",
    }
)
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
# A condition that no lawyer could read is refused before it exhausts the stack.
_MAX_NESTING = 40


class ConditionError(Exception):
    """A condition that the language refuses: what is wrong, in both languages."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


# Read by hand and not by an SQL parser: SQLGlot accepts `pg_sleep(10)` and `EXISTS (SELECT …)` without a murmur. Here a
# word that has no method below cannot reach a database.
@dataclass(frozen=True)
class Vocabulary:
    """The names a condition may use."""

    facts: Mapping[str, FactKind]
    child_facts: Mapping[str, FactKind]
    parameters: frozenset[str]
    benefits: frozenset[str]
    definitions: Mapping[str, Expression]


def parse_condition(text: str, vocabulary: Vocabulary, scope: Scope = "person") -> Expression:
    """Return the typed tree of a condition.

    Raises:
        ConditionError: when a word, a type or the grammar is not the language's.
    """
    parser = _Parser(text, vocabulary, scope)
    expression = parser.either()
    if parser.peek() != "":
        parser.fail_at_token("phần còn lại không hiểu được", "the rest is not understood")
    return expression


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].strip()[:20]
            hint = " Không dùng phép chia, số lẻ hay dấu nháy." if rest[:1] in "/.'\"0123456789" else ""
            raise ConditionError(
                f"không hiểu từ chỗ “{rest}”.{hint}", f"not understood from “{rest}”; no division, decimals or quotes."
            )
        tokens.append((cast(str, match.lastgroup), match.group(match.lastgroup or 0)))
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens of one condition; `or` binds weaker than `and`, `and` weaker than `not`."""

    def __init__(self, text: str, vocabulary: Vocabulary, scope: Scope) -> None:
        self.tokens = _tokens(text)
        self.position = 0
        self.nesting = 0
        self.scope = scope
        self.vocabulary = vocabulary
        self.facts = vocabulary.facts if scope == "person" else vocabulary.child_facts

    def peek(self) -> str:
        """Return the next token's text, or "" at the end."""
        return self.tokens[self.position][1] if self.position < len(self.tokens) else ""

    def take(self, kind: str | None = None) -> str:
        """Return the next token and step over it, refusing another kind."""
        if self.position >= len(self.tokens):
            raise ConditionError("điều kiện bị bỏ dở.", "the condition ends too early.")
        found, text = self.tokens[self.position]
        if kind is not None and found != kind:
            names = {
                "word": ("một tên", "a name"),
                "number": ("một số nguyên", "a whole number"),
                "date": ("một ngày", "a day"),
                "sign": ("một dấu", "a sign"),
            }[kind]
            self.fail_at_token(f"cần {names[0]}", f"{names[1]} is expected")
        self.position += 1
        return text

    def expect(self, text: str) -> None:
        """Step over exactly this token."""
        if self.peek() != text:
            self.fail_at_token(f"cần “{text}”", f"“{text}” is expected")
        self.position += 1

    def fail_at_token(self, vi: str, en: str) -> NoReturn:
        """Refuse at the next token."""
        near = self.peek() or "…"
        raise ConditionError(f"{vi}, gần “{near}”.", f"{en}, near “{near}”.")

    def either(self) -> Expression:
        """Read `a or b or c`."""
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            raise ConditionError("điều kiện lồng quá sâu.", "the condition is nested too deeply.")
        parts = [self.both()]
        while self.peek() == "or":
            self.position += 1
            parts.append(self.both())
        self.nesting -= 1
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def both(self) -> Expression:
        """Read `a and b and c`."""
        parts = [self.opposite()]
        while self.peek() == "and":
            self.position += 1
            parts.append(self.opposite())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def opposite(self) -> Expression:
        """Read `not a`, or an atom."""
        negations = 0
        while self.peek() == "not":
            self.position += 1
            negations += 1
        expression = self.atom()
        # An even number of negations says nothing; the tree stays as small as its meaning.
        return Not(expression) if negations % 2 else expression

    def atom(self) -> Expression:
        """Read one comparison, one yes/no fact, or a parenthesis."""
        if self.peek() == "(":
            self.position += 1
            inside = self.either()
            self.expect(")")
            return inside
        name = self.take("word")
        if name in {"age", "months_old"}:
            return self.age("years" if name == "age" else "months")
        if name == "birth_date":
            return Born(self.comparison(), self.date())
        # A history and a list of children are facts too, but no comparison can be written with them.
        if name == "was_receiving":
            return self.was_receiving()
        if name == "count_children":
            return self.count_children()
        if name in {"in_month", "happened"}:
            return self.event(name)
        if name in _KEYWORDS:
            raise ConditionError(f"từ “{name}” không đứng được ở đây.", f"“{name}” cannot stand here.")
        # A definition stands for its whole tree; nothing is left to look up when the condition is evaluated. It speaks
        # of the person, so inside count_children its words would silently mean the child's facts: there it is unknown.
        if name in self.vocabulary.definitions and self.scope == "person":
            return self.vocabulary.definitions[name]
        return self.fact(name)

    def fact(self, name: str) -> Expression:
        """Read what is said about a fact of the domain."""
        kind = self.facts.get(name)
        # Some declared facts only identify or date a person: no condition may hang on an area code or a name.
        if kind is None or not kind.in_conditions:
            known = ", ".join(sorted(fact for fact, k in self.facts.items() if k.in_conditions))
            raise ConditionError(
                f"“{name}” không phải là sự kiện đã khai báo ({known}).", f"“{name}” is not a declared fact ({known})."
            )
        if self.peek() == "is" and kind.type != "date":
            self.position += 1
            self.expect("unknown")
            return Unknown(name)
        if kind.type == "date":
            return Dated(name, self.comparison(), self.date())
        if kind.type == "bool":
            if self.peek() in _COMPARISONS | {"in", "between"}:
                raise ConditionError(
                    f"“{name}” là có/không: viết “{name}” hoặc “not {name}”.",
                    f"“{name}” is yes/no: write it alone or with not.",
                )
            return Is(name)
        if kind.type == "enum":
            return self.listed(kind)
        if self.peek() == "between":
            # “between” is only a way of writing two comparisons.
            low, high = self.bounds()
            return And((Amount(name, ">=", low), Amount(name, "<=", high)))
        return Amount(name, self.comparison(), self.number())

    def event(self, word: str) -> Expression:
        """Read `in_month(a day)` or `happened(a day)`."""
        self.expect("(")
        name = self.take("word")
        kind = self.facts.get(name)
        if kind is None or kind.type != "date" or not kind.in_conditions:
            raise ConditionError(
                f"“{word}” cần một sự kiện loại ngày; “{name}” không phải.", f"“{word}” takes a day; “{name}” is none."
            )
        self.expect(")")
        return InMonth(name) if word == "in_month" else Happened(name)

    def listed(self, kind: FactKind) -> Expression:
        """Read `= member`, `!= member`, `[not] in (member, …)`."""
        # Every form becomes “one of” or its opposite: one node to evaluate, to compile, and to say in words.
        negated = False
        if self.peek() == "not":
            self.position += 1
            negated = True
        sign = self.take()
        if sign == "in":
            self.expect("(")
            members = [self.member(kind)]
            while self.peek() == ",":
                self.position += 1
                members.append(self.member(kind))
            self.expect(")")
        elif sign in {"=", "!="} and not negated:
            members = [self.member(kind)]
            negated = sign == "!="
        else:
            raise ConditionError(
                f"“{kind.name}” chỉ so sánh được bằng =, != hoặc in (…).", f"“{kind.name}” takes only =, != or in (…)."
            )
        expression = OneOf(kind.name, tuple(members))
        return Not(expression) if negated else expression

    def member(self, kind: FactKind) -> str:
        """Read a member of a listed fact."""
        word = self.take("word")
        if word not in kind.members:
            raise ConditionError(
                f"“{word}” không có trong danh sách của “{kind.name}” ({', '.join(kind.members)}).",
                f"“{word}” is not a member of “{kind.name}” ({', '.join(kind.members)}).",
            )
        return word

    def comparison(self) -> Comparison:
        """Read a comparison sign."""
        if self.peek() not in _COMPARISONS:
            self.fail_at_token("cần một dấu so sánh", "a comparison sign is expected")
        return cast(Comparison, self.take("sign"))

    def number(self) -> Number:
        """Read a whole number or the name of a parameter."""
        if self.position < len(self.tokens) and self.tokens[self.position][0] == "word":
            name = self.take("word")
            if name not in self.vocabulary.parameters:
                raise ConditionError(
                    f"“{name}” không phải là tham số đã khai báo.", f"“{name}” is not a declared parameter."
                )
            return Number(parameter=name)
        return Number(value=int(self.take("number")))

    def bounds(self) -> tuple[Number, Number]:
        """Read `between a and b`, both included."""
        # This “and” belongs to the bounds; it is taken here, before `both` could read it as a conjunction.
        self.expect("between")
        low = self.number()
        self.expect("and")
        return low, self.number()

    def age(self, unit: str) -> Expression:
        """Read what is said about the age."""
        in_unit = "years" if unit == "years" else "months"
        if self.peek() == "between":
            self.expect("between")
            low = int(self.take("number"))
            self.expect("and")
            return And((Age(in_unit, ">=", low), Age(in_unit, "<=", int(self.take("number")))))
        return Age(in_unit, self.comparison(), int(self.take("number")))

    def date(self) -> datetime.date:
        """Read a day."""
        text = self.take("date")
        try:
            return datetime.date.fromisoformat(text)
        except ValueError as error:
            raise ConditionError(f"“{text}” không phải là một ngày.", f"“{text}” is not a day.") from error

    def was_receiving(self) -> Expression:
        """Read `was_receiving K1` or `was_receiving K1 at 16`."""
        if self.scope != "person":
            raise ConditionError("“was_receiving” không dùng cho con.", "“was_receiving” cannot be asked of a child.")
        benefit = self.take("word")
        if benefit not in self.vocabulary.benefits:
            raise ConditionError(f"“{benefit}” không phải là mã chế độ.", f"“{benefit}” is not a benefit code.")
        if self.peek() != "at":
            return WasReceiving(benefit)
        self.position += 1
        return WasReceiving(benefit, int(self.take("number")))

    def count_children(self) -> Expression:
        """Read `count_children(…) >= n`."""
        if self.scope != "person":
            raise ConditionError("không đếm con của con.", "children of a child are not counted.")
        self.expect("(")
        # A child has facts of its own; the parent's are out of reach inside the parentheses. The inner parser reads on
        # in the same tokens and hands its place back.
        inner = _Parser("", self.vocabulary, "child")
        inner.tokens, inner.position = self.tokens, self.position
        condition = inner.either()
        self.position = inner.position
        self.expect(")")
        # Only “at least”: `not` says the rest, and sure and possible children answer it without a further count.
        self.expect(">=")
        at_least = int(self.take("number"))
        if at_least < 1:
            raise ConditionError("số con phải từ 1.", "the number of children starts at 1.")
        return CountChildren(condition, at_least)
