"""Pieces that every law file is made of: two-language texts, clauses, spans of months, how far something was verified.

They refuse, with file and line, what a lawyer could have mistyped.
"""

import itertools
import re

from ansinh.base.months import Month
from ansinh.law.language import ConditionError, Vocabulary, parse_condition
from ansinh.law.reading import Fields, Value
from ansinh.law.tree import Expression
from ansinh.law.words import Text, Verification

_CLAUSE = re.compile(
    r"Điều [0-9]+[a-z]?( khoản [0-9]+[a-z]?)?( điểm [a-zđ]{1,2})?|Phụ lục [0-9IVXLC]+( mục [0-9]+(\.[0-9]+)*)?|Mẫu số [0-9]{2}"
)
_PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")
# The blanks that `sentences.granted_sentence` fills; both change together.
SENTENCE_WORDS = frozenset({"who", "age", "coefficient", "base", "amount", "children", "month", "count"})

Span = tuple[Month, Month | None]


def read_text(value: Value) -> Text:
    """Return a text in both languages."""
    fields = value.fields("vi en")
    return Text(vi=fields["vi"].text(), en=fields["en"].text())


def optional_text(fields: Fields, name: str) -> Text | None:
    """Return a text in both languages, or None when it is absent."""
    piece = fields.get(name)
    return None if piece is None else read_text(piece)


def read_clause(value: Value) -> str:
    """Return a clause of a document, written like “Điều 6 khoản 1 điểm e” or “Phụ lục I mục 6”."""
    text = value.text()
    if not _CLAUSE.fullmatch(text):
        raise value.error(
            f"“{text}” phải viết như “Điều 6 khoản 1 điểm e” hoặc “Phụ lục I mục 6”.",
            f"write “{text}” like “Điều 6 khoản 1 điểm e” or “Phụ lục I mục 6”.",
        )
    return text


def read_verification(fields: Fields, default: Verification | None = None) -> Verification:
    """Return how far the text was verified; a figure inherits its document's answer, never a better one."""
    # Only a document itself must say whether somebody compared it.
    status = fields.get("status")
    if status is None:
        if default is None:
            raise fields.value.error("thiếu mục “status”.", "the field “status” is missing.")
        return default
    return Verification(status.member("verified", "unverified") == "verified", fields.text("note"))


def read_span(fields: Fields) -> Span:
    """Return the first and last month to which a version applies; no last month means for ever."""
    until = fields.get("applies_to")
    first, last = fields["applies_from"].month(), None if until is None else until.month()
    if last is not None and last < first:
        raise fields.value.error("tháng hết áp dụng đứng trước tháng bắt đầu.", "the last month is before the first.")
    return first, last


def check_sequence(value: Value, spans: list[Span]) -> None:
    """Refuse versions of one file that overlap, stand out of order, or leave a gap between them."""
    # A file without versions would be a clause that exists, is cited, and never pays anybody.
    if not spans:
        raise value.error("“versions” không được để trống.", "“versions” must not be empty.")
    # A benefit that really pauses needs a repeal by a document; inside one file a gap is a slip of the pen.
    for (_, last), (first, _) in itertools.pairwise(spans):
        if last is None or first <= last:
            raise value.error(
                f"hai khoảng thời gian chồng nhau từ tháng {first}.", f"two versions overlap from month {first}."
            )
        if first > last.plus(1):
            raise value.error(
                f"thiếu quy định từ tháng {last.plus(1)} đến trước tháng {first}.",
                f"months from {last.plus(1)} until before {first} are not covered.",
            )


def read_condition(value: Value, vocabulary: Vocabulary) -> Expression:
    """Return the typed tree of a condition, or refuse it with its line."""
    try:
        return parse_condition(value.text(), vocabulary)
    except ConditionError as error:
        raise value.error(f"điều kiện không đúng: {error.vi}", f"the condition is wrong: {error.en}") from error


def read_sentence(value: Value) -> Text:
    """Return a sentence whose blanks the explanation knows how to fill."""
    text = read_text(value)
    for name in _PLACEHOLDER.findall(text.vi + text.en):
        if name not in SENTENCE_WORDS:
            raise value.error(
                f"chỗ điền “{{{name}}}” không có; được dùng: {', '.join(sorted(SENTENCE_WORDS))}.",
                f"the blank “{{{name}}}” is unknown; use: {', '.join(sorted(SENTENCE_WORDS))}.",
            )
    return text
