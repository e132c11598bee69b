"""A thousand months under faults: whatever the bank does and wherever the process ends, the books say what happened, once.

`SEEDS=100000 make test-faults` plays longer; `SEED=17` replays one story and prints it.
"""

import csv
import os
import random
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import beancount.loader
import pytest
from django.db import connection, transaction

from ansinh.ledger import accounts as chart
from ansinh.ledger import queries as books
from ansinh.office import queries as office
from ansinh.payment import queries, statements
from ansinh.payment.models import InstructionShare, MessageLine, PaymentItem
from ansinh.standards.end_to_end import encode
from tests.faults import desk, treasury
from tests.faults.desk import Desk
from tests.faults.simulator import Month, Provider, Story, expected, finish, play, totals
from tests.faults.treasury import Treasury
from tests.integration.test_payment import AT, World

SEEDS = int(os.environ.get("SEEDS", "1000"))
ONE = os.environ.get("SEED")
# Two workers share the seeds: each file of tests runs on one, and the other half stands in `test_simulation_half.py`.
PARTS, HERE = 4, (0, 1)
PEOPLE = 8
# How many of the stories have their money brought by papers (`treasury.py`).
PAPERS = 0.35
KINDS = {
    "timeout_before_arrival", "timeout_after_arrival", "wrong_amount", "final_answers_disagree", "told_twice",
    "unknown_reference", "reordered", "same_file_renamed", "same_lines_other_bytes", "cut_file", "hostile_file", "rubbish",
    "statement_cut", "statement_repeated", "statement_decides", "fee", "stranger",
    "crash_submit", "crash_render", "crash_upload", "crash_fetch", "crash_parse", "crash_apply", "crash_seal", *desk.KINDS,
    *treasury.KINDS,
}  # fmt: skip
pytestmark = pytest.mark.usefixtures("database")


class _Undone(Exception):
    """Leaves a story's savepoint, so that the next one begins with the same frozen run."""


def look(*, thorough: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(paid_dong + inflight_dong + waived_dong - due_dong), 0) FROM payment_paymentitem"
        )
        assert cursor.fetchone()[0] <= 0
    broken = [name for name, holds in queries.invariants(thorough=thorough).items() if not holds]
    assert not broken, broken


def _orders(month: Month) -> tuple[dict[str, tuple[str, int]], set[int], list[int]]:
    """Return status and đồng paid by the name of the order, the items that went under another one's name, and those never sent."""
    instance = office.instance_number()
    carriers = {
        (one.item_id, one.attempt): (one.carrier_id, one.carrier_attempt) for one in InstructionShare.objects.all()
    }
    together: dict[str, list[PaymentItem]] = defaultdict(list)
    due: list[int] = []
    for item in PaymentItem.objects.filter(provider=month.provider_row).order_by("id"):
        if not item.attempt:
            due.append(item.id)
            assert (item.status, item.inflight_dong, item.paid_dong) == ("DUE", 0, 0), (
                "what never left is due and no more"
            )
            continue
        together[encode(instance, *carriers.get((item.id, item.attempt), (item.id, item.attempt)))].append(item)
    for name, items in together.items():
        assert len({item.status for item in items}) == 1, f"{name}: what one order carried has one fate"
    found = {name: (items[0].status, sum(item.paid_dong for item in items)) for name, items in together.items()}
    return found, {item for (item, attempt), (carrier, _) in carriers.items() if item != carrier}, due


