"""A superuser, whom no constraint and no trigger stops, breaks each invariant; the books' own check names it and the row."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from ansinh.ledger import accounts as chart
from ansinh.ledger import operations as ledger
from ansinh.ledger import sealing
from ansinh.payment import cash, reopening
from ansinh.payment.models import PaymentItem, PaymentServiceProvider
from ansinh.project.database import SUPERUSER
from ansinh.project.home import Home
from ansinh.project.work.ledger import INVARIANTS, checked
from tests.integration import makers
from tests.integration.test_payment import AMOUNT, AT, NOVEMBER, World
from tests.standards.answers import day_statement, detail, entry


@pytest.fixture
def superuser(django_db_setup: None, worker_home: Home) -> Iterator[None]:
    """Connect this test as the superuser: below row-level security, constraints and triggers."""
    settings = connection.settings_dict
    before = {name: settings[name] for name in ("USER", "PASSWORD")}
    connection.close()
    settings.update(USER=SUPERUSER, PASSWORD=worker_home.secret(SUPERUSER))
    yield
    connection.close()
    settings.update(before)


class Mixed(World):
    """A month with somebody paid, rejected and waived, returned, in flight, and paid in cash; given back in part and sealed."""

    def __init__(self, folder: Path) -> None:
        self.cashier = makers.person(disability="severe")
        makers.decision(self.cashier)
        makers.address(self.cashier, "NOT_OPENED")
        super().__init__(folder, people=5)
        self.submit()
        paid, rejected, returned, _, also_paid = [name for name in self.names() if name][1:]
        self.bank.says("n1.xml", *((name, "DBIT", AMOUNT) for name in (paid, returned, also_paid)))
        self.bank.says("s1.xml", (rejected, "RJCT", "MD07"))
        self.bank.says("r1.xml", (returned, "CRDT", AMOUNT, "AC04"))
        self.collect()
        give_up = {"run": self.run, "channel": "waived", "reason": "đã mất", "by": "can.bo", "at": AT}
        reopening.propose(beneficiaries=[self.people[1].id], **give_up)
        reopening.approve(run=self.run, by="lanh.dao", at=AT)
        self.run_id = PaymentItem.objects.values_list("run_id", flat=True)[0]
        ledger.refund(run_code=self.run, run_id=self.run_id, document=77, month=NOVEMBER.first_day, at=AT)
        cash.open_list(run=self.run, area="19777", by="can.bo", at=AT)
        ledger.seal(at=AT)


@pytest.fixture
def mixed(superuser: None, database: None, tmp_path: Path) -> Mixed:
    return Mixed(tmp_path / "archive")


def run(*statements: str) -> None:
    """Do what only a superuser can: triggers and foreign keys do not fire."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def broken() -> dict[str, tuple[str, ...]]:
    return {name: rows for name, rows in checked()[1].items() if rows}


def item(status: str) -> int:
    return PaymentItem.objects.filter(status=status, channel="account").order_by("id").values_list("id", flat=True)[0]


def _one_side_gone(mixed: Mixed) -> str:
    run(f"DELETE FROM ledger_ledgeraccount WHERE name = '{chart.WORLD.name}'")
    return "does not exist"


def _balances_exchanged(mixed: Mixed) -> str:
    run(
        f"UPDATE ledger_ledgeraccount SET balance_dong = balance_dong + 1 WHERE name = '{chart.WORLD.name}'",
        f"UPDATE ledger_ledgeraccount SET balance_dong = balance_dong - 1 WHERE name = '{chart.APPROPRIATION.name}'",
    )
    return chart.APPROPRIATION.name


def _flying_with_another_provider(mixed: Mixed) -> str:
    other = PaymentServiceProvider.objects.create(code="OTHER", name="Khác", gateway="rest")
    flying = PaymentItem.objects.get(inflight_dong__gt=0, channel="account")
    run(f"UPDATE payment_paymentitem SET provider_id = {other.id} WHERE id = {flying.id}")
    return "OTHER: books 0, items 810000"


def _paid_with_another_provider(mixed: Mixed) -> str:
    other = PaymentServiceProvider.objects.create(code="OTHER", name="Khác", gateway="rest")
    run(f"UPDATE payment_paymentitem SET provider_id = {other.id} WHERE id = {item('PAID')}")
    return "OTHER: books 0, items 810000"


