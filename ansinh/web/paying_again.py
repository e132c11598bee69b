"""Paying again by the page: what a bank refused or gave back, proposed by one person and approved by another."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ansinh.base.refusals import Refused
from ansinh.payment import queries as payment
from ansinh.payment import reopening
from ansinh.web import access
from ansinh.web.access import for_roles
from ansinh.web.labels import payment_label, reason_label
from ansinh.web.month import run_of
from ansinh.web.scope import go, number_asked

ROWS_A_PAGE = 50


def _ways() -> dict[str, str]:
    return {
        "account": _("Chuyển lại vào tài khoản đã xác minh hiện nay"),
        "cash": _("Chi tiền mặt tại xã, phường"),
        "waived": _("Thôi chi, tiền trả về ngân sách"),
    }


@for_roles(access.REOPENERS)
@require_http_methods(["GET", "HEAD", "POST"])
def again_page(request: HttpRequest, month: str, code: str) -> HttpResponse:
    """Show what ended without money and what is proposed; take a proposal, or another person's yes to all that wait."""
    run = run_of(request, month, code)
    here = f"/ky-chi-tra/{month}/{code}/chi-lai/"
    context: dict[str, Any] = {}
    if request.method == "POST":
        work = {"de-nghi": _propose, "duyet": _approve, "rut-lai": _withdraw}.get(request.POST.get("viec", ""))
        if work is None:
            raise Http404
        try:
            said = work(request, code)
        except Refused as refusal:
            context = {
                "error": refusal.message(get_language() or "vi"),
                "reason_entered": request.POST.get("ly-do", ""),
            }
        else:
            if said is None:
                return go(request, here)
            context = {"done": said}
    after = number_asked(request.GET.get("sau", "0"))
    rows = payment.ended_items(run.id, after=after, limit=ROWS_A_PAGE + 1)
    proposals, ways, member = payment.open_proposals(run.id), _ways(), request.staff  # type: ignore[attr-defined]
    place, is_approver = get_language() == "en", member.role in access.REOPENING_APPROVERS

    def may_withdraw(row: payment.ProposalRow) -> bool:
        return is_approver or row.proposed_by == member.username

    context |= {
        "recalls": [(row, payment.RECALL_LABELS[row.outcome][place]) for row in payment.recalls(run.id)],
        "month": run.month,
        "run": run,
        "here": here,
        "is_first": after == 0,
        "rows": [(row, _why(row)) for row in rows[:ROWS_A_PAGE]],
        "next_after": rows[ROWS_A_PAGE - 1].item_id if len(rows) > ROWS_A_PAGE else None,
        "proposals": [(row, ways[row.channel], may_withdraw(row)) for row in proposals],
        "ways": ways.items(),
        "may_approve": is_approver and any(row.proposed_by != member.username for row in proposals),
    }
    return render(request, "web/paying_again.html", context)


def _why(row: payment.EndedRow) -> str:
    if row.reason_set == "ansinh":
        label, label_en = payment.STOP_LABELS.get(row.reason_code, (row.reason_code, row.reason_code))
        return label_en if get_language() == "en" else label
    reason = reason_label(row.reason_set, row.reason_code)
    return f"{payment_label(row.status)}: {reason}" if reason else payment_label(row.status)


def _propose(request: HttpRequest, code: str) -> None:
    chosen = [number_asked(text) for text in request.POST.getlist("nguoi")]
    if not chosen:
        # The command may mean everybody by naming nobody; a page with no box ticked means nobody.
        raise Refused("beneficiaries_missing", vi="Hãy đánh dấu ít nhất một người.", en="Tick at least one person.")
    channel = request.POST.get("cach", "")
    if channel not in _ways():
        raise Refused("channel_missing", vi="Hãy chọn cách chi lại.", en="Choose how to pay again.")
    reopening.propose(
        run=code,
        beneficiaries=chosen,
        channel=channel,
        reason=request.POST.get("ly-do", ""),
        by=request.staff.username,  # type: ignore[attr-defined]
        at=timezone.localtime(),
    )


def _withdraw(request: HttpRequest, code: str) -> None:
    reopening.withdraw(
        run=code,
        beneficiaries=[number_asked(request.POST.get("nguoi", ""))],
        by=request.staff.username,  # type: ignore[attr-defined]
        at=timezone.localtime(),
    )


def _approve(request: HttpRequest, code: str) -> dict[str, Any]:
    member = request.staff  # type: ignore[attr-defined]
    if member.role not in access.REOPENING_APPROVERS:
        raise PermissionDenied
    done = reopening.approve(run=code, by=member.username, at=timezone.localtime())
    is_english = get_language() == "en"
    held = [(person, reopening.HELD_LABELS[reason][is_english]) for person, reason in done.held]
    return {"account": done.account, "cash": done.cash, "waived": done.waived, "held": held}