def compare(month: Month, *, has_wards: bool = True) -> None:
    """Compare items, held lines and books with the model's, and the bank's payments with the promise to pay once."""
    found, joint, due = _orders(month)
    wanted = expected(month)
    assert due == (month.treasury.due() if month.treasury else []), (
        "whom the money did not reach is due, and nobody else"
    )
    assert set(found) == set(wanted), "every item was sent, once, under the name of its order"
    if month.treasury:
        assert not joint or month.bank.joins_payee
        month.treasury.look()
    else:
        assert not has_wards or bool(joint) == month.bank.joins_payee or not wanted
    final = {name: one for name, one in wanted.items() if one[0]}
    assert {name: one for name, one in found.items() if name in final} == final
    assert max(month.bank.paid.values(), default=0) <= 1, "the bank paid an order twice"
    # What is no message at all is quarantined as a whole, with what could be read of it as evidence.
    # Of an order that carried three, three lines wait: for the model it is one.
    held = (
        MessageLine.objects.exclude(hold_reason="")
        .filter(message__state="APPLIED", message__provider=month.provider_row)
        .exclude(item_id__in=joint, is_share=True)
    )
    early = held.filter(hold_reason="return_before_payment").count()
    assert (held.count() - early, early) == (month.model.in_question, sum(month.model.early.values()))
    code, sums = month.provider_row.code, totals(month)
    balances = books.balances()
    assert balances.get(chart.paid(code).name, 0) == sums["PAID"]
    assert balances.get(chart.in_flight(code).name, 0) == sums["IN_FLIGHT"]
    lies = month.treasury.free if month.treasury else sums["REJECTED"] + sums["RETURNED"]
    assert balances.get(chart.prefund(code).name, 0) == lies
    _compare_account(month)


def _compare_account(month: Month) -> None:
    """Compare the account with the bank's own: what differs is what it only said that it had paid."""
    bank, final = month.bank, month.model.final
    if not bank.days:
        # No đồng has moved there, and so no day was told of.
        return
    [found] = [one for one in statements.reconcile() if one.provider == month.provider_row.code]
    said = sum(order.amount for name, order in bank.orders.items() if final.get(name) == "paid" and not bank.paid[name])
    assert (found.statement_dong, found.paid_not_told_dong, found.unexplained_dong) == (bank.closing, said, 0)
    assert (found.told_in_flight_dong, found.returned_not_told_dong, statements.breaks()) == (0, 0, [])
    if month.treasury:
        # Money that papers sent and no statement has told of, or nobody has explained, is named as such.
        assert found.funding_not_told_dong == month.treasury.given + month.treasury.fee_fund - month.explained


def standing() -> tuple[int, int, list[dict[str, Any]]]:
    """Return what a repeated command must not change: the newest transfer, the lines kept, every item."""
    return books.last_transfer(), MessageLine.objects.count(), list(PaymentItem.objects.order_by("id").values())


def _tell(month: Month) -> None:
    lines = MessageLine.objects.order_by("message_id", "line")
    for row in lines.values_list("message__name", "end_to_end_id", "status", "hold_reason"):
        sys.stderr.write(f"{row}\n")
    sys.stderr.write(f"model: {month.model.in_question} held, {dict(month.model.early)} early, {month.model.final}\n")


def _play(world: World, seed: int, fired: Counter[str], at_end: Callable[[Month], None] | None = None) -> None:
    chance, story = random.Random(seed), Story(seed)
    month = Month(world.run, world.provider, world.archive, AT, Provider(chance, story), story)
    # A chance of its own, so that a story without papers stays the story it was.
    papers = random.Random(f"papers {seed}")
    quick_or_all = partial(look, thorough=seed % 3 == 0)
    try:
        with transaction.atomic():
            if papers.random() < PAPERS:
                month.treasury = Treasury(month, papers)
            # Every story ends with every check; each third has all of them after every step, the others the quick ones.
            play(month, chance, quick_or_all)
            look(thorough=True)
            if ONE is not None:
                _tell(month)
            compare(month)
            story.fired["left_due"] += bool(month.treasury and month.treasury.due())
            if chance.random() < 0.3:
                Desk(month, chance).play(quick_or_all)
            if month.treasury:
                if month.treasury.was_rescued:
                    finish(month, 50_000)
                month.treasury.end_year()
                if month.treasury.due():
                    # Whoever is due on an account that a bank has spoken against is noted as stopped by the next
                    # sending.
                    month.submit(50_000)
            # Once more changes nothing: no transfer, no line, no status.
            before = standing()
            month.submit(50_000)
            month.collect()
            assert standing() == before
            verified = books.verify()
            assert all(verified.checks.values()), verified.checks
            if at_end is not None:
                at_end(month)
            raise _Undone
    except _Undone:
        fired.update(story.fired)
    except BaseException:
        sys.stderr.write(
            f"\nseed {seed}: {dict(story.fired)} {story.log}\n  replay: SEED={seed} pytest tests/faults/test_simulation.py\n"
        )
        raise


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path / "archive", people=PEOPLE, wards=2)
    desk.give_numbers()
    return made


