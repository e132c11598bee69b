"""Cash at the commune: a list with the money in hand, each pay-out against identity and mandate, what was not collected back.

A list reserves its items: no bank can have them meanwhile. A receipt's code works once. What two sheets both report as paid is
paid once in the books and shown as a conflict, with both reports kept.
"""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations as ledger
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.payment import opening
from ansinh.payment.models import CashList, CashReceipt, PaymentItem
from ansinh.payroll.models import PayrollRun
from ansinh.people.models import Mandate, Person
from ansinh.standards.end_to_end import decode, encode

_CASHIERS = frozenset({"commune_officer", "department_officer"})
# NĐ-free practice: the suspension itself is a decision by the law of the benefit; this only finds whom to ask about.
_MONTHS_UNCOLLECTED = 3


@dataclass(frozen=True)
class CashRow:
    """One line of a cash list, as the officer reads it out and the payee signs it."""

    code: str
    beneficiary: str
    payee: str
    village: str
    amount_dong: int
    is_paid: bool


@dataclass(frozen=True)
class CashSheet:
    """A cash list with its lines."""

    id: int
    run_code: str
    area_code: str
    area_name: str
    number: int
    state: str
    listed: str
    drawn_dong: int
    paid_dong: int
    rows: tuple[CashRow, ...]


@dataclass(frozen=True)
class PaidOut:
    """What a pay-out did: the amount, who signed for it, and whether another report of the same item was there before."""

    code: str
    amount_dong: int
    receiver: str
    is_conflict: bool


def _require_cashier(by: str) -> None:
    if office.staff(by).role not in _CASHIERS:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không có quyền chi tiền mặt. Hãy nhờ cán bộ xã, phường hoặc chuyên viên sở.",
            en=f"“{by}” may not pay out cash.",
            user=by,
        )


def _own_place(area: str, by: str, at: datetime.datetime) -> office.AreaRow:
    """Return the commune, for which the cashier must answer: of another one nothing would be seen, not even why."""
    place = office.find_commune(area, at.date())
    office.require_reach(by, place.id)
    return place


def _frozen(code: str) -> PayrollRun:
    run = PayrollRun.objects.filter(code=code, state="FROZEN").first()
    if run is None:
        raise Refused(
            "run_not_frozen",
            vi=f"Không có kỳ chi trả đã chốt mang mã “{code}”.",
            en=f"No frozen run “{code}”.",
            run=code,
        )
    opening.require_complete(run)
    return run


def _lock(run: int, area: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"cash {run} {area}"])


def open_list(*, run: str, area: str, by: str, at: datetime.datetime) -> CashSheet:
    """This will take the commune's cash items of a frozen run onto a list and book their money to the cash point.

    Promises: an item is on at most one list and with no bank; called again while a list is open it returns that list.

    Raises:
        Refused: `run_not_frozen`, `run_half_opened`, `area_unknown`, `area_not_yours`, `role_not_allowed`,
            `nothing_to_pay_in_cash`, `balance_insufficient`.
    """
    _require_cashier(by)
    place = _own_place(area, by, at)
    with transaction.atomic(), connection.cursor() as cursor:
        row = _frozen(run)
        _lock(row.id, place.id)
        known = CashList.objects.filter(run=row, area_id=place.id, state=CashList.State.OPEN).first()
        if known is not None:
            return sheet(known.id)
        number = CashList.objects.filter(run=row, area_id=place.id).count() + 1
        parameters = {"run": row.id, "area": place.id, "number": number, "by": by, "at": at}
        cursor.execute(statement("payment", "list_cash"), parameters)
        listed = cursor.fetchall()
        if not listed:
            raise Refused(
                "nothing_to_pay_in_cash",
                vi=f"Kỳ {run} không còn khoản tiền mặt nào chờ chi ở {place.name}.",
                en=f"Nothing of run {run} waits to be paid in cash in {place.name}.",
                run=run,
                area=area,
            )
        point = chart.cash_point(place.code)
        _book(chart.Code.CASH_LIST, chart.in_flight(point), chart.commitment(row.code), listed, row, at)
        detail = {"items": len(listed), "dong": sum(amount for _, _, amount, _ in listed)}
        audit(by=by, action="cash.list", subject=f"{run} {area}", detail=detail, at=at)
        return sheet(listed[0][3])


