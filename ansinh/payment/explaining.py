"""Saying what money in suspense is: one person proposes, another says the same, and only then the books follow.

Each explanation is held to what the books already know: money for a run, a batch that was sent, an order that was paid. What
nothing in the books supports stays in suspense.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Sum

from ansinh.base.dong import format_dong
from ansinh.base.refusals import Refused
from ansinh.ledger import accounts as chart
from ansinh.ledger import documents
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.office import operations as office
from ansinh.office import queries as office_queries
from ansinh.office.security import everything, put_on
from ansinh.payment import statements
from ansinh.payment.held import HeldLine, held_lines
from ansinh.payment.models import (
    BatchDebit,
    InstructionShare,
    Message,
    PaymentBatch,
    PaymentItem,
    PaymentServiceProvider,
    StatementMovement,
)
from ansinh.payment.operations import ANSWER_TABLE, judge_and_apply, share_answers
from ansinh.payroll import queries as payroll
from ansinh.standards.end_to_end import decode

ROLES = frozenset({"department_officer", "department_approver"})
_READERS = ROLES | {"auditor"}
Kind = StatementMovement.Resolution
# Which way money of each kind goes; two lines that undo each other may be named from either side.
_SIDES = {
    Kind.FUNDING: "CRDT", Kind.FEE_FUND: "CRDT", Kind.RETURN: "CRDT", Kind.REFUSED: "CRDT", Kind.BUDGET: "CRDT",
    Kind.FEE: "DBIT", Kind.CASH: "DBIT", Kind.REFUND: "DBIT", Kind.ORDER: "DBIT", Kind.OFFSET: "",
}  # fmt: skip
KINDS = tuple(str(kind) for kind in _SIDES)


@dataclass(frozen=True)
class MovementRow:
    """Money in suspense as it is shown; `proposed_by` has said what it is and waits for a second person."""

    number: int
    provider: str
    booked_on: datetime.date
    direction: str
    amount_dong: int
    reference: str
    text: str
    is_fee: bool
    resolution: str
    detail: str
    proposed_by: str
    approved_by: str


@dataclass(frozen=True)
class AccountView:
    """The accounts that somebody answers for: each newest statement against the books, and what is wrong with them.

    Beside it what stands in suspense, lines that wait for a person, and statements that are not counted.
    """

    reconciliations: tuple[statements.Reconciliation, ...]
    breaks: tuple[statements.Break, ...]
    movements: tuple[MovementRow, ...]
    held: tuple[HeldLine, ...]
    left_out: tuple[statements.LeftOut, ...]


def accounts_of(by: str, *, with_settled: bool = False) -> AccountView:
    """This will return the accounts at every provider whose payments all lie in the reader's area; `with_settled` adds what was explained.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`.
    """
    member = office_queries.staff(by)
    if member.role not in _READERS:
        raise role_not_allowed(by)
    with transaction.atomic():
        # An account has no area: whose it is was asked first, and nothing else is read with this sight.
        put_on(everything(by))
        paid_for: dict[int, set[int]] = {
            one: set() for one in PaymentServiceProvider.objects.values_list("id", flat=True)
        }
        for provider, area in PaymentBatch.objects.values_list("provider_id", "run__area_id").distinct():
            paid_for[provider].add(area)
        reach = {area: office_queries.reaches(member, area) for area in set().union(*paid_for.values())}
        ours = [provider for provider, areas in paid_for.items() if all(reach[area] for area in areas)]
        found = (
            StatementMovement.objects.select_related("provider").filter(provider__in=ours).order_by("booked_on", "id")
        )
        if not with_settled:
            found = found.filter(approved_at=None)
        codes = set(PaymentServiceProvider.objects.filter(id__in=ours).values_list("code", flat=True))
        return AccountView(
            tuple(one for one in statements.reconcile() if one.provider in codes),
            tuple(one for one in statements.breaks() if one.provider in codes),
            tuple(_shown(row) for row in found),
            tuple(held_lines(sorted(codes))),
            tuple(statements.left_out(sorted(codes))),
        )


def role_not_allowed(by: str) -> Refused:
    """Return the refusal for somebody who is not of the department that pays."""
    return Refused(
        "role_not_allowed",
        vi=f"“{by}” không thuộc bộ phận chi trả của Sở nên không làm việc này được.",
        en=f"“{by}” is not of the department that pays and may not do this.",
    )


def explain(*, number: int, kind: str, detail: str, by: str, at: datetime.datetime) -> MovementRow:
    """This will note what a movement is, or carry it out when another person has said the same of it.

    `detail` names what supports it: a run (funding), a paper (fee-fund), an order (return), a batch (refused, order), a paper's number
    (fee, cash, refund), the number of the movement the other way (offset, budget). Whoever proposed may propose otherwise, and
    whoever comes after somebody who has left.

    Raises:
        Refused: `role_not_allowed`, `area_not_yours`, `movement_unknown`, `movement_settled`, `explanation_impossible`, `detail_missing`,
            `explanation_differs`, `second_person_needed`, `not_in_the_books`, `order_unknown`, `answer_not_possible`, `batch_unknown`,
            `movement_does_not_match`, `run_unknown`, `balance_insufficient`.
    """
    if office_queries.staff(by).role not in ROLES:
        raise role_not_allowed(by)
    detail = detail.strip()
    with transaction.atomic():
        put_on(everything(by))
        ledger.wait_for_the_books()
        row = _open(number)
        require_whole_reach(row.provider, by)
        _refuse_impossible(row, kind, detail)
        # Looked at when it is proposed too: a mistake is told to whoever makes it.
        carry_out = _SUPPORT[Kind(kind)](row, detail)
        is_other = (row.resolution, row.detail) != (kind, detail)
        if row.proposed_by in ("", by) or (is_other and not _may_still_answer(row.proposed_by)):
            row.resolution, row.detail, row.proposed_by, row.proposed_at = kind, detail, by, at
            row.save(update_fields=["resolution", "detail", "proposed_by", "proposed_at"])
            _note("payment.explain.propose", row, by, at)
            return _shown(row)
        if is_other:
            raise Refused(
                "explanation_differs",
                vi=f"“{row.proposed_by}” đề nghị khoản treo số {number} là “{Kind(row.resolution).label}” ({row.detail}). Hãy đối chiếu lại với nhau.",
                en=f"“{row.proposed_by}” proposed that movement {number} is “{row.resolution}” ({row.detail}). Compare with each other.",
            )
        row.approved_by, row.approved_at = by, at
        row.save(update_fields=["approved_by", "approved_at"])
        carry_out(by, at)
        _note("payment.explain", row, by, at)
        ledger.seal(at=at)
    return _shown(row)


def _may_still_answer(username: str) -> bool:
    """Return whether somebody can still take back what they proposed: their account is open, and they still may explain."""
    try:
        return office_queries.staff(username).role in ROLES
    except Refused:
        return False


def _open(number: int) -> StatementMovement:
    row = StatementMovement.objects.select_for_update(of=("self",)).select_related("provider").filter(id=number).first()
    if row is None:
        raise Refused(
            "movement_unknown",
            vi=f"Không có khoản treo số {number}. Hãy xem lệnh ansinh payment suspense.",
            en=f"There is no movement {number}. See ansinh payment suspense.",
        )
    if row.approved_at is not None:
        raise Refused(
            "movement_settled",
            vi=f"Khoản treo số {number} đã được giải quyết: {Kind(row.resolution).label} ({row.detail or row.approved_by}).",
            en=f"Movement {number} is settled: {row.resolution} ({row.detail or row.approved_by}).",
        )
    return row


def require_whole_reach(provider: PaymentServiceProvider, by: str) -> None:
    """Refuse somebody who does not answer for everybody whom the provider pays: its account is one for all of them."""
    for area in PaymentBatch.objects.filter(provider=provider).values_list("run__area_id", flat=True).distinct():
        office_queries.require_reach(by, area)


def _refuse_impossible(row: StatementMovement, kind: str, detail: str) -> None:
    side = _SIDES[Kind(kind)]
    if side and side != row.direction:
        raise Refused(
            "explanation_impossible",
            vi=f"Khoản treo số {row.id} là {row.get_direction_display()}, không thể là “{Kind(kind).label}”.",
            en=f"Movement {row.id} is {row.direction} and cannot be “{kind}”.",
        )
    if not detail or len(detail) > 60:
        raise Refused(
            "detail_missing",
            vi="Hãy ghi căn cứ (tối đa 60 ký tự): mã kỳ, số chứng từ, mã lệnh, mã lô hoặc số khoản treo ngược chiều.",
            en="Give what supports it (60 letters at most): a run, a paper, an order, a batch or the movement the other way.",
        )


def _not_in_the_books(row: StatementMovement, known_dong: int) -> Refused:
    amount, known = format_dong(row.amount_dong), format_dong(known_dong)
    return Refused(
        "not_in_the_books",
        vi=f"Sổ chỉ còn {known} loại này chưa thấy trên sao kê, khoản treo số {row.id} là {amount}. Hãy kiểm tra căn cứ.",
        en=f"The books know only {known_dong:,} đồng of this kind that no statement has told, "
        f"movement {row.id} is {row.amount_dong:,} đồng. Check it.",
        known_dong=known_dong,
    )


def _settled(row: StatementMovement, detail: str | None, *kinds: Kind) -> int:
    found = StatementMovement.objects.filter(provider=row.provider, resolution__in=kinds, approved_at__isnull=False)
    if detail is not None:
        found = found.filter(detail=detail)
    return found.aggregate(total=Sum("amount_dong"))["total"] or 0


CarryOut = Callable[[str, datetime.datetime], None]


def _funding(row: StatementMovement, detail: str) -> CarryOut:
    """Money of a run: as much as the books say was sent to this provider for it."""
    run, account = payroll.run(detail), chart.prefund(row.provider.code).name
    left = books.moved(chart.Code.PREFUND, debit=account, evidence=run.id) - _settled(row, detail, Kind.FUNDING)
    if left < row.amount_dong:
        raise _not_in_the_books(row, left)
    return _only_explained(row)


def _fee_fund(row: StatementMovement, detail: str) -> CarryOut:
    """Money for fees: as much as the papers of this number gave."""
    account = chart.fee_fund(row.provider.code).name
    given = documents.booked("fee-fund", detail, row.provider.code)
    known = sum(books.moved(chart.Code.FEE_FUND, debit=account, evidence=one) for one in given)
    left = known - _settled(row, detail, Kind.FEE_FUND)
    if left < row.amount_dong:
        raise _not_in_the_books(row, left)
    return _only_explained(row)


def _taken_out(row: StatementMovement, detail: str) -> CarryOut:
    """Money that the books have taken from this provider: for a cash point, or because it is owed to nobody any more."""
    account = chart.prefund(row.provider.code).name
    known = sum(books.moved(code, credit=account) for code in (chart.Code.UNFUND, chart.Code.WAIVE))
    left = known - _settled(row, None, Kind.CASH, Kind.REFUND)
    if left < row.amount_dong:
        raise _not_in_the_books(row, left)
    return _only_explained(row)


def _fee(row: StatementMovement, detail: str) -> CarryOut:
    return lambda by, at: statements.book_fees(provider=row.provider, movements=[row.id], at=at)


def _only_explained(row: StatementMovement) -> CarryOut:
    return lambda by, at: statements.book_explained(provider=row.provider, movements=[row.id], at=at)


def _batch(row: StatementMovement, detail: str) -> PaymentBatch:
    found = PaymentBatch.objects.filter(provider=row.provider, message_id=detail).first()
    if found is None:
        raise Refused(
            "batch_unknown",
            vi=f"Không có lô “{detail}” gửi qua {row.provider.code}. Hãy xem mã lô ở trang kỳ chi trả.",
            en=f"No batch “{detail}” was sent through {row.provider.code}. See the page of the run.",
        )
    return found


def _order(row: StatementMovement, detail: str) -> CarryOut:
    """The debit of a whole batch, of which the bank did not say the name: not more than was sent and not told yet."""
    batch = _batch(row, detail)
    told = BatchDebit.objects.filter(batch=batch).exclude(statements.NOT_TOLD)
    left = batch.control_total_dong - (told.aggregate(total=Sum("amount_dong"))["total"] or 0)
    if left < row.amount_dong:
        raise _not_in_the_books(row, left)

    def carry_out(by: str, at: datetime.datetime) -> None:
        BatchDebit.objects.create(
            batch=batch, message_id=row.message_id, line=row.line, amount_dong=row.amount_dong, booked_on=row.booked_on
        )
        _only_explained(row)(by, at)

    return carry_out


def _refused(row: StatementMovement, detail: str) -> CarryOut:
    """What a bank had debited with a whole batch beyond what it carried out, and gives back."""
    batch = _batch(row, detail)
    refused = books.moved_after(chart.Code.REJECT, first=chart.Code.RESERVE, evidence=batch.id)
    told = BatchDebit.objects.filter(batch=batch).exclude(statements.NOT_TOLD)
    booked = told.aggregate(total=Sum("amount_dong"))["total"] or 0
    # More than it should have taken: what it refused, or its own mistake.
    known = booked - batch.control_total_dong + refused - _settled(row, detail, Kind.REFUSED)
    if known < row.amount_dong:
        raise _not_in_the_books(row, known)
    return _only_explained(row)


def _return(row: StatementMovement, detail: str) -> CarryOut:
    """Money of one order that came back without the bank saying so in its codes: the order is returned."""
    name = decode(detail)
    known = name is not None and name[0] == office_queries.instance_number()
    item = PaymentItem.objects.filter(id=name[1], provider=row.provider).first() if name and known else None
    if name is None or item is None:
        raise Refused(
            "order_unknown",
            vi=f"Không có lệnh chi “{detail}” gửi qua {row.provider.code}. Hãy kiểm tra lại mã lệnh.",
            en=f"No order “{detail}” was sent through {row.provider.code}. Check its name.",
        )
    # Said already when it is proposed, not only by the judgement that follows. An order may have carried several items.
    carried = InstructionShare.objects.filter(carrier=item, carrier_attempt=name[2]).values_list("item_id", flat=True)
    items = PaymentItem.objects.filter(id__in=list(carried) or [item.id])
    paid = sum(one.paid_dong for one in items if one.status == "PAID")
    if (item.attempt, item.status, paid) != (name[2], "PAID", row.amount_dong):
        raise Refused(
            "answer_not_possible",
            vi=f"Lệnh chi “{detail}” không ở trạng thái đã chi {format_dong(row.amount_dong)} nên không thể hoàn trả bằng khoản này.",
            en=f"Order “{detail}” is not paid with {row.amount_dong:,} đồng, so this money cannot be its return.",
        )

    def carry_out(by: str, at: datetime.datetime) -> None:
        row.item_id, row.attempt = name[1], name[2]
        row.save(update_fields=["item_id", "attempt"])
        _apply_return(row, detail, at)

    return carry_out


def _apply_return(row: StatementMovement, name: str, at: datetime.datetime) -> None:
    """Judge the movement's own line once more, as the return it is."""
    message = Message.objects.select_for_update().get(id=row.message_id)
    with connection.cursor() as cursor:
        cursor.execute(ANSWER_TABLE)
        cursor.execute(
            "UPDATE payment_messageline SET item_id = %s, attempt = %s, end_to_end_id = %s, status = 'RETURNED' WHERE message_id = %s AND line = %s",
            [row.item_id, row.attempt, name, row.message_id, row.line],
        )
        cursor.execute(
            "INSERT INTO answer VALUES (%s, %s, %s, %s, 'RETURNED', %s, '', '', '', false)",
            [row.line, row.item_id, row.attempt, name, row.amount_dong],
        )
        added = share_answers(message)
        applied, _ = judge_and_apply(message=message, provider=row.provider, at=at)
        cursor.execute("DROP TABLE answer")
    if applied <= added:
        raise Refused(
            "answer_not_possible",
            vi=f"Lệnh chi “{name}” không nhận được khoản hoàn trả này. Hãy xem lại trạng thái của lệnh.",
            en=f"Order “{name}” cannot take this return. Look at its state.",
        )
    message.lines += added
    message.held += added - applied
    message.save(update_fields=["lines", "held"])
    statements.book_explained(provider=row.provider, movements=[row.id], at=at)


