"""Working ahead: the same pieces in the same order, no more than so many waiting, errors where they belong, and an end for the thread."""

import contextlib
import threading
from collections.abc import Iterator

import pytest

from ansinh.base.ahead import Ahead


def test_the_pieces_come_in_their_order() -> None:
    with contextlib.closing(Ahead(iter(range(1000)), 3)) as pieces:
        assert list(pieces) == list(range(1000))
        with pytest.raises(StopIteration):
            next(pieces)


def test_it_works_ahead_but_not_further_than_told() -> None:
    made: list[int] = []
    third = threading.Event()

    def source() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            if number == 2:
                third.set()
            yield number

    with contextlib.closing(Ahead(source(), 2)) as pieces:
        assert third.wait(10), "nobody asked yet, and three are made: two wait, one stands before the queue"
        assert len(made) == 3
        assert next(pieces) == 0


def test_an_error_comes_out_where_its_piece_would_have() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise KeyError("lost")

    with contextlib.closing(Ahead(source(), 8)) as pieces:
        assert next(pieces) == 1
        for _ in range(2):
            with pytest.raises(KeyError):
                next(pieces)


def test_closing_ends_the_thread_wherever_it_is() -> None:
    before = threading.active_count()
    pieces = Ahead(iter(range(10**9)), 2)
    assert next(pieces) == 0
    pieces.close()
    assert threading.active_count() == before
