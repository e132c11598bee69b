"""Work shared by processes: told in order, each piece once, on connections of their own that know nothing of ours."""

import contextlib
import os
import signal

import pytest
from django.db import connection

from ansinh.base.refusals import Refused
from ansinh.office.security import everything, put_on
from ansinh.office.side_by_side import side_by_side
from ansinh.project.work import ledger as work

pytestmark = pytest.mark.usefixtures("database")


def _hand(piece: int) -> tuple[int, int, int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), coalesce(current_setting('ansinh.scope', true), '')")
        backend, scope = cursor.fetchone()
    return piece, os.getpid(), backend, scope


def test_one_worker_is_this_process() -> None:
    done = list(side_by_side(_hand, range(3), 1))
    assert [piece for piece, *_ in done] == [0, 1, 2]
    assert {process for _, process, *_ in done} == {os.getpid()}


def test_two_workers_share_the_pieces_on_connections_and_without_the_scope_of_ours() -> None:
    put_on(everything("tests"))
    (_, _, ours, scope) = _hand(0)
    done = list(side_by_side(_hand, range(5), 2))
    assert [piece for piece, *_ in done] == list(range(5))
    assert len({(process, backend) for _, process, backend, _ in done}) == 2
    assert ours not in {backend for *_, backend, _ in done}
    assert (scope, {scope for *_, scope in done}) == ("*", {""})
    assert _hand(0)[2:] == (ours, "*"), "our own connection goes on as it was"


def test_more_workers_than_pieces_are_not_started() -> None:
    assert len({process for _, process, *_ in side_by_side(_hand, range(2), 4)}) == 2
    assert list(side_by_side(_hand, [], 4)) == []


def test_what_the_work_refuses_comes_out_and_a_killed_worker_is_named() -> None:
    def refuse_the_second(piece: int) -> int:
        if piece == 1:
            raise Refused("file_changed", vi="Tệp đã đổi.", en="The file changed.")
        return piece

    def die_at_the_second(piece: int) -> int:
        if piece == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return piece

    for one, reason in ((refuse_the_second, "file_changed"), (die_at_the_second, "worker_ended")):
        with contextlib.closing(side_by_side(one, range(4), 2)) as done:
            assert next(done) == 0
            with pytest.raises(Refused) as refused:
                next(done)
            assert refused.value.reason == reason


def test_books_checked_by_two_say_what_one_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "WORTH_SHARING_TRANSFERS", 0)
    assert work.checked(shared_by=2) == work.checked(shared_by=1)
