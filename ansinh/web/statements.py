"""Statements by the page: the account at each provider against the books, and money that two people say what it is."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ansinh.base.refusals import Refused
from ansinh.payment import explaining, statements
from ansinh.web import access
from ansinh.web.access import for_roles
from ansinh.web.scope import go, number_asked

ROWS_A_PAGE = 50
HELD_SHOWN = 200
ADDRESS = "/doi-chieu/"


def _kinds() -> dict[str, tuple[str, str]]:
    """Return what money in suspense may be, and what supports it."""
    paper, batch, other = _("số chứng từ"), _("mã lô"), _("số khoản treo ngược chiều")
    return {
        "funding": (_("Kinh phí của kỳ chuyển về"), _("mã kỳ")),
        "fee-fund": (_("Kinh phí trả phí chuyển về"), paper),
        "return": (_("Tiền hoàn trả của một lệnh chi"), _("mã lệnh")),
        "refused": (_("Ngân hàng trả lại phần lô bị từ chối"), batch),
        "budget": (_("Không rõ chủ, đã nộp ngân sách"), other),
        "fee": (_("Phí dịch vụ"), paper),
        "cash": (_("Rút để chi tiền mặt"), paper),
        "refund": (_("Nộp trả ngân sách phần thôi chi"), paper),
        "order": (_("Ghi nợ cả lô lệnh"), batch),
        "offset": (_("Triệt tiêu với một khoản ngược chiều"), other),
    }


@for_roles(access.BATCH_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def statements_page(request: HttpRequest) -> HttpResponse:
    """Show the reader's accounts against their statements; take what a movement is, or another person's yes to it."""
    member, kinds = request.staff, _kinds()  # type: ignore[attr-defined]
    context: dict[str, Any] = {}
    if request.method == "POST":
        asked = {name: request.POST.get(name, "").strip() for name in ("so", "la", "can_cu")}
        try:
            if asked["la"] not in kinds:
                raise Refused("kind_missing", vi="Hãy chọn khoản tiền này là gì.", en="Choose what this money is.")
            explaining.explain(
                number=number_asked(asked["so"]), kind=asked["la"], detail=asked["can_cu"], by=member.username, at=timezone.localtime()
            )  # fmt: skip
        except Refused as refusal:
            context = {"error": refusal.message(get_language() or "vi"), "asked": asked}
        else:
            return go(request, ADDRESS)
    found = explaining.accounts_of(member.username)
    is_english = get_language() == "en"
    after = request.GET.get("sau", "0")
    start = number_asked(after)
    waiting = [row for row in sorted(found.movements, key=lambda row: row.number) if row.number > start]
    context |= {
        "accounts": [(one, _differences(one)) for one in found.reconciliations],
        "breaks": [(one, statements.BREAK_LABELS[one.reason][is_english]) for one in found.breaks],
        "left_out": [(one, one.label(is_english=bool(is_english))) for one in found.left_out],
        "movements": [(row, kinds[row.resolution][0] if row.proposed_by else "") for row in waiting[:ROWS_A_PAGE]],
        "next_after": waiting[ROWS_A_PAGE - 1].number if len(waiting) > ROWS_A_PAGE else None,
        "is_first": after == "0",
        "held": [(row, row.advice(is_english=bool(is_english))) for row in found.held[:HELD_SHOWN]],
        "held_in_all": len(found.held) if len(found.held) > HELD_SHOWN else 0,
        "kinds": [(name, *words) for name, words in kinds.items()],
        "may_act": member.role != access.AUDITOR,
    }
    return render(request, "web/statements.html", context)


def _differences(one: statements.Reconciliation) -> list[tuple[str, int]]:
    """Return each named difference that is not zero, signed as it is added to the books."""
    named = [
        (_("Số dư trước khi có sổ"), one.opening_dong),
        (_("Đã chi theo kết quả, sao kê chưa ghi nợ"), one.paid_not_told_dong),
        (_("Sao kê đã ghi nợ, chưa có kết quả cuối cùng"), -one.told_in_flight_dong),
        (_("Đã hoàn trả theo kết quả, sao kê chưa ghi có"), -one.returned_not_told_dong),
        (_("Kinh phí đã ghi sổ, sao kê chưa ghi có"), -one.funding_not_told_dong),
        (_("Đã rút ra theo sổ (tiền mặt, thôi chi), sao kê chưa ghi nợ"), one.set_aside_not_told_dong),
    ]
    return [(label, amount) for label, amount in named if amount]
