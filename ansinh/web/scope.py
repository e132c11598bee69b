"""Puts the signed-in person's scope on the transaction of each request, so that the database itself fences what they see.

Promises: no page without a sign-in unless it says so; a one-time password opens nothing but its own change; a refusal
undoes the whole request and is told in one sentence.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from ansinh.base.refusals import Refused
from ansinh.entitlement.releases import looked_up_once
from ansinh.office import queries as office
from ansinh.office.security import acting

# What a refusal means to a browser; any other is 409: the request was understood, and the state of things is against
# it.
_STATUS = {
    "staff_unknown": 403,
    "role_not_allowed": 403,
    "run_unknown": 404,
    "law_release_unknown": 404,
    "person_unknown": 404,
    "area_unknown": 404,
    "list_unknown": 404,
    "pair_unknown": 404,
    "event_unknown": 404,
    "month_invalid": 404,
}


def staff_of(request: HttpRequest) -> office.StaffRow | None:
    """Return who is signed in, as a plain row, or None."""
    return office.row_of(request.user) if request.user.is_authenticated else None  # type: ignore[arg-type]


def areas_around(request: HttpRequest) -> frozenset[str]:
    """Return the codes of the reader's own area, of all below it and of those above it: runs of others are not theirs.

    Codes and not ids: a run of years ago belongs to an earlier period of the unit, which has another id.
    """
    member = request.staff  # type: ignore[attr-defined]
    codes: set[str] = set()
    if member.area_id is not None:
        codes |= {row.code for row in office.areas_by_id(office.descendants(member.area_id)).values()}
        above = office.area(member.area_id).parent_id
        while above is not None:
            row = office.area(above)
            codes.add(row.code)
            above = row.parent_id
    return frozenset(codes)


def go(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser to another page; a request of HTMX must leave the whole page, not swap a part of it."""
    # A redirect would be followed by the script, and the sign-in put into the middle of the page.
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def number_asked(text: str) -> int:
    """Return the number of a row that a page was asked for. Raises `Http404` for anything else."""
    # Digits of other scripts are digits to Python, and a longer number is none to the database.
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Http404
    return int(text)


def told(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Return the page that tells a refusal: what is wrong and what to do."""
    status = _STATUS.get(refusal.reason, 409)
    context = {"message": refusal.message(get_language() or "vi"), "reason": refusal.reason}
    template = "web/parts/refusal.html" if getattr(request, "htmx", False) else "web/refusal.html"
    # HTMX shows a part only when the answer succeeded; a refusal must be seen.
    return render(request, template, context, status=200 if getattr(request, "htmx", False) else status)


class ScopeMiddleware:
    """Runs each view in one transaction under the caller's scope."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; pages with personal data are never kept by a cache on the way."""
        # Pages come back written out in full: a streamed one would be read after the transaction, when no scope is on.
        response = self.get_response(request)
        if getattr(request, "staff", None) is not None:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, kwargs: dict[str, Any]
    ) -> HttpResponse:
        """Decide who may see the page, then let it run under the caller's scope."""
        member = staff_of(request)
        request.staff = member  # type: ignore[attr-defined]
        # No address of ours holds a zero byte, and the database would not take the question.
        if any("\0" in text for values in (request.GET.values(), kwargs.values()) for text in map(str, values)):
            raise Http404
        try:
            # The view is called from here, not by Django: only so can the scope be put around it. This middleware must
            # stay the last, after the check of the forms' token, which would otherwise come too late.
            if getattr(view, "is_open_to_all", False):
                return view(request, *args, **kwargs)
            # From here on nobody is anonymous; a page forgotten in this list is closed, not open.
            if member is None:
                back = request.get_full_path() if request.method == "GET" else "/"
                return go(request, "/dang-nhap/?" + urlencode({"tiep": back}))
            if getattr(view, "is_without_scope", False):
                return view(request, *args, **kwargs)
            # Whoever handed out the one-time password knows it: until it is changed, it proves nobody.
            if member.must_change_password:
                return go(request, "/doi-mat-khau/")
            # Demanded at the sign-in, by the role and this system's rule: until it is made, nothing else opens.
            if request.session.get("must_enrol"):
                return go(request, "/xac-thuc/")
            roles = getattr(view, "roles", None)
            if roles is not None and member.role not in roles:
                raise PermissionDenied
            # Neither does a form: what the database cannot keep is refused before anything is looked at.
            if any("\0" in text for text in request.POST.values()):
                raise Refused(
                    "text_impossible",
                    vi="Nội dung có ký tự không dùng được. Hãy gõ lại, không sao chép từ tệp hỏng.",
                    en="The text holds a character that cannot be kept. Type it again.",
                )
            # No page yet shows protected health data, so the fence stays shut even for the officer in charge.
            with acting(replace(office.scope_of(member), protected=False)), looked_up_once():
                return view(request, *args, **kwargs)
        except Refused as refusal:
            return told(request, refusal)
        except PermissionDenied:
            # Answered here, because Django would print the way to a closed door as if something had broken.
            return render(request, "403.html", status=403)
