"""Public money moves by papers that two people have read: orders, prefunds, money for fees, the year's end."""

import argparse
import datetime
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ansinh.base.dong import format_dong
from ansinh.base.refusals import Refused
from ansinh.ledger import accounts as chart
from ansinh.ledger import documents
from ansinh.ledger import queries as books
from ansinh.ledger.models import FundsDocument, Transfer
from ansinh.payment import queries, reopening, statements, withdrawing
from ansinh.payment.models import AccountStatement, Message, MessageLine, PaymentItem
from ansinh.payroll.models import PayrollRun
from ansinh.people.models import Person
from ansinh.project.work import ledger as ledger_work
from ansinh.project.work import payment as payment_work
from ansinh.project.work.ledger import checked
from tests.integration import makers
from tests.integration.test_payment import AMOUNT, AT, World
from tests.standards.answers import day_statement, detail, entry

DAY = datetime.date(2026, 11, 20)
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world(tmp_path: Path) -> Any:
    made = World(tmp_path / "archive")
    yield made
    assert {name: rows for name, rows in checked()[1].items() if rows} == {}


def enter(
    world: World, kind: str, amount: int, by: str = "can.bo", number: str = "01", **more: Any
) -> documents.Document:
    named: dict[str, Any] = {}
    if kind in {"treasury-order", "order-back", "prefund"}:
        named["run"] = (world.run, PaymentItem.objects.values_list("run_id", flat=True)[0])
    if kind in {"prefund", "fee-fund"}:
        named["provider_code"] = world.provider.code
    return documents.enter(kind=kind, number=number, signed_on=DAY, amount_dong=amount, by=by, at=AT, **named, **more)


def both(world: World, kind: str, amount: int, number: str = "01") -> documents.Document:
    assert enter(world, kind, amount, number=number).approved_by == ""
    return enter(world, kind, amount, by="lanh.dao", number=number)


def refused(*arguments: Any, **named: Any) -> str:
    return refusal_of(*arguments, **named).reason


