"""Statements against the books: every đồng a bank says has moved is an order's, a fee, or in suspense until two people explain it."""

import datetime
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.ledger import accounts as chart
from ansinh.ledger import documents
from ansinh.ledger import queries as books
from ansinh.office.models import AuditEvent, Staff
from ansinh.payment import explaining, held, queries, reopening, statements, withdrawing
from ansinh.payment.models import AccountStatement, PaymentBatch, StatementMovement
from tests.integration.test_payment import AMOUNT, AT, World
from tests.standards.answers import day_statement, detail, entry

pytestmark = pytest.mark.usefixtures("database")
ACCOUNT = "999000001"


@pytest.fixture
def world(tmp_path: Path) -> Any:
    made = World(tmp_path / "archive")
    yield made
    verified = {**books.verify().checks, **queries.invariants()}
    assert [name for name, holds in verified.items() if not holds] == made.__dict__.get("broken", [])


class Account:
    """Our account as the bank keeps it: each statement begins where the one before ended."""

    def __init__(self, world: World) -> None:
        self.world, self.balance, self.number = world, 0, 0

    def tells(self, *lines: tuple[str, int, str], day: int = 5, **options: Any) -> None:
        """Leave a statement with these lines: (direction, đồng, what stands inside of it)."""
        closing = self.balance + sum(amount if way == "CRDT" else -amount for way, amount, _ in lines)
        entries = [
            entry(*([detail(more, str(amount))] if more.startswith("AS") and len(more) == 15 else []),
                  amount=str(amount), direction=way, more="" if more.startswith("AS") and len(more) == 15 else more)
            for way, amount, more in lines
        ]  # fmt: skip
        self.number += 1
        options = {"account": ACCOUNT, "opening": self.balance, "closing": closing, **options}
        raw = day_statement(*entries, day=f"2026-11-{day:02}", number=self.number, **options)
        self.world.bank.outbox.append((f"s{self.number}.xml", raw))
        self.balance = closing
        self.world.collect()


def words(text: str, family: str = "") -> str:
    """Return what stands in an entry: free words, and ISO's family of the transaction."""
    code = f"<BkTxCd><Domn><Cd>ACMT</Cd><Fmly><Cd>MDOP</Cd><SubFmlyCd>{family}</SubFmlyCd></Fmly></Domn></BkTxCd>"
    return f"{code if family else ''}<AddtlNtryInf>{text}</AddtlNtryInf>"


@pytest.fixture
def account(world: World) -> Account:
    return Account(world)


def _explain(number: int, kind: str, detail: str) -> explaining.MovementRow:
    explaining.explain(number=number, kind=kind, detail=detail, by="can.bo", at=AT)
    return explaining.explain(number=number, kind=kind, detail=detail, by="lanh.dao", at=AT)


def _suspense(world: World) -> int:
    return books.balance(chart.suspense(world.provider.code).name)


def _number() -> int:
    return StatementMovement.objects.order_by("-id").values_list("id", flat=True)[0]


def _funded(world: World, account: Account) -> None:
    # The books follow the money of a run to the provider when its first batch is made.
    world.submit()
    account.tells(("CRDT", 3 * AMOUNT, words("KBNN CHUYEN TIEN TRO CAP")))
    assert _explain(_number(), "funding", world.run).approved_by == "lanh.dao"


