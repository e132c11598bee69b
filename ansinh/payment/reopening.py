"""Paying again what came back, or paying it no more, as what never left: one person proposes, another approves.

A new attempt exists only after a final no. The ended attempt is closed for ever: whatever a bank still says about it is held.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.payment import opening
from ansinh.payment.models import PaymentItem, PaymentServiceProvider, Recall, Reopening
from ansinh.payment.reserving import funds_at
from ansinh.payroll.models import PayrollRun
from ansinh.people.queries import unknown_person

_PROPOSERS = frozenset({"commune_officer", "department_officer", "department_approver"})
_APPROVERS = frozenset({"department_officer", "department_approver"})
HELD_LABELS = {
    "item_moved_on": ("khoản chi đã đổi trạng thái từ khi đề nghị", "the item has moved on since"),
    "beneficiary_deceased": ("đối tượng đã mất", "the beneficiary has died"),
    "payee_deceased": ("người nhận thay đã mất", "the payee has died"),
    "mandate_ended": (
        "giám hộ, uỷ quyền của người nhận đã hết: chi tiền mặt cho đối tượng hoặc người đang có uỷ quyền",
        "the payee's mandate has ended: pay in cash, to the beneficiary or whoever holds a mandate now",
    ),
    "answers_disagree": (
        "ngân hàng trả lời mâu thuẫn: chờ sao kê liền mạch đến hai ngày sau câu trả lời ấy mà không ghi nợ",
        "the bank's answers disagree: statements without a gap until two days later must show no debit",
    ),
    "address_not_verified": ("người nhận chưa có tài khoản được xác minh", "no verified account"),
    "address_cooling_off": ("tài khoản vừa đổi, chưa đến ngày được dùng", "the changed account may not be used yet"),
    "money_ordered": (
        "tiền đã rút tại Kho bạc mà chưa chuyển: nhập chứng từ chuyển tiền hoặc huỷ lệnh rút, rồi duyệt lại",
        "its money was ordered and not transferred: enter the transfer or take the order back, then approve again",
    ),
    "recalled_since": ("bị thu hồi sau khi đề nghị", "called back after it was proposed"),
    "own_proposal": ("do chính người duyệt đề nghị", "proposed by the approver"),
}


_WAYS = {
    "account": ("chi lại vào tài khoản", "by account"),
    "cash": ("chi tiền mặt", "in cash"),
    "waived": ("thôi chi", "no more"),
}


@dataclass(frozen=True)
class Reopened:
    """What an approval did: items that may leave again by account, items for the cash desk, (beneficiary, reason) of those held, items waived."""

    account: int
    cash: int
    held: tuple[tuple[int, str], ...]
    waived: int = 0


def _run(code: str, *, is_locked: bool = False) -> PayrollRun:
    found = PayrollRun.objects.filter(code=code, state="FROZEN")
    # Whoever sends the run has the same lock: what is waived is not reserved meanwhile.
    run = (found.select_for_update() if is_locked else found).first()
    if run is None:
        raise Refused(
            "run_not_frozen",
            vi=f"Không có kỳ chi trả đã chốt mang mã “{code}”.",
            en=f"There is no frozen run “{code}”.",
            run=code,
        )
    opening.require_complete(run)
    return run


def _require_role(by: str, roles: frozenset[str]) -> None:
    if office.staff(by).role not in roles:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không có quyền làm việc này. Hãy nhờ người có thẩm quyền.",
            en=f"“{by}” may not do this.",
            user=by,
        )


def propose(
    *, run: str, beneficiaries: Sequence[int] | None, channel: str, reason: str, by: str, at: datetime.datetime
) -> int:
    """This will propose to pay rejected, returned or stopped items again, or no more, and return how many were proposed.

    What was never sent can only be waived (`channel` "waived"). `beneficiaries` None means every such item of the run but
    those that were called back: these must be named. The same proposal a second time changes nothing.

    Raises:
        Refused: `run_not_frozen`, `role_not_allowed`, `staff_unknown`, `reason_missing`, `beneficiaries_missing`, `nothing_to_reopen`,
            `only_recalled_left`, `person_unknown`, `already_proposed` when one of the named waits to be paid otherwise.
    """
    _require_role(by, _PROPOSERS)
    if not reason.strip():
        raise Refused("reason_missing", vi="Hãy ghi lý do chi lại.", en="Give the reason for paying again.")
    if channel == "waived" and not beneficiaries:
        # Paying again may be asked for everybody; paying nobody is said of each by name.
        raise Refused(
            "beneficiaries_missing",
            vi="Thôi chi phải nêu từng đối tượng. Hãy ghi số của từng người.",
            en="Name each person who is to be paid no more.",
        )
    with transaction.atomic(), connection.cursor() as cursor:
        row = _run(run)
        named = None if beneficiaries is None else [_possible(one) for one in beneficiaries]
        if named is not None:
            _refuse_proposed_otherwise(row, named, channel)
        parameters = {"run": row.id, "beneficiaries": named, "channel": channel, "reason": reason.strip()[:200]}
        cursor.execute(statement("payment", "propose_reopening"), {**parameters, "by": by, "at": at})
        proposed = cursor.rowcount
        if not proposed:
            waiting = Reopening.objects.filter(item__run=row, approved_by="")
            if not (waiting if named is None else waiting.filter(item__beneficiary_id__in=named)).exists():
                if named is None and (left := recalled(run)):
                    raise _only_recalled(run, left)
                raise Refused(
                    "nothing_to_reopen",
                    vi="Không có khoản nào bị từ chối, hoàn trả hoặc dừng lại để chi lại, hoặc chưa gửi để thôi chi. "
                    "Khoản chưa rõ kết quả không được gửi lại.",
                    en="No item was rejected, returned or stopped, and none to be waived was never sent. "
                    "An item of unknown fate is never sent again.",
                    run=run,
                )
        else:
            detail = {"items": proposed, "channel": channel}
            audit(by=by, action="payment.reopen.propose", subject=run, detail=detail, at=at)
    return proposed


def _only_recalled(run: str, left: int) -> Refused:
    return Refused(
        "only_recalled_left",
        vi=f"Chỉ còn {left} khoản đã thu hồi. Xem ai, vì sao ở trang Chi lại; muốn chi lại thì nêu từng người.",
        en=f"Only {left} payments are left that were called back. See who and why; to pay again, name each person.",
        run=run,
    )


def _refuse_proposed_otherwise(run: PayrollRun, named: Sequence[int], channel: str) -> None:
    """Refuse what an open proposal says otherwise, or said before the item was called back: that is withdrawn first."""
    waits = _open_proposals(run, named).filter(attempt=F("item__attempt"))
    since = Recall.objects.filter(
        item=OuterRef("item"), attempt=OuterRef("attempt"), is_meant=True, asked_at__gt=OuterRef("proposed_at")
    )
    one = waits.filter(~Q(channel=channel) | Exists(since)).select_related("item").order_by("id").first()
    if one is None:
        return
    person, way, way_en = one.item.beneficiary_id, *_WAYS[one.channel]
    raise Refused(
        "already_proposed",
        vi=f"Đối tượng số {person} đang có đề nghị {way} của “{one.proposed_by}” chờ duyệt. Hãy rút lại đề nghị ấy "
        f"trước (trang Chi lại, hoặc ansinh payment withdraw-reopening {run.code} --person {person}), rồi đề nghị lại.",
        en=f"Beneficiary {person} has a proposal by “{one.proposed_by}” waiting, to be paid {way_en}. Withdraw it "
        "first (page “Pay again”, or "
        f"ansinh payment withdraw-reopening {run.code} --person {person}), then propose again.",
        person=person,
        channel=one.channel,
    )


def _open_proposals(run: PayrollRun, named: Sequence[int]) -> QuerySet[Reopening]:
    return Reopening.objects.filter(item__run=run, item__beneficiary_id__in=named, approved_by="")


def withdraw(*, run: str, beneficiaries: Sequence[int], by: str, at: datetime.datetime) -> int:
    """This will take back proposals about these people that nobody has approved, and return how many.

    Whoever made one may, and whoever may approve; afterwards the item can be proposed otherwise.

    Raises:
        Refused: `run_not_frozen`, `role_not_allowed`, `staff_unknown`, `person_unknown`, `nothing_to_withdraw`.
    """
    _require_role(by, _PROPOSERS)
    with transaction.atomic():
        # The same lock as for approving: a proposal is approved or withdrawn, never both.
        row = _run(run, is_locked=True)
        waits = _open_proposals(row, [_possible(one) for one in beneficiaries])
        if office.staff(by).role not in _APPROVERS:
            waits = waits.filter(proposed_by=by)
        found = list(waits.order_by("id").values("id", "item_id", "attempt", "channel", "reason", "proposed_by"))
        if not found:
            raise Refused(
                "nothing_to_withdraw",
                vi="Không có đề nghị nào đang chờ duyệt về những người này mà bạn được rút lại: người đề nghị, hoặc "
                "người có quyền duyệt, mới rút lại được. Đề nghị đã duyệt thì không rút lại.",
                en="No proposal about these people waits that you may withdraw: whoever made it may, and whoever may "
                "approve. What was approved stays.",
                run=run,
            )
        for one in found:
            # The row goes, what it said stays in the trail.
            audit(by=by, action="payment.reopen.withdraw", subject=run, detail=one, at=at)
        Reopening.objects.filter(id__in=[one["id"] for one in found]).delete()
    return len(found)


def _possible(person_id: int) -> int:
    # A longer number is no person's, and none to the database.
    if not 0 < person_id < 2**63:
        raise unknown_person(person_id)
    return person_id


def approve(*, run: str, by: str, at: datetime.datetime) -> Reopened:
    """This will approve every open proposal of the run that another person made and nothing speaks against.

    Raises:
        Refused: `run_not_frozen`, `role_not_allowed`, `staff_unknown`, `nothing_to_approve`.
    """
    _require_role(by, _APPROVERS)
    with transaction.atomic(), connection.cursor() as cursor:
        row = _run(run, is_locked=True)
        cursor.execute(statement("payment", "judge_reopening"), {"run": row.id, "day": at.date()})
        names = [column.name for column in cursor.description]
        found = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        if not found:
            raise Refused(
                "nothing_to_approve", vi="Không có đề nghị chi lại nào đang chờ.", en="No proposal waits.", run=run
            )
        held = [
            (one["beneficiary_id"], one["held"] or "own_proposal")
            for one in found
            if one["held"] or one["proposed_by"] == by
        ]
        agreed = [one for one in found if not one["held"] and one["proposed_by"] != by]
        free = [one for one in agreed if one["channel"] != "waived"]
        waived = [one for one in agreed if one["channel"] == "waived"]
        ids = {
            channel: [one["item_id"] for one in free if one["channel"] == channel] for channel in ("account", "cash")
        }
        _open_again(free)
        _unfund(row, [one for one in free if one["channel"] == "cash"], at)
        missing = _waive(row, waived, at)
        held += [(one["beneficiary_id"], "money_ordered") for one in missing]
        agreed = [one for one in agreed if one not in missing]
        Reopening.objects.filter(pk__in=[one["id"] for one in agreed]).update(approved_by=by, approved_at=at)
        detail = {"account": len(ids["account"]), "cash": len(ids["cash"]), "held": len(held)}
        detail["waived"] = len(waived) - len(missing)
        audit(by=by, action="payment.reopen.approve", subject=run, detail=detail, at=at)
    return Reopened(len(ids["account"]), len(ids["cash"]), tuple(held), detail["waived"])


def _open_again(items: Sequence[dict]) -> None:
    """Let these items leave again, each by its channel."""
    with connection.cursor() as cursor:
        # The attempt is closed by counting on: a late word about it can never be taken for one about the next.
        cursor.execute(
            "UPDATE payment_paymentitem AS item SET status = 'DUE', reason_set = '', reason_code = '', batch_id = NULL, attempt = item.attempt + 1,"
            " channel = chosen.channel, eligible = chosen.channel = 'account', address_id = chosen.address,"
            " provider_id = CASE chosen.channel WHEN 'account' THEN item.provider_id END"
            " FROM (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS listed (id, channel, address)) AS chosen"
            " WHERE item.id = chosen.id",
            [
                [one["item_id"] for one in items],
                [one["channel"] for one in items],
                [one["address_id"] if one["channel"] == "account" else None for one in items],
            ],
        )
        assert cursor.rowcount == len(items), "every approved item is reopened"


def _unfund(run: PayrollRun, items: Sequence[dict], at: datetime.datetime) -> None:
    """Book the money of items that leave the bank's way back into the run's commitment, from where the cash desk draws it."""
    codes = dict(PaymentServiceProvider.objects.values_list("id", "code"))
    for provider_id in sorted({one["provider_id"] for one in items}):
        chosen = [one for one in items if one["provider_id"] == provider_id]
        debit, credit = ledger.account_ids(chart.commitment(run.code), chart.prefund(codes[provider_id]))
        booked = ledger.book(
            rows="SELECT %s::smallint AS code, listed.reference, %s::bigint AS debit_id, %s::bigint AS credit_id, listed.amount AS amount_dong,"
            " %s::bigint AS evidence, %s::date AS month FROM unnest(%s::bigint[], %s::bigint[]) AS listed (reference, amount)",
            parameters=[
                chart.Code.UNFUND, debit, credit, run.id, run.month,
                [one["item_id"] * 64 + one["attempt"] for one in chosen], [one["amount_dong"] for one in chosen],
            ],
            at=at,
        )  # fmt: skip
        assert booked == len(chosen), "every item's money comes back once"
    ledger.seal(at=at)


def _waive(run: PayrollRun, items: Sequence[dict], at: datetime.datetime) -> list[dict]:
    """Take the obligation off these items, put their money aside, and return those whose money lies elsewhere."""
    if not items:
        return []
    # What is added up here stays so until it is booked.
    ledger.wait_for_the_books()
    lies = _lies_with_providers(run, items)
    given_up = [one for one in items if one["item_id"] in lies]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payment_paymentitem SET waived_dong = due_dong - paid_dong, eligible = false WHERE id = ANY(%s)",
            [[one["item_id"] for one in given_up]],
        )
        assert cursor.rowcount == len(given_up), "every waived item is marked"
    # Where only a part had come to the provider, it goes back to the rest, and all of it is put aside from there.
    parts = [one | {"amount_dong": lies[one["item_id"]]} for one in given_up]
    parts = [part for part, one in zip(parts, given_up, strict=True) if 0 < part["amount_dong"] < one["amount_dong"]]
    _unfund(run, parts, at)
    aside, promised = ledger.account_ids(chart.refund(run.code), chart.commitment(run.code))
    codes = dict(PaymentServiceProvider.objects.values_list("id", "code"))
    whole = {one["item_id"]: one["provider_id"] for one in given_up if lies[one["item_id"]] == one["amount_dong"]}
    deposits = {where: ledger.account_ids(chart.prefund(codes[where]))[0] for where in set(whole.values())}
    sources = [deposits[whole[one["item_id"]]] if one["item_id"] in whole else promised for one in given_up]
    booked = ledger.book(
        rows="SELECT %s::smallint AS code, listed.reference, %s::bigint AS debit_id, listed.credit_id, listed.amount AS amount_dong,"
        " %s::bigint AS evidence, %s::date AS month FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS listed (reference, credit_id, amount)",
        parameters=[
            chart.Code.WAIVE, aside, run.id, run.month, [one["item_id"] * 64 + one["attempt"] for one in given_up],
            sources, [one["amount_dong"] for one in given_up],
        ],
        at=at,
    )  # fmt: skip
    assert booked == len(given_up), "every waived item's money is put aside once"
    ledger.seal(at=at)
    return [one for one in items if one["item_id"] not in lies]


_OPEN = Sum(F("due_dong") - F("inflight_dong") - F("paid_dong") - F("waived_dong"))


def _lies_with_providers(run: PayrollRun, items: Sequence[dict]) -> dict[int, int]:
    """Return for each item how many đồng of it lie with its provider; the rest is promised and was never ordered.

    Money has no name on it. As far as a provider has less than all that is open there, what is waived has not come to
    it; money for cash was never drawn. An item is left out whose money is on its way from one to the other.
    """
    mine = PaymentItem.objects.filter(run=run).order_by()
    owed = dict(mine.filter(channel="account").values_list("provider_id").annotate(open=_OPEN))
    cash = mine.filter(channel="cash").aggregate(open=_OPEN)["open"] or 0
    spare = books.balance(chart.commitment(run.code).name) - cash
    wanted = {one["provider_id"] for one in items if one["item_channel"] == "account"}
    left = {one.id: funds_at(run, one) for one in PaymentServiceProvider.objects.filter(id__in=wanted - {None})}
    found: dict[int, int] = {}
    for one in items:
        where, amount = one["provider_id"], one["amount_dong"]
        if one["item_channel"] == "cash":
            found[one["item_id"]] = 0
            continue
        promised = max(0, min(amount, owed[where] - left.get(where, 0), spare))
        if amount - promised > left.get(where, 0):
            continue
        found[one["item_id"]] = amount - promised
        owed[where], spare = owed[where] - amount, spare - promised
        if where is not None:
            left[where] -= amount - promised
    return found


def waiting(run: str) -> int:
    """This will return how many items of the run could be proposed: rejected, returned or stopped, and not proposed yet."""
    ended = PaymentItem.objects.filter(run__code=run, channel="account", inflight_dong=0, paid_dong=0)
    ended = ended.filter(status__in=["REJECTED", "RETURNED"]) | ended.filter(status="DUE", reason_set="ansinh")
    return ended.exclude(reopening__approved_by="").count()


def recalled(run: str) -> int:
    """This will return how many items of the run were called back, could be paid again, and are proposed by nobody."""
    ended = PaymentItem.objects.filter(run__code=run, channel="account", inflight_dong=0, paid_dong=0)
    ended = ended.filter(waived_dong__lt=F("due_dong"))
    mine = {"item": OuterRef("pk"), "attempt": OuterRef("attempt")}
    called_back, proposed = Recall.objects.filter(is_meant=True, **mine), Reopening.objects.filter(**mine)
    return ended.filter(Exists(called_back)).exclude(Exists(proposed)).count()