def refusal_of(*arguments: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as refusal:
        enter(*arguments, **named)
    return refusal.value


def test_an_order_is_booked_when_a_second_person_enters_the_same_paper(world: World) -> None:
    before = books.balance(chart.commitment(world.run).name)
    assert enter(world, "treasury-order", AMOUNT).approved_by == ""
    assert books.balance(chart.treasury(world.run).name) == 0
    assert refused(world, "treasury-order", AMOUNT) == "second_person_needed"
    assert refused(world, "treasury-order", AMOUNT + 1, by="lanh.dao") == "document_differs"
    assert enter(world, "treasury-order", AMOUNT, by="lanh.dao").approved_by == "lanh.dao"
    assert books.balance(chart.treasury(world.run).name) == AMOUNT
    assert books.balance(chart.commitment(world.run).name) == before - AMOUNT
    # Entered once more by whomever: nothing moves.
    assert enter(world, "treasury-order", AMOUNT, by="lanh.dao2").approved_by == "lanh.dao"
    assert books.balance(chart.treasury(world.run).name) == AMOUNT


def test_whoever_typed_a_paper_wrong_types_it_right_before_it_is_booked(world: World) -> None:
    enter(world, "treasury-order", 10 * AMOUNT)
    assert refused(world, "treasury-order", AMOUNT, by="lanh.dao") == "document_differs"
    assert enter(world, "treasury-order", AMOUNT).amount_dong == AMOUNT
    assert books.balance(chart.treasury(world.run).name) == 0, "a correction books nothing"
    assert refused(world, "treasury-order", AMOUNT) == "second_person_needed"
    assert enter(world, "treasury-order", AMOUNT, by="lanh.dao").approved_by == "lanh.dao"
    assert books.balance(chart.treasury(world.run).name) == AMOUNT
    # Booked is booked.
    for by in ("can.bo", "lanh.dao"):
        assert refused(world, "treasury-order", 2 * AMOUNT, by=by) == "document_differs"


def test_a_paper_typed_with_a_wrong_date_is_withdrawn_and_entered_anew(world: World) -> None:
    wrong = {"kind": "treasury-order", "number": "01", "signed_on": DAY.replace(year=2025)}
    documents.enter(
        **wrong, amount_dong=AMOUNT, run=(world.run, PaymentItem.objects.values_list("run_id", flat=True)[0]), by="can.bo", at=AT
    )  # fmt: skip
    assert documents.is_funded_by_documents(world.run)
    # Whoever reads the paper withdraws it, too: it has moved nothing.
    for _ in "twice":
        assert documents.withdraw(**wrong, by="lanh.dao", at=AT).withdrawn_by == "lanh.dao"
    assert not documents.is_funded_by_documents(world.run)
    assert both(world, "treasury-order", AMOUNT).approved_by == "lanh.dao"
    assert [(one.signed_on.year, one.withdrawn_by, one.approved_by) for one in documents.documents()] == [
        (2026, "", "lanh.dao"), (2025, "lanh.dao", ""),
    ]  # fmt: skip
    # The same number and date may be somebody's right paper later, and that one is waiting, not withdrawn.
    again = documents.enter(**wrong, amount_dong=AMOUNT, run=(world.run, 1), by="can.bo", at=AT)
    assert (again.withdrawn_by, again.approved_by) == ("", "")
    assert documents.withdraw(**wrong, by="can.bo", at=AT).withdrawn_by == "can.bo"
    for change in ({"approved_by": "x"}, {"withdrawn_by": ""}):
        with pytest.raises(IntegrityError, match="document_is_final"), transaction.atomic():
            FundsDocument.objects.filter(withdrawn_by="can.bo").update(**change)


def test_a_booked_or_unknown_paper_is_not_withdrawn(world: World) -> None:
    both(world, "treasury-order", AMOUNT)
    for number, day, reason in (("01", DAY, "document_booked"), ("02", DAY, "document_unknown"), ("01", AT.date(), "document_unknown")):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            documents.withdraw(kind="treasury-order", number=number, signed_on=day, by="can.bo", at=AT)
        assert refusal.value.reason == reason
    assert books.balance(chart.treasury(world.run).name) == AMOUNT


def test_a_paper_from_long_before_is_a_slip_of_the_hand(world: World) -> None:
    paper = argparse.Namespace(
        kind="treasury-order", number="9", date="2006-11-05", amount=AMOUNT, run=world.run, provider=None, user="can.bo", lang="vi"
    )  # fmt: skip
    for day, said in (("2006-11-05", "01/11/2025"), ("2025-10-31", "01/11/2025")):
        paper.date = day
        with pytest.raises(Refused, match="document_too_old") as refusal:
            ledger_work.document(paper)
        assert said in refusal.value.vi
    with pytest.raises(Refused, match="document_too_old"):
        documents.enter(
            kind="fee-fund", number="3", signed_on=datetime.date(2021, 6, 30), amount_dong=1, by="can.bo", at=AT,
            provider_code=world.provider.code,
        )  # fmt: skip
    assert not FundsDocument.objects.exists()


def test_no_paper_is_taken_about_a_run_that_is_not_frozen(world: World) -> None:
    PayrollRun.objects.create(
        code="2026-12-19777-01", month="2026-12-01", area_id=makers.commune(), sequence=1, state="APPROVED",
        known_on="2026-11-20", facts_known_at=AT, calculated_at=AT, calculated_by="operator", checked_by="operator",
        checked_at=AT, approved_by="lanh.dao", approved_at=AT, sha256="0" * 64, lines=1, control_total_dong=1,
    )  # fmt: skip
    paper = argparse.Namespace(
        kind="treasury-order", number="9", date="2025-12-05", amount=1, run="2026-12-19777-01", provider=None, user="can.bo", lang="vi"
    )  # fmt: skip
    with pytest.raises(Refused, match="run_not_frozen"):
        ledger_work.document(paper)
    assert not FundsDocument.objects.exists()


def test_an_order_that_takes_the_cash_desks_money_along_says_so(world: World) -> None:
    PaymentItem.objects.filter(beneficiary_id=world.people[2].id).update(channel="cash", provider=None)
    paper = argparse.Namespace(
        kind="treasury-order", number="9", date="2025-11-05", amount=2 * AMOUNT, run=world.run, provider=None, lang="vi"
    )  # fmt: skip
    for number, amount, short in (("8", 2 * AMOUNT, 0), ("9", 2 * AMOUNT + 1, 1)):
        paper.number, paper.amount = number, amount
        paper.user = "can.bo"
        told = ledger_work.document(paper)
        assert (told["booked"], told.get("cash_short_dong", 0), "note" in told) == (False, short, short > 0)
    paper.user = "lanh.dao"
    told = ledger_work.document(paper)
    assert (told["booked"], told["cash_short_dong"]) == (True, 1)
    withdrawn = argparse.Namespace(**vars(paper) | {"number": "8", "reason": "gõ nhầm số"})
    assert ledger_work.withdraw_document(withdrawn)["withdrawn_by"] == "lanh.dao"
    with pytest.raises(Refused, match="reason_missing"):
        ledger_work.withdraw_document(argparse.Namespace(**vars(withdrawn) | {"reason": " "}))


def test_a_paper_cannot_move_more_than_there_is(world: World) -> None:
    enter(world, "prefund", AMOUNT)
    assert refused(world, "prefund", AMOUNT, by="lanh.dao") == "balance_insufficient"
    assert FundsDocument.objects.get().approved_by == ""
    assert refused(world, "prefund", 0) == "amount_not_positive"
    assert refused(world, "prefund", 5, number=" ") == "document_number_missing"
    for number in ("-1", "0", "000", "/12", "–5", "_"):
        assert refused(world, "prefund", 5, number=number) == "document_number_impossible"
    for number in ("12", "07/LC-STC", "Đ.3", "0012"):
        assert enter(world, "prefund", 5, number=number).number == number


def test_what_does_not_leave_for_want_of_money_is_said_at_once(world: World) -> None:
    both(world, "treasury-order", 3 * AMOUNT)
    both(world, "prefund", AMOUNT)
    assert world.submit().sent == 1
    run_id = PaymentItem.objects.values_list("run_id", flat=True)[0]
    (row,) = (row for row in queries.unsent(run_id) if row.why == "")
    missing = queries.missing_money(world.run, row.amount_dong)
    assert (row.count, missing) == (2, 2 * AMOUNT)
    told = payment_work._left(row, missing, is_english=False)
    assert told.startswith(f"2 khoản ({format_dong(2 * AMOUNT)}) chưa gửi: tiền chuyển cho tổ chức chi trả còn thiếu")
    assert "đồng of money at the provider are missing" in payment_work._left(row, missing, is_english=True)
    both(world, "prefund", 2 * AMOUNT, number="02")
    assert world.submit().sent == 2
    assert [row for row in queries.unsent(run_id) if row.why == ""] == []


def test_a_short_prefund_pays_in_order_and_leaves_the_rest_due(world: World) -> None:
    both(world, "treasury-order", 3 * AMOUNT)
    both(world, "prefund", 2 * AMOUNT + AMOUNT // 2)
    assert world.submit().sent == 2
    assert list(PaymentItem.objects.order_by("id").values_list("inflight_dong", flat=True)) == [AMOUNT, AMOUNT, 0]
    assert world.submit().sent == 0
    # More money, and the third goes; the first two are not sent again.
    both(world, "prefund", AMOUNT // 2, number="02")
    assert world.submit().sent == 1
    assert set(PaymentItem.objects.values_list("attempt", flat=True)) == {1}


def spent_on_others(world: World) -> tuple[str, bytes]:
    """Let the third order go out with the money of the first, refused; return the first's name and its debit's statement."""
    both(world, "treasury-order", 3 * AMOUNT)
    both(world, "prefund", 2 * AMOUNT)
    assert world.submit().sent == 2
    first = world.names()[0]
    world.bank.says("s1.xml", (first, "RJCT", "MS03"))
    world.collect()
    assert world.submit().sent == 1, "what came back pays whoever was left due"
    debit, credit = _debit(first), entry(amount=str(2 * AMOUNT), direction="CRDT")
    text = day_statement(debit, credit, day="2026-11-23", number=1, account="999000001", opening=0, closing=AMOUNT)
    return first, text


def _debit(name: str) -> str:
    return entry(detail(name, str(AMOUNT), ""), amount=str(AMOUNT))


def test_a_statement_about_money_that_was_spent_on_others_waits_alone_and_is_read_when_there_is_more(
    world: World,
) -> None:
    """The bank refuses an order and debits it all the same; between the two the money has paid somebody else."""
    _, text = spent_on_others(world)
    second, third = world.names()[1:]
    after = day_statement(_debit(second), day="2026-11-24", number=2, account="999000001", opening=AMOUNT, closing=0)
    world.bank.outbox += [("t1.xml", text), ("t2.xml", after)]
    world.bank.says("n1.xml", (third, "DBIT", AMOUNT))
    for told in range(2):
        if told:
            # What comes later still is not kept waiting either.
            world.bank.says("n2.xml", (second, "DBIT", AMOUNT))
        with pytest.raises(Refused, match="balance_insufficient") as refusal:
            world.collect()
        assert refusal.value.details == {"message": "t1.xml", "missing_dong": AMOUNT, "waiting": 1}
        assert {"t1.xml", format_dong(AMOUNT)} <= set(re.findall(r"t1.xml|[0-9.]+ đồng", refusal.value.vi))
        assert world.statuses() == ["REJECTED", "PAID" if told else "DUE", "PAID"], (
            "nothing of the statements was applied"
        )
        assert world.balances() == (0, 0 if told else AMOUNT, (told + 1) * AMOUNT)
        waiting = Message.objects.filter(state="STORED").order_by("id").values_list("name", "kind", "lines")
        assert list(waiting) == [("t1.xml", "", 0), ("t2.xml", "", 0)]
        assert MessageLine.objects.filter(message__state="STORED").count() == AccountStatement.objects.count() == 0
        assert {name: rows for name, rows in checked()[1].items() if rows} == {}, "what was applied is sealed"
        assert queries.open_items(DAY.replace(day=1))["files_waiting"] == 2, "whoever closes the month is told"
    both(world, "prefund", AMOUNT, number="02")
    assert world.collect().messages == 2
    assert world.statuses() == ["PAID"] * 3
    assert world.balances() == (0, 0, 3 * AMOUNT)
    assert set(AccountStatement.objects.values_list("left_out", flat=True)) == {""}


def test_money_that_comes_in_behind_a_statement_which_lacks_it_books_it_at_once(world: World) -> None:
    first, text = spent_on_others(world)
    said: list[str] = []
    world.bank.outbox.append(("t1.xml", text))
    world.bank.says("s2.xml", (world.names()[2], "RJCT", "MS03"))
    world.bank.says("n1.xml", (first, "DBIT", AMOUNT))
    done = world.collect(progress=said.append)
    assert done.messages == 3
    assert world.hold_reasons() == ["unknown_reference"], "only the prefund's own credit waits for a person, as ever"
    assert [line.split(": ")[0] for line in said] == ["t1.xml", "s2.xml", "n1.xml", "t1.xml"]
    assert world.statuses() == ["PAID", "DUE", "REJECTED"]
    assert world.balances() == (0, AMOUNT, AMOUNT)
    assert not Message.objects.filter(state="STORED").exists()


def test_a_statement_that_waits_for_money_and_is_wrong_is_withdrawn_by_two_people(world: World) -> None:
    """The bank never debited what it refused; as long as its wrong file waits, the right one waits behind it."""
    _, text = spent_on_others(world)
    second = world.names()[1]
    credit = entry(amount=str(2 * AMOUNT), direction="CRDT")
    right = day_statement(
        _debit(second), credit, day="2026-11-23", number=1, account="999000001", opening=0, closing=AMOUNT
    )
    world.bank.outbox.append(("t1.xml", text))
    with pytest.raises(Refused, match="balance_insufficient") as refusal:
        world.collect()
    assert "withdraw-statement t1.xml" in refusal.value.vi
    world.bank.outbox.append(("t1-right.xml", right))
    with pytest.raises(Refused, match="balance_insufficient"):
        world.collect()
    wrong = {"name": "t1.xml", "reason": "ngân hàng báo sai", "at": AT}
    assert withdrawing.withdraw(**wrong, by="can.bo").approved_by == ""
    with pytest.raises(Refused, match="second_person_needed"):
        withdrawing.withdraw(**wrong, by="can.bo")
    assert withdrawing.withdraw(**wrong, by="lanh.dao").approved_by == "lanh.dao"
    aside = Message.objects.get(name="t1.xml")
    assert aside.state == "QUARANTINED" and aside.note.startswith("statement_withdrawn")
    assert world.collect().messages == 1
    assert not Message.objects.filter(state="STORED").exists()
    assert [row.left_out for row in AccountStatement.objects.all()] == [""]
    assert world.statuses() == ["REJECTED", "PAID", "DUE"]
    with pytest.raises(Refused, match="statement_unknown"):
        withdrawing.withdraw(**wrong, by="can.bo")


def test_a_file_that_only_was_not_read_yet_is_not_withdrawn(world: World) -> None:
    world.submit()
    Message.objects.create(
        provider=world.provider, name="n1.xml", mark="n1.xml", sha256="1" * 64, state="STORED", stored_at=AT
    )
    with pytest.raises(Refused, match="statement_unknown"):
        withdrawing.withdraw(name="n1.xml", reason="x", by="can.bo", at=AT)
    Message.objects.all().delete()


def test_nothing_is_sent_before_the_paper_of_the_prefund(world: World) -> None:
    enter(world, "treasury-order", 3 * AMOUNT)
    assert world.submit().sent == 0
    assert world.balances() == (0, 0, 0)


def test_at_the_end_of_the_year_what_is_unused_goes_back_by_two_people(world: World) -> None:
    world.submit()
    world.bank.says("s1.xml", (world.names()[0], "RJCT", "MD07"))
    world.collect()
    give_up = {"run": world.run, "channel": "waived", "reason": "đã mất", "at": AT}
    reopening.propose(beneficiaries=[world.people[0].id], by="can.bo", **give_up)
    reopening.approve(run=world.run, by="lanh.dao", at=AT)
    left = documents.unused()
    assert left == {chart.APPROPRIATION.name: 10**12 - 3 * AMOUNT, chart.refund(world.run).name: AMOUNT}
    differs = refusal_of(world, "year-end", AMOUNT)
    assert differs.reason == "year_end_differs"
    assert {format_dong(sum(left.values())), format_dong(AMOUNT)} <= set(re.findall(r"[0-9.]+ đồng", differs.vi))
    both(world, "year-end", sum(left.values()))
    assert documents.unused() == {}
    assert books.balance(chart.WORLD.name) == -2 * AMOUNT
    assert enter(world, "year-end", sum(left.values())).approved_by == "lanh.dao"


# ── an order taken back ──────────────────────────────────────────────────────────────────────────────────────────────


def lies(world: World) -> tuple[int, int, int, int]:
    """Return what of the run is promised, ordered, free with the provider, and put aside for the budget."""
    code = world.provider.code
    accounts = (chart.commitment(world.run), chart.treasury(world.run), chart.prefund(code), chart.refund(world.run))
    return tuple(books.balance(account.name) for account in accounts)  # type: ignore[return-value]


def test_what_was_ordered_and_never_transferred_is_taken_back_by_two_people(world: World) -> None:
    both(world, "treasury-order", 3 * AMOUNT)
    both(world, "prefund", 2 * AMOUNT)
    assert documents.untransferred() == {world.run: AMOUNT}
    assert enter(world, "order-back", AMOUNT, number="09/HL").approved_by == ""
    assert refused(world, "order-back", AMOUNT, number="09/HL") == "second_person_needed"
    assert refused(world, "order-back", AMOUNT - 1, by="lanh.dao", number="09/HL") == "document_differs"
    assert lies(world) == (0, AMOUNT, 2 * AMOUNT, 0), "one person moves nothing"
    before = Transfer.objects.count()
    assert enter(world, "order-back", AMOUNT, by="lanh.dao", number="09/HL").approved_by == "lanh.dao"
    assert (lies(world), documents.untransferred()) == ((AMOUNT, 0, 2 * AMOUNT, 0), {})
    assert Transfer.objects.count() == before + 1, "the order stays, and one transfer goes the other way"
    # Entered once more by whomever: nothing moves, though nothing is left to take back.
    assert enter(world, "order-back", AMOUNT, by="lanh.dao2", number="09/HL").approved_by == "lanh.dao"
    assert lies(world) == (AMOUNT, 0, 2 * AMOUNT, 0)
    # It is promised still, and can be ordered anew.
    both(world, "treasury-order", AMOUNT, number="02")
    both(world, "prefund", AMOUNT, number="02")
    assert world.submit().sent == 3


def test_what_was_transferred_or_never_ordered_is_not_taken_back(world: World) -> None:
    assert refused(world, "order-back", AMOUNT) == "order_transferred"
    assert not documents.is_funded_by_documents(world.run), "a paper that was refused is none"
    both(world, "treasury-order", 3 * AMOUNT)
    refusal = refusal_of(world, "order-back", 3 * AMOUNT + 1)
    assert (refusal.reason, format_dong(3 * AMOUNT) in refusal.vi) == ("order_transferred", True)
    # Between the two people's words the money has gone.
    enter(world, "order-back", AMOUNT)
    both(world, "prefund", 2 * AMOUNT + 1)
    assert refused(world, "order-back", AMOUNT, by="lanh.dao") == "order_transferred"
    assert FundsDocument.objects.get(kind="order-back").approved_by == ""
    assert lies(world) == (0, AMOUNT - 1, 2 * AMOUNT + 1, 0)


def test_money_that_may_have_arrived_without_a_paper_is_not_taken_back(world: World) -> None:
    both(world, "treasury-order", 3 * AMOUNT)
    both(world, "prefund", 2 * AMOUNT)
    run = PaymentItem.objects.values_list("run_id", flat=True)[0]
    for number, (credit, arrived) in enumerate(((2 * AMOUNT, 0), (AMOUNT, AMOUNT)), 1):
        at = 0 if number == 1 else 2 * AMOUNT
        told = entry(amount=str(credit), direction="CRDT")
        text = day_statement(
            told, day=f"2026-11-2{number}", number=number, account="999000001", opening=at, closing=at + credit
        )
        world.bank.outbox.append((f"t{number}.xml", text))
        world.collect()
        assert statements.arrived_without_paper(run) == arrived, "what papers have sent may come in"
    # The command looks there by itself.
    paper = argparse.Namespace(
        kind="order-back",
        number="9",
        date="2025-11-05",
        amount=AMOUNT,
        run=world.run,
        provider=None,
        user="can.bo",
        lang="vi",
    )
    with pytest.raises(Refused) as refusal:
        ledger_work.document(paper)
    assert refusal.value.reason == "money_may_have_arrived"
    assert format_dong(AMOUNT) in refusal.value.vi
    assert ledger_work.list_documents(paper)["untransferred_dong"] == {world.run: AMOUNT}
    # The paper of that transfer says what it is.
    both(world, "prefund", AMOUNT, number="02")
    assert statements.arrived_without_paper(run) == 0
    with pytest.raises(Refused, match="order_transferred"):
        ledger_work.document(paper)


# ── who was never sent for lack of money ─────────────────────────────────────────────────────────────────────────────


def give_up(world: World, number: int, by: str = "can.bo") -> int:
    who = [world.people[number].id]
    return reopening.propose(run=world.run, beneficiaries=who, channel="waived", reason="đã mất", by=by, at=AT)


def agreed(world: World, by: str = "lanh.dao") -> reopening.Reopened:
    return reopening.approve(run=world.run, by=by, at=AT)


@pytest.mark.parametrize("given", [2 * AMOUNT, 2 * AMOUNT + 1, 3 * AMOUNT - 1])
def test_whom_the_money_did_not_reach_is_waived_by_two_from_where_the_money_lies(world: World, given: int) -> None:
    both(world, "treasury-order", given)
    both(world, "prefund", given)
    assert world.submit().sent == 2
    with pytest.raises(Refused, match="beneficiaries_missing"):
        reopening.propose(run=world.run, beneficiaries=None, channel="waived", reason="x", by="can.bo", at=AT)
    assert give_up(world, 2) == 1
    assert agreed(world, by="can.bo").held == ((world.people[2].id, "own_proposal"),)
    assert lies(world) == (3 * AMOUNT - given, 0, given - 2 * AMOUNT, 0)
    assert agreed(world).waived == 1
    assert lies(world) == (0, 0, 0, AMOUNT), "nothing of it is promised or lies idle any more"
    with pytest.raises(Refused, match="nothing_to_reopen"):
        give_up(world, 2)
    assert world.submit().sent == 0
    # The two who were sent are paid as ever, and the run owes nobody anything.
    world.bank.says("n1.xml", *((name, "DBIT", AMOUNT) for name in world.names()[:2]))
    world.collect()
    assert world.balances() == (0, 0, 2 * AMOUNT)


def test_money_that_was_ordered_and_not_transferred_is_put_aside_by_nobody(world: World) -> None:
    both(world, "treasury-order", 3 * AMOUNT)
    both(world, "prefund", 2 * AMOUNT)
    world.submit()
    give_up(world, 2)
    before = lies(world)
    assert agreed(world) == reopening.Reopened(0, 0, ((world.people[2].id, "money_ordered"),))
    assert (lies(world), PaymentItem.objects.filter(waived_dong__gt=0).exists()) == (before, False)
    # What of it is transferred is put aside from there; the proposal has waited.
    both(world, "prefund", AMOUNT, number="02")
    assert agreed(world).waived == 1
    assert lies(world) == (0, 0, 0, AMOUNT)


def test_money_put_aside_at_the_provider_pays_nobody_else(world: World) -> None:
    both(world, "treasury-order", 3 * AMOUNT)
    both(world, "prefund", 2 * AMOUNT)
    world.submit()
    world.bank.says("s1.xml", (world.names()[0], "RJCT", "MD07"))
    world.collect()
    give_up(world, 0)
    assert agreed(world).waived == 1
    assert lies(world) == (0, AMOUNT, 0, AMOUNT), "what lies there is put aside when nothing else can be"
    assert world.submit().sent == 0
    both(world, "prefund", AMOUNT, number="02")
    assert world.submit().sent == 1


def test_what_the_bank_refused_is_waived_though_its_money_has_paid_somebody_else(world: World) -> None:
    both(world, "treasury-order", 2 * AMOUNT)
    both(world, "prefund", 2 * AMOUNT)
    world.submit()
    world.bank.says("s1.xml", (world.names()[0], "RJCT", "MD07"))
    world.collect()
    assert world.submit().sent == 1
    assert lies(world) == (AMOUNT, 0, 0, 0)
    give_up(world, 0)
    assert agreed(world).waived == 1
    assert lies(world) == (0, 0, 0, AMOUNT)


def test_somebody_waived_before_anything_was_sent_is_not_funded_and_whoever_was_sent_meanwhile_is_not_waived(
    world: World,
) -> None:
    give_up(world, 0)
    assert agreed(world).waived == 1
    assert lies(world) == (2 * AMOUNT, 0, 0, AMOUNT)
    give_up(world, 1)
    assert world.submit().sent == 2
    assert lies(world) == (0, 0, 0, AMOUNT), "only the other two were paid for"
    assert agreed(world).held == ((world.people[1].id, "item_moved_on"),)


def test_a_dead_person_whom_the_money_did_not_reach_is_stopped_and_then_waived(world: World) -> None:
    both(world, "treasury-order", 2 * AMOUNT)
    both(world, "prefund", 2 * AMOUNT)
    Person.objects.filter(id=world.people[2].id).update(death_date=DAY)
    assert world.submit().held == 1
    give_up(world, 2)
    assert agreed(world).waived == 1
    # Were the death a mistake, what two people gave up is given up all the same.
    Person.objects.filter(id=world.people[2].id).update(death_date=None)
    assert (world.submit().sent, world.submit().held) == (0, 0)
    assert not PaymentItem.objects.filter(eligible=True).exists()


def test_a_booked_paper_is_final_and_one_person_is_not_two(world: World) -> None:
    both(world, "fee-fund", 11_000)
    assert books.balance(chart.fee_fund(world.provider.code).name) == 11_000
    for change in ({"amount_dong": 1}, {"approved_by": "can.bo"}):
        with pytest.raises(IntegrityError, match=r"document_is_final|second_person_funds"), transaction.atomic():
            FundsDocument.objects.update(**change)
    with pytest.raises(IntegrityError, match="second_person_funds"), transaction.atomic():
        FundsDocument.objects.create(
            kind="prefund", number="9", signed_on=DAY, amount_dong=1, proposed_by="a", proposed_at=AT, approved_by="a"
        )
