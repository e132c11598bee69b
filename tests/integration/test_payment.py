"""Payment on real PostgreSQL: sent once, answered in any order and any number of times, returned after paid, one bad line."""

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from ansinh.base.beside import Beside
from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.office import queries as office
from ansinh.office.models import AuditEvent
from ansinh.office.security import everything, put_on
from ansinh.office.side_by_side import side_by_side
from ansinh.payment import collecting, operations, queries, reading, reserving
from ansinh.payment.archive import Archive
from ansinh.payment.gateways import Artefact, Receipt, Stamp, limits
from ansinh.payment.instructions import render_batch
from ansinh.payment.models import Message, MessageLine, PaymentBatch, PaymentItem, PaymentServiceProvider
from ansinh.payroll import operations as payroll
from ansinh.payroll.selection import select
from ansinh.people.models import FinancialAddress, Person
from ansinh.standards.end_to_end import encode
from tests.integration import makers
from tests.integration.fake_bank import FakeBank
from tests.standards.answers import day_statement, detail, entry

NOVEMBER = Month(2026, 11)
AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
AMOUNT = 810_000
pytestmark = pytest.mark.usefixtures("database")


class World:
    """A frozen run of a few women with accounts, a provider, a bank and an archive; the first receives for `wards`.

    The last `others` have their accounts at a bank that a second provider serves.
    """

    def __init__(self, folder: Path, people: int = 3, wards: int = 0, others: int = 0) -> None:
        makers.staff()
        self.second = None
        if others:
            self.second = PaymentServiceProvider.objects.create(
                code="SECONDBANK", name="Ngân hàng thứ hai", gateway="sftp_iso20022", banks=["970436"]
            )
        ledger.appropriate(amount_dong=10**12, document=1, month=NOVEMBER.first_day, at=AT)
        self.provider, self.bank, self.archive = makers.provider(), FakeBank(), Archive(folder)
        self.people = [makers.severe() for _ in range(people)]
        for ward in self.people[1 : wards + 1]:
            FinancialAddress.objects.filter(person=ward).delete()
            makers.mandate(ward, self.people[0])
        for other in self.people[people - others :]:
            FinancialAddress.objects.filter(person=other).update(bank_bin="970436")
        selection = select(month=NOVEMBER, province=None, area="19777")
        self.run = payroll.calculate(
            package=law_in_force(), month=NOVEMBER, selection=selection, by="operator", at=AT
        ).code
        payroll.check(run=self.run, by="operator", at=AT)
        payroll.approve(run=self.run, by="lanh.dao", at=AT)
        operations.freeze(run=self.run, by="can.bo", at=AT)

    def submit(self, **options: Any) -> operations.Sent:
        return operations.submit(
            run=self.run,
            provider=self.provider,
            gateway=self.bank,
            archive=self.archive,
            by="operator",
            at=AT,
            **options,
        )

    def collect(self, **options: Any) -> operations.Collected:
        return collecting.collect(provider=self.provider, gateway=self.bank, archive=self.archive, at=AT, **options)

    def names(self) -> list[str]:
        return [encode(office.instance_number(), item.id, item.attempt) for item in PaymentItem.objects.order_by("id")]

    def statuses(self) -> list[str]:
        return list(PaymentItem.objects.order_by("id").values_list("status", flat=True))

    def balances(self) -> tuple[int, int, int]:
        """Prefund, in flight, paid."""
        code = self.provider.code
        return tuple(books.balance(account(code).name) for account in (chart.prefund, chart.in_flight, chart.paid))  # type: ignore[return-value]

    def hold_reasons(self) -> list[str]:
        return sorted(MessageLine.objects.exclude(hold_reason="").values_list("hold_reason", flat=True))


@pytest.fixture
def world(tmp_path: Path) -> Any:
    made = World(tmp_path / "archive")
    yield made
    verified = {**books.verify().checks, **queries.invariants()}
    assert all(verified.values()), verified


