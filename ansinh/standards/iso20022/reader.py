"""Reads what banks send back: pain.002, camt.029, camt.052/053/054, acmt.024 of any version, in a stream, line by line.

It refuses files built to do harm (document types, entities). Of a broken file it keeps what was readable and says that
it is incomplete. An unknown version is read with a notice; an unknown message is quarantined, never guessed. Envelopes
are looked into, those that carry the message as text (CDATA) included.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, count, repeat

from lxml import etree

from ansinh.base.refusals import Refused
from ansinh.standards.iso20022 import alike
from ansinh.standards.iso20022.fields import LOCAL, broken, text
from ansinh.standards.iso20022.recall_answer import RecallAnswer
from ansinh.standards.iso20022.results import BOOKED, Entry, FileReading, Held, Notice, Profile, ReadResult
from ansinh.standards.iso20022.statement import Statement
from ansinh.standards.iso20022.status_report import StatusReport
from ansinh.standards.iso20022.verification_report import VerificationReport

_PIECE = 1 << 16
_ROOTS = {
    "CstmrPmtStsRpt": "pain.002", "RsltnOfInvstgtn": "camt.029", "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrStmt": "camt.053", "BkToCstmrDbtCdtNtfctn": "camt.054", "IdVrfctnRpt": "acmt.024",
}  # fmt: skip
# The oldest versions carry their version in the name of the root (`BkToCstmrStmtV01`), or are named by it alone.
_OLD_ROOT = re.compile(r"(?P<root>[A-Za-z]+)V[0-9]{2}|(?P<message>[a-z]{4}\.[0-9]{3})\.[0-9]{3}\.[0-9]{2}")
# What opens a message: each family has its own name for its head.
_HEADS = ("GrpHdr", "Assgnmt", "GnlInf")
_MESSAGES = (StatusReport, Statement, VerificationReport, RecallAnswer)
_TAGS = tuple(f"{{*}}{name}" for name in sorted({*_HEADS, *(end for message in _MESSAGES for end in message.ends)}))
# Where one of the elements ends that a message has one of for each order.
_END_OF_ONE = re.compile(rb"</(?:[A-Za-z_][A-Za-z0-9_.-]*:)?(?:TxInfAndSts|TxDtls)>")
_ONE = frozenset({"TxInfAndSts", "TxDtls"})
# A longer one is left to the parser; so is the rest of a file after so many of which none was like its neighbour.
_LONGEST_ONE, _MOST_UNLIKE = 1 << 15, 64
# How many kinds of elements are known at a time: paid, refused, and what else a bank says of orders side by side.
_MOST_KINDS = 12
# To learn a kind costs as much as to read some forty elements: of so many lines one may be the first of a new kind.
_FIRST_KINDS, _LINES_A_KIND = 64, 256
# How many neighbours are looked at in one turn; after a name that is none of ours one, then two, four, and so on, or the
# same ones would be looked at again and again.
_MOST_AT_ONCE = 1 << 12
_MOST_BLANKS = 1 << 16
# Blanks between two elements are one text to the parser, which takes ten million letters in one: then it reads an element again.
_MOST_TOGETHER = 1 << 20
_REPEATED = frozenset({"TxInfAndSts", "TxDtls", "Ntry", "Rpt", "OrgnlTxRefInfAndSts"})
_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:(?:tech:)?xsd:([a-z]{4}\.[0-9]{3})\.([0-9]{3})\.([0-9]{2})")
# The newest version of each message whose schema we have seen; a newer one is read with a notice.
_NEWEST = {"pain.002": 15, "camt.029": 14, "camt.052": 14, "camt.053": 14, "camt.054": 14, "acmt.024": 4}
# A message that travels as text inside another one is one single text to the parser, and is in memory as a whole.
_MOST_WRAPPED = 256 << 20
_DECLARATION = re.compile(r"^<\?xml[^>]*\?>")
# Only encodings in which markup looks like markup. UTF-7 writes a document type as harmless letters.
_ENCODING = re.compile(rb"^<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_ENCODINGS = re.compile(r"utf-?8|us-ascii|ascii|iso-8859-[0-9]{1,2}|windows-125[0-9]|utf-?16(le|be)?", re.IGNORECASE)
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)

_NAMES_OF_A_MESSAGE = frozenset({"MsgId", "Id", "PmtInitnStsId"})

DEFAULT_PROFILE = Profile()


def read(raw: bytes, profile: Profile = DEFAULT_PROFILE) -> ReadResult:
    """Return everything the file says. Empty or foreign bytes give kind `unknown` with the reason held.

    Raises:
        Refused: `xml_is_hostile` when the file carries a document type, entities or a disguised encoding.
    """
    return Reading(raw, profile).result()


class Reading(FileReading):
    """One ISO 20022 file while it is read: iterate, once, for entries and held lines.

    The source is the whole file, or its pieces in order; what opens files belongs to the caller.
    """

    def __init__(
        self, source: bytes | Iterable[bytes], profile: Profile = DEFAULT_PROFILE, *, is_wrapped: bool = False
    ) -> None:
        super().__init__()
        self._pieces = _pieces(source)
        self._is_wrapped = is_wrapped
        self._profile = profile
        self._root: etree._Element | None = None
        self._message: StatusReport | Statement | VerificationReport | RecallAnswer | None = None
        # Kinds of elements as known since the surroundings last changed, each with what the first of its kind said.
        self._kinds: list[tuple[alike.Shape, Entry]] = []
        # The patterns that were ever learned, as numbers.
        self._learned: set[int] = set()
        self._at_once = _MOST_AT_ONCE
        self._is_between = False
        self._around: etree._Element | None = None
        self._last: tuple[etree._Element | None, etree._Element | None] = (None, None)
        self._ends = self._unlike = 0
        self._blanks, self._together = _MOST_BLANKS, 0

    def __iter__(self) -> Iterator[Entry | Held]:
        """Yield each result as soon as its piece of the file has been read."""
        # A pull parser: results come out while the file goes in, so that a statement of a whole province needs no whole
        # tree. By `{*}name` every version and even a missing namespace is read alike.
        head = next(self._pieces, b"")
        has_text_inside = not self._is_wrapped and b"<![CDATA[" in head
        parser = etree.XMLPullParser(
            events=("end",), tag=_TAGS, resolve_entities=False, no_network=True, load_dtd=False,
            dtd_validation=False, huge_tree=has_text_inside, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        rest = _limited(self._pieces) if has_text_inside else self._pieces
        is_parsed_whole = has_text_inside or not _is_read_in_order(head)
        problem, root = "", None
        try:
            left = b""
            for piece in chain((head,), rest):
                at, left = 0, left + piece
                if is_parsed_whole:
                    self._unlike = _MOST_UNLIKE
                for read, outcomes in self._steps(parser, left):
                    yield from outcomes
                    at = read
                left = left[at:]
            _feed(parser, left)
            root = parser.close()
        except etree.XMLSyntaxError as error:
            problem = broken(error, parser)
        # Closed or not, broken or not: a bank's result that stands in the file must not be lost to what stands behind
        # it. What was complete before the damage is still waiting in the parser.
        yield from self._outcomes(parser)
        if self._message is not None:
            self._message.finished()
        if self.messages == 0 and root is not None and not self._is_wrapped:
            yield from self._unwrapped(root)
        # Nothing that we know was found: the whole file is one held line, for a person to look at.
        if self.messages == 0:
            self._line += 1
            yield Held(self._line, "format_unknown" if problem else "message_unknown", problem[:80])
        elif problem:
            self.incomplete = True
            self.warnings.append(Notice("file_incomplete", {"found": problem, "read": self._line}))

    def _steps(self, parser: etree.XMLPullParser, piece: bytes) -> Iterator[tuple[int, Iterable[Entry | Held]]]:
        """Go through a piece of the file; yield how far it is read, with what that said. A cut element at its end is left."""
        at = 0
        while at < len(piece):
            if self._is_between and self._together < _MOST_TOGETHER:
                last = at
                for kind in tuple(self._kinds):
                    read, outcomes = self._run(parser, kind, piece, at)
                    if read > at:
                        # What was of use last is forgotten last.
                        self._kinds.sort(key=lambda one, used=kind: one is not used)
                        at = read
                        yield at, outcomes
                if at > last:
                    self._unlike = 0
                    continue
            end = _END_OF_ONE.search(piece, at) if self._unlike < _MOST_UNLIKE else None
            if end is None:
                if self._is_between and len(piece) - at < _LONGEST_ONE and self._unlike < _MOST_UNLIKE:
                    return
                _feed(parser, piece[at:])
                self._is_between = False
                yield len(piece), self._outcomes(parser)
                return
            yield end.end(), self._one(parser, piece[at : end.end()])
            at = end.end()

    def _one(self, parser: etree.XMLPullParser, raw: bytes) -> Iterator[Entry | Held]:
        """Let the parser read to the end of an element, and learn what others look like that say the same."""
        # All but its last byte first: what that byte alone ends is this element, and nothing that waited in the parser.
        _feed(parser, raw[:-1])
        yield from self._outcomes(parser)
        ends, line = self._ends, self._line
        _feed(parser, raw[-1:])
        outcomes = list(self._outcomes(parser))
        yield from outcomes
        self._is_between = self._ends == ends + 1 and self._line == line + 1
        if not self._is_between:
            return
        self._together = 0
        self._unlike += 1
        self._learn(outcomes[0], raw)

    def _learn(self, model: Entry | Held, raw: bytes) -> None:
        """Keep what elements look like that say the same as this one, the last of what was read."""
        if not isinstance(self._message, StatusReport | Statement) or not isinstance(model, Entry):
            return
        # Money that no order explains is told with all that the bank wrote about it.
        if model.status == BOOKED or len(self._learned) > _FIRST_KINDS + self._line // _LINES_A_KIND:
            return
        start = raw.rfind(b"<" + raw[raw.rfind(b"</") + 2 : -1])
        shape = self._message.shape_of(raw[start:]) if start >= 0 else None
        if shape is not None and _is_of(model, shape):
            self._learned.add(hash(shape.pattern))
            self._kinds.insert(0, (shape, model))
            del self._kinds[_MOST_KINDS:]

    def _run(
        self, parser: etree.XMLPullParser, kind: tuple[alike.Shape, Entry], piece: bytes, at: int
    ) -> tuple[int, Iterable[Entry]]:
        """Read elements of a known kind that follow one another; return where they end and what they said."""
        shape, model = kind
        names, amounts, ends = alike.run(shape, piece, at, self._at_once)
        if not names or not isinstance(self._message, StatusReport | Statement):
            return at, ()
        understood = self._message.repeated(names, amounts)
        self._at_once = min(2 * self._at_once, _MOST_AT_ONCE) if understood == len(names) else 1
        if not understood:
            return at, ()
        self._stand_in(parser, piece, at, ends[understood - 1])
        first = self._line + 1
        self._line += understood
        said = zip(count(first), names[:understood], amounts, *map(repeat, model[3:]))
        return ends[understood - 1], map(Entry._make, said)

    def _stand_in(self, parser: etree.XMLPullParser, piece: bytes, start: int, end: int) -> None:
        """Give the parser blanks in place of what was read without it, so that it names the right line of a fault."""
        lines = piece.count(b"\n", start, end)
        column = end - 1 - piece.rfind(b"\n", start, end) if lines else end - start
        # A file all on one line would be all blanks; from there on its columns are not told right.
        column = min(column, self._blanks)
        self._blanks -= column
        self._together += lines + column
        _feed(parser, b"\n" * lines + b" " * column)

    def _outcomes(self, parser: etree.XMLPullParser) -> Iterator[Entry | Held]:
        for _, element in parser.read_events():
            name, parent = LOCAL[element.tag], element.getparent()
            self._ends += 1
            # What others said in other surroundings, they may not say in these.
            if name not in _ONE or parent is not self._around:
                self._kinds.clear()
                self._around = parent
            # Every message opens with its group header; a broken one may lack it, and is found from below.
            # A correction inside an answer repeats another message's header, which opens nothing.
            is_head = name in _HEADS and parent is not None and bool(_message_of(LOCAL[parent.tag]))
            if is_head or self._message is None:
                self._open(element)
            if is_head:
                self._header(element)
            elif self._message is not None and name in self._message.ends:
                outcome = self._message.ended(element, self._line + 1)
                if outcome is not None:
                    self._line += 1
                    yield outcome
                if name in _REPEATED and parent is not None:
                    self._drop_the_one_before(element, parent)

    def _drop_the_one_before(self, element: etree._Element, parent: etree._Element) -> None:
        """Drop what was read before this one, on which the parser may still be working; what the block says of both stays."""
        # At the end of each and not of a piece of the file: nothing that is read later may depend on how the file was cut.
        before, holder = self._last
        if holder is not parent:
            before = element.getprevious()
            while before is not None and LOCAL[before.tag] not in _REPEATED:
                before = before.getprevious()
        if before is not None:
            parent.remove(before)
        self._last = element, parent

    def _open(self, element: etree._Element) -> None:
        """Begin the message around this element, if it is in one that we read."""
        root = next((above for above in element.iterancestors() if _message_of(LOCAL[above.tag])), None)
        # The page number stands inside the header and ends before it: then the message is open already.
        if root is None or root is self._root:
            return
        self._root = root
        # The second look, for what the prolog could not show: a document type in a later piece of the file.
        if root.getroottree().docinfo.internalDTD is not None:
            raise _hostile("document type")
        if isinstance(self._message, RecallAnswer):
            # Broken files open a message within another one: what that one says behind it is not read yet.
            self._message.finished(element)
        elif self._message is not None:
            self._message.finished()
        self.messages += 1
        message = _message_of(LOCAL[root.tag])
        if message == StatusReport.message:
            self._message = StatusReport(self._profile, self.groups, self.warnings)
        elif message == RecallAnswer.message:
            self._message = RecallAnswer(root, self.groups, self._profile)
        elif message == VerificationReport.message:
            self._message = VerificationReport()
        else:
            self._message = Statement(self._profile, message, self.warnings, self.balances)
        if self.messages == 1:
            self._name(root, self._message.message)

    def _unwrapped(self, root: etree._Element) -> Iterator[Entry | Held]:
        """Read the messages that the file carries as text. One layer only: text inside text is somebody's joke."""
        for element in root.iter():
            written = (element.text or "").lstrip("\ufeff \t\r\n")
            if not written.startswith("<"):
                continue
            # The text has already been decoded, so what it declares about its encoding is no longer true.
            inner = Reading(_DECLARATION.sub("", written).encode(), self._profile, is_wrapped=True)
            for outcome in inner:
                if inner.messages:
                    self._line += 1
                    yield outcome._replace(line=self._line)
            if inner.messages and not self.messages:
                self.kind, self.version, self.message_id = inner.kind, inner.version, inner.message_id
            if inner.messages:
                self.warnings.append(Notice("message_in_an_envelope", {"kind": inner.kind}))
            self.messages += inner.messages
            self.groups += inner.groups
            self.balances += inner.balances
            self.warnings += inner.warnings
            self.incomplete = self.incomplete or inner.incomplete

    def _name(self, element: etree._Element, message: str) -> None:
        # By hand, because a namespace may be any text, even one that no name can be made of.
        namespace = element.tag[1:].rpartition("}")[0]
        found = _NAMESPACE.fullmatch(namespace)
        if found is None or found[1] != message:
            # A missing or foreign namespace costs nothing: the shape has already said what the message is.
            self.kind = message
            self.warnings.append(Notice("namespace_unknown", {"namespace": namespace[:80]}))
            return
        self.version = found[3]
        self.kind = f"{message}.{found[2]}.{found[3]}"
        if int(found[3]) > _NEWEST[message] or found[2] != "001":
            self.warnings.append(Notice("version_unknown", {"kind": self.kind}))

    def _header(self, element: etree._Element) -> None:
        for child in element:
            if LOCAL[child.tag] in _NAMES_OF_A_MESSAGE and not self.message_id:
                self.message_id = text(child)[:70]
                # Real banks break their own schema here; the name is kept, and the breach is shown.
                if len(text(child)) > 35:
                    self.warnings.append(Notice("message_id_too_long", {"length": len(text(child))}))