def _book(
    code: chart.Code,
    debit: chart.Account,
    credit: chart.Account,
    items: Sequence[tuple],
    run: PayrollRun,
    at: datetime.datetime,
) -> None:
    debit_id, credit_id = ledger.account_ids(debit, credit)
    booked = ledger.book(
        rows="SELECT %s::smallint AS code, listed.reference, %s::bigint AS debit_id, %s::bigint AS credit_id, listed.amount AS amount_dong,"
        " listed.evidence, %s::date AS month FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS listed (reference, amount, evidence)",
        parameters=[
            code, debit_id, credit_id, run.month,
            [item * 64 + attempt for item, attempt, _, _ in items], [amount for _, _, amount, _ in items], [list_ for *_, list_ in items],
        ],
        at=at,
    )  # fmt: skip
    # Money that moved without its booking would be money nobody looks for.
    assert booked == len(items), "every cash movement is booked once"
    # A desk works all day: each movement is sealed with itself, so that the chain is whole whenever somebody looks.
    ledger.seal(at=at)


def sheet(cash_list: int) -> CashSheet:
    """This will return a cash list with its lines, in the order of the villages and names."""
    row = CashList.objects.select_related("run", "area").get(pk=cash_list)
    items = PaymentItem.objects.filter(cash_list_id=cash_list).select_related("beneficiary", "payee")
    instance = office.instance_number()
    rows = [
        CashRow(
            code=encode(instance, item.id, item.attempt),
            beneficiary=item.beneficiary.full_name,
            payee=item.payee.full_name,
            village=item.payee.village,
            amount_dong=item.inflight_dong + item.paid_dong,
            is_paid=item.paid_dong > 0,
        )
        for item in items.order_by("payee__name_sort_key", "id")
    ]
    return CashSheet(
        id=row.id,
        run_code=row.run.code,
        area_code=row.area.code,
        area_name=row.area.name,
        number=row.number,
        state=row.state,
        listed=f"{timezone.localtime(row.listed_at):%d/%m/%Y %H:%M}",
        drawn_dong=row.drawn_dong,
        paid_dong=sum(one.amount_dong for one in rows if one.is_paid),
        rows=tuple(sorted(rows, key=_walking_order)),
    )


