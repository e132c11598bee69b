"""The archive of every file sent or received, named by its SHA-256: bytes are safe on disk before anything relies on them."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from ansinh.payment.gateways import Artefact


class Archive:
    """A folder of immutable files. Writing the same bytes twice gives the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Return where the bytes with this hash lie (or would lie)."""
        return self.folder / sha256[:2] / sha256

    def store(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Write the bytes durably and return (sha256, size). An interrupted write leaves only a `.part` file.

        Raises:
            OSError: when the disk is full or the folder cannot be written; nothing is then stored.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self.folder / f"{os.getpid()}.part"
        digest, size = hashlib.sha256(), 0
        try:
            with open(part, "wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    size += file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            target = self.path(digest.hexdigest())
            target.parent.mkdir(mode=0o700, exist_ok=True)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return digest.hexdigest(), size

    def adopt(self, part: Path, artefact: Artefact) -> Artefact:
        """Move a finished file into its place and return the artefact with its path."""
        target = self.path(artefact.sha256)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        part.replace(target)
        return replace(artefact, path=target)

    def open(self, sha256: str) -> BinaryIO:
        """Open the stored bytes for reading."""
        return open(self.path(sha256), "rb")
