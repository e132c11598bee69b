"""One server a home, shared by the commands that need it: the first one starts it, and ends it after the last one is done.

Two locks in files of the home: `start.lock` guards coming and going, `users.lock` is held (shared) by everybody inside.
"""

import contextlib
import fcntl
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO


def _alone(users: IO[str]) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _leave(start: IO[str], users: IO[str], end: Callable[[], None]) -> None:
    """Wait until nobody else is inside, then end the server before anybody new can come in."""
    has_said = False
    while True:
        # Whoever comes in holds the start lock from looking for the server until being counted: under it nobody is in
        # between.
        fcntl.flock(start, fcntl.LOCK_EX)
        if _alone(users):
            end()
            return
        fcntl.flock(start, fcntl.LOCK_UN)
        if not has_said:
            has_said = True
            print("Đang chờ các lệnh khác dùng chung thư mục dữ liệu này kết thúc…", file=sys.stderr, flush=True)
        try:
            time.sleep(0.1)
        except KeyboardInterrupt:
            # Whoever breaks off the wait takes the server along, and at least leaves no false note behind.
            end()
            raise


@contextlib.contextmanager
def shared(folder: Path, join_or_start: Callable[[], Callable[[], None] | None]) -> Iterator[None]:
    """Be inside for the length of the block.

    Args:
        folder: where the two lock files lie.
        join_or_start: called alone; returns None after joining a running server, or how to end the one it started.
    """
    with open(folder / "start.lock", "a+") as start, open(folder / "users.lock", "a+") as users:
        fcntl.flock(start, fcntl.LOCK_EX)
        end = join_or_start()
        fcntl.flock(users, fcntl.LOCK_SH)
        fcntl.flock(start, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)
            if end is not None:
                _leave(start, users, end)
