"""Records that may be one human being, side by side: a person decides, two people merge, and it can be taken back."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from ansinh.base.refusals import Refused
from ansinh.entitlement import merging
from ansinh.entitlement import queries as entitlement
from ansinh.payment import queries as payment
from ansinh.people import queries as people
from ansinh.people import twins
from ansinh.web import access
from ansinh.web.access import for_roles
from ansinh.web.scope import go, number_asked

ADDRESS = "/trung-lap/"
ROWS_A_PAGE = 50


@dataclass(frozen=True)
class Side:
    """One of the two records: who, which decisions, what was paid, where the money goes."""

    file: people.PersonFile
    decisions: list[entitlement.DecisionRow]
    paid_months: list[str]
    paid_dong: int
    accounts: list[people.AddressRow]


def _said(reasons: tuple[str, ...]) -> list[str]:
    return [twins.REASONS[reason][get_language() == "en"] for reason in reasons]


@for_roles(access.DUPLICATE_ROLES)
@require_safe
def pairs_page(request: HttpRequest) -> HttpResponse:
    """Show the pairs that wait for a decision, and the merges that wait for a second person."""
    after = request.GET.get("sau", "0")
    start = number_asked(after)
    rows = twins.pairs(after=start, limit=ROWS_A_PAGE + 1)
    context = {
        "rows": [(row, _said(row.reasons)) for row in rows[:ROWS_A_PAGE]],
        "merges": merging.waiting(),
        "is_first": after == "0",
        "next_after": rows[ROWS_A_PAGE - 1].id if len(rows) > ROWS_A_PAGE else None,
    }
    return render(request, "web/duplicates.html", context)


def _side(person_id: int) -> Side:
    items = [item for item in payment.items_of(person_id) if item.paid_dong]
    return Side(
        file=people.person_file(person_id),
        decisions=entitlement.decisions_of(person_id),
        paid_months=sorted({item.month for item in items}),
        paid_dong=sum(item.paid_dong for item in items),
        accounts=[row for row in people.addresses_of(person_id) if row.valid_to is None],
    )


@for_roles(access.DUPLICATE_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def pair_page(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Show both records side by side; keep the decision, or propose, confirm or undo a merge."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            _act(request, pair_id)
        except Refused as refusal:
            if refusal.reason == "pair_unknown":
                raise
            context["error"] = refusal.message(get_language() or "vi")
        else:
            return go(request, f"{ADDRESS}{pair_id}/")
    row = twins.pair(pair_id)
    sides = [_side(row.first_id), _side(row.second_id)]
    both = sorted(set(sides[0].paid_months) & set(sides[1].paid_months))
    member = request.staff  # type: ignore[attr-defined]
    merges = [
        one for one in merging.merges_of(row.first_id) if {one.keep_id, one.gone_id} == {row.first_id, row.second_id}
    ]
    context |= {
        "pair": row,
        "reasons": _said(row.reasons),
        "sides": sides,
        "both_paid": both,
        "merges": merges,
        "standing": next((one for one in merges if not one.undone_by), None),
        "may_act": member.may_write,
        "may_confirm": member.role in access.REOPENING_APPROVERS,
    }
    return render(request, "web/duplicate.html", context)


def _act(request: HttpRequest, pair_id: int) -> None:
    now = {"by": request.staff.username, "at": timezone.localtime()}  # type: ignore[attr-defined]
    form, row = request.POST, twins.pair(pair_id)
    work = form.get("viec", "")
    if work in {"mot-nguoi", "hai-nguoi"}:
        twins.decide(pair_id=pair_id, is_same=work == "mot-nguoi", note=form.get("can-cu", ""), **now)
    elif work == "gop":
        keep = form.get("giu", "")
        if keep not in {str(row.first_id), str(row.second_id)}:
            raise Refused("merge_impossible", vi="Hãy chọn hồ sơ giữ lại.", en="Choose the record that is kept.")
        gone = row.second_id if keep == str(row.first_id) else row.first_id
        merging.propose(keep=int(keep), gone=gone, reason=form.get("can-cu", ""), **now)
    elif work in {"xac-nhan", "hoan-tac"}:
        standing = next(
            (one for one in merging.merges_of(row.first_id) if {one.keep_id, one.gone_id} == {row.first_id, row.second_id} and not one.undone_by),
            None,
        )  # fmt: skip
        if standing is None:
            raise Http404
        carry = merging.confirm if work == "xac-nhan" else merging.undo
        carry(merge_id=standing.id, **now)
    else:
        raise Http404
