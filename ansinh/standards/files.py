"""Any file that a bank or provider may send, told apart by its first bytes: ISO 20022, MT940, spreadsheets, zip files.

Its name and its sender's word count for nothing. What is none of these is held as a whole, never guessed.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from ansinh.base.refusals import Refused
from ansinh.standards import archives, mt940
from ansinh.standards.iso20022 import results
from ansinh.standards.iso20022.reader import DEFAULT_PROFILE, Reading
from ansinh.standards.iso20022.results import Entry, Held, Notice, Profile
from ansinh.standards.sheets import workbook
from ansinh.standards.sheets.reading import SheetReading
from ansinh.standards.sheets.template import Template

_HEAD = 4096
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")
# What a member may be to blame for without anything else in the archive being in doubt.
_OF_ONE_MEMBER = ("sheet_", "file_", "envelope_")


def is_binary(head: bytes) -> bool:
    """Say whether a file that begins like this can be none of the kinds read here."""
    return b"\x00" in head and not head.startswith((*_UTF16, *_ARCHIVES, workbook.OLE))


class FileReading(results.FileReading):
    """One file of any kind while it is read: iterate, once; what it says of itself is complete afterwards.

    The source is the whole file, or its pieces in order. `template` or `provider` say how a spreadsheet is laid out;
    without them its rows are told only where `is_shown_only` promises that nothing will be applied. `name` is what a
    sheet without a name of its own is called, and is never trusted. `files` tells of the members of an archive.
    """

    def __init__(
        self,
        source: bytes | Iterable[bytes],
        profile: Profile = DEFAULT_PROFILE,
        *,
        template: Template | None = None,
        provider: str = "",
        is_shown_only: bool = False,
        name: str = "",
        depth: int = 0,
    ) -> None:
        super().__init__()
        self._source = (source,) if isinstance(source, bytes) else source
        self._profile = profile
        self._template = template
        self._provider = provider
        self._is_shown_only = is_shown_only
        self._name = name
        self._depth = depth
        self.files: list[dict[str, str | int]] = []

    def __iter__(self) -> Iterator[Entry | Held]:
        """Yield each result.

        Raises:
            Refused: `xml_is_hostile`, `zip_is_hostile`, `file_too_large`, `envelope_too_large`, `sheet_…`.
        """
        head, pieces = _peek(self._source)
        if head.startswith(_ARCHIVES):
            yield from self._packed(archives.gathered(pieces))
        elif mt940.looks_like(head):
            yield from self._from(mt940.Mt940Reading(pieces, self._profile))
        # After the others, because their texts have commas too.
        elif head.startswith(workbook.OLE) or workbook.looks_like_csv(head):
            yield from self._from(self._sheet(archives.gathered(pieces)))
        else:
            yield from self._from(Reading(pieces, self._profile))

    def _sheet(self, content: bytes) -> SheetReading:
        return SheetReading(
            content,
            self._name,
            self._profile,
            template=self._template,
            provider=self._provider,
            is_shown_only=self._is_shown_only,
        )

    def _from(self, inner: results.FileReading) -> Iterator[Entry | Held]:
        """Yield what a reading says, its lines numbered on, and take over what it says of itself."""
        first = self._line
        for outcome in inner:
            self._line += 1
            yield outcome._replace(line=self._line) if first else outcome
        # The first message that is understood gives the file its name.
        if self.kind == "unknown":
            self.kind, self.version, self.message_id = inner.kind, inner.version, inner.message_id
        self.messages += inner.messages
        self.groups += inner.groups
        self.balances += inner.balances
        self.warnings += inner.warnings
        self.incomplete = self.incomplete or inner.incomplete

    def _packed(self, content: bytes) -> Iterator[Entry | Held]:
        try:
            archive = archives.opened(content)
        except archives.DAMAGED:
            self._line += 1
            yield Held(self._line, "zip_damaged", "tệp nén hỏng hoặc bị cắt")
            return
        with archive:
            if workbook.is_workbook(archive):
                yield from self._from(self._sheet(content))
                return
            for name, pieces in archives.members(archive, self._depth):
                yield from self._member(name, pieces)

    def _member(self, name: str, pieces: Iterator[bytes]) -> Iterator[Entry | Held]:
        """Read one member. One that cannot be read holds itself only; one that could do harm stops everything."""
        before, problem = self._line, ""
        inner = FileReading(
            pieces,
            self._profile,
            template=self._template,
            provider=self._provider,
            is_shown_only=self._is_shown_only,
            name=name,
            depth=self._depth + 1,
        )
        entries = 0
        try:
            for outcome in self._from(inner):
                entries += isinstance(outcome, Entry)
                yield outcome
        except archives.DAMAGED:
            problem, self.incomplete = "zip_damaged", True
            self.warnings.append(Notice("file_incomplete", {"file": name[:80], "found": "hỏng trong tệp nén"}))
        except Refused as refusal:
            if not refusal.reason.startswith(_OF_ONE_MEMBER):
                raise
            problem = refusal.reason
        if problem:
            self._line += 1
            yield Held(self._line, problem, name[:80])
        found = {"kind": inner.kind, "messages": inner.messages, "entries": entries}
        self.files.append({"name": name, **found, "held": self._line - before - entries})
        self.files += [file | {"name": f"{name} › {file['name']}"} for file in inner.files]


def _peek(source: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return how the file begins, and all its pieces."""
    pieces = iter(source)
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= _HEAD:
            break
    return head[:_HEAD], chain((head,), pieces)