def test_money_of_the_run_arrives_and_leaves_and_every_difference_has_a_name(world: World, account: Account) -> None:
    world.submit()
    account.tells(("CRDT", 3 * AMOUNT, words("KBNN CHUYEN TIEN TRO CAP")))
    assert _suspense(world) == 3 * AMOUNT, "told by the bank, and by nobody yet what it is"
    [row] = explaining.accounts_of("can.bo").movements
    assert (row.direction, row.amount_dong, row.text) == ("CRDT", 3 * AMOUNT, "KBNN CHUYEN TIEN TRO CAP")
    [now] = statements.reconcile()
    # The same money stands twice: as the prefund that the books expect, and as money nobody knows.
    assert (now.funding_not_told_dong, now.suspense_dong, now.unexplained_dong) == (3 * AMOUNT, 3 * AMOUNT, 0)
    _explain(row.number, "funding", world.run)
    assert _suspense(world) == 0
    names = world.names()
    # The bank notifies two, and its statement tells of one of them and of one that it has not confirmed.
    world.bank.says("n1.xml", (names[0], "DBIT", AMOUNT), (names[1], "DBIT", AMOUNT))
    world.collect()
    account.tells(("DBIT", AMOUNT, names[0]), day=6)
    [now] = statements.reconcile()
    assert (now.statement_dong, now.books_dong) == (2 * AMOUNT, AMOUNT)
    assert (now.paid_not_told_dong, now.unexplained_dong) == (AMOUNT, 0)
    assert now.paid_not_told_since == AT.date(), "the day on which the bank said so"
    # The statement of the 6th closes before the bank said it (the 22nd): nothing is late yet.
    assert (now.closing_on < AT.date(), now.is_debit_overdue) == (True, False)
    assert replace(now, closing_on=AT.date() + datetime.timedelta(days=1)).is_debit_overdue
    account.tells(("DBIT", AMOUNT, names[1]), ("DBIT", AMOUNT, names[2]), day=9)
    [now] = statements.reconcile()
    assert (now.statement_dong, now.books_dong, now.paid_not_told_dong, now.unexplained_dong) == (0, 0, 0, 0)
    assert not explaining.accounts_of("can.bo").movements


def test_a_fee_is_paid_from_the_money_for_fees_and_waits_without_it(world: World, account: Account) -> None:
    _funded(world, account)
    account.tells(("DBIT", 3_300, words("PHI DICH VU", "CHRG")), day=6)
    code = world.provider.code
    assert (_suspense(world), books.balance(chart.fee(code).name)) == (-3_300, 0), "no money for fees: it waits"
    assert books.balance(chart.in_flight(code).name) == 3 * AMOUNT, "and never out of a benefit"
    paper = {"kind": "fee-fund", "number": "7/PHI", "signed_on": datetime.date(2026, 11, 2), "amount_dong": 5_000}
    for by in ("can.bo", "lanh.dao"):
        documents.enter(**paper, provider_code=code, by=by, at=AT)
    account.tells(("CRDT", 5_000, words("CAP PHI")), ("DBIT", 1_100, words("PHI DICH VU", "CHRG")), day=9)
    _explain(_number() if StatementMovement.objects.last().direction == "CRDT" else _number() - 1, "fee-fund", "7/PHI")
    assert (_suspense(world), books.balance(chart.fee(code).name)) == (0, 4_400)
    assert [one.unexplained_dong for one in statements.reconcile()] == [0]
    assert books.balance(chart.fee_fund(code).name) == 600


def test_money_sent_back_by_a_payee_becomes_the_return_of_her_order(world: World, account: Account) -> None:
    _funded(world, account)
    name = world.names()[0]
    account.tells(*(("DBIT", AMOUNT, one) for one in world.names()), day=6)
    assert world.statuses() == ["PAID"] * 3
    account.tells(("CRDT", AMOUNT, words("NGUYEN THI A TRA LAI TIEN")), day=9)
    with pytest.raises(Refused) as refusal:
        explaining.explain(number=_number(), kind="return", detail=name[:-1] + "0", by="can.bo", at=AT)
    assert refusal.value.reason == "order_unknown"
    _explain(_number(), "return", name)
    assert world.statuses() == ["RETURNED", "PAID", "PAID"]
    assert (_suspense(world), world.balances()) == (0, (AMOUNT, 0, 2 * AMOUNT))
    assert statements.reconcile()[0].unexplained_dong == 0
    with pytest.raises(Refused) as refusal:
        explaining.explain(number=_number(), kind="return", detail=name, by="can.bo", at=AT)
    assert refusal.value.reason == "movement_settled"