@pytest.mark.parametrize("part", HERE)
def test_every_story_ends_in_the_books_of_what_happened(world: World, part: int) -> None:
    play_part(world, part)


def play_part(world: World, part: int) -> None:
    """Play every story of a part, and see that each kind of fault fired."""
    fired: Counter[str] = Counter()
    if ONE is not None:
        _play(world, int(ONE), fired)
        return
    for seed in range(part, SEEDS, PARTS):
        _play(world, seed, fired)
    print(f"seeds {SEEDS // PARTS}: {dict(sorted(fired.items()))}")
    # A fault that never fired was never tested.
    if SEEDS >= 200 * PARTS:
        assert KINDS - set(fired) == set()


def test_independent_programs_accept_the_books_of_mixed_months(world: World, tmp_path: Path) -> None:
    """Bank, statements, fees, strangers' money, cash, waivers in one month: two other programs add it all up."""
    if shutil.which("hledger") is None:
        assert not os.environ.get("CI"), "hledger is missing"
        pytest.skip("hledger is missing (Debian: apt-get install hledger)")
    journal, ledger = tmp_path / "books.journal", tmp_path / "books.beancount"

    def check(month: Month) -> None:
        journal.write_text("".join(books.export("hledger", None)), encoding="utf8")
        done = subprocess.run(["hledger", "-f", str(journal), "check"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        if month.treasury:
            # hledger adds the transfers up by itself; the model has never seen one.
            told = [*told_by_hledger(journal)]
            wanted = month.treasury.accounts()
            assert {name: amount for name, amount in told if name in wanted and amount} == {
                n: one for n, one in wanted.items() if one
            }
        ledger.write_text("".join(books.export("beancount", None)), encoding="utf8")
        _, errors, _ = beancount.loader.load_file(str(ledger))
        assert not errors, errors[:3]

    fired: Counter[str] = Counter()
    # The last four have their money brought by papers.
    for seed in (*range(10_000, 10_012), 10_020, 10_026, 10_036, 10_040):
        _play(world, seed, fired, check)
    assert {"to_the_desk", "waived", "uncollected", "fee", "stranger", "statement_decides", "paper_waits"} <= set(
        fired
    ), fired


def told_by_hledger(journal: Path) -> Iterator[tuple[str, int]]:
    """Yield every account with its balance in đồng, as another program adds it up."""
    asked = ["hledger", "-f", str(journal), "balance", "--flat", "--no-total", "--empty", "--output-format", "csv"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    for row in csv.DictReader(done.stdout.splitlines()):
        yield row["account"], int(row["balance"].removesuffix(" VND"))


def test_a_product_that_believed_a_wrong_amount_would_be_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # The oracle must be able to say no: with the check of amounts taken out, some story ends otherwise.
    from ansinh.payment import operations  # noqa: PLC0415

    real = operations.statement
    broken = real("payment", "judge").replace("line.amount_dong <> item.due_dong - item.waived_dong", "false")
    assert broken != real("payment", "judge")
    monkeypatch.setattr(operations, "statement", lambda room, name: broken if name == "judge" else real(room, name))
    with pytest.raises(AssertionError):
        for seed in range(60):
            _play(world, seed, Counter())
