"""A process beside us: the same pieces in the same order, errors where they belong, and an end with us."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ansinh.base.beside import Beside
from ansinh.base.refusals import Refused
from tests.conftest import ROOT


def _is_alive(process: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def test_the_pieces_come_in_their_order_from_another_process() -> None:
    with contextlib.closing(Beside((os.getpid(), number) for number in range(1000))) as pieces:
        found = list(pieces)
        with pytest.raises(StopIteration):
            next(pieces)
    assert [number for _, number in found] == list(range(1000))
    assert {process for process, _ in found} == {pieces.process or found[0][0]} != {os.getpid()}


class _Shy(Exception):
    """Cannot be made again from its arguments."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


@pytest.mark.parametrize(
    ("error", "expected"), [(KeyError("lost"), KeyError), (_Shy(1, 2), RuntimeError), (BrokenPipeError("own"), Refused)]
)
def test_an_error_comes_out_where_its_piece_would_have(error: Exception, expected: type[Exception]) -> None:
    def source() -> Iterator[int]:
        yield 1
        raise error

    with contextlib.closing(Beside(source())) as pieces:
        assert next(pieces) == 1
        with pytest.raises(expected):
            next(pieces)
        with pytest.raises(StopIteration):
            next(pieces)


def test_a_refusal_keeps_its_reason_its_sentences_and_its_details() -> None:
    def source() -> Iterator[int]:
        raise Refused("file_changed", vi="Tệp đã đổi.", en="The file changed.", batch="B1")
        yield 1

    with contextlib.closing(Beside(source())) as pieces, pytest.raises(Refused) as refused:
        next(pieces)
    found = refused.value
    assert (found.reason, found.vi, found.en, found.details) == (
        "file_changed", "Tệp đã đổi.", "The file changed.", {"batch": "B1"},
    )  # fmt: skip


def test_a_process_that_is_killed_is_said_by_name() -> None:
    def source() -> Iterator[int]:
        yield 1
        os.kill(os.getpid(), signal.SIGKILL)

    with contextlib.closing(Beside(source())) as pieces:
        assert next(pieces) == 1
        with pytest.raises(Refused) as refused:
            next(pieces)
    assert refused.value.reason == "worker_ended"


def test_closing_ends_the_process_wherever_it_is() -> None:
    pieces = Beside(iter(range(10**9)))
    process = pieces.process
    assert next(pieces) == 0
    pieces.close()
    pieces.close()
    assert not _is_alive(process)


def test_it_ends_with_us_even_by_kill() -> None:
    program = (
        "import itertools, signal, os\n"
        "from ansinh.base.beside import Beside\n"
        "pieces = Beside(itertools.count())\n"
        "next(pieces)\n"
        "print(pieces.process, flush=True)\n"
        "signal.pause()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT) as ours:
        assert ours.stdout is not None
        process = int(ours.stdout.readline())
        assert _is_alive(process)
        ours.kill()
        # Ends when the last writer of the pipe has ended: the worker holds it too.
        assert ours.stdout.read() == ""