def _walking_order(row: CashRow) -> list[tuple[int, str]]:
    """Return what sorts villages as people count them: Tổ 2 before Tổ 10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"([0-9]+)", row.village)]


def pay_out(
    *,
    code: str,
    identity: str,
    by: str,
    at: datetime.datetime,
    paid_on: datetime.date | None = None,
    offline: bool = False,
    note: str = "",
) -> PaidOut:
    """This will pay out one line of a cash list to whoever shows this identity number and may receive it.

    `offline` enters what a signed sheet says was paid on `paid_on`: then money has left the box, so nothing speaks against it
    any more but a wrong code or somebody who may never receive it; a second report is kept as a conflict. The sheet of a
    list that was closed since pays the line of the list that is open now; of money that goes by a bank it is a conflict.

    Raises:
        Refused: `receipt_unknown`, `already_paid`, `list_closed`, `identity_differs`, `mandate_ended`, `beneficiary_deceased`,
            `paid_on_impossible`, `role_not_allowed`, `staff_unknown`.
    """
    _require_cashier(by)
    # Whatever clock the caller has, the desk's day is Vietnam's.
    today = timezone.localdate(at)
    day = paid_on or today
    with transaction.atomic():
        item, printed, listed_dong = _item_of(code, is_signed=offline)
        chosen = CashList.objects.select_related("run", "area").get(pk=item.cash_list_id or printed.id)
        last = min(today, timezone.localdate(printed.closed_at)) if printed.closed_at else today
        if not timezone.localdate(printed.listed_at) <= day <= last:
            raise Refused(
                "paid_on_impossible",
                vi="Ngày chi phải từ ngày lập danh sách đến hôm nay, hoặc đến ngày kết sổ. Hãy xem lại ngày trên bản ký.",
                en="The day of payment lies between the list's day and today, or the day it was closed.",
            )
        receiver = _receiver(item, identity, day)
        is_conflict = item.paid_dong > 0 or item.channel != "cash"
        if is_conflict and not offline:
            _refuse_second(code, item)
        amount = (item.paid_dong or listed_dong) if is_conflict else item.inflight_dong
        if not is_conflict:
            # Somebody who has died since is paid by nobody at a desk; what a sheet says was paid, was paid.
            if not offline:
                _require_alive(item)
            PaymentItem.objects.filter(pk=item.pk).update(
                status="PAID", paid_dong=item.paid_dong + amount, inflight_dong=0, reason_set="", reason_code="CPUC"
            )
            point = chart.cash_point(chosen.area.code)
            moved = [(item.id, item.attempt, amount, chosen.id)]
            _book(chart.Code.CASH_PAY, chart.paid(point), chart.in_flight(point), moved, chosen.run, at)
        CashReceipt.objects.create(
            item=item, cash_list=chosen, attempt=item.attempt, amount_dong=amount, receiver=receiver, paid_on=day,
            offline=offline, is_conflict=is_conflict, note=note[:200], area_id=item.area_id, recorded_by=by, recorded_at=at,
        )  # fmt: skip
        action = "cash.conflict" if is_conflict else "cash.pay"
        audit(
            by=by, action=action, subject=f"person:{item.beneficiary_id}", detail={"dong": amount, "code": code}, at=at
        )
    return PaidOut(code, amount, receiver.full_name, is_conflict)


def _unknown(code: str) -> Refused:
    return Refused(
        "receipt_unknown",
        # The same words whether the code stands on another commune's list or nowhere: those lists are not hers to ask.
        vi=f"Mã biên nhận “{code}” không có trên danh sách chi tiền mặt nào đang mở ở địa bàn của bạn. "
        "Hãy kiểm tra lại mã; biên nhận của xã khác thì chi tại điểm chi của xã đó; danh sách đã kết sổ thì mã cũ hết dùng, "
        "bản ký từ trước thì nhập theo bản ký.",
        en=f"No open cash list of your area has the receipt “{code}”. Check it; "
        "another commune's receipt is paid there. The code of a closed list is worth nothing at the desk.",
        code=code,
    )


def _item_of(code: str, *, is_signed: bool) -> tuple[PaymentItem, CashList, int]:
    """Return the item that a receipt's code names, locked, the list on which the code is printed, and the sum there.

    At the desk only a code of the open list names one. What a sheet says that was signed before its list was closed is
    true all the same, and must not be forgotten while the same money goes out a second time.
    """
    name = decode(code.strip().upper())
    if name is None or name[0] != office.instance_number():
        raise _unknown(code)
    # Two desks with the same code: the second waits here and finds it paid.
    item = PaymentItem.objects.select_for_update(of=("self",)).filter(pk=name[1]).first()
    booked = ledger.booked(code=chart.Code.CASH_LIST, reference=name[1] * 64 + name[2])
    if item is None or booked is None:
        raise _unknown(code)
    is_current = (item.channel, item.attempt) == ("cash", name[2]) and item.cash_list_id is not None
    if not (is_current or is_signed):
        raise _unknown(code)
    printed = CashList.objects.get(pk=booked[0])
    if item.channel == "cash" and item.cash_list_id is None:
        raise Refused(
            "list_closed",
            vi=f"Danh sách số {printed.number} đã kết sổ, tiền khoản này đã nộp lại. Không chi lần nữa: "
            "lập danh sách mới rồi nhập lại chính mã trên bản ký.",
            en=f"List {printed.number} is closed and this money went back. Do not pay again: "
            "open a new list and enter this very code.",
            code=code,
        )
    return item, printed, booked[1]


def _refuse_second(code: str, item: PaymentItem) -> None:
    first = (
        CashReceipt.objects.filter(item=item, attempt=item.attempt, is_conflict=False).select_related("receiver").get()
    )
    raise Refused(
        "already_paid",
        vi=f"Biên nhận {code} đã chi ngày {first.paid_on:%d/%m/%Y} cho {first.receiver.full_name}. Không chi lần thứ hai.",
        en=f"Receipt {code} was paid on {first.paid_on} to {first.receiver.full_name}. It is not paid a second time.",
        code=code,
    )


def _receiver(item: PaymentItem, identity: str, day: datetime.date) -> Person:
    """Return the person with this identity number, who must be the payee or hold the beneficiary's mandate on the day."""
    person = Person.objects.filter(national_id=identity.strip()).first() if identity.strip() else None
    if person is not None and person.id in {item.payee_id, item.beneficiary_id}:
        # A delegate who has lost the mandate since the freeze may not sign for it any more.
        if person.id == item.beneficiary_id or _has_mandate(item.beneficiary_id, person.id, day):
            return person
        raise Refused(
            "mandate_ended",
            vi=f"Uỷ quyền hoặc giám hộ của {person.full_name} đã hết hiệu lực. Chỉ chi cho người đang có uỷ quyền hoặc cho chính đối tượng.",
            en=f"The mandate of {person.full_name} has ended.",
        )
    if person is not None and _has_mandate(item.beneficiary_id, person.id, day):
        return person
    raise Refused(
        "identity_differs",
        vi="Số định danh không phải của người nhận hoặc người đang được uỷ quyền. Hãy đối chiếu căn cước với danh sách.",
        en="The identity number is neither the payee's nor that of somebody with a mandate.",
    )


