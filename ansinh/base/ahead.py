"""An iterator that works a little ahead in a thread of its own, while whoever uses it waits for something else.

Meant for reading files while a database works: the order stays, at most so many pieces wait, and an error comes out
where its piece would have.
"""

import queue
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")
# How often a full queue looks whether anybody still listens.
_LOOK_S = 0.2
_LAST = object()


class Ahead(Generic[T]):
    """Iterate it once, then close it; closing ends the thread, wherever it is."""

    def __init__(self, source: Iterator[T], depth: int) -> None:
        self._source = source
        self._pieces: queue.Queue[object] = queue.Queue(maxsize=depth)
        self._is_closed = threading.Event()
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead")
        self._done = self._executor.submit(self._work)

    def __iter__(self) -> Iterator[T]:
        """Return itself."""
        return self

    def __next__(self) -> T:
        """Return the next piece, waiting for it if need be; raise what the source raised."""
        piece = self._pieces.get()
        if piece is _LAST:
            # Whoever asks again hears the same.
            self._pieces.put(_LAST)
            self._done.result()
            raise StopIteration
        return piece  # type: ignore[return-value]

    def close(self) -> None:
        """End the thread and wait for it."""
        self._is_closed.set()
        self._executor.shutdown()

    def _work(self) -> None:
        try:
            for piece in self._source:
                if not self._put(piece):
                    return
        finally:
            self._put(_LAST)

    def _put(self, piece: object) -> bool:
        while not self._is_closed.is_set():
            try:
                self._pieces.put(piece, timeout=_LOOK_S)
            except queue.Full:
                continue
            return True
        return False