@pytest.mark.parametrize(("kind", "outside"), [("offset", 0), ("budget", -50_000)])
def test_a_stranger_s_money_goes_back_or_to_the_budget(world: World, account: Account, kind: str, outside: int) -> None:
    _funded(world, account)
    before = books.balance(chart.WORLD.name)
    account.tells(("CRDT", 50_000, words("CHUYEN NHAM")), day=6)
    credit = _number()
    account.tells(("DBIT", 50_000, words("HOAN TRA / NOP NGAN SACH")), day=9)
    _explain(credit, kind, str(_number()))
    assert (_suspense(world), books.balance(chart.OUTSIDE.name)) == (0, outside)
    assert books.balance(chart.WORLD.name) - before == -outside
    assert not explaining.accounts_of("can.bo").movements


def test_a_line_about_an_order_with_another_amount_is_held_and_its_money_is_in_suspense(
    world: World, account: Account
) -> None:
    _funded(world, account)
    account.tells(("DBIT", AMOUNT - 1, world.names()[0]), day=6)
    assert world.hold_reasons() == ["amount_differs", "unknown_reference"]
    assert (_suspense(world), world.balances()) == (1 - AMOUNT, (0, 3 * AMOUNT, 0))
    assert statements.reconcile()[0].unexplained_dong == 0


def test_a_held_return_leaves_suspense_when_its_payment_becomes_known(world: World, account: Account) -> None:
    _funded(world, account)
    name = world.names()[0]
    returned = entry(detail(name, str(AMOUNT), returned="AC04"), amount=str(AMOUNT), direction="CRDT")
    raw = day_statement(returned, day="2026-11-06", number=9, account=ACCOUNT, opening=3 * AMOUNT, closing=4 * AMOUNT)
    world.bank.outbox.append(("early.xml", raw))
    world.collect()
    assert (_suspense(world), world.hold_reasons()) == (AMOUNT, ["return_before_payment", "unknown_reference"])
    world.bank.says("n1.xml", (name, "DBIT", AMOUNT))
    world.collect()
    assert (_suspense(world), world.statuses()[0]) == (0, "RETURNED")
    assert StatementMovement.objects.get(resolution="applied").approved_by == "system"


def test_a_refused_order_that_was_debited_and_came_back_is_returned_not_paid(world: World, account: Account) -> None:
    """The simulator's I5 found it: settling the dispute by the debit took the return with it, and the money stood nowhere."""
    _funded(world, account)
    name = world.names()[0]
    world.bank.says("s1.xml", (name, "RJCT", "AC04"))
    world.collect()
    back = entry(detail(name, str(AMOUNT), returned="AC06"), amount=str(AMOUNT), direction="CRDT")
    left = entry(detail(name, str(AMOUNT)), amount=str(AMOUNT))
    said = day_statement(
        left, back, day="2026-11-09", number=9, account=ACCOUNT, opening=3 * AMOUNT, closing=3 * AMOUNT
    )
    world.bank.outbox.append(("t9.xml", said))
    world.collect()
    assert world.statuses()[0] == "RETURNED"
    assert (_suspense(world), statements.reconcile()[0].unexplained_dong) == (0, 0)


def test_the_debit_of_a_batch_without_its_name_is_named_by_two_people(world: World, account: Account) -> None:
    _funded(world, account)
    batch = PaymentBatch.objects.get()
    names = world.names()
    world.bank.says("s1.xml", (names[0], "RJCT", "AC04"))
    world.bank.says("n1.xml", *((name, "DBIT", AMOUNT) for name in names[1:]))
    account.tells(("DBIT", 3 * AMOUNT, words("CHI LUONG")), day=6)
    _explain(_number(), "order", batch.message_id)
    [broken] = statements.breaks()
    assert (broken.reason, broken.amount_dong, broken.what) == ("batch_differs", AMOUNT, batch.message_id)
    assert statements.reconcile()[0].unexplained_dong == -AMOUNT
    # The bank gives back what it had debited and refused.
    account.tells(("CRDT", AMOUNT, words("TRA LAI LENH LOI")), day=9)
    _explain(_number(), "refused", batch.message_id)
    assert (statements.breaks(), statements.reconcile()[0].unexplained_dong) == ([], 0)


