"""A folder of laws as one value: the text of every file under its path, cases too, with one hash over all of it.

What was released is kept in this form and read again years later. It promises the same hash on every machine and refuses
whatever could lead out of its folder, grow without end, or be left out unseen.
"""

import contextlib
import dataclasses
import functools
import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ansinh.base.refusals import Refused
from ansinh.law.package import LawBook, load_book

_TOPS = ("vn", "provinces")
# Plain names only: no dot in front, no “..”, no separator of another system, nothing that a file system folds or trims.
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*", re.ASCII)
_MAX_PARTS, _MAX_PATH = 8, 200
_MAX_FILES, _MAX_FILE_CHARACTERS, _MAX_CHARACTERS = 5_000, 2_000_000, 40_000_000


def _invalid(vi: str, en: str, path: str = "") -> Refused:
    return Refused(
        "law_archive_invalid", vi=f"Gói luật không nhận được: {vi}.", en=f"The law archive: {en}.", path=path
    )


def read_files(folder: Path) -> dict[str, str]:
    """Return the text of every law file below a folder of laws, by its path inside the folder.

    Raises:
        Refused: `law_folder_not_found`, `law_archive_invalid`.
    """
    if not any((folder / top).is_dir() for top in _TOPS):
        raise Refused(
            "law_folder_not_found",
            vi=f"Không thấy luật trong “{folder}”. Hãy chỉ đúng thư mục laws (có vn/ bên trong).",
            en=f"No law was found in “{folder}”. Point to the folder laws (with vn/ inside).",
            path=str(folder),
        )
    files = {}
    for path in sorted(found for top in _TOPS for found in (folder / top).rglob("*")):
        shown = path.relative_to(folder).as_posix()
        # What a link points at may change without anybody touching the folder.
        if path.is_symlink():
            raise _invalid(f"“{shown}” là liên kết, không phải tệp", f"“{shown}” is a link, not a file", shown)
        # Read-me files speak to people. Anything else the loader would not read, and nobody would see it left out.
        if path.is_dir() or path.suffix == ".md":
            continue
        if path.stat().st_size > 4 * _MAX_FILE_CHARACTERS:
            raise _invalid(f"“{shown}” quá lớn", f"“{shown}” is too large", shown)
        try:
            files[shown] = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise _invalid(f"“{shown}” không phải chữ UTF-8", f"“{shown}” is not UTF-8 text", shown) from error
    return checked(files)


def checked(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files in canonical form (sorted, lines ending in one way), refusing what no folder of laws holds.

    Raises:
        Refused: `law_archive_invalid`.
    """
    if not files:
        raise _invalid("không có tệp nào", "there is no file")
    if len(files) > _MAX_FILES or sum(map(len, files.values())) > _MAX_CHARACTERS:
        raise _invalid("quá nhiều tệp hoặc quá lớn", "too many files, or too large")
    canonical: dict[str, str] = {}
    folded: set[str] = set()
    for path, text in sorted(files.items()):
        _check_path(path)
        # On a file system that folds case the second would silently replace the first.
        if path.casefold() in folded:
            raise _invalid(f"hai tệp chỉ khác nhau chữ hoa: “{path}”", f"two files differ only in case: “{path}”", path)
        folded.add(path.casefold())
        if len(text) > _MAX_FILE_CHARACTERS:
            raise _invalid(f"“{path}” quá lớn", f"“{path}” is too large", path)
        # No database keeps a zero byte in text, and no law has one.
        if "\0" in text:
            raise _invalid(f"“{path}” không phải chữ", f"“{path}” is not text", path)
        canonical[path] = text.replace("\r\n", "\n")
    return canonical


def _check_path(path: str) -> None:
    parts = path.split("/")
    is_plain = all(_PART.fullmatch(part) for part in parts) and parts[0] in _TOPS
    if not is_plain or not 2 <= len(parts) <= _MAX_PARTS or len(path) > _MAX_PATH or not path.endswith(".yaml"):
        raise _invalid(
            f"“{path}” không phải đường dẫn của một tệp luật (.yaml trong vn/ hay provinces/)",
            f"“{path}” is not the path of a law file (.yaml below vn/ or provinces/)",
            path,
        )


def archive_hash(files: Mapping[str, str]) -> str:
    """Return the SHA-256 over every path and text: whoever holds it can tell whether a single letter was changed."""
    text = json.dumps(dict(files), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@contextlib.contextmanager
def unpacked(files: Mapping[str, str]) -> Iterator[Path]:
    """Write the files into a temporary folder for the length of the block, and give its path.

    Raises:
        Refused: `law_archive_invalid`.
    """
    # Checked again on the way out: what was stored must not be trusted more than what was handed in.
    canonical = checked(files)
    with tempfile.TemporaryDirectory(prefix="ansinh-law-") as name:
        folder = Path(name)
        for path, text in canonical.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())
        yield folder


def load_files(files: Mapping[str, str], province: str = "") -> LawBook:
    """Return the book of archived files as it stands in a province; its folder is gone afterwards, so that its cases cannot run.

    Its hash is that of the archive, which a later version of this software, or another province, does not change: runs
    are pinned to it.

    Raises:
        Refused: `law_archive_invalid`; `law_invalid` with file and line.
    """
    return _load(tuple(checked(files).items()), province)


# A law that is submitted is soon asked for again; reading one costs a second, its months' prices more.
@functools.lru_cache(maxsize=6)
def _load(files: tuple[tuple[str, str], ...], province: str) -> LawBook:
    with unpacked(dict(files)) as folder:
        return dataclasses.replace(load_book(folder, province), hash=archive_hash(dict(files)))


def provinces_of(files: Mapping[str, str]) -> frozenset[str]:
    """Return the codes of the provinces that have resolutions of their own in these files."""
    return frozenset(path.split("/")[1] for path in files if path.startswith("provinces/"))
