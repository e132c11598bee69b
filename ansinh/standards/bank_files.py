"""Any file that a bank or provider may send, told apart by its first bytes: ISO 20022, MT940, spreadsheets, zip files.

Its name and its sender's word count for nothing. What is none of these is held as a whole, never guessed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from ansinh.base.refusals import Refused
from ansinh.standards import archives, mt940
from ansinh.standards.iso20022.reader import DEFAULT_PROFILE, Reading
from ansinh.standards.iso20022.results import Entry, FileReading, Held, Notice, Profile
from ansinh.standards.sheets import workbook
from ansinh.standards.sheets.reading import SheetReading
from ansinh.standards.sheets.template import Template

_HEAD = 4096
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed with whoever sent the file: how its words are taken, and how its sheets are laid out."""

    profile: Profile = DEFAULT_PROFILE
    template: Template | None = None
    provider: str = ""


NOTHING_AGREED = Agreement()


def reading(source: bytes | Iterable[bytes], name: str, agreement: Agreement = NOTHING_AGREED) -> FileReading:
    """Return the reading of one file: iterate it, or take its `result()`. `name` is shown and never trusted.

    Raises:
        Refused: what `archives.members`, `workbook.read` and the readers refuse, some of it while iterating.
    """
    return _reading(source, name, agreement, depth=0)


def is_binary(head: bytes) -> bool:
    """Say whether a file that begins like this can be none of the kinds read here."""
    return b"\x00" in head and not head.startswith((*_UTF16, *_ARCHIVES, workbook.OLE))


def _reading(source: bytes | Iterable[bytes], name: str, agreement: Agreement, depth: int) -> FileReading:
    head, pieces = _peek((source,) if isinstance(source, bytes) else source)
    if head.startswith(_ARCHIVES):
        content = archives.gathered(pieces)
        with archives.opened(content) as archive:
            if not workbook.is_workbook(archive):
                return ArchiveReading(content, agreement, depth)
        return _sheet(content, name, agreement)
    if head.startswith(workbook.OLE):
        return _sheet(archives.gathered(pieces), name, agreement)
    if mt940.looks_like(head):
        return mt940.Mt940Reading(pieces, agreement.profile)
    if workbook.looks_like_csv(head):
        return _sheet(archives.gathered(pieces), name, agreement)
    return Reading(pieces, agreement.profile)


def _sheet(content: bytes, name: str, agreement: Agreement) -> SheetReading:
    return SheetReading(content, name, agreement.profile, template=agreement.template, provider=agreement.provider)


def _peek(source: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return how the file begins, and all its pieces."""
    pieces = iter(source)
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= _HEAD:
            break
    return head[:_HEAD], chain((head,), pieces)


class ArchiveReading(FileReading):
    """A zip file while it is read, member by member; `files` says what was found in each.

    A member that cannot be read holds itself only. An archive that could do harm is refused as a whole.
    """

    def __init__(self, content: bytes, agreement: Agreement, depth: int) -> None:
        super().__init__()
        self._content = content
        self._agreement = agreement
        self._depth = depth
        self.files: list[dict[str, str | int]] = []

    def __iter__(self) -> Iterator[Entry | Held]:
        """Yield the results of each member."""
        with archives.opened(self._content) as archive:
            for name, pieces in archives.members(archive, self._depth):
                before, entries = self._line, 0
                inner: FileReading | None = None
                problem = ""
                try:
                    inner = _reading(pieces, name, self._agreement, self._depth + 1)
                    for outcome in inner:
                        self._line += 1
                        entries += isinstance(outcome, Entry)
                        yield outcome._replace(line=self._line)
                except archives.DAMAGED as error:
                    problem = "archive_member_damaged"
                    self.warnings.append(Notice("file_incomplete", {"file": name, "says": str(error)[:200]}))
                    self.incomplete = True
                except Refused as refusal:
                    # What the archive as a whole is to blame for stops everything; the rest concerns one member.
                    if refusal.reason.startswith("archive_"):
                        raise
                    problem = refusal.reason
                if problem:
                    self._line += 1
                    yield Held(self._line, problem, name[:80])
                self._add(name, inner, entries, self._line - before - entries)

    def _add(self, name: str, inner: FileReading | None, entries: int, held: int) -> None:
        kind = inner.kind if inner is not None else "unknown"
        messages = inner.messages if inner is not None else 0
        self.files.append({"name": name, "kind": kind, "messages": messages, "entries": entries, "held": held})
        if inner is None:
            return
        if self.kind == "unknown":
            self.kind, self.version, self.message_id = inner.kind, inner.version, inner.message_id
        self.messages += messages
        self.groups += inner.groups
        self.incomplete = self.incomplete or inner.incomplete
        self.warnings += [Notice(notice.reason, notice.evidence | {"file": name}) for notice in inner.warnings]
        if isinstance(inner, ArchiveReading):
            self.files += [file | {"name": f"{name} › {file['name']}"} for file in inner.files]