@pytest.mark.parametrize("is_refused", [True, False])
@pytest.mark.parametrize("is_one_day", [True, False])
def test_an_order_debited_twice_is_held_until_the_bank_gives_it_back(
    world: World, account: Account, is_one_day: bool, is_refused: bool
) -> None:
    _funded(world, account)
    name = world.names()[0]
    if is_refused:
        # The first debit decides that it was paid after all; the second is one too many, as it would be without a refusal.
        world.bank.says("r1.xml", (name, "RJCT", "AC04"))
        world.collect()
    if is_one_day:
        account.tells(("DBIT", AMOUNT, name), ("DBIT", AMOUNT, name), day=6)
    else:
        account.tells(("DBIT", AMOUNT, name), day=6)
        account.tells(("DBIT", AMOUNT, name), day=7)
    assert world.hold_reasons() == ["debited_twice", "unknown_reference"]
    assert (world.statuses()[0], _suspense(world)) == ("PAID", -AMOUNT)
    debit = _number()
    assert statements.reconcile()[0].unexplained_dong == 0
    account.tells(("CRDT", AMOUNT, words("HOAN TRA GHI NO TRUNG")), day=9)
    _explain(_number(), "offset", str(debit))
    assert (_suspense(world), statements.reconcile()[0].unexplained_dong, statements.breaks()) == (0, 0, [])


@pytest.mark.parametrize("gap", [0, 7])
def test_what_was_refused_and_never_debited_is_paid_again_when_the_statements_have_said_so(
    world: World, account: Account, gap: int
) -> None:
    """A wrong notification contradicts a refusal: the statements' silence decides, if they leave no day out."""
    account.tells(day=5)
    _funded(world, account)
    name = world.names()[0]
    world.bank.says("s1.xml", (name, "RJCT", "AC04"))
    world.collect()
    world.bank.says("n1.xml", (name, "DBIT", AMOUNT))
    world.collect()
    somebody = [world.people[0].id]
    reopening.propose(run=world.run, beneficiaries=somebody, channel="cash", reason="x", by="can.bo", at=AT)
    approve = partial(reopening.approve, run=world.run, by="lanh.dao", at=AT)
    assert approve().held == ((somebody[0], "answers_disagree"),)
    # The answer came on the 22nd: the next day's statement may still not have its debit.
    account.tells(("DBIT", AMOUNT, world.names()[1]), day=23)
    assert approve().held == ((somebody[0], "answers_disagree"),)
    account.balance += gap
    account.tells(("DBIT", AMOUNT, world.names()[2]), day=24)
    if gap:
        assert approve().held == ((somebody[0], "answers_disagree"),)
        world.__dict__["broken"] = ["prefund_equals_statement"]
    else:
        assert approve().cash == 1
        # Should the debit come after all, its money waits for the bank to give it back.
        account.tells(("DBIT", AMOUNT, name), day=27)
        assert _suspense(world) == -AMOUNT


def test_the_debit_of_what_was_given_up_has_the_right_sum_and_waits(world: World, account: Account) -> None:
    """Refused, waived by two people, and debited after all: the sum is the one that was sent."""
    _funded(world, account)
    name = world.names()[0]
    world.bank.says("s1.xml", (name, "RJCT", "AC04"))
    world.collect()
    give_up = {"run": world.run, "beneficiaries": [world.people[0].id], "channel": "waived", "reason": "đã mất"}
    reopening.propose(**give_up, by="can.bo", at=AT)
    assert reopening.approve(run=world.run, by="lanh.dao", at=AT).waived == 1
    account.tells(("DBIT", AMOUNT, name), day=6)
    assert world.hold_reasons() == ["final_answers_disagree", "unknown_reference"]
    assert (world.statuses()[0], _suspense(world), statements.reconcile()[0].unexplained_dong) == (
        "REJECTED",
        -AMOUNT,
        0,
    )


