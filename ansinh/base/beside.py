"""An iterator that works in a process of its own beside us: what it does and what we do each have a processor.

The process is a copy of this one that shares nothing with it but a pipe: the order stays, an error comes out where its
piece would have, and it ends with us, even by kill -9. What is read in it must leave our connections alone.
"""

import ctypes
import gc
import os
import pickle
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Generic, NoReturn, TypeVar

from ansinh.base.refusals import Refused

T = TypeVar("T")
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_LAST = pickle.dumps(("last", None))


def end_with_parent(parent: int, death_signal: int) -> None:
    """Let the kernel send this process the signal when its parent dies. Calls only the system: meant for after a fork."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, death_signal)
    # The parent may have died between fork and prctl; then nobody would ever send the signal.
    if os.getppid() != parent:
        os._exit(1)


class Beside(Generic[T]):
    """Iterate it once, then close it; closing ends the process, wherever it is. Pieces must be picklable."""

    def __init__(self, source: Iterator[T]) -> None:
        parent = os.getpid()
        self._pieces, outlet = Pipe(duplex=False)
        # What waits in a buffer would be written twice.
        sys.stdout.flush()
        sys.stderr.flush()
        self.process = os.fork()
        if self.process == 0:
            end_with_parent(parent, signal.SIGKILL)
            # Ctrl-C reaches both of us: whoever started the work decides, and its end is ours.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            # What was there before the fork is looked at no more by the collector: looking would copy it.
            gc.freeze()
            _work(source, outlet)
        outlet.close()
        self._is_over = False

    def __iter__(self) -> Iterator[T]:
        """Return itself."""
        return self

    def __next__(self) -> T:
        """Return the next piece, waiting for it if need be; raise what the source raised.

        Raises:
            Refused: `worker_ended` when the process ended before its work did.
        """
        if self._is_over:
            raise StopIteration
        try:
            kind, piece = pickle.loads(self._pieces.recv_bytes())
        except (EOFError, OSError) as error:
            self._is_over = True
            raise _ended(self.process) from error
        if kind == "piece":
            return piece
        self._is_over = True
        if kind == "error":
            raise piece
        raise StopIteration

    def close(self) -> None:
        """End the process and wait for it."""
        self._is_over = True
        if self.process:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            self.process = 0
            self._pieces.close()


def _ended(process: int) -> Refused:
    return Refused(
        "worker_ended",
        vi="Một tiến trình phụ dừng giữa chừng. Việc đã xong được giữ nguyên; hãy chạy lại lệnh để làm tiếp.",
        en="A worker process ended in the middle. What was done is kept; run the command again.",
        process=process,
    )


def _work(source: Iterator, outlet: Connection) -> NoReturn:
    """Send every piece, then the end or the error; never return into what the parent was doing."""
    try:
        # Nobody listens any more: there is nothing left to say, and nobody to say it to.
        with suppress(BrokenPipeError), _Telling(outlet):
            for piece in source:
                outlet.send_bytes(pickle.dumps(("piece", piece), pickle.HIGHEST_PROTOCOL))
    finally:
        # No clean-up of the parent's: what is open in it is its own.
        os._exit(0)


class _Telling:
    """Tells whoever iterates how the block ended."""

    def __init__(self, outlet: Connection) -> None:
        self._outlet = outlet

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Send the end or the error; a pipe that nobody reads is left to the caller."""
        if isinstance(error, BrokenPipeError):
            return False
        self._outlet.send_bytes(_LAST if error is None else _told(error))
        return True


def _told(error: BaseException) -> bytes:
    # Some errors cannot be made again from what they show of themselves: those are told in words.
    try:
        told = pickle.dumps(("error", error))
        pickle.loads(told)
    except (pickle.PickleError, TypeError, AttributeError):
        told = pickle.dumps(("error", RuntimeError(f"{type(error).__name__}: {error}")))
    return told