def _one_paid_twice_another_never(mixed: Mixed) -> str:
    one, other = PaymentItem.objects.filter(status="PAID").order_by("id").values_list("id", flat=True)
    run(
        "ALTER TABLE payment_paymentitem DROP CONSTRAINT never_paid_twice",
        f"UPDATE payment_paymentitem SET paid_dong = paid_dong * 2 WHERE id = {one}",
        f"UPDATE payment_paymentitem SET paid_dong = 0 WHERE id = {other}",
    )
    return f"item {one}: due 810000, taken 1620000"


def _paid_mark_on_another(mixed: Mixed) -> str:
    one, other = item("PAID"), item("RETURNED")
    run(
        f"UPDATE payment_paymentitem SET paid_dong = 0 WHERE id = {one}",
        f"UPDATE payment_paymentitem SET paid_dong = due_dong WHERE id = {other}",
    )
    return f"item {one}: "


def _another_balance_than_the_bank_s(mixed: Mixed) -> str:
    names = mixed.names()
    told = [entry(detail(name, str(AMOUNT)), amount=str(AMOUNT)) for name in (names[1], names[3], names[5])]
    told.append(entry(detail(names[3], str(AMOUNT), returned="AC04"), amount=str(AMOUNT), direction="CRDT"))
    said = day_statement(*told, day="2026-11-20", number=1, account="999000001", opening=5 * AMOUNT, closing=3 * AMOUNT)
    mixed.bank.outbox.append(("t.xml", said))
    mixed.collect()
    assert broken() == {}, "what the bank says is what the books say"
    run("UPDATE payment_accountstatement SET closing_dong = closing_dong + 7, credits_dong = credits_dong + 7")
    return "unexplained 7"


def _promised_more(mixed: Mixed) -> str:
    run("UPDATE payroll_payrollrun SET control_total_dong = control_total_dong + 1")
    return f"run {mixed.run}: promised"


def _a_line_about_somebody_else(mixed: Mixed) -> str:
    paid = item("PAID")
    run(f"UPDATE payment_messageline SET item_id = {item('RETURNED')} WHERE item_id = {paid} AND status = 'PAID'")
    return "transfer "


def _waived_by_one_person(mixed: Mixed) -> str:
    run("UPDATE payment_reopening SET approved_by = ''")
    return "(code 16, "


def _a_batch_that_never_was(mixed: Mixed) -> str:
    run("UPDATE payment_paymentbatch SET id = id + 1000", "UPDATE payment_paymentitem SET batch_id = batch_id + 1000")
    return "(code 10, "


def _a_line_lost(mixed: Mixed) -> str:
    run(
        "INSERT INTO payment_message (provider_id, name, mark, sha256, kind, message_id, state, lines, held, note, stored_at)"
        " SELECT id, 'x', '', 'x', 'camt.054', '', 'APPLIED', 3, 1, '', now() FROM payment_paymentserviceprovider"
    )
    return "3 lines and 1 held, kept 0 and 0"


def _booked_at_another_time(mixed: Mixed) -> str:
    run(
        "UPDATE ledger_transfer SET booked_at = booked_at - interval '1 microsecond' WHERE id = (SELECT max(id) FROM ledger_transfer)"
    )
    return "seal "


def _an_unsealed_transfer(mixed: Mixed) -> str:
    run("DELETE FROM ledger_seal WHERE number = (SELECT max(number) FROM ledger_seal)")
    return "transfer "


def _sent_to_the_dead(mixed: Mixed) -> str:
    run(
        f"UPDATE people_person SET death_date = '2026-11-01', death_recorded_at = '2026-11-02' WHERE id = (SELECT payee_id"
        f" FROM payment_paymentitem WHERE id = {item('PAID')})"
    )
    return f"item {item('PAID')} in batch"


def _appropriated_twice(mixed: Mixed) -> str:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS booked_once")
        cursor.execute("ALTER TABLE ledger_transfer DROP CONSTRAINT IF EXISTS booked_once")
        cursor.execute(
            "INSERT INTO ledger_transfer (code, reference, debit_id, credit_id, amount_dong, evidence, month, booked_at)"
            " SELECT code, reference, debit_id, credit_id, amount_dong, evidence, month, booked_at FROM ledger_transfer WHERE code = 1"
        )
    ledger.seal(at=AT)
    return "transfers of code 1, reference 1"


def _an_overdrawn_account(mixed: Mixed) -> str:
    name = f"Assets:Treasury:R{mixed.run}"
    world = f"UPDATE ledger_ledgeraccount SET balance_dong = balance_dong + 5 WHERE name = '{chart.WORLD.name}'"
    run("ALTER TABLE ledger_ledgeraccount DROP CONSTRAINT no_overspend", world)
    run(f"UPDATE ledger_ledgeraccount SET balance_dong = balance_dong - 5 WHERE name = '{name}'")
    return name


