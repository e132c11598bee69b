"""The books on real PostgreSQL: balanced by construction, append-only, sealed, never below their floor."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError, ProgrammingError

from ansinh.base.refusals import Refused
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations, queries, undoing
from ansinh.ledger.models import ClosedPeriod, Transfer
from ansinh.payment import queries as payment

AT = datetime.datetime(2026, 11, 20, 9, tzinfo=datetime.UTC)
MONTH = datetime.date(2026, 11, 1)
pytestmark = pytest.mark.usefixtures("database")


def _appropriate(amount: int = 1_000_000, document: int = 1, month: datetime.date = MONTH) -> int:
    return operations.appropriate(amount_dong=amount, document=document, month=month, at=AT)


def _refused(work: Callable[..., Any], *arguments: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as refusal:
        work(*arguments, **named)
    return refusal.value


def _commit(amount: int, run: int = 1) -> int:
    return operations.book_one(
        code=chart.Code.COMMIT,
        reference=run,
        debit=chart.commitment("2026-11-46-01"),
        credit=chart.APPROPRIATION,
        amount_dong=amount,
        evidence=run,
        month=MONTH,
        at=AT,
    )


@pytest.mark.parametrize("document", [0, -1, -7])
def test_an_appropriation_without_a_document_is_refused(document: int) -> None:
    with pytest.raises(Refused) as refusal:
        _appropriate(document=document)
    assert refusal.value.reason == "document_number_impossible"
    assert not Transfer.objects.exists() and all(queries.verify().checks.values())


def test_balances_follow_transfers() -> None:
    _appropriate()
    _commit(400_000)
    assert queries.balance(chart.APPROPRIATION.name) == 600_000
    assert queries.balance(chart.WORLD.name) == -1_000_000
    assert sum(queries.balances().values()) == 0


def test_the_same_event_is_booked_once() -> None:
    assert _appropriate() == 1
    assert _appropriate() == 0
    assert queries.balance(chart.APPROPRIATION.name) == 1_000_000


def test_the_same_document_with_another_amount_is_refused() -> None:
    _appropriate(1_000_000)
    with pytest.raises(Refused) as refusal:
        _appropriate(7)
    assert refusal.value.reason == "document_already_booked"
    with pytest.raises(Refused) as refusal:
        _appropriate(10**23)
    assert refusal.value.reason == "number_too_large"


def test_the_same_document_with_another_month_is_refused_and_shows_what_is_booked() -> None:
    _appropriate(1_000_000)
    refusal = _refused(_appropriate, 1_000_000, month=datetime.date(2026, 12, 1))
    assert refusal.reason == "document_already_booked"
    assert "1.000.000 đồng cho tháng 11/2026, ghi sổ ngày 20/11/2026" in refusal.vi
    assert (refusal.details["booked_dong"], refusal.details["booked_month"]) == (1_000_000, "2026-11")
    assert _appropriate(1_000_000) == 0, "the same again is the same command twice"


def test_an_appropriation_for_a_closed_month_can_be_repeated() -> None:
    ClosedPeriod.objects.create(
        month=MONTH, transfers=0, proposed_by="a", proposed_at=AT, closed_by="b", closed_at=AT
    )  # fmt: skip
    assert (_appropriate(), _appropriate()) == (1, 0), "booked in the first open month, and known there"
    assert Transfer.objects.get().month == datetime.date(2026, 12, 1)


def _undo(by: str) -> str:
    return undoing.undo_appropriation(document=1, by=by, at=AT).approved_by


def test_a_wrong_appropriation_is_taken_back_by_two_people_and_can_be_booked_right() -> None:
    _appropriate(9_000_000)
    assert _undo("can.bo") == ""
    assert queries.balance(chart.APPROPRIATION.name) == 9_000_000, "one person moves nothing"
    assert _refused(_undo, "can.bo").reason == "second_person_needed"
    assert _undo("lanh.dao") == "lanh.dao"
    assert (queries.balance(chart.APPROPRIATION.name), queries.balance(chart.WORLD.name)) == (0, 0)
    assert Transfer.objects.count() == 2, "nothing is deleted"
    assert _refused(_undo, "lanh.dao").reason == "appropriation_unknown"
    assert (_appropriate(900_000), _appropriate(900_000)) == (1, 0)
    assert _refused(_appropriate, 9_000_000).reason == "document_already_booked"
    # And once more, on the same day.
    assert (_undo("lanh.dao"), _undo("can.bo")) == ("", "can.bo")
    assert _appropriate(800_000) == 1
    operations.seal(at=AT)
    assert queries.balance(chart.APPROPRIATION.name) == 800_000
    assert all({**queries.verify().checks, **payment.invariants()}.values())


def test_an_appropriation_that_is_committed_stays() -> None:
    _appropriate(1_000_000)
    _undo("can.bo")
    _commit(1)
    refusal = _refused(_undo, "lanh.dao")
    assert refusal.reason == "appropriation_committed"
    assert "999.999 đồng" in refusal.vi
    assert Transfer.objects.count() == 2


@pytest.mark.parametrize("code", [chart.Code.UNAPPROPRIATE, chart.Code.ORDER_BACK])
def test_a_reversal_without_its_paper_is_named(code: chart.Code) -> None:
    _appropriate(5)
    operations.book_one(
        code=code, reference=7, debit=chart.WORLD, credit=chart.APPROPRIATION, amount_dong=5,
        evidence=1, month=MONTH, at=AT,
    )  # fmt: skip
    assert not payment.invariants()["every_transfer_has_evidence"]


def test_an_account_with_a_floor_refuses_to_overspend_and_books_nothing() -> None:
    _appropriate(100)
    with pytest.raises(Refused) as refusal:
        _commit(101)
    assert refusal.value.reason == "balance_insufficient"
    assert "Dự toán còn thiếu 1 đồng" in refusal.value.vi
    assert queries.balance(chart.APPROPRIATION.name) == 100
    assert queries.verify().transfers == 1


@pytest.mark.parametrize(
    ("debit", "credit", "told"),
    [
        (chart.treasury("R1"), chart.commitment("R1"), "Cam kết chi của kỳ R1 còn thiếu 1.234.567 đồng"),
        (chart.prefund("NH"), chart.treasury("R1"), "Lệnh rút dự toán của kỳ R1 còn thiếu 1.234.567 đồng"),
        (chart.in_flight("NH"), chart.prefund("NH"), "Tiền gửi tại NH còn thiếu 1.234.567 đồng"),
        (chart.prefund("NH"), chart.in_flight("NH"), "một tài khoản có ít tiền hơn"),
    ],
)
def test_whoever_lacks_money_hears_where_and_how_much(debit: chart.Account, credit: chart.Account, told: str) -> None:
    with pytest.raises(Refused) as refusal:
        operations.book_one(
            code=chart.Code.RESERVE, reference=7, debit=debit, credit=credit, amount_dong=1_234_567, evidence=1,
            month=MONTH, at=AT,
        )  # fmt: skip
    assert refusal.value.reason == "balance_insufficient"
    assert told in refusal.value.vi


def test_an_envelope_beyond_four_bytes_is_an_ordinary_number() -> None:
    # A peer's int4 envelope fails at 2.5 billion đồng.
    _appropriate(10**13)
    assert _commit(10**13 - 1) == 1
    assert queries.balance(chart.APPROPRIATION.name) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET amount_dong = amount_dong + 1",
        "DELETE FROM ledger_transfer",
        "TRUNCATE ledger_transfer",
        "UPDATE ledger_ledgeraccount SET balance_dong = 0",
        "DELETE FROM ledger_seal",
        "DELETE FROM office_auditevent",
    ],
)
def test_the_application_cannot_change_history(statement: str) -> None:
    _appropriate()
    operations.seal(at=AT)
    with (
        pytest.raises((ProgrammingError, DatabaseError), match=r"permission denied|only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_transfer_needs_two_accounts_and_a_positive_amount() -> None:
    for amount, debit in ((0, chart.APPROPRIATION), (5, chart.WORLD)):
        with pytest.raises(IntegrityError), transaction.atomic():
            operations.book_one(
                code=chart.Code.APPROPRIATE,
                reference=9,
                debit=debit,
                credit=chart.WORLD,
                amount_dong=amount,
                evidence=9,
                month=MONTH,
                at=AT,
            )


def test_seals_chain_and_nothing_new_adds_no_seal() -> None:
    _appropriate()
    first = operations.seal(at=AT)
    assert operations.seal(at=AT) is None
    _commit(1)
    second = operations.seal(at=AT)
    assert first and second and first != second
    verified = queries.verify()
    assert all(verified.checks.values()), verified
    assert verified.seal == second


def test_unsealed_transfers_are_reported() -> None:
    _appropriate()
    assert queries.verify().checks["everything_sealed"] is False


def test_a_tampered_transfer_breaks_the_chain() -> None:
    """Even the owner of the tables, who can switch triggers off, cannot change a transfer without it showing."""
    _appropriate()
    operations.seal(at=AT)
    with connection.cursor() as cursor:
        # The application's role may not touch the row; adding one below the seal is the only way left to it.
        cursor.execute("SELECT max(id) FROM ledger_transfer")
        (last,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO ledger_transfer (id, code, reference, debit_id, credit_id, amount_dong, evidence, month, booked_at)"
            " SELECT %s, 4, 77, debit_id, credit_id, 5, 1, month, booked_at FROM ledger_transfer LIMIT 1",
            [last - 1],
        )
    assert queries.verify().checks["seal_chain"] is False
