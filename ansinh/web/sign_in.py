"""Signing in and out, the second factor, and the forced change of a one-time password. Wrong tries are counted by the office.

Between a right password and a right code nobody is signed in: the session only knows whose code it waits for, and not for long.
"""

import base64
import io
from typing import Any

import segno
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ansinh.base.refusals import Refused
from ansinh.office import factors, operations, queries
from ansinh.web.access import open_to_all, without_scope

_BACKEND = "django.contrib.auth.backends.ModelBackend"
# In the session: whose code is waited for, for at most so long; and that nothing opens before a second factor is made.
_HALF, _PATIENCE_S = "half_signed_in", 300
MUST_ENROL = "must_enrol"


def open_session(request: HttpRequest, staff_id: int) -> None:
    """Begin a session under a fresh key, so that a key planted before the sign-in is worth nothing."""
    auth.login(request, auth.get_user_model().objects.get(pk=staff_id), backend=_BACKEND)


def next_page(request: HttpRequest) -> str:
    """Return the page that was asked for before the sign-in."""
    # Only a path on this site: whoever sends a link could else show a copy of the sign-in after the real one.
    wanted = request.POST.get("tiep") or request.GET.get("tiep") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/"


@open_to_all
@never_cache
@sensitive_post_parameters("mat_khau")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form, or sign in and go on to the page that was asked for."""
    context = {
        "tiep": next_page(request),
        "ten": request.POST.get("ten", ""),
        "has_service": settings.SIGN_IN_SERVICE is not None,
    }
    if request.method != "POST":
        return redirect("/") if request.user.is_authenticated else render(request, "web/sign_in.html", context)
    # Outside a transaction of ours: the count of wrong tries must stay when the answer is no.
    try:
        member = operations.sign_in(
            username=context["ten"].strip(), password=request.POST.get("mat_khau", ""), at=timezone.localtime()
        )
    except Refused as refusal:
        # The name is shown again, the password never; 403 lets a fence in front of the server count the tries too.
        context["error"] = refusal.message(get_language() or "vi")
        return render(request, "web/sign_in.html", context, status=403)
    if factors.has_factor(member.id):
        request.session[_HALF] = {
            "username": member.username,
            "at": int(timezone.localtime().timestamp()),
            "tiep": context["tiep"],
        }
        return redirect("/dang-nhap/ma/")
    return _admit(request, member, context["tiep"])


def _admit(request: HttpRequest, member: queries.StaffRow, page: str) -> HttpResponse:
    """Begin the session and go on: to the password that has to be changed, the factor that has to be made, or the page asked for."""
    open_session(request, member.id)
    if factors.is_required(member.role) and not factors.has_factor(member.id):
        request.session[MUST_ENROL] = True
    if member.must_change_password:
        return redirect("/doi-mat-khau/")
    return redirect("/xac-thuc/" if request.session.get(MUST_ENROL) else page)


def _half_signed_in(request: HttpRequest) -> dict[str, Any] | None:
    half = request.session.get(_HALF)
    return half if half and timezone.localtime().timestamp() - half["at"] <= _PATIENCE_S else None


@open_to_all
@never_cache
@sensitive_post_parameters("ma")
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for the code after a right password, and sign in when it is right."""
    half = _half_signed_in(request)
    if half is None:
        return redirect("/dang-nhap/")
    context = {}
    if request.method == "POST":
        try:
            factors.check(username=half["username"], code=request.POST.get("ma", ""), at=timezone.localtime())
            member = queries.staff(half["username"])
        except Refused as refusal:
            # Closed while the code was typed: there is nobody of this name any more.
            if refusal.reason == "staff_unknown":
                return redirect("/dang-nhap/")
            context = {"error": refusal.message(get_language() or "vi")}
        else:
            del request.session[_HALF]
            return _admit(request, member, half["tiep"])
    return render(request, "web/second_step.html", context, status=403 if context else 200)


@without_scope
@never_cache
@sensitive_post_parameters("ma")
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Show the code to scan and take a first one from the app; the recovery codes are shown once, in the answer to it."""
    member: queries.StaffRow = request.staff  # type: ignore[attr-defined]
    if member.must_change_password:
        return redirect("/doi-mat-khau/")
    if factors.has_factor(member.id):
        return render(request, "web/second_factor.html", {"is_on": True})
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            codes = factors.confirm(username=member.username, code=request.POST.get("ma", ""), at=timezone.localtime())
        except Refused as refusal:
            context["error"] = refusal.message(get_language() or "vi")
        else:
            request.session.pop(MUST_ENROL, None)
            return render(request, "web/second_factor.html", {"is_on": True, "codes": codes})
    secret, address = factors.begin(username=member.username)
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="png", scale=5, border=2)
    context |= {
        "secret": " ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        "qr": base64.b64encode(drawn.getvalue()).decode(),
        "is_demanded": request.session.get(MUST_ENROL, False),
    }
    return render(request, "web/second_factor.html", context, status=403 if "error" in context else 200)


@open_to_all
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and return to the sign-in."""
    auth.logout(request)
    return redirect("/dang-nhap/")


@without_scope
@never_cache
@sensitive_post_parameters("mat_khau_cu", "mat_khau", "mat_khau_lai")
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Show the form, or replace the password by one that its owner chose."""
    member: queries.StaffRow = request.staff  # type: ignore[attr-defined]
    if request.method != "POST":
        return render(request, "web/change_password.html")
    new = request.POST.get("mat_khau", "")
    # The first of the errors; replaced when another one is found, shown only when nothing was changed.
    error = _("Hai lần nhập mật khẩu mới không giống nhau. Hãy nhập lại.")
    try:
        # Whoever finds an open session must not be able to lock its owner out: the old password is asked again.
        operations.sign_in(
            username=member.username, password=request.POST.get("mat_khau_cu", ""), at=timezone.localtime()
        )
        if new == request.POST.get("mat_khau_lai") and new != request.POST.get("mat_khau_cu"):
            operations.set_password(by=member.username, username=member.username, password=new, at=timezone.localtime())
            # The old session ended with the old password.
            return _admit(request, queries.staff(member.username), "/")
        if new == request.POST.get("mat_khau_cu"):
            error = _("Mật khẩu mới phải khác mật khẩu cũ. Hãy chọn mật khẩu khác.")
    except Refused as refusal:
        error = refusal.message(get_language() or "vi")
    return render(request, "web/change_password.html", {"error": error}, status=403)
