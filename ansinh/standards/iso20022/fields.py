"""Small readings inside a message: by local names only, so that the version of a message changes nothing.

Each returns what is there or names what is wrong with it; none guesses.
"""

import datetime
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import takewhile

from lxml import etree

from ansinh.standards.iso20022.codes import PROPRIETARY_SET

# No sign, no exponent, no grouping: a direction is told by another element, and anything else is a misreading.
_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{0,5})?")
_REASONS = frozenset({"Rsn", "RtrRsn", "StsRsn"})
_CODE = re.compile(r"[A-Z0-9]{1,4}")
# A hostile text must not travel on in full.
_EVIDENCE_LIMIT = 80


# What is wrong with broken XML, by the numbers of libxml2: its own English sentences are for programmers.
_FAULTS = {
    4: "không phải XML", 5: "còn nội dung thừa sau khi XML đã hết", 9: "có ký tự không được phép",
    26: "dùng ký hiệu chưa khai báo", 32: "ghi sai bảng mã", 73: "thẻ XML bị cắt dở", 76: "thẻ mở và thẻ đóng không khớp", 77: "bị cắt giữa chừng",
    81: "có ký tự sai bảng mã", 114: "lồng quá nhiều lớp",
}  # fmt: skip


class Unreadable(Exception):
    """One line cannot be understood. Carries the reason and the offending text; never leaves this package."""

    def __init__(self, reason: str, evidence: str | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.evidence = (evidence or "")[:_EVIDENCE_LIMIT]


class _LocalNames(dict[str, str]):
    """Local names by full tag, found once per tag."""

    def __missing__(self, tag: str) -> str:
        # What is no element has no name: a reference that a parser left as it stood.
        name = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        # A file may invent tags without end; the table must not grow with them.
        if len(self) < 2000:
            self[tag] = name
        return name


LOCAL = _LocalNames()


def broken(error: etree.XMLSyntaxError, parser: etree.XMLParser | etree.XMLPullParser) -> str:
    """Return what is wrong with a broken file and where, in an officer's words."""
    code, (line, column) = error.code, error.position
    # The error tells the first fault, which may be one that stops nobody: a prefix that was never declared.
    fatal = parser.feed_error_log.last_error
    if fatal is not None and fatal.level == etree.ErrorLevels.FATAL:
        code, line, column = fatal.type, fatal.line, fatal.column
    return f"{_FAULTS.get(code, 'sai cú pháp XML')} (dòng {line}, cột {column})"


def before(element: etree._Element, above: etree._Element) -> Iterator[etree._Element]:
    """Yield the children of an element further up that stand before this one; all when it has ended already."""
    # What stands behind is not looked at: whether it has been read yet depends on how the file was cut into pieces.
    passed: etree._Element | None = element
    while passed is not None and (parent := passed.getparent()) is not above:
        passed = parent
    return takewhile(lambda child: child is not passed, above)


def torn_by(element: etree._Element, lines: frozenset[str], block: str) -> etree._Element | None:
    """Return what a line spoils that stands where no line stands: the line around it, else what is next around it, else itself.

    None when it is in its place: in no other line, and directly in its block where it is in one.
    """
    above = list(element.iterancestors())
    around = next((one for one in above if LOCAL[one.tag] in lines), None)
    if around is not None or not above:
        return element if around is None else around
    is_within = any(LOCAL[one.tag] == block for one in above[1:])
    return above[0] if is_within and LOCAL[above[0].tag] != block else None


class InBlocks(ABC):
    """A message that is read line by line; each line stands in a block that says what holds for all of its lines."""

    def __init__(self, lines: frozenset[str], block_name: str) -> None:
        self.block: etree._Element | None = None
        self._torn: etree._Element | None = None
        self._lines, self._block_name = lines, block_name

    @abstractmethod
    def enter(self, block: etree._Element, line: etree._Element | None = None) -> None:
        """Take what a block says: all of it, or as much as stands before its first line."""

    def come_to_block(self, block: etree._Element, line: etree._Element | None = None) -> None:
        """Know that the lines that follow stand in this block."""
        self.block = block
        self.enter(block, line)

    def come_to_line(self, element: etree._Element) -> None:
        """Know the block of a line before it is read. Raises Unreadable for a line in a place that no line has."""
        parent = element.getparent()
        if parent is None or parent is not self.block:
            if (torn := torn_by(element, self._lines, self._block_name)) is not None:
                self._torn = torn
                raise Unreadable("line_misplaced", "")
            self.come_to_block(parent, element)
        if element is self._torn:
            raise Unreadable("line_misplaced", "")


def children(element: Iterable[etree._Element]) -> dict[str, etree._Element]:
    """Return the first child of each local name."""
    # The first wins: banks repeat elements for further remarks, and the later ones are never the ones that count.
    found: dict[str, etree._Element] = {}
    for child in element:
        found.setdefault(LOCAL[child.tag], child)
    return found


def below(element: Iterable[etree._Element] | None, *path: str) -> etree._Element | None:
    """Return the first descendant of an element, or of some of its children, along a path of local names; or None."""
    for step in path:
        if element is None:
            return None
        for child in element:
            if LOCAL[child.tag] == step:
                element = child
                break
        else:
            return None
    return element  # type: ignore[return-value]


def text(element: etree._Element | None) -> str:
    """Return the element's text without outer blanks; nothing gives an empty text."""
    return (element.text or "").strip() if element is not None else ""


def name_in(element: etree._Element, *paths: tuple[str, ...]) -> str:
    """Return the first name that stands at one of these places; nothing where a bank gave none."""
    names = (text(below(element, *path)) for path in paths)
    return next((name[:35] for name in names if name not in ("", "NOTPROVIDED")), "")


def amount(element: etree._Element) -> tuple[int | None, str | None, str]:
    """Return (đồng, text, currency): whole amounts in VND as an integer, all others as the bank's own text.

    Raises:
        Unreadable: `amount_invalid`, `amount_not_whole_dong`.
    """
    written = (element.text or "").strip()
    currency = element.get("Ccy") or ""
    # Nearly every amount is a plain number in đồng; only the others need the rule for decimals.
    if currency == "VND" and written.isdigit() and written.isascii() and len(written) <= 18:
        return int(written), None, currency
    if _AMOUNT.fullmatch(written) is None:
        raise Unreadable("amount_invalid", written)
    # Only đồng become integers: cents of other currencies are shown, never applied.
    if currency != "VND":
        return None, written, currency
    whole, _, fraction = written.partition(".")
    if fraction.strip("0"):
        raise Unreadable("amount_not_whole_dong", written)
    return int(whole), None, currency


def day(element: etree._Element | None) -> datetime.date | None:
    """Return the day of a `Dt`, `DtTm` or plain date element; None when there is none.

    Raises:
        Unreadable: `date_invalid`.
    """
    if element is None:
        return None
    # `BookgDt` holds a `Dt` or a `DtTm`; the oldest messages hold the day itself.
    written = text(element) or (text(element[0]) if len(element) else "")
    if not written:
        return None
    try:
        return datetime.date.fromisoformat(written[:10])
    except ValueError:
        raise Unreadable("date_invalid", written) from None


def reason(information: etree._Element, reason_set: str) -> tuple[str, str]:
    """Return (set, code) of a status or return reason; empty texts when there is none.

    Real banks also write `<Rsn><Rsn>CODE`; the oldest versions say `RtrRsn` and `StsRsn`.
    """
    holder = next((child for child in information if LOCAL[child.tag] in _REASONS), None)
    if holder is None:
        return "", ""
    # The code sits directly in the reason in the oldest versions and in the malformed ones.
    if len(holder) == 0:
        code = text(holder)
        return (reason_set, code) if _CODE.fullmatch(code) else ("", "")
    # A code of the bank's own (`Prtry`) is kept, but in a set of its own: it must never meet an ISO meaning.
    chosen = holder[0]
    code = text(chosen)
    if LOCAL[chosen.tag] != "Prtry" and _CODE.fullmatch(code):
        return reason_set, code
    return (PROPRIETARY_SET, code[:35]) if code else ("", "")


def whole_number(element: etree._Element | None) -> int | None:
    """Return a count that a bank states, or None when it states none that can be read."""
    written = text(element)
    return int(written) if written.isascii() and written.isdigit() and len(written) <= 15 else None


def stated_sum(element: etree._Element | None) -> Decimal | None:
    """Return a sum that a bank states, or None when it states none that can be read."""
    # Decimal only here, to compare with what a bank wrote: a stated sum may be in a currency with cents. It never
    # becomes money.
    written = text(element)
    return Decimal(written) if _AMOUNT.fullmatch(written) else None
