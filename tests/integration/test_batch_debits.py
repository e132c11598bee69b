"""A bank that books a whole file as one debit: matched to the batch it names, pays nobody by itself, and a difference is named."""

from pathlib import Path
from typing import Any

import pytest

from ansinh.ledger import queries as books
from ansinh.payment import queries
from ansinh.payment.models import BatchDebit, PaymentBatch
from tests.integration.test_payment import AMOUNT, World
from tests.integration.visiting import page, working
from tests.standards.answers import entry, notification

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world(tmp_path: Path) -> Any:
    made = World(tmp_path / "archive")
    yield made
    verified = {**books.verify().checks, **queries.invariants()}
    assert all(verified.values()), [name for name, holds in verified.items() if not holds]


def _booked(world: World, name: str, amount: int, words: str, direction: str = "DBIT") -> None:
    one = entry(amount=str(amount), direction=direction, more=f"<AddtlNtryInf>{words}</AddtlNtryInf>")
    world.bank.outbox.append((name, notification(one)))


def test_one_debit_is_matched_to_its_batch_and_pays_nobody(world: World) -> None:
    world.submit()
    batch = PaymentBatch.objects.get()
    _booked(world, "n1.xml", 3 * AMOUNT, f"CHI LUONG THEO LO {batch.message_id}, 3 LENH")
    collected = world.collect()
    assert (collected.applied, collected.held) == (0, 0)
    assert world.statuses() == ["DUE"] * 3, "which of them the bank paid is told by its list, not by a sum"
    [row] = queries.batch_debits(batch.run_id)
    assert (row.batch, row.sent_dong, row.booked_dong, row.difference_dong) == (
        batch.message_id,
        3 * AMOUNT,
        3 * AMOUNT,
        0,
    )
    # The statement of the evening tells of the same money: it is not booked twice.
    world.bank.outbox.append(
        (
            "s.xml",
            world.bank.outbox[0][1]
            .replace(b"camt.054", b"camt.053")
            .replace(b"BkToCstmrDbtCdtNtfctn", b"BkToCstmrStmt")
            .replace(b"Ntfctn>", b"Stmt>"),
        )
    )
    world.collect()
    assert BatchDebit.objects.count() == 2
    assert queries.batch_debits(batch.run_id)[0].difference_dong == 0


def test_what_was_refused_and_still_booked_is_a_difference_by_name(world: World) -> None:
    world.submit()
    batch = PaymentBatch.objects.get()
    names = world.names()
    world.bank.says("s1.xml", (names[0], "RJCT", "AC04"), (names[1], "ACSP", ""), (names[2], "ACSP", ""))
    _booked(world, "n1.xml", 3 * AMOUNT, batch.message_id)
    world.collect()
    [row] = queries.batch_debits(batch.run_id)
    assert (row.refused_dong, row.difference_dong) == (AMOUNT, AMOUNT)
    shown = page(working("department_officer"), "/ky-chi-tra/2026-11/")
    assert "Chênh lệch" in shown
    assert "810.000\u00a0đồng" in shown.split("Chênh lệch")[-1]


@pytest.mark.parametrize(
    ("words", "direction"),
    [("AS0000R000001P01B0009", "DBIT"), ("CHI LUONG", "DBIT"), ("{batch}", "CRDT"), ("{batch} AS0000R000001P01B0009", "DBIT")],
)  # fmt: skip
def test_a_debit_that_names_no_batch_of_ours_or_two_waits_for_a_person(
    world: World, words: str, direction: str
) -> None:
    world.submit()
    _booked(world, "n1.xml", 3 * AMOUNT, words.format(batch=PaymentBatch.objects.get().message_id), direction)
    assert world.collect().held == 1
    assert world.hold_reasons() == ["unknown_reference"]
    assert not BatchDebit.objects.exists()