def test_whoever_left_a_wrong_explanation_behind_is_followed_by_another(world: World, account: Account) -> None:
    world.submit()
    account.tells(("CRDT", 3 * AMOUNT, words("KBNN CHUYEN TIEN")))
    account.tells(("DBIT", 3 * AMOUNT, words("LENH SAI")), day=6)
    wrong, number = _number(), _number() - 1
    explaining.explain(number=number, kind="offset", detail=str(wrong), by="can.bo", at=AT)
    right = {"number": number, "kind": "funding", "detail": world.run, "at": AT}
    with pytest.raises(Refused, match="explanation_differs"):
        explaining.explain(**right, by="lanh.dao")
    Staff.objects.filter(username="can.bo").update(is_active=False)
    told = explaining.explain(**right, by="lanh.dao")
    assert (told.proposed_by, told.approved_by) == ("lanh.dao", "")
    assert explaining.explain(**right, by="lanh.dao2").approved_by == "lanh.dao2"


def test_the_same_statement_again_is_no_second_debit(world: World, account: Account) -> None:
    _funded(world, account)
    account.tells(("DBIT", AMOUNT, world.names()[0]), day=6)
    account.balance += AMOUNT
    account.tells(("DBIT", AMOUNT, world.names()[0]), day=6)
    assert world.hold_reasons() == ["unknown_reference"]
    assert statements.reconcile()[0].unexplained_dong == 0


@pytest.mark.parametrize(
    ("happens", "reason", "amount"),
    [
        (lambda account, name: account.tells(("DBIT", AMOUNT, name), day=6, opening=3 * AMOUNT + 7, closing=2 * AMOUNT + 7), "statement_missing", 7),
        (lambda account, name: account.tells(("DBIT", AMOUNT, name), day=6, closing=2 * AMOUNT - 5), "statement_does_not_add_up", -5),
    ],
)  # fmt: skip
def test_what_a_bank_did_wrong_is_a_break_by_name_and_fails_the_fifth_invariant(
    world: World, account: Account, happens: Callable[[Account, str], None], reason: str, amount: int
) -> None:
    _funded(world, account)
    happens(account, world.names()[0])
    [broken] = [one for one in statements.breaks() if one.reason == reason]
    assert broken.amount_dong == amount
    assert any(reason in row for row in statements.offenders())
    assert not queries.invariants()["prefund_equals_statement"]
    world.__dict__["broken"] = ["prefund_equals_statement"]


@pytest.mark.parametrize(
    ("options", "left_out"),
    [({"account": "888000001"}, "other_account"), ({}, "repeated"), ({"opened": "2026-11-03", "closing": 1}, "overlaps")],
)  # fmt: skip
def test_a_statement_that_may_tell_the_same_twice_is_kept_and_not_counted(
    world: World, account: Account, options: dict[str, Any], left_out: str
) -> None:
    account.tells(("CRDT", 3 * AMOUNT, words("KBNN CHUYEN TIEN")))
    account.balance = 0
    account.tells(("CRDT", 3 * AMOUNT, words("KBNN CHUYEN TIEN")), **options)
    assert list(AccountStatement.objects.order_by("id").values_list("left_out", flat=True)) == ["", left_out]
    assert _suspense(world) == 3 * AMOUNT
    assert StatementMovement.objects.count() == 1


def test_refusals_of_an_explanation_say_what_to_do_and_change_nothing(world: World, account: Account) -> None:
    world.submit()
    account.tells(("CRDT", 3 * AMOUNT + 1, words("KBNN CHUYEN TIEN")))
    number = _number()
    for kind, detail_, by, reason in (
        ("funding", world.run, "can.bo", "not_in_the_books"),
        ("funding", "R9", "can.bo", "run_unknown"),
        ("fee-fund", "7/PHI", "can.bo", "not_in_the_books"),
        ("fee", "7/PHI", "can.bo", "explanation_impossible"),
        ("offset", str(number), "can.bo", "movement_does_not_match"),
        ("refused", "LO1", "can.bo", "batch_unknown"),
        ("funding", " ", "can.bo", "detail_missing"),
        ("funding", world.run, "soan.luat", "role_not_allowed"),
    ):
        with pytest.raises(Refused) as refusal:
            explaining.explain(number=number, kind=kind, detail=detail_, by=by, at=AT)
        assert refusal.value.reason == reason
    assert StatementMovement.objects.get().proposed_by == ""
    assert not AuditEvent.objects.filter(action__startswith="payment.explain").exists()


