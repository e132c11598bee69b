"""Which answers may be applied side by side, and that answers about one order never are."""

import datetime
from pathlib import Path

import pytest
from django.db import connection

from ansinh.payment import lanes, queries
from ansinh.payment.models import PaymentBatch, PaymentItem
from ansinh.payment.operations import Collected
from tests.integration.test_payment import World
from tests.standards.answers import detail, entry, notification, status_line, status_report

BATCH, OTHER = "AS0007R000001P01B0001", "AS0007R000001P01B0002"
pytestmark = pytest.mark.usefixtures("database")


def _batch_of(folder: Path, raw: bytes) -> str:
    path = folder / "answer"
    path.write_bytes(raw)
    return lanes.batch_of(path, {BATCH, OTHER})


def test_the_head_of_an_answer_says_of_which_batch_it_speaks(tmp_path: Path) -> None:
    """What does not say so clearly, and every statement, is applied alone and in its order."""
    report = status_report(status_line("AS1", "ACSP")).replace(b"<OrgnlMsgId>M1<", f"<OrgnlMsgId>{BATCH}<".encode())
    assert _batch_of(tmp_path, report) == BATCH
    debit = notification(entry(detail("AS1"), more=f"<NtryRef>{OTHER}</NtryRef>"))
    assert _batch_of(tmp_path, debit) == OTHER
    assert _batch_of(tmp_path, debit.replace(b"BkToCstmrDbtCdtNtfctn", b"BkToCstmrStmt")) == "", "a statement"
    assert _batch_of(tmp_path, report.replace(BATCH.encode(), b"AS0007R000009P01B0001")) == "", "not ours"
    assert _batch_of(tmp_path, report + debit) == "", "two messages, two batches"
    assert _batch_of(tmp_path, b"AS0007R000001P01B0001") == "", "no message at all"
    assert lanes.batch_of(tmp_path / "gone", {BATCH}) == ""


def test_one_batch_has_one_lane() -> None:
    """Its answers stay in their order; lanes are filled in turn. Batches that have carried one item share a lane."""
    spans = {"a": (1, 40), "b": (41, 80), "c": (81, 120), "d": (121, 160)}
    assert lanes.shared_out(["a", "b", "a", "c", "b", "d"], spans, 2) == [0, 1, 0, 0, 1, 1]
    again = spans | {"e": (80, 81)}
    assert lanes.shared_out(["a", "b", "e", "c", "d"], again, 2) == [0, 1, 1, 1, 0]


def test_an_answer_strays_when_it_moves_what_its_batch_never_carried() -> None:
    assert (
        not lanes.strays((41, 80), (41, 80)) and not lanes.strays((0, 0), (41, 80)) and not lanes.strays((1, 9), None)
    )
    assert lanes.strays((40, 80), (41, 80)) and lanes.strays((41, 81), (41, 80)) and lanes.strays((1, 2), (41, 80))


def test_a_file_over_very_many_batches_takes_one_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server has room for a few thousand locks; whoever takes few keeps such a file out, and not one another."""
    World(tmp_path / "archive").submit()
    row = PaymentBatch.objects.get()

    def held() -> set[tuple[int, str]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT objid, mode FROM pg_locks"
                " WHERE locktype = 'advisory' AND classid = 7312 AND pid = pg_backend_pid()"
            )
            return set(cursor.fetchall())

    lanes.keep_apart(row.provider_id, row.first_item_id, row.last_item_id)
    assert held() == {(0, "ShareLock"), (row.id, "ExclusiveLock")}
    monkeypatch.setattr(lanes, "_MOST_LOCKS", 0)
    lanes.keep_apart(row.provider_id, row.first_item_id, row.last_item_id)
    assert held() == {(0, "ShareLock"), (0, "ExclusiveLock"), (row.id, "ExclusiveLock")}


def test_answers_that_may_be_about_one_order_share_a_lock(tmp_path: Path) -> None:
    """The batches in whose stretch one of the items lies, those of a reopened order included; no other."""
    World(tmp_path / "archive").submit()
    first = PaymentBatch.objects.get()
    far = first.last_item_id + 1_000
    batches = {"first": first.id}
    for name, number, span in (("second", 7, (far, far + 9)), ("reopened", 8, (first.first_item_id, far + 4))):
        row = PaymentBatch(
            run=first.run, provider=first.provider, message_id=f"X{number}", number=number, state="SENT", instructions=1, control_total_dong=1,
            created_at=first.created_at, execution_date=datetime.date(2026, 11, 24), first_item_id=span[0], last_item_id=span[1],
        )  # fmt: skip
        row.save()
        batches[name] = row.id

    def taken() -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = 7312 AND pid = pg_backend_pid()"
            )
            held = {number for (number,) in cursor.fetchall()}
        return {name for name, number in batches.items() if number in held}

    before = taken()
    lanes.keep_apart(first.provider_id, far + 6, far + 8)
    assert taken() - before == {"second"}
    lanes.keep_apart(first.provider_id, first.last_item_id, first.last_item_id)
    assert taken() == {"first", "second", "reopened"}


@pytest.mark.parametrize("strayed_first", [True, False])
def test_what_strays_comes_after_what_keeps_to_its_batch(tmp_path: Path, strayed_first: bool) -> None:
    """A note that names one batch and debits an order of another, and the refusal of that other batch as a whole.

    They contradict each other. Whichever comes first, the books are the same: the debit is held, for a person and for
    the day's statement, and nobody pays that order again before.
    """
    world = World(tmp_path / "archive", people=4)
    world.submit(size=2)
    first, second = PaymentBatch.objects.order_by("number").values_list("message_id", flat=True)
    amount = str(PaymentItem.objects.first().due_dong)
    lines = entry(detail(world.names()[2], amount), amount=amount, more=f"<NtryRef>{first}</NtryRef>")
    refusal = status_report(group="<GrpSts>RJCT</GrpSts>").replace(
        b"<OrgnlMsgId>M1<", f"<OrgnlMsgId>{second}<".encode()
    )
    said = [("a.xml", notification(lines)), ("b.xml", refusal)]
    world.bank.outbox += said if strayed_first else said[::-1]
    told: list[str] = []
    assert world.collect(progress=told.append) == Collected(messages=2, applied=2, held=1)
    assert [line.partition(":")[0] for line in told] == ["b.xml", "a.xml"]
    assert world.statuses() == ["DUE", "DUE", "REJECTED", "REJECTED"]
    assert world.hold_reasons() == ["final_answers_disagree"]
    assert all(queries.invariants().values())
