"""The national law as read before: reading and checking its files takes far longer than explaining one person.

What is kept lies in the environment that the program itself was installed into, and is used only while every byte of the
law's files and of this room's code is the same. Where it cannot be kept, the files are read.
"""

import contextlib
import hashlib
import os
import pickle
import sys
import tempfile
from pathlib import Path

from ansinh.law.package import LawBook, default_laws, load_book

_HERE = Path(__file__).resolve().parent


def kept_law() -> LawBook:
    """Return the law of the default folder, as kept by an earlier process if nothing has changed since.

    Raises:
        Refused: `law_folder_not_found`; `law_invalid` with file and line.
    """
    place = _place()
    if place is None:
        return load_book()
    key = _key()
    found = _read(place, key)
    if found is None:
        found = load_book()
        _write(place, key, found)
    return found


def _place() -> Path | None:
    """Return where to keep it: inside the virtual environment, which is as trusted as the code it runs, or nowhere."""
    return Path(sys.prefix, "share", "ansinh", "law.kept") if sys.prefix != sys.base_prefix else None


def _key() -> bytes:
    """Return the digest of everything that reading the law depends on."""
    digest = hashlib.sha256(sys.version.encode())
    laws = default_laws()
    for root, pattern in ((laws, "*.yaml"), (_HERE, "*.py")):
        for path in sorted(root.rglob(pattern)):
            # Cases are no part of the law that is asked, and there are more of them than of anything else.
            if path.parent.name == "cases":
                continue
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root)} {len(content)}\n".encode())
            digest.update(content)
    return digest.digest()


def _read(place: Path, key: bytes) -> LawBook | None:
    try:
        content = place.read_bytes()
    except OSError:
        return None
    if not content.startswith(key):
        return None
    # A file cut short by a full disk fails its own digest and is made anew.
    body = content[len(key) + 32 :]
    if hashlib.sha256(body).digest() != content[len(key) : len(key) + 32]:
        return None
    return pickle.loads(body)


def _write(place: Path, key: bytes, law: LawBook) -> None:
    body = pickle.dumps(law, protocol=pickle.HIGHEST_PROTOCOL)
    # Not being able to keep it costs time and nothing else.
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(key + hashlib.sha256(body).digest() + body)
        os.replace(name, place)
