"""Homes of tests: what several tests begin with is made once for all workers, and each takes a copy.

A new home costs four seconds of processor for its cluster and its schema, and a month far more; a copy costs a tenth
of one. The tests of first starts (the README, the first commands at once, a closed folder) make theirs anew.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest


def reachable(folder: Path) -> Path:
    """Let other accounts walk down to a temporary folder: as root, the database runs as one of them."""
    for part in (folder, *folder.parents):
        if part == Path(tempfile.gettempdir()) or part.stat().st_uid != os.getuid():
            break
        part.chmod(part.stat().st_mode | 0o711)
    return folder


def copied(home: Path, target: Path) -> Path:
    """Copy a home, in which nothing runs, as it is."""
    # The database's files belong to the account it runs as; a plain copy would lose that.
    subprocess.run(["cp", "-a", str(home), str(target)], check=True)
    return target


def hasty(home: Path) -> Path:
    """Let the database of a copied home wait for no disk: no test of pages and operations takes the power away."""
    with open(home / "db" / "postgresql.auto.conf", "a", encoding="ascii") as settings:
        settings.write("fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n")
    return home


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the session's folder of that name, filled by whichever worker comes first; to be read and copied, never changed."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # A worker's own folder lies in that of the whole session.
        base = base.parent
    folder = reachable(base) / f"once-{name}"
    with open(base / f"once-{name}.lock", "w", encoding="ascii") as lock:
        # The second worker waits here; if the first one failed, it tries for itself.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o711)
            make(folder)
            (folder / "made").touch()
    return folder
