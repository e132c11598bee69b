"""The first page: each persona goes straight to its work. And the sign of life for whoever watches the server."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from ansinh.web import access
from ansinh.web.access import open_to_all


@open_to_all
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send the signed-in to their own first page, everybody else to the public one."""
    member = request.staff  # type: ignore[attr-defined]
    if member is None:
        return redirect("/cong-khai/")
    if member.must_change_password:
        return redirect("/doi-mat-khau/")
    # A commune's day begins with a person at the counter, the department's with the month.
    if member.role == access.COMMUNE:
        return redirect("/nguoi/")
    if member.role in {access.LAW_AUTHOR, access.LEGAL_REVIEWER}:
        return redirect("/bo-luat/")
    return redirect("/ky-chi-tra/" if member.role in access.MONTH_ROLES else "/cong-khai/")


@open_to_all
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer `ok` as long as the server answers at all."""
    # Without asking the database: a supervisor that restarts the pages when the database is down helps nobody.
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")
