"""What a run costs the machine: CPU seconds of this process and of PostgreSQL, and the memory they hold at most."""

import contextlib
import os
import resource
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def _stat(process: int) -> list[str]:
    # The name in parentheses may hold spaces; everything after it is plain.
    return Path(f"/proc/{process}/stat").read_text(encoding="utf8").rpartition(") ")[2].split()


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and int(_stat(int(entry.name))[1]) == parent:
                found.append(int(entry.name))
    return found


def postgres_cpu_ms(postmaster: int) -> int:
    """Return the CPU milliseconds of a server so far: its processes alive, and those that have ended."""
    ticks = sum(int(part) for part in _stat(postmaster)[11:15])
    for child in _children(postmaster):
        with contextlib.suppress(OSError):
            ticks += sum(int(part) for part in _stat(child)[11:13])
    return ticks * 1000 // _TICKS


def own_cpu_ms() -> int:
    """Return the CPU milliseconds of this process, all its threads, and the workers that it has seen end."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return round((own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime) * 1000)


def _private_kb(process: int) -> int:
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf8").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


def _copies_of(parent: int) -> list[int]:
    """Return the children that are copies of their parent, and not programs that it started."""
    words = Path(f"/proc/{parent}/cmdline").read_bytes()
    return [child for child in _children(parent) if Path(f"/proc/{child}/cmdline").read_bytes() == words]


@dataclass
class Peak:
    """The largest private memory seen, in MB; shared buffers are not counted twice (they are the server's setting)."""

    python_mb: int = 0
    postgres_mb: int = 0


@contextlib.contextmanager
def watching(postmaster: int) -> Iterator[Peak]:
    """Look at memory five times a second while the block runs: the server's, and that of this process with its workers."""
    peak, done = Peak(), threading.Event()
    us = os.getpid()

    def look() -> None:
        while not done.wait(0.2):
            with contextlib.suppress(OSError):
                server = sum(_private_kb(process) for process in (postmaster, *_children(postmaster)))
                peak.postgres_mb = max(peak.postgres_mb, server // 1024)
                # What a worker still shares with us is counted in both: rather too much than too little.
                python = sum(_private_kb(process) for process in (us, *_copies_of(us)))
                peak.python_mb = max(peak.python_mb, python // 1024)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()
        peak.python_mb = max(peak.python_mb, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