def _pair(row: StatementMovement, detail: str) -> StatementMovement:
    number = int(detail) if detail.isascii() and detail.isdigit() and len(detail) < 18 else 0
    other = (
        StatementMovement.objects.select_for_update().filter(id=number, provider=row.provider, approved_at=None).first()
    )
    if other is None or other.direction == row.direction or other.amount_dong != row.amount_dong:
        raise Refused(
            "movement_does_not_match",
            vi=f"Khoản treo “{detail}” phải cùng tổ chức chi trả, ngược chiều, đúng {format_dong(row.amount_dong)} và chưa giải quyết.",
            en=f"Movement “{detail}” must be of the same provider, the other way, of {row.amount_dong:,} đồng, and open.",
        )
    return other


def _offset(row: StatementMovement, detail: str) -> CarryOut:
    """Two lines that undo each other: sent back to whoever sent it, or the bank's own mistake and its correction."""
    other = _pair(row, detail)

    def carry_out(by: str, at: datetime.datetime) -> None:
        other.resolution, other.detail, other.proposed_by, other.proposed_at = (
            row.resolution,
            str(row.id),
            row.proposed_by,
            row.proposed_at,
        )
        other.approved_by, other.approved_at = by, at
        other.save()
        statements.book_explained(provider=row.provider, movements=[row.id, other.id], at=at)

    return carry_out