def _feed(parser: etree.XMLPullParser, raw: bytes) -> None:
    """Let the parser read on. Raises XMLSyntaxError for any fault, an undeclared entity included."""
    parser.feed(raw)
    # Where entities are not resolved, the library says nothing of one that was never declared. The parser has stopped
    # all the same, and what comes next would be a new document to it, without a root.
    fault = parser.feed_error_log.last_error
    if fault is not None and fault.level == etree.ErrorLevels.FATAL:
        raise etree.XMLSyntaxError(fault.message, fault.type, fault.line, fault.column)


def _is_of(model: Entry, shape: alike.Shape) -> bool:
    """Return whether what was read of an element is what its shape has in its gaps."""
    is_same = (model.end_to_end_id, model.amount_dong) == (shape.own_name, shape.own_amount)
    return is_same and model.currency == "VND"


def _message_of(root: str) -> str:
    """Return the message that an element of this name is the root of, or an empty text."""
    if root in _ROOTS:
        return _ROOTS[root]
    old = _OLD_ROOT.fullmatch(root)
    if old is None:
        return ""
    return _ROOTS.get(old["root"] or "", "") or (old["message"] if old["message"] in _NEWEST else "")


def _limited(pieces: Iterator[bytes]) -> Iterator[bytes]:
    left = _MOST_WRAPPED
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise Refused(
                "envelope_too_large",
                vi="Thông điệp nằm trong phong bì XML và lớn hơn 256 MB nên không được đọc. Hãy xin tệp không có phong bì.",
                en="The message inside the XML envelope is above 256 MB and was not read. Ask for it without envelope.",
            )
        yield piece


