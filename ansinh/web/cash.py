"""The commune's cash desk: the list with the money in hand, each pay-out against an identity number, the rest given back.

The page only asks; whether a receipt may be paid, and to whom, is the operation's rule, checked again at each click.
"""

import datetime
from typing import Any
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.payment import cash
from ansinh.payment import queries as payment
from ansinh.payroll import queries as payroll
from ansinh.reports import cash_sheet
from ansinh.reports import queries as reports
from ansinh.web import access
from ansinh.web.access import for_roles
from ansinh.web.month import run_of
from ansinh.web.scope import areas_around, go

ADDRESS = "/tien-mat/"


@for_roles(access.PERSON_ROLES)
@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """Go to the newest month that has a frozen run; before the first one, say so."""
    months = reports.frozen_months(areas_around(request))
    return redirect(f"{ADDRESS}{months[0]}/") if months else render(request, "web/no_run.html")


@for_roles(access.PERSON_ROLES)
@require_safe
def month_page(request: HttpRequest, month: str) -> HttpResponse:
    """Show what each commune of the reader has of the month's cash; a commune alone goes to its own desk."""
    chosen, around = Month.parse(month), areas_around(request)
    below = office.descendants(request.staff.area_id)  # type: ignore[attr-defined]
    runs = [run for run in payroll.runs(chosen) if run.frozen_at and run.area_code in around]
    tables = [(run, payment.cash_points(run.id, below)) for run in runs]
    tables = [(run, points) for run, points in tables if points]
    if request.staff.role == access.COMMUNE and len(tables) == 1:  # type: ignore[attr-defined]
        [(run, [point, *_others])] = tables
        return redirect(f"{ADDRESS}{month}/{run.code}/{point.area_code}/")
    context = {"month": chosen, "months": reports.frozen_months(around), "tables": tables}
    return render(request, "web/cash.html", context)


def _place(request: HttpRequest, run: payroll.RunRow, commune: str) -> office.AreaRow:
    """Return the commune, which must be the reader's own or lie below."""
    place = office.find_commune(commune, run.month.last_day)
    if place.id not in office.descendants(request.staff.area_id):  # type: ignore[attr-defined]
        raise Refused(
            "area_unknown",
            vi=f"Xã, phường mã “{commune}” không thuộc địa bàn của bạn.",
            en=f"Commune “{commune}” is not in your area.",
            area=commune,
        )
    return place


def _require_cashier(request: HttpRequest) -> None:
    if request.staff.role not in access.CASHIERS:  # type: ignore[attr-defined]
        raise PermissionDenied


@for_roles(access.PERSON_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def point_page(request: HttpRequest, month: str, code: str, commune: str) -> HttpResponse:
    """Show a commune's desk for one run; open its list, or close it and give the rest back."""
    run = run_of(request, month, code)
    place = _place(request, run, commune)
    here = f"{ADDRESS}{month}/{code}/{commune}/"
    error = ""
    if request.method == "POST":
        _require_cashier(request)
        works = {"lap": cash.open_list, "ket-so": cash.close_list}
        work = works.get(request.POST.get("viec", ""))
        if work is None:
            raise Http404
        try:
            work(run=code, area=commune, by=request.staff.username, at=timezone.localtime())  # type: ignore[attr-defined]
        except Refused as refusal:
            error = refusal.message(get_language() or "vi")
        else:
            return go(request, here)
    lists = payment.cash_lists(run.id, place.id)
    sheets = [cash.sheet(number) for number in lists]
    opened = next((sheet for sheet in sheets if sheet.state == "OPEN"), None)
    points = payment.cash_points(run.id, [place.id])
    context = {
        "month": run.month,
        "run": run,
        "place": place,
        "here": here,
        "opened": opened,
        "earlier": [sheet for sheet in sheets if sheet is not opened],
        "point": points[0] if points else None,
        "conflicts": payment.cash_conflicts(run.id, place.id),
        "just_paid": _just_paid(request, opened),
        "may_act": request.staff.role in access.CASHIERS,  # type: ignore[attr-defined]
        "is_closing": request.GET.get("hoi") == "ket-so" and opened is not None,
        "error": error,
    }
    return render(request, "web/cash_point.html", context)


def _just_paid(request: HttpRequest, opened: cash.CashSheet | None) -> cash.CashRow | None:
    """Return the line that was paid a moment ago: told only when the books say so, too."""
    asked = request.GET.get("vua-chi", "")
    rows = opened.rows if opened is not None else ()
    return next((row for row in rows if row.code == asked and row.is_paid), None)


@for_roles(access.CASHIERS)
@require_http_methods(["GET", "HEAD", "POST"])
def pay_page(request: HttpRequest, month: str, code: str, commune: str) -> HttpResponse:
    """Ask for the receiver's identity number, then pay out one line; or enter what a signed sheet says."""
    run = run_of(request, month, code)
    place = _place(request, run, commune)
    here = f"{ADDRESS}{month}/{code}/{commune}/"
    asked = request.POST if request.method == "POST" else request.GET
    receipt = asked.get("ma", "").strip().upper()
    context: dict[str, Any] = {"month": run.month, "run": run, "place": place, "here": here, "receipt": receipt}
    is_offline = bool(request.POST.get("tren-giay"))
    if request.method == "POST":
        try:
            done = cash.pay_out(
                code=receipt,
                identity=request.POST.get("so-dinh-danh", "").replace(" ", ""),
                by=request.staff.username,  # type: ignore[attr-defined]
                at=timezone.localtime(),
                paid_on=_day(request.POST.get("ngay-chi", "")) if is_offline else None,
                offline=is_offline,
                note=request.POST.get("ghi-chu", ""),
            )
        except Refused as refusal:
            context |= {
                "error": refusal.message(get_language() or "vi"),
                "identity_entered": request.POST.get("so-dinh-danh", ""),
                "day_entered": request.POST.get("ngay-chi", ""),
                "note_entered": request.POST.get("ghi-chu", ""),
            }
        else:
            return go(request, f"{here}?vua-chi={quote(done.code)}")
    opened = next(
        (sheet for sheet in map(cash.sheet, payment.cash_lists(run.id, place.id)) if sheet.state == "OPEN"), None
    )
    context["row"] = next((row for row in (opened.rows if opened else ()) if row.code == receipt), None)
    context |= {"is_offline": is_offline, "today": f"{timezone.localdate():%Y-%m-%d}"}
    return render(request, "web/cash_pay.html", context)


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            "date_invalid", vi="Hãy chọn ngày đã chi ghi trên bảng ký.", en="Choose the day on the signed sheet."
        ) from error


@for_roles(access.PERSON_ROLES)
@require_safe
def sheet_file(request: HttpRequest, month: str, code: str, commune: str) -> HttpResponse:
    """Send the newest list as the PDF to sign by hand."""
    run = run_of(request, month, code)
    place = _place(request, run, commune)
    lists = payment.cash_lists(run.id, place.id)
    if not lists:
        raise Refused(
            "no_open_list",
            vi=_("Chưa có danh sách chi tiền mặt nào để in. Hãy lập danh sách trước."),
            en="There is no cash list to print yet.",
        )
    sheet = cash.sheet(lists[0])
    name = f"{code}-{commune}-{sheet.number}.pdf"
    return HttpResponse(
        cash_sheet.pdf(sheet),
        content_type="application/pdf",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
    )
