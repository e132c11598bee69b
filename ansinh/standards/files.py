"""Any file that a bank may send, recognised by what it is and not by its name: ISO 20022, MT940, and files around them.

A zip is opened once, within bounds; a message hidden in another one's text is found. What is none of these is told so.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator

from lxml import etree

from ansinh.base.refusals import Refused
from ansinh.standards import investigations, mt940
from ansinh.standards.iso20022.reader import Reading
from ansinh.standards.iso20022.results import Entry, GroupStatus, Held, Notice, Profile, ReadResult

# A month of a province in one zip is a few files of some megabytes each.
_MOST_MEMBERS, _MOST_UNPACKED, _MOST_RATIO = 200, 512 << 20, 200
_MOST_SMALL = 16 << 20
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError)
_WRAPPED = (b"<![CDATA[", b"&lt;Document", b"&lt;?xml")
_ANSWERS = (b"IdVrfctnRpt", b"RsltnOfInvstgtn")


class FileReading:
    """One file while it is read: iterate, once; what it says of itself is complete afterwards.

    The source is the whole file, or its pieces in order.
    """

    def __init__(self, source: bytes | Iterable[bytes], profile: Profile) -> None:
        self._source = source
        self._profile = profile
        self.kind = "unknown"
        self.version = ""
        self.message_id = ""
        self.messages = 0
        self.groups: list[GroupStatus] = []
        self.warnings: list[Notice] = []
        self.incomplete = False

    def result(self) -> ReadResult:
        """Read to the end and return everything at once."""
        entries: list[Entry] = []
        held: list[Held] = []
        for outcome in self:
            (held if isinstance(outcome, Held) else entries).append(outcome)  # type: ignore[arg-type]
        return ReadResult(
            self.kind, self.version, self.messages, self.message_id, entries, held, self.groups, self.warnings,
            self.incomplete,
        )  # fmt: skip

    def __iter__(self) -> Iterator[Entry | Held]:
        """Yield each result. Raises `Refused`: `xml_is_hostile`, `zip_is_hostile`, `file_too_large`."""
        pieces = iter((self._source,) if isinstance(self._source, bytes) else self._source)
        head = next(pieces, b"")
        if head.startswith(b"PK\x03\x04"):
            yield from self._unzipped(_whole(head, pieces, _MOST_UNPACKED))
        elif mt940.looks_like_it(head):
            yield from self._from(mt940.Mt940Reading(_whole(head, pieces, mt940.MOST_BYTES), self._profile), 1)
        elif any(mark in head for mark in (*_WRAPPED, *_ANSWERS)):
            yield from self._unwrapped(_whole(head, pieces, _MOST_SMALL))
        else:
            yield from self._from(Reading(_chained(head, pieces), self._profile), 1)

    def _from(
        self, reading: "Reading | mt940.Mt940Reading | investigations.Investigation", first: int
    ) -> Iterator[Entry | Held]:
        """Yield what one message says, its lines numbered on; take over what it says of itself."""
        count = first - 1
        for outcome in reading:
            count += 1
            yield outcome._replace(line=count) if first > 1 else outcome
        self._lines = count
        # The first message that is understood gives the file its name.
        if self.kind == "unknown":
            self.kind, self.message_id = reading.kind, reading.message_id
            self.version = getattr(reading, "version", "")
        self.messages += reading.messages
        self.groups += reading.groups
        self.warnings += reading.warnings
        self.incomplete = self.incomplete or reading.incomplete

    def _unwrapped(self, raw: bytes) -> Iterator[Entry | Held]:
        """Read a message in another one's text, or an answer to a question; else the file as it is."""
        for message in _inner_documents(raw):
            answer = investigations.message_in(message) if isinstance(message, etree._Element) else None
            if answer is not None:
                yield from self._from(investigations.Investigation(answer), self._next())
            elif isinstance(message, bytes):
                self.warnings.append(Notice("message_in_an_envelope", {}))
                yield from self._from(Reading(message, self._profile), self._next())
        if not self.messages:
            yield from self._from(Reading(raw, self._profile), self._next())

    def _next(self) -> int:
        return getattr(self, "_lines", 0) + 1

    def _unzipped(self, raw: bytes) -> Iterator[Entry | Held]:
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                members = [entry for entry in archive.infolist() if not entry.is_dir()]
                _check(members)
                contents = [archive.read(entry) for entry in members]
        except _DAMAGED as error:
            yield Held(1, "zip_damaged", str(error)[:80])
            return
        for content in contents:
            if content.startswith(b"PK\x03\x04"):
                # One level only: what is packed twice was packed to hide something.
                raise _hostile("zip in a zip")
            inner = FileReading(content, self._profile)
            yield from self._from(inner, self._next())  # type: ignore[arg-type]
        if self.kind != "unknown" and len(contents) > 1:
            self.warnings.append(Notice("several_files", {"files": len(contents)}))


def _inner_documents(raw: bytes) -> Iterator[bytes | etree._Element]:
    """Yield the tree of a small file, then each document that stands in it as text."""
    # The reader's own look decides about document types; whatever it refuses is refused here too.
    list(Reading(raw[: 1 << 16]))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw.strip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    yield root
    for element in root.iter(etree.Element):
        inner = (element.text or "").strip()
        if inner.startswith(("<?xml", "<Document", "<BusMsgEnvlp", "<AppHdr")):
            yield inner.encode()


def _check(members: list[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(entry.file_size for entry in members), sum(entry.compress_size for entry in members)
    if len(members) > _MOST_MEMBERS:
        raise _hostile("too many files")
    if unpacked > _MOST_UNPACKED or unpacked > max(packed, 1) * _MOST_RATIO:
        raise _hostile("swollen")
    if any(entry.flag_bits & 1 for entry in members):
        raise _hostile("password")


def _whole(head: bytes, pieces: Iterator[bytes], limit: int) -> bytes:
    found, size = [], 0
    for piece in _chained(head, pieces):
        size += len(piece)
        if size > limit:
            raise Refused(
                "file_too_large",
                vi="Tệp quá lớn đối với loại này nên không được đọc. Hãy xin ngân hàng chia nhỏ.",
                en="The file is too large for its kind and was not read. Ask the bank for parts.",
                limit=limit,
            )
        found.append(piece)
    return b"".join(found)


def _chained(head: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from pieces


def _hostile(what: str) -> Refused:
    return Refused(
        "zip_is_hostile",
        vi=f"Tệp nén có dấu hiệu gây hại ({what}) nên không được mở. Hãy hỏi lại nơi gửi và báo quản trị hệ thống.",
        en=f"The zip file looks harmful ({what}) and was not opened. Ask the sender what it is.",
        found=what,
    )