def test_a_month_is_sent_paid_and_booked(world: World) -> None:
    assert world.submit() == operations.Sent(sent=3, unknown=0)
    assert world.balances() == (0, 3 * AMOUNT, 0)
    world.bank.says("s1.xml", *((name, "ACSP", "") for name in world.names()))
    world.bank.says("n1.xml", *((name, "DBIT", AMOUNT) for name in world.names()))
    assert world.collect() == operations.Collected(messages=2, applied=6, held=0)
    assert world.statuses() == ["PAID"] * 3
    assert world.balances() == (0, 0, 3 * AMOUNT)


@pytest.mark.parametrize("workers", [1, 2])
def test_files_read_by_a_process_beside_give_the_same_lines(
    world: World, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WORTH_A_PROCESS_BYTES", 0)
    processes = []
    monkeypatch.setattr(reading, "Beside", lambda source: processes.append(Beside(source)) or processes[-1])
    world.submit()
    first, second, third = world.names()
    world.bank.says(
        "s1.xml", (first, "ACSP", ""), (second, "RJCT", "A\tB\\\\"), (third, "????", ""), ("\\N", "ACSP", "")
    )
    world.bank.outbox.append(("bomb.xml", b"<!DOCTYPE x []><x/>"))
    world.bank.says("n1.xml", (first, "DBIT", AMOUNT), (third, "DBIT", AMOUNT - 1))
    assert world.collect(workers=workers) == operations.Collected(messages=2, applied=3, held=3, quarantined=1)
    assert len(processes) == workers - 1
    lines = MessageLine.objects.order_by("message__name", "line").values_list(
        "message__name", "end_to_end_id", "status", "reason_code", "hold_reason"
    )
    assert list(lines) == [
        ("n1.xml", first, "PAID", "", ""),
        ("n1.xml", third, "PAID", "", "amount_differs"),
        ("s1.xml", first, "ACCEPTED", "", ""),
        ("s1.xml", second, "REJECTED", "A\tB\\\\", ""),
        ("s1.xml", f"{third} (????)", "", "", "status_unknown"),
        ("s1.xml", "\\N", "ACCEPTED", "", "unknown_reference"),
    ]
    assert Message.objects.get(state="QUARANTINED").note.startswith("xml_is_hostile")


@pytest.mark.parametrize(("is_able", "expected"), [(True, 3), (False, 1)])
def test_only_what_a_gateway_can_share_is_shared(
    world: World, is_able: bool, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    able = replace(world.bank.capabilities, can_share_work=is_able)
    monkeypatch.setattr(type(world.bank), "capabilities", able)
    monkeypatch.setattr(operations, "WORTH_SHARING_ORDERS", 0)
    asked = []
    monkeypatch.setattr(
        operations,
        "side_by_side",
        lambda work, pieces, workers: (asked.append(workers), side_by_side(work, pieces, 1))[1],
    )
    assert world.submit(workers=3).sent == 3
    assert asked == [expected]


def test_regression_a_retried_call_pays_once(world: World) -> None:
    """A peer pays twice when ingestion is called again."""
    assert world.submit().sent == 3
    assert world.submit() == operations.Sent(sent=0, unknown=0)
    assert (world.bank.submissions, PaymentBatch.objects.count()) == (1, 1)


@pytest.mark.parametrize("word", [("RJCT", "AC04"), ("DBIT", AMOUNT), ("CRDT", AMOUNT, "AC06"), ("ACSP", "")])
def test_an_answer_about_what_never_left_is_held_and_stops_no_collection(world: World, word: tuple[Any, ...]) -> None:
    """The number of the next sending can be guessed; before it goes, whatever is said of it is somebody's invention."""
    world.bank.says("x1.xml", *((name, *word) for name in world.names()))
    assert world.collect() == operations.Collected(messages=1, applied=0, held=3)
    assert world.hold_reasons() == ["attempt_unknown"] * 3
    assert world.submit().sent == 3
    assert world.statuses() == ["DUE"] * 3


def test_a_timeout_is_unknown_and_goes_out_again_only_as_the_same_file(world: World) -> None:
    world.bank.receipts = [Receipt.UNKNOWN]
    assert world.submit() == operations.Sent(sent=0, unknown=3)
    assert PaymentBatch.objects.get().state == "UNKNOWN"
    assert world.balances() == (0, 3 * AMOUNT, 0), "the money stays reserved"
    assert world.submit() == operations.Sent(sent=3, unknown=0)
    assert len(world.bank.submitted) == 1
    assert set(PaymentItem.objects.values_list("attempt", flat=True)) == {1}


@pytest.mark.parametrize(
    ("made", "executed", "missing"),
    # 24 November 2026 is a public holiday; of 2031 nobody has written down the holidays.
    [(datetime.date(2026, 11, 23), datetime.date(2026, 11, 25), None), (datetime.date(2031, 1, 3), datetime.date(2031, 1, 6), 2031)],
)  # fmt: skip
def test_the_day_of_execution_is_chosen_when_the_batch_is_made(
    world: World, made: datetime.date, executed: datetime.date, missing: int | None
) -> None:
    at = datetime.datetime.combine(made, datetime.time(3), datetime.UTC)
    operations.submit(
        run=world.run, provider=world.provider, gateway=world.bank, archive=world.archive, by="operator", at=at
    )
    assert PaymentBatch.objects.get().execution_date == executed
    detail = AuditEvent.objects.get(action="payment.reserve").detail
    assert (detail["execution_date"], detail.get("calendar_missing")) == (executed.isoformat(), missing)


class ForgetfulBank(FakeBank):
    """A bank that holds other bytes under our name, and says which."""

    def __init__(self, held: Stamp | None) -> None:
        super().__init__()
        self.stamp = held

    def held(self, name: str) -> Stamp | None:
        return self.stamp

    def submit(self, artefact: Artefact) -> Receipt:
        if self.stamp is None or artefact.sha256 != self.stamp.sha256:
            raise limits.remote_differs(artefact.name)
        return Receipt.ALREADY


@pytest.mark.parametrize("what", ["nothing_said", "other_orders"])
def test_a_file_at_the_bank_that_is_not_ours_is_never_taken_over(world: World, what: str) -> None:
    stamp = Stamp("ab" * 32, AT, datetime.date(2026, 11, 20)) if what == "other_orders" else None
    world.bank = ForgetfulBank(stamp)
    with pytest.raises(Refused) as refusal:
        world.submit()
    assert refusal.value.reason == "remote_file_differs"
    batch = PaymentBatch.objects.get()
    assert (batch.state, batch.created_at, batch.execution_date) == ("RESERVED", AT, datetime.date(2026, 11, 23))
    assert not AuditEvent.objects.filter(action="payment.take_over").exists()
    # The reservation is sealed by the next command, whatever it is.
    world.collect()


def test_a_file_of_ours_from_before_a_restored_backup_is_taken_over(world: World) -> None:
    """The same instructions with the bank's two times give the bank's bytes: then they are ours."""
    earlier = AT - datetime.timedelta(hours=5)
    reserving.reserve(reserving.Order(world.run, world.provider, 10, 10**15, joins_payee=False, by="operator", at=AT))
    batch = PaymentBatch.objects.get()
    batch.created_at, batch.execution_date = earlier, datetime.date(2026, 11, 24)
    with transaction.atomic():
        put_on(everything("system"))
        theirs = render_batch(batch, world.bank, world.archive, instance=office.instance_number())
    world.bank.says("early.xml", (world.names()[0], "DBIT", AMOUNT))
    PaymentItem.objects.update(attempt=0)
    world.collect()
    assert world.hold_reasons() == ["attempt_unknown"]
    PaymentItem.objects.update(attempt=1)
    world.bank = ForgetfulBank(Stamp(theirs.sha256, earlier, datetime.date(2026, 11, 24)))
    assert world.submit().sent == 3
    batch.refresh_from_db()
    assert (batch.state, batch.sha256, batch.created_at) == ("SENT", theirs.sha256, earlier)
    # What the bank had said meanwhile counts now.
    assert world.hold_reasons() == []
    assert world.statuses() == ["PAID", "DUE", "DUE"]


def test_batches_are_cut_at_the_size_asked_for(world: World) -> None:
    world.submit(size=2)
    assert list(PaymentBatch.objects.order_by("number").values_list("instructions", flat=True)) == [2, 1]


def test_a_rejected_item_gets_its_money_back_and_is_not_sent_again_by_itself(world: World) -> None:
    world.submit()
    world.bank.says("s1.xml", (world.names()[0], "RJCT", "AC04"))
    world.collect()
    assert world.statuses() == ["REJECTED", "DUE", "DUE"]
    assert world.balances() == (AMOUNT, 2 * AMOUNT, 0)
    assert FinancialAddress.objects.get(person=world.people[0], valid_to=None).state == "COLLECTED"
    assert world.submit().sent == 0


def test_money_that_comes_back_after_it_was_paid(world: World) -> None:
    world.submit()
    first = world.names()[0]
    world.bank.says("n1.xml", (first, "DBIT", AMOUNT))
    world.collect()
    world.bank.says("n2.xml", (first, "CRDT", AMOUNT, "AC06"))
    assert world.collect().applied == 1
    assert world.statuses()[0] == "RETURNED"
    assert world.balances() == (AMOUNT, 2 * AMOUNT, 0)


def test_a_return_that_arrives_first_waits_for_its_payment(world: World) -> None:
    world.submit()
    first = world.names()[0]
    world.bank.says("n2.xml", (first, "CRDT", AMOUNT, "AC06"))
    assert world.collect().held == 1
    assert world.hold_reasons() == ["return_before_payment"]
    world.bank.says("n3.xml", (first, "DBIT", AMOUNT))
    world.collect()
    assert world.statuses()[0] == "RETURNED"
    assert world.hold_reasons() == []


def test_two_final_answers_that_disagree_are_held(world: World) -> None:
    world.submit()
    first = world.names()[0]
    world.bank.says("n1.xml", (first, "DBIT", AMOUNT))
    world.bank.says("s2.xml", (first, "RJCT", "AC04"))
    world.collect()
    assert world.statuses()[0] == "PAID"
    assert world.hold_reasons() == ["final_answers_disagree"]


def _statement(world: World, *debited: str, account: str = "999000001") -> None:
    """Leave a day's statement of an account, with a debit for each name."""
    lines = [entry(detail(name, str(AMOUNT)), amount=str(AMOUNT), direction="DBIT") for name in debited]
    closing = 3 * AMOUNT - len(debited) * AMOUNT
    raw = day_statement(*lines, day="2026-11-20", number=1, account=account, opening=3 * AMOUNT, closing=closing)
    world.bank.outbox.append((f"day-{account}.xml", raw))


def test_the_statement_decides_between_a_refusal_and_a_payment(world: World) -> None:
    world.submit()
    first, second, _ = world.names()
    world.bank.says("s1.xml", (first, "RJCT", "AC04"), (second, "RJCT", "AC04"))
    world.bank.says("n2.xml", (first, "DBIT", AMOUNT))
    world.collect()
    assert (world.statuses()[:2], world.hold_reasons()) == (["REJECTED", "REJECTED"], ["final_answers_disagree"])
    _statement(world, first)
    world.collect()
    assert world.statuses()[:2] == ["PAID", "REJECTED"], (
        "the money follows the statement, and the other one was refused"
    )
    assert world.hold_reasons() == [], "nothing is in doubt any more"
    assert world.balances() == (AMOUNT, AMOUNT, AMOUNT)
    assert [row.status for row in queries.items_of(world.people[0].id)] == ["PAID"]


def test_the_statement_of_another_account_decides_nothing(world: World) -> None:
    world.submit()
    first = world.names()[0]
    world.bank.says("s1.xml", (first, "RJCT", "AC04"))
    _statement(world, first, account="123456789")
    world.collect()
    assert (world.statuses()[0], world.hold_reasons()) == ("REJECTED", ["other_account"])
    assert world.balances() == (AMOUNT, 2 * AMOUNT, 0)
    _statement(world, first)
    world.collect()
    assert (world.statuses()[0], world.hold_reasons()) == ("PAID", ["other_account"])


def test_the_statement_of_another_account_pays_nobody(world: World) -> None:
    world.submit()
    _statement(world, *world.names(), account="123456789")
    world.collect()
    assert (world.statuses(), world.hold_reasons()) == (["DUE"] * 3, ["other_account"] * 3)
    assert world.balances() == (0, 3 * AMOUNT, 0)


def test_a_refusal_after_the_statement_is_in_no_doubt(world: World) -> None:
    world.submit()
    first = world.names()[0]
    _statement(world, first)
    world.collect()
    world.bank.says("s2.xml", (first, "RJCT", "AC04"))
    world.collect()
    assert (world.statuses()[0], world.hold_reasons()) == ("PAID", [])


def test_an_answer_is_applied_once_however_often_and_under_whatever_name_it_comes(world: World) -> None:
    world.submit()
    world.bank.says("n1.xml", *((name, "DBIT", AMOUNT) for name in world.names()))
    world.bank.outbox.append(("n1-again.xml", world.bank.outbox[0][1]))
    world.collect()
    world.bank.outbox.append(("n1-third.xml", world.bank.outbox[0][1]))
    assert world.collect() == operations.Collected(0, 0, 0)
    assert Message.objects.count() == 1
    # The same content in other bytes is read, and changes nothing either.
    world.bank.outbox.append(("n1-fourth.xml", world.bank.outbox[0][1] + b"\n"))
    transfers = books.verify().transfers
    world.collect()
    assert books.verify().transfers == transfers
    assert world.balances() == (0, 0, 3 * AMOUNT)


def test_regression_one_unknown_reference_holds_one_line(world: World) -> None:
    """A peer loses a whole statement on one unknown reference."""
    world.submit()
    foreign = encode((office.instance_number() + 1) % 4096, 1, 1)
    world.bank.says("n1.xml", *((name, "DBIT", AMOUNT) for name in ["KHONGRO", foreign, *world.names()]))
    assert world.collect() == operations.Collected(messages=1, applied=3, held=2)
    assert world.hold_reasons() == ["unknown_reference"] * 2
    assert world.statuses() == ["PAID"] * 3


def test_a_wrong_amount_is_held(world: World) -> None:
    world.submit()
    world.bank.says("n1.xml", (world.names()[0], "DBIT", AMOUNT + 1))
    world.collect()
    assert world.hold_reasons() == ["amount_differs"]
    assert world.statuses()[0] == "DUE"


def test_an_attempt_that_was_never_made_is_held(world: World) -> None:
    world.submit()
    item = PaymentItem.objects.order_by("id").first()
    world.bank.says("n1.xml", (encode(office.instance_number(), item.id, 2), "DBIT", AMOUNT))
    world.collect()
    assert world.hold_reasons() == ["attempt_unknown"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\x01garbage",
        b"<html><body>503</body></html>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><Document>&a;</Document>',
    ],
    ids=["empty", "bytes", "html", "entity"],
)
def test_an_unreadable_file_is_quarantined_and_the_others_go_on(world: World, raw: bytes) -> None:
    world.submit()
    world.bank.outbox.append(("a-bad.xml", raw))
    world.bank.says("n1.xml", (world.names()[0], "DBIT", AMOUNT))
    world.collect()
    assert set(Message.objects.values_list("name", "state")) == {("a-bad.xml", "QUARANTINED"), ("n1.xml", "APPLIED")}
    assert world.statuses()[0] == "PAID"


def test_a_payment_to_a_guardian_names_the_beneficiary_and_never_the_reason(tmp_path: Path) -> None:
    makers.staff()
    world = World.__new__(World)
    ledger.appropriate(amount_dong=10**12, document=1, month=NOVEMBER.first_day, at=AT)
    world.provider, world.bank, world.archive = makers.provider(), FakeBank(), Archive(tmp_path)
    guardian, child = makers.person(), makers.person(born="2018-03-01", no_caregiver_case="b")
    makers.address(guardian)
    makers.decision(child, "K1")
    makers.mandate(child, guardian)
    selection = select(month=NOVEMBER, province=None, area="19777")
    world.run = payroll.calculate(
        package=law_in_force(), month=NOVEMBER, selection=selection, by="operator", at=AT
    ).code
    payroll.check(run=world.run, by="operator", at=AT)
    payroll.approve(run=world.run, by="lanh.dao", at=AT)
    operations.freeze(run=world.run, by="can.bo", at=AT)
    world.submit()
    text = world.archive.path(PaymentBatch.objects.get().sha256).read_text(encoding="utf8")
    assert child.name_fold.upper() in text
    assert guardian.name_fold.upper() in text
    for secret in ("K1", "HIV", "KHUYET TAT", "NGHEO", "MO COI"):
        assert secret not in text


def test_a_file_refused_as_a_whole_gives_all_money_back(world: World) -> None:
    world.submit()
    world.bank.refuses("s1.xml", PaymentBatch.objects.get().message_id, "FF01")
    assert world.collect().applied == 3
    assert world.statuses() == ["REJECTED"] * 3
    assert world.balances() == (3 * AMOUNT, 0, 0)


def test_a_whole_refusal_after_a_payment_is_not_believed(world: World) -> None:
    world.submit()
    world.bank.says("n1.xml", (world.names()[0], "DBIT", AMOUNT))
    world.collect()
    world.bank.refuses("s2.xml", PaymentBatch.objects.get().message_id)
    assert world.collect() == operations.Collected(messages=1, applied=0, held=3)
    assert world.statuses() == ["PAID", "DUE", "DUE"]
    # What the bank then says of the others still counts.
    world.bank.says("n3.xml", *((name, "DBIT", AMOUNT) for name in world.names()[1:]))
    world.collect()
    assert world.statuses() == ["PAID"] * 3


def test_a_refusal_of_a_file_we_never_sent_is_held(world: World) -> None:
    world.submit()
    world.bank.refuses("s1.xml", "KHONGPHAICUATOI")
    assert world.collect().held == 1
    assert world.hold_reasons() == ["unknown_reference"]


def test_a_file_that_nobody_understands_is_told_with_what_to_do(world: World) -> None:
    world.submit()
    world.bank.outbox.append(("x.xml", b"xin chao"))
    assert world.collect().quarantined == 1
    [aside] = queries.quarantined_since(AT)
    assert (aside.file, aside.reason) == ("x.xml", "message_unknown")
    assert "hãy xem tệp" in aside.message(is_english=False)


def test_a_date_in_the_future_is_held(world: World) -> None:
    world.submit()
    world.bank.says("n1.xml", (world.names()[0], "DBIT", AMOUNT))
    name, raw = world.bank.outbox.pop()
    world.bank.outbox.append((name, raw.replace(b"2026-11-22</Dt>", b"2999-01-01</Dt>")))
    world.collect()
    assert world.hold_reasons() == ["booked_in_the_future"]


@pytest.mark.parametrize("cause", ["DEAD", "PAYEE", "ADDRESS"])
def test_nothing_leaves_for_somebody_who_died_or_whose_account_changed_after_the_freeze(
    world: World, cause: str
) -> None:
    person = world.people[0]
    if cause == "DEAD":
        Person.objects.filter(id=person.id).update(death_date=datetime.date(2026, 11, 20))
    elif cause == "PAYEE":
        delegate = makers.person(died="2026-11-20")
        PaymentItem.objects.filter(beneficiary=person).update(payee=delegate)
    else:
        FinancialAddress.objects.filter(person=person).update(state="COLLECTED")
    assert world.submit() == operations.Sent(sent=2, unknown=0, held=1)
    item = PaymentItem.objects.get(beneficiary=person)
    assert (item.status, item.reason_code, item.eligible, item.attempt) == ("DUE", cause, False, 0)
    assert world.submit() == operations.Sent(sent=0, unknown=0, held=1)
    if cause == "ADDRESS":
        # The account was verified after all: the item goes by itself with the next call.
        FinancialAddress.objects.filter(person=person).update(state="VERIFIED")
        assert world.submit() == operations.Sent(sent=1, unknown=0, held=0)


def test_a_corrected_file_under_the_same_name_is_read(world: World) -> None:
    world.submit()
    world.bank.says("n1.xml", (world.names()[0], "DBIT", AMOUNT))
    world.collect()
    world.bank.outbox.clear()
    world.bank.says("n1.xml", *((name, "DBIT", AMOUNT) for name in world.names()))
    world.collect()
    assert world.statuses() == ["PAID"] * 3