Breaking = Callable[[Mixed], str]
# What is done → the check that must name it. Where a second check must see it too, both stand here.
BREAKS: list[tuple[str, Breaking, set[str]]] = [
    ("I1", _one_side_gone, {"balanced"}),
    ("I2", _balances_exchanged, {"balances_equal_transfers"}),
    ("I3", _flying_with_another_provider, {"in_flight_equals_items"}),
    ("I3", _paid_with_another_provider, {"paid_equals_items"}),
    ("I4", _one_paid_twice_another_never, {"paid_once"}),
    ("I4", _paid_mark_on_another, {"paid_once"}),
    ("I5", _another_balance_than_the_bank_s, {"prefund_equals_statement"}),
    ("I6", _promised_more, {"runs_equal_items"}),
    ("I7", _a_line_about_somebody_else, {"every_transfer_has_evidence"}),
    ("I7", _waived_by_one_person, {"every_transfer_has_evidence"}),
    ("I7", _a_batch_that_never_was, {"every_transfer_has_evidence"}),
    ("I7", _a_line_lost, {"every_line_kept"}),
    ("I8", _booked_at_another_time, {"seal_chain"}),
    ("I8", _an_unsealed_transfer, {"everything_sealed"}),
    ("I9", _sent_to_the_dead, {"nobody_dead_was_sent_money"}),
    ("I10", _appropriated_twice, {"every_event_once"}),
]


@pytest.mark.parametrize(("number", "breaks", "names"), BREAKS, ids=[f"{n}{one.__name__}" for n, one, _ in BREAKS])
def test_what_a_superuser_breaks_is_named_with_its_row(
    mixed: Mixed, number: str, breaks: Breaking, names: set[str]
) -> None:
    assert broken() == {}, "what is broken below was whole before"
    row = breaks(mixed)
    found = broken()
    assert set(found) == names
    assert names <= set(INVARIANTS[number])
    assert any(row in offender for rows in found.values() for offender in rows), found


def test_every_invariant_is_broken_by_a_test() -> None:
    assert {number for number, *_ in BREAKS} == set(INVARIANTS)


def test_an_overdrawn_account_is_named(mixed: Mixed) -> None:
    name = _an_overdrawn_account(mixed)
    found = broken()
    # The balances no longer equal their transfers either, and the run that owns the account does not add up.
    assert set(found) == {"no_overspend", "balances_equal_transfers", "runs_equal_items"}
    assert found["no_overspend"] == (f"{name}: -5",)


def test_seals_of_the_older_form_still_hold(mixed: Mixed, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.appropriate(amount_dong=5, document=2, month=NOVEMBER.first_day, at=AT)
    # As it was written before the instant of booking was part of it.
    monkeypatch.setattr("ansinh.ledger.operations.CANONICAL_VERSION", 1)
    ledger.seal(at=AT)
    monkeypatch.undo()
    ledger.appropriate(amount_dong=6, document=3, month=NOVEMBER.first_day, at=AT)
    ledger.seal(at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT canonical_version FROM ledger_seal ORDER BY number DESC LIMIT 2")
        assert [version for (version,) in cursor.fetchall()] == [sealing.CANONICAL_VERSION, 1]
    assert broken() == {}
    # What an old seal states is still held to; what it never stated is not.
    run("UPDATE ledger_transfer SET booked_at = booked_at - interval '1 day' WHERE code = 1 AND reference = 2")
    assert broken() == {}
    run("UPDATE ledger_transfer SET month = '2026-10-01' WHERE code = 1 AND reference = 2")
    assert set(broken()) == {"seal_chain"}
    # A version that nobody knows is no excuse.
    run("UPDATE ledger_transfer SET month = '2026-11-01' WHERE code = 1 AND reference = 2")
    assert broken() == {}
    run("UPDATE ledger_seal SET canonical_version = 9")
    assert set(broken()) == {"seal_chain"}


def test_a_closed_month_that_was_changed_is_named(mixed: Mixed) -> None:
    run(
        "INSERT INTO ledger_closedperiod (month, transfers, open_items, proposed_by, proposed_at, closed_by, closed_at)"
        " SELECT month, count(*) - 1, '{}', 'a', now(), 'b', now() FROM ledger_transfer GROUP BY month"
    )
    assert list(broken()) == ["closed_months_unchanged"]
