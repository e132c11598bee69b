"""Signing in and out, and the forced change of a one-time password. Wrong tries are counted and throttled by the office."""

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
from ansinh.office import operations, queries
from ansinh.web.access import open_to_all, without_scope

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def _open_session(request: HttpRequest, staff_id: int) -> None:
    """Begin a session under a fresh key, so that a key planted before the sign-in is worth nothing."""
    auth.login(request, auth.get_user_model().objects.get(pk=staff_id), backend=_BACKEND)


def _next_page(request: HttpRequest) -> str:
    # Only a path on this site: whoever sends a link could else show a copy of the sign-in after the real one.
    wanted = request.POST.get("tiep") or request.GET.get("tiep") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/"


@open_to_all
@never_cache
@sensitive_post_parameters("mat_khau")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form, or sign in and go on to the page that was asked for."""
    context = {"tiep": _next_page(request), "ten": request.POST.get("ten", "")}
    if request.method != "POST":
        return redirect("/") if request.user.is_authenticated else render(request, "web/sign_in.html", context)
    # Outside a transaction of ours: the count of wrong tries must stay when the answer is no.
    try:
        member = operations.sign_in(
            username=context["ten"].strip(), password=request.POST.get("mat_khau", ""), at=timezone.now()
        )
    except Refused as refusal:
        # The name is shown again, the password never; 403 lets a fence in front of the server count the tries too.
        context["error"] = refusal.message(get_language() or "vi")
        return render(request, "web/sign_in.html", context, status=403)
    _open_session(request, member.id)
    return redirect("/doi-mat-khau/" if member.must_change_password else context["tiep"])


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
        operations.sign_in(username=member.username, password=request.POST.get("mat_khau_cu", ""), at=timezone.now())
        if new == request.POST.get("mat_khau_lai") and new != request.POST.get("mat_khau_cu"):
            operations.set_password(by=member.username, username=member.username, password=new, at=timezone.now())
            # The old session ended with the old password.
            _open_session(request, member.id)
            return redirect("/")
        if new == request.POST.get("mat_khau_cu"):
            error = _("Mật khẩu mới phải khác mật khẩu cũ. Hãy chọn mật khẩu khác.")
    except Refused as refusal:
        error = refusal.message(get_language() or "vi")
    return render(request, "web/change_password.html", {"error": error}, status=403)
