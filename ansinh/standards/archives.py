"""Zip files as banks send them: a few files, no folders. Nothing is ever unpacked onto a disk.

Bounded before and while unpacking: number of members, size of each and of all, how much they swell, how deep they nest.
"""

import io
import lzma
import re
import struct
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


def gathered(pieces: Iterable[bytes]) -> bytes:
    """Return the whole file; the directory of a zip stands at its end, so that it cannot be read in a stream.

    Raises:
        Refused: `file_too_large`.
    """
    whole = io.BytesIO()
    for piece in pieces:
        if whole.tell() + len(piece) > MOST_PACKED:
            raise Refused(
                "file_too_large",
                vi="Tệp quá lớn đối với loại này nên không được đọc. Hãy xin ngân hàng chia nhỏ.",
                en="The file is too large for its kind and was not read. Ask the bank for parts.",
                limit=MOST_PACKED,
            )
        whole.write(piece)
    return whole.getvalue()


def opened(content: bytes) -> zipfile.ZipFile:
    """Return the archive, its directory read and nothing unpacked.

    Raises:
        zipfile.BadZipFile: when there is no archive in these bytes.
    """
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    # A wrong directory makes the library fail in more ways than it names.
    except (*DAMAGED, ValueError, OSError, OverflowError) as error:
        raise zipfile.BadZipFile(str(error)) from error


def members(archive: zipfile.ZipFile, depth: int) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield (name, pieces) of each member; the pieces stop with a refusal as soon as they become too many.

    Raises:
        Refused: `zip_is_hostile`, with what was found.
    """
    if depth > _DEEPEST:
        raise _hostile("zip in a zip in a zip")
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
        raise _hostile("nothing in it")
    if len(listed) > MOST_MEMBERS:
        raise _hostile("too many files")
    for member in listed:
        if _PATH.search(member.filename) or _PATH.search(member.orig_filename):
            raise _hostile("paths", member=member.filename[:80])
        if member.flag_bits & 1:
            raise _hostile("password")
    if len({member.filename for member in listed}) != len(listed):
        raise _hostile("two files of one name")
    # The sizes may lie, but what lies about being large is refused as readily.
    if sum(member.file_size for member in listed) > MOST_UNPACKED:
        raise _hostile("swollen")


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
        try:
            with self._archive.open(self._member) as unpacked:
                while piece := unpacked.read(_PIECE):
                    self.size += len(piece)
                    if self.size > most:
                        raise _hostile("swollen", member=self._member.filename[:80])
                    yield piece
        except (OSError, ValueError, struct.error, lzma.LZMAError) as error:
            # What the library and its four ways of packing say of damage in words of their own; nothing here is on a disk.
            raise zipfile.BadZipFile(str(error)) from error


def _hostile(what: str, **details: str) -> Refused:
    return Refused(
        "zip_is_hostile",
        vi=f"Tệp nén có dấu hiệu gây hại ({what}) nên không được mở. Hãy hỏi lại nơi gửi và báo quản trị hệ thống.",
        en=f"The zip file looks harmful ({what}) and was not opened. Ask the sender what it is.",
        found=what,
        **details,
    )