def _pieces(source: bytes | Iterable[bytes]) -> Iterator[bytes]:
    """Yield the file in pieces; the first is looked over before any parser sees it."""
    first = True
    for piece in _cut(source) if isinstance(source, bytes) else source:
        if first:
            # Blank lines before the XML declaration are against the rules and common. A piece of nothing else leaves
            # the next one first: it is that one which begins the document.
            piece = piece.lstrip(b" \t\r\n")
            _refuse_hostile_prolog(piece)
            first = not piece
        yield piece


def _cut(whole: bytes) -> Iterator[bytes]:
    return (whole[at : at + _PIECE] for at in range(0, len(whole), _PIECE))


def _is_read_in_order(head: bytes) -> bool:
    """Return whether the parser comes to what stands before a letter of another encoding, however it is given the file."""
    # It decodes what it is given before it reads any of it: one wrong letter, and nothing of that piece is read. These
    # two it reads as they are, or they have no wrong letter.
    declared = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf"))
    return declared is None or declared[1].lower() in (b"utf-8", b"utf8", b"iso-8859-1")


def _refuse_hostile_prolog(head: bytes) -> None:
    """Refuse a document type before a parser could act on it, whatever encoding hides it."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        opening = head.decode("utf-16", "replace")
    elif head.startswith((b"<\x00", b"\x00<")):
        opening = head.decode("utf-16-le" if head[1] == 0 else "utf-16-be", "replace")
    else:
        # Other encodings could hide a document type from the look below, and no bank needs them.
        declared = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf"))
        if declared is not None and _ENCODINGS.fullmatch(declared[1].decode("ascii")) is None:
            raise _hostile("encoding " + declared[1].decode("ascii")[:20])
        opening = head.decode("latin-1").removeprefix("ï»¿")
    opening = opening.removeprefix("\ufeff")
    start = _PROLOG.match(opening)
    rest = opening[start.end() if start else 0 :]
    # Before the root only a document type begins like this; an unfinished comment is no better.
    if rest.startswith("<!"):
        raise _hostile("document type" if rest[:9].upper() == "<!DOCTYPE" else "prolog")


def _hostile(what: str) -> Refused:
    return Refused(
        "xml_is_hostile",
        vi="Tệp XML chứa khai báo có thể gây hại nên không được đọc. Hãy hỏi lại nơi gửi và báo quản trị hệ thống.",
        en="The XML file carries declarations that can do harm and was not read. Ask the sender what it is.",
        found=what,
    )
