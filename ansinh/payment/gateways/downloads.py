"""What a provider left for us, on its way to disk and off it: named by its hash, whole or not at all."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ansinh.payment.gateways import Inbound


def keep(body: bytes, name: str, mark: str, store: Path, origin: str) -> Inbound:
    """Put the document on disk under its hash, so that no name of the provider ever becomes a path of ours."""
    store.mkdir(parents=True, exist_ok=True, mode=0o700)
    sha256 = hashlib.sha256(body).hexdigest()
    with tempfile.NamedTemporaryFile(dir=store, suffix=".part", delete=False) as part:
        part.write(body)
        part.flush()
        os.fsync(part.fileno())
    path = store / sha256
    os.replace(part.name, path)
    return Inbound(name, path, sha256, len(body), origin, mark)


def pieces(path: Path) -> Iterator[bytes]:
    """Yield a stored file piece by piece."""
    with open(path, "rb") as file:
        while piece := file.read(1 << 16):
            yield piece