def _has_mandate(beneficiary: int, payee: int, day: datetime.date) -> bool:
    held = Mandate.objects.filter(beneficiary_id=beneficiary, payee_id=payee, valid_from__lte=day)
    return (held.filter(valid_to=None) | held.filter(valid_to__gt=day)).exists()


def _require_alive(item: PaymentItem) -> None:
    if Person.objects.filter(pk=item.beneficiary_id, death_date__isnull=False).exists():
        raise Refused(
            "beneficiary_deceased",
            vi="Đối tượng đã mất. Không chi; khoản này chờ quyết định theo quy định về người đã mất.",
            en="The beneficiary has died. Nothing is paid; the sum waits for a decision.",
        )


def close_list(*, run: str, area: str, by: str, at: datetime.datetime) -> CashSheet:
    """This will close the commune's open list: what was not collected goes back to the commitment and waits for the next list.

    Raises:
        Refused: `run_not_frozen`, `area_unknown`, `area_not_yours`, `role_not_allowed`, `no_open_list`.
    """
    _require_cashier(by)
    place = _own_place(area, by, at)
    with transaction.atomic():
        row = _frozen(run)
        _lock(row.id, place.id)
        known = (
            CashList.objects.select_for_update().filter(run=row, area_id=place.id, state=CashList.State.OPEN).first()
        )
        if known is None:
            raise Refused(
                "no_open_list",
                vi=f"Không có danh sách tiền mặt đang chi của kỳ {run} ở {place.name} nên không có gì để kết sổ. "
                f"Hãy kiểm tra mã kỳ và xã; cần chi thì lập danh sách: ansinh cash list {run} --area {place.code}.",
                en=f"No cash list of run {run} is open in {place.name}, so there is nothing to close. "
                f"Check run and commune; to pay, make a list: ansinh cash list {run} --area {place.code}.",
                run=run,
            )
        left = PaymentItem.objects.select_for_update().filter(cash_list_id=known.id, inflight_dong__gt=0).order_by("id")
        items = [(item.id, item.attempt, item.inflight_dong, known.id) for item in left]
        if items:
            point = chart.cash_point(place.code)
            _book(chart.Code.CASH_UNSPENT, chart.commitment(row.code), chart.in_flight(point), items, row, at)
            PaymentItem.objects.filter(pk__in=[item[0] for item in items]).update(
                inflight_dong=0, status="DUE", cash_list_id=None
            )
        known.state, known.closed_by, known.closed_at = CashList.State.CLOSED, by, at
        known.save(update_fields=["state", "closed_by", "closed_at"])
        detail = {"unspent_dong": sum(item[2] for item in items), "uncollected": len(items)}
        audit(by=by, action="cash.close", subject=f"{run} {area}", detail=detail, at=at)
        return sheet(known.id)


def uncollected(area_ids: Sequence[int]) -> list[tuple[int, str, int]]:
    """This will return (beneficiary, full name, months) of those whose cash nobody has collected for three months or more.

    A proposal and nothing else: whether a benefit is suspended is decided by a person, by its own law.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement("payment", "uncollected"), {"areas": list(area_ids), "months": _MONTHS_UNCOLLECTED})
        return cursor.fetchall()
