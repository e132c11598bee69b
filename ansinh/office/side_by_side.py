"""The same work on many pieces, shared by processes that each have a connection of their own.

Each piece is done by exactly one of them, and what comes of it is told in the order of the pieces, as if one had done
them all. Whoever must not meet another command takes a lock inside the work (`office/locks.py`).
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import TypeVar

from django.db import connections

from ansinh.base.beside import Beside

Piece = TypeVar("Piece")
Done = TypeVar("Done")
# The parent's connections as a child inherits them. Kept for its whole life, so that nothing ever closes them: what
# it would say to the server on the way, the server would take for the parent's.
_INHERITED: list[object] = []


def side_by_side(
    work: Callable[[Piece], Done], pieces: Sequence[Piece], workers: int, lanes: Sequence[int] | None = None
) -> Generator[Done, None, None]:
    """Yield what `work` makes of each piece; with several workers it is done in processes beside this one.

    Pieces are dealt out in turn, or by their `lanes`: those of one lane (below `workers`) by one of them, in their
    order.

    Raises:
        Refused: `worker_ended` when one of them ended before its work did; and what the work raises, for the first
            piece that it is raised for. The others are then ended where they are.
    """
    share = min(workers, len(pieces))
    if share < 2:
        yield from map(work, pieces)
        return
    with ExitStack() as stack:
        dealt = lanes or [number % share for number in range(len(pieces))]
        hands = [[piece for piece, lane in zip(pieces, dealt, strict=True) if lane == mine] for mine in range(share)]
        beside = [stack.enter_context(closing(Beside(_done(work, hand)))) for hand in hands]
        for lane in dealt:
            yield next(beside[lane])


def _done(work: Callable[[Piece], Done], pieces: Sequence[Piece]) -> Iterator[Done]:
    """Do a share of the pieces in this process, on a connection of its own."""
    with alone():
        yield from map(work, pieces)


@contextmanager
def alone() -> Iterator[None]:
    """Let a process that was copied from another one use connections of its own inside the block."""
    for alias in connections:
        _INHERITED.append(connections[alias].connection)
        # The next use makes a new one.
        del connections[alias]
    try:
        yield
    finally:
        connections.close_all()