def test_a_second_person_has_to_say_the_same(world: World, account: Account) -> None:
    account.tells(("CRDT", 50_000, words("CHUYEN NHAM")))
    credit = _number()
    account.tells(("DBIT", 50_000, words("HOAN TRA")), day=6)
    debit = str(_number())
    explaining.explain(number=credit, kind="budget", detail=debit, by="can.bo", at=AT)
    explaining.explain(number=credit, kind="offset", detail=debit, by="can.bo", at=AT)
    with pytest.raises(Refused) as refusal:
        explaining.explain(number=credit, kind="budget", detail=debit, by="lanh.dao", at=AT)
    assert refusal.value.reason == "explanation_differs"
    assert _suspense(world) == 0, "fifty thousand came and went; both still wait"
    assert len(explaining.accounts_of("can.bo").movements) == 2


def _recalled(world: World, name: str, word: str) -> bytes:
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.029.001.09"><RsltnOfInvstgtn><Assgnmt><Id>A1</Id></Assgnmt>'
        f"<Sts><Conf>CNCL</Conf></Sts><CxlDtls><TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxCxlSts>{word}</TxCxlSts>"
        "</TxInfAndSts></CxlDtls></RsltnOfInvstgtn></Document>"
    ).encode()


@pytest.mark.parametrize(
    ("word", "reason"), [("ACCR", "recall_accepted"), ("RJCR", "recall_refused"), ("PDCR", "recall_pending")]
)
def test_the_answer_to_a_recall_moves_nothing_and_waits_for_whoever_asked(world: World, word: str, reason: str) -> None:
    world.submit()
    world.bank.outbox.append(("c1.xml", _recalled(world, world.names()[0], word)))
    assert (world.collect().held, world.hold_reasons()) == (1, [reason])
    assert (world.statuses(), world.balances()) == (["DUE"] * 3, (0, 3 * AMOUNT, 0))
    # The order's own answer is taken as ever.
    world.bank.says("s1.xml", (world.names()[0], "RJCT", "AC04"))
    world.collect()
    assert world.statuses()[0] == "REJECTED"


def test_every_line_that_waits_says_what_to_do_about_it(world: World) -> None:
    known = set(re.findall(r"(?:THEN|ELSE) '([a-z_]+)'", statement("payment", "judge"))) - {"decide_paid"}
    assert len(known) >= 8
    assert known <= held.REASONS.keys()
    world.submit()
    world.bank.says("n1.xml", (world.names()[0], "DBIT", AMOUNT - 1))
    world.collect()
    [line] = explaining.accounts_of("can.bo").held
    assert (line.file, line.line, line.reference, line.reason) == ("n1.xml", 1, world.names()[0], "amount_differs")
    assert line.advice(is_english=False).startswith("Số tiền khác số đã gửi.")
    assert replace(line, reason="line_unreadable").advice(is_english=True).startswith("The line could not be read")


def test_a_statement_in_another_currency_is_a_named_thing_and_books_nothing(world: World, account: Account) -> None:
    _funded(world, account)
    before = (_suspense(world), world.balances(), statements.reconcile())
    name = world.names()[0]
    lines = (entry(detail(name, str(AMOUNT)), amount=str(AMOUNT)), entry(amount="7", more=words("PHI", "CHRG")))
    raw = day_statement(*lines, day="2026-11-06", number=9, account=ACCOUNT, opening=3 * AMOUNT, closing=2 * AMOUNT)
    world.bank.outbox.append(("usd.xml", raw.replace(b'"VND"', b'"USD"')))
    world.collect()
    assert world.hold_reasons() == ["currency_foreign", "currency_foreign", "unknown_reference"]
    assert (_suspense(world), world.balances(), statements.reconcile()) == before
    assert "đồng Việt Nam" in held.REASONS["currency_foreign"][0]
    found = explaining.accounts_of("can.bo")
    assert [(one.file, one.reason) for one in found.left_out] == [("usd.xml", "currency_foreign")]
    assert "xin ngân hàng" in found.left_out[0].label(is_english=False)