def _budget(row: StatementMovement, detail: str) -> CarryOut:
    """Nobody's money that went to the budget by the line named: the budget has it now, not the outside."""
    offset = _offset(row, detail)

    def carry_out(by: str, at: datetime.datetime) -> None:
        offset(by, at)
        ledger.book_one(
            code=chart.Code.SUSPENSE_TO_BUDGET, reference=row.id, debit=chart.WORLD, credit=chart.OUTSIDE,
            amount_dong=row.amount_dong, evidence=row.message_id, month=row.booked_on.replace(day=1), at=at,
        )  # fmt: skip

    return carry_out


_SUPPORT: dict[Kind, Callable[[StatementMovement, str], CarryOut]] = {
    Kind.FUNDING: _funding, Kind.FEE_FUND: _fee_fund, Kind.RETURN: _return, Kind.REFUSED: _refused, Kind.FEE: _fee, Kind.CASH: _taken_out,
    Kind.REFUND: _taken_out, Kind.ORDER: _order, Kind.OFFSET: _offset, Kind.BUDGET: _budget,
}  # fmt: skip


def _note(action: str, row: StatementMovement, by: str, at: datetime.datetime) -> None:
    detail = {
        "kind": row.resolution,
        "detail": row.detail,
        "amount_dong": row.amount_dong,
        "provider": row.provider.code,
    }
    office.audit(by=by, action=action, subject=str(row.id), detail=detail, at=at)


def _shown(row: StatementMovement) -> MovementRow:
    return MovementRow(
        row.id, row.provider.code, row.booked_on, row.direction, row.amount_dong, row.reference, row.text, row.is_fee, row.resolution,
        row.detail, row.proposed_by, row.approved_by,
    )  # fmt: skip
