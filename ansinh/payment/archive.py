"""The archive of every file sent or received, named by its SHA-256: bytes are safe on disk before anything relies on them."""

import hashlib
import os
import tempfile
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

    def keep(self, received: Path, sha256: str) -> None:
        """Move a received file into its place, durably. Bytes that lie there already need no second copy.

        Raises:
            OSError: when the disk is full or the folder cannot be written; the received file is then still where it was.
        """
        target = self.path(sha256)
        if target.exists():
            received.unlink(missing_ok=True)
            return
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(received, "rb") as file:
            os.fsync(file.fileno())
        received.replace(target)

    def keep_bytes(self, content: bytes) -> str:
        """Write a few bytes into their place, durably, and return their hash."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as part:
            part.write(content)
        self.keep(Path(part.name), sha256)
        return sha256

    def adopt(self, part: Path, artefact: Artefact) -> Artefact:
        """Move a finished file into its place and return the artefact with its path."""
        target = self.path(artefact.sha256)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        part.replace(target)
        return replace(artefact, path=target)

    def open(self, sha256: str) -> BinaryIO:
        """Open the stored bytes for reading."""
        return open(self.path(sha256), "rb")
