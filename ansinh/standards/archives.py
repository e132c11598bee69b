"""Zip files as banks send them: a few files, no folders. Nothing is ever unpacked onto a disk.

Bounded before and while unpacking: number of members, size of each and of all, how much they swell, how deep they nest.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator

from ansinh.base.refusals import Refused

MOST_MEMBERS = 200
MOST_PACKED = 256 << 20
MOST_UNPACKED = 2 << 30
# XML packs well: a statement of equal lines shrinks to a fiftieth. Only bombs swell more than this, and small files may.
MOST_SWELLING = 250
_SMALL = 1 << 20
_DEEPEST = 1
_PIECE = 1 << 16
# How the library that unpacks says "damaged" in the middle of a member.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
_PATH = re.compile(r"[/\\:]|^\.+$|[\x00-\x1f]")

_REFUSALS = {
    "archive_damaged": ("hỏng nên không mở được", "is damaged and cannot be opened"),
    "archive_too_large": ("lớn hơn 256 MB", "is larger than 256 MB"),
    "archive_swollen": ("bung ra quá lớn, có thể gây hại", "unpacks to far too much and may do harm"),
    "archive_has_too_many_members": (f"chứa trên {MOST_MEMBERS} tệp", f"holds more than {MOST_MEMBERS} files"),
    "archive_too_deep": ("chứa tệp nén lồng nhiều lớp", "holds zip files inside zip files inside zip files"),
    "archive_member_has_path": ("chứa thư mục hoặc đường dẫn", "holds folders or paths"),
    "archive_member_repeated": ("chứa hai tệp cùng tên", "holds two files of one name"),
    "archive_has_password": ("đang khoá bằng mật khẩu", "is locked by a password"),
    "archive_empty": ("không chứa tệp nào", "holds no file"),
}


def gathered(pieces: Iterable[bytes]) -> bytes:
    """Return the whole file; the directory of a zip stands at its end, so that it cannot be read in a stream.

    Raises:
        Refused: `archive_too_large`.
    """
    whole = io.BytesIO()
    for piece in pieces:
        if whole.tell() + len(piece) > MOST_PACKED:
            raise _refused("archive_too_large")
        whole.write(piece)
    return whole.getvalue()


def opened(content: bytes) -> zipfile.ZipFile:
    """Return the archive, its directory read and nothing unpacked.

    Raises:
        Refused: `archive_damaged`.
    """
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    # A hostile directory makes the library fail in more ways than it names.
    except (*DAMAGED, ValueError, OSError, OverflowError) as error:
        raise _refused("archive_damaged") from error


def members(archive: zipfile.ZipFile, depth: int) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield (name, pieces) of each member; the pieces stop with a refusal as soon as they become too many.

    Raises:
        Refused: `archive_too_deep`, `archive_empty`, `archive_has_too_many_members`, `archive_member_has_path`,
            `archive_member_repeated`, `archive_has_password`, `archive_swollen`.
    """
    if depth > _DEEPEST:
        raise _refused("archive_too_deep")
    listed = archive.infolist()
    _check(listed)
    left = MOST_UNPACKED
    for member in listed:
        pieces = _Unpacking(archive, member, left)
        yield member.filename, pieces.read()
        left -= pieces.size


def _check(listed: list[zipfile.ZipInfo]) -> None:
    """Refuse by what the directory says; what it hides is counted while unpacking."""
    if not listed:
        raise _refused("archive_empty")
    if len(listed) > MOST_MEMBERS:
        raise _refused("archive_has_too_many_members")
    for member in listed:
        if _PATH.search(member.filename) or _PATH.search(member.orig_filename):
            raise _refused("archive_member_has_path", member=member.filename[:80])
        if member.flag_bits & 1:
            raise _refused("archive_has_password")
    if len({member.filename for member in listed}) != len(listed):
        raise _refused("archive_member_repeated")
    # The sizes may lie, but what lies about being large is refused as readily.
    if sum(member.file_size for member in listed) > MOST_UNPACKED:
        raise _refused("archive_swollen")


class _Unpacking:
    """One member while it is unpacked; `size` grows with what really came out."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> None:
        self._archive = archive
        self._member = member
        self._left = left
        self.size = 0

    def read(self) -> Iterator[bytes]:
        """Yield the member piece by piece."""
        most = min(self._left, max(_SMALL, self._member.compress_size * MOST_SWELLING))
        with self._archive.open(self._member) as unpacked:
            while piece := unpacked.read(_PIECE):
                self.size += len(piece)
                if self.size > most:
                    raise _refused("archive_swollen", member=self._member.filename[:80])
                yield piece


def _refused(reason: str, **details: str) -> Refused:
    vi, en = _REFUSALS[reason]
    return Refused(
        reason,
        vi=f"Tệp nén {vi} nên không được đọc. Hãy xin lại tệp của ngân hàng, không nén hoặc nén đơn giản.",
        en=f"The zip file {en} and was not read. Ask the bank for the file itself, or for a plain zip.",
        **details,
    )
