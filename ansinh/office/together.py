"""One piece of work in several transactions, each in a process beside this one, that are kept together or not at all.

PostgreSQL writes with one processor for each connection. Each process does its share and then waits with it, unseen by
anybody, until it is told to keep it; whoever is not told forgets. Between the first that keeps and the caller's own
commit a crash leaves rows behind: the caller notes beforehand how to find them.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Generic, TypeVar

from django.db import transaction

from ansinh.base.beside import Beside
from ansinh.office.side_by_side import alone

Piece = TypeVar("Piece")
Done = TypeVar("Done")
_KEEP = b"keep"


class Together(Generic[Done]):
    """The same steps for every piece; a single piece is done here, in the caller's own transaction.

    `before` is done by each process, and committed, before its transaction begins. Leaving the block ends the
    processes: what was not kept is undone.
    """

    def __init__(
        self, work: Callable[[Piece], Iterator[Done]], pieces: Sequence[Piece], *, before: Callable[[], None]
    ) -> None:
        self._ends = ExitStack()
        self._words: list[Connection] = []
        self._hands: list[Iterator[Done | None]] = []
        if len(pieces) == 1:
            self._hands.append(work(pieces[0]))
            return
        for piece in pieces:
            ears, mouth = Pipe(duplex=False)
            hand = Beside(_held(work, piece, before, ears))
            self._ends.enter_context(closing(hand))
            self._ends.callback(mouth.close)
            ears.close()
            self._words.append(mouth)
            self._hands.append(hand)

    def __enter__(self) -> "Together[Done]":
        """Begin the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes; whatever they were not told to keep is undone by the database."""
        self._ends.close()

    def step(self) -> list[Done]:
        """Return what comes of the next step of each piece, in the order of the pieces.

        Raises:
            Refused: `worker_ended`, and what the work raises.
        """
        return [_one(hand) for hand in self._hands]

    def keep(self) -> None:
        """Let every process commit; after the last step. What this process did itself is the caller's to commit.

        Raises:
            Refused: `worker_ended`; then some may have been kept and some not.
        """
        for word in self._words:
            word.send_bytes(_KEEP)
        for hand in self._hands:
            assert next(hand, None) is None, "there was another step"


def _one(hand: Iterator[Done | None]) -> Done:
    done = next(hand)
    assert done is not None, "kept before it was told"
    return done


def _held(
    work: Callable[[Piece], Iterator[Done]], piece: Piece, before: Callable[[], None], word: Connection
) -> Iterator[Done | None]:
    with alone():
        before()
        with transaction.atomic():
            yield from work(piece)
            # The end of the pipe is no word: then whoever should have given it is gone.
            assert word.recv_bytes() == _KEEP
        yield None