# ── a statement that was wrong ───────────────────────────────────────────────────────────────────────────────────────


def _withdraw(by: str, name: str = "s2.xml") -> withdrawing.Withdrawn:
    return withdrawing.withdraw(name=name, reason="ngân hàng gửi nhầm", by=by, at=AT)


def _withdrawal_refused(by: str, name: str = "s2.xml") -> str:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        _withdraw(by, name)
    return refusal.value.reason


def test_a_wrong_statement_is_taken_back_by_two_people_and_the_right_one_is_counted(
    world: World, account: Account
) -> None:
    _funded(world, account)
    code = world.provider.code
    for by in ("can.bo", "lanh.dao"):
        documents.enter(
            kind="fee-fund", number="7", signed_on=datetime.date(2026, 11, 2), amount_dong=5_000, provider_code=code, by=by, at=AT
        )  # fmt: skip
    # The bank has said already that the first was paid: its statement only repeats it.
    world.bank.says("n1.xml", (world.names()[0], "DBIT", AMOUNT))
    world.collect()
    before, right = books.balances(), account.balance
    wrong = (
        ("CRDT", 5_000, words("CAP PHI")), ("DBIT", 3_300, words("PHI", "CHRG")), ("CRDT", 777, words("NGUOI LA")),
        ("DBIT", AMOUNT, world.names()[0]), ("DBIT", AMOUNT - 1, world.names()[1]),
    )  # fmt: skip
    account.tells(*wrong, day=6)
    assert books.balance(chart.fee(code).name) == 3_300
    _explain(StatementMovement.objects.get(amount_dong=5_000).id, "fee-fund", "7")
    assert _withdraw("can.bo").approved_by == ""
    assert books.balance(chart.fee(code).name) == 3_300, "one person takes nothing back"
    assert _withdrawal_refused("can.bo") == "second_person_needed"
    done = _withdraw("lanh.dao")
    assert (done.approved_by, done.movements) == ("lanh.dao", 4)
    now = books.balances()
    assert {name: amount for name, amount in now.items() if amount != before.get(name, 0)} == {}, "exactly back"
    assert [(one.file, one.reason) for one in statements.left_out([code])] == [("s2.xml", "withdrawn")]
    assert _withdrawal_refused("can.bo") == "statement_unknown"
    assert not [line for line in held.held_lines([code]) if line.file == "s2.xml"], "nobody has to look at it again"
    assert AuditEvent.objects.filter(action__startswith="payment.withdraw").count() == 2
    # The money for fees is told of once more by the statement that is right, and so is the debit.
    account.balance = right
    account.tells(("CRDT", 5_000, words("CAP PHI")), ("DBIT", AMOUNT, world.names()[0]), day=6)
    _explain(StatementMovement.objects.latest("id").id, "fee-fund", "7")
    assert [one.unexplained_dong for one in statements.reconcile()] == [0]
    assert _suspense(world) == 0


def test_a_statement_upon_which_something_rests_is_not_taken_back(world: World, account: Account) -> None:
    _funded(world, account)
    account.tells(("CRDT", 50_000, words("CHUYEN NHAM")), day=6)
    credit = _number()
    account.tells(("DBIT", 50_000, words("HOAN TRA")), day=9)
    _explain(credit, "offset", str(_number()))
    for name in ("s2.xml", "s3.xml"):
        assert _withdrawal_refused("can.bo", name) == "statement_explained"
    world.bank.says("r.xml", (world.names()[0], "RJCT", "AC04"))
    world.collect()
    account.tells(("DBIT", AMOUNT, world.names()[0]), day=10)
    assert world.statuses()[0] == "PAID", "the statement decided"
    assert _withdrawal_refused("can.bo", "s4.xml") == "statement_moved_orders"
    assert _withdrawal_refused("soan.luat", "s4.xml") == "role_not_allowed"
