"""Coverage by commune, as a picture and as a table, and the public page made from published figures alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ansinh.base.dong import percent_texts
from ansinh.base.months import Month
from ansinh.base.names import sort_key
from ansinh.base.refusals import Refused
from ansinh.reports import queries as reports
from ansinh.reports.funnel import PUBLISHED_NOTE, PUBLISHED_NOTE_EN, AreaCoverage, CoverageReport, Stages
from ansinh.web import access, bubble_map
from ansinh.web.access import for_roles, open_to_all
from ansinh.web.labels import no_account_label
from ansinh.web.scope import areas_around

# Everybody may ask for the public page as often as they like; the sums behind it are taken once a minute.
_PUBLIC_SECONDS = 60

_SORTS: dict[str, Callable[[AreaCoverage], Any]] = {
    "ten": lambda area: sort_key(area.name),
    "nguoi": lambda area: area.stages.payees,
    # Shares are compared as whole hundredths of a percent, so that equal shares keep the order of the codes.
    "tai-khoan": lambda area: area.stages.paid * 10_000 // (area.stages.payees or 1),
    "chua-chi": lambda area: area.stages.collected * 10_000 // (area.stages.payees or 1),
    "chua-mo": lambda area: area.stages.without_account * 10_000 // (area.stages.payees or 1),
}


@dataclass(frozen=True)
class Share:
    """One part of the bar: its words, count, percentage, and place along 1,000 units."""

    label: str
    count: int
    percent: str
    fill: str
    x: int
    width: int


@dataclass(frozen=True)
class Column:
    """A column of the table and the address that sorts by it."""

    name: str
    key: str
    address: str
    direction: str
    is_numeric: bool


def shares_of(stages: Stages) -> list[Share]:
    """Return the three parts of the account funnel for the bar and its key."""
    labels = (
        _("Đã chi qua tài khoản"),
        _("Đã có tài khoản, chưa chi qua tài khoản"),
        _("Chưa mở hoặc không mở được tài khoản"),
    )
    counts = (stages.paid, stages.collected, stages.without_account)
    # Whole parts of a thousand, rounded down: the bar may end a hair early, and never runs over its frame. The words
    # beside it carry the exact percentages.
    shares, x = [], 0
    for place, (label, count, percent) in enumerate(zip(labels, counts, percent_texts(counts), strict=True)):
        width = count * 1000 // (stages.payees or 1)
        shares.append(Share(label, count, percent, f"an-fill-{place + 1}", x, width))
        x += width
    return shares


def _columns(chosen: str, is_descending: bool) -> list[Column]:
    names = (
        ("ten", _("Xã, phường"), False),
        ("nguoi", _("Người nhận tiền"), True),
        ("tai-khoan", _("Đã chi qua tài khoản"), True),
        ("chua-chi", _("Có tài khoản, chưa chi qua"), True),
        ("chua-mo", _("Chưa hoặc không mở được"), True),
    )
    columns = []
    for key, name, is_numeric in names:
        direction = ("descending" if is_descending else "ascending") if key == chosen else "none"
        # A second choice of the same column turns it round.
        turn = "tang" if key == chosen and is_descending else "giam"
        if key == "ten" and key != chosen:
            turn = "tang"
        # The order is in the address, so that a sorted table can be sent to somebody; the anchor keeps it in sight.
        columns.append(Column(name, key, f"?sap={key}&chieu={turn}#bang", direction, is_numeric))
    return columns


def places_of(report: CoverageReport) -> tuple[bubble_map.Place, ...]:
    """Return the communes that have payees and an official point."""
    return tuple(
        bubble_map.Place(
            area.code, area.name, area.latitude, area.longitude, area.stages.payees, area.stages.percents[0]
        )
        for area in report.areas
        if area.latitude is not None and area.longitude is not None and area.stages.payees
    )


@for_roles(access.MONTH_ROLES)
@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """Go to the latest frozen month; before the first one, say how one is made."""
    month = reports.latest_frozen_month(areas_around(request))
    return redirect(f"/do-phu/{month}/") if month else render(request, "web/no_run.html")


@for_roles(access.MONTH_ROLES)
@require_safe
def coverage_page(request: HttpRequest, month: str) -> HttpResponse:
    """Show how many payees are paid by account, by commune, as a picture and as a table."""
    member = request.staff  # type: ignore[attr-defined]
    # Whether another area has been paid, and how many, is that area's matter.
    around = areas_around(request)
    report = reports.coverage(Month.parse(month), request.GET.get("tinh") or None, codes=around)
    # Words of an address are anybody's: an unknown order is the usual one, not an error.
    chosen = request.GET.get("sap", "tai-khoan")
    chosen = chosen if chosen in _SORTS else "tai-khoan"
    is_descending = request.GET.get("chieu") == "giam"
    # By code first: Python's sort keeps equal ones in the order they had, so equal shares stand by code.
    areas = sorted(report.areas, key=lambda area: area.code)
    if member.area_level == "commune":
        # The other communes' people are not visible here; rows of zeros would look like a finding.
        areas = [area for area in areas if area.stages.payees]
    context = {
        "report": report,
        "months": reports.frozen_months(around),
        "month": report.month,
        "shares": shares_of(report.stages),
        "reasons": [(no_account_label(reason), count) for reason, count in report.stages.reasons.items()],
        "bubbles": bubble_map.bubbles(places_of(report)),
        "legend": bubble_map.legend(),
        "columns": _columns(chosen, is_descending),
        "areas": sorted(areas, key=_SORTS[chosen], reverse=is_descending),
        "is_part": member.area_level == "commune",
        "note": _published_note(),
    }
    return render(request, "web/coverage.html", context)


def _published_note() -> str:
    return PUBLISHED_NOTE_EN if get_language() == "en" else PUBLISHED_NOTE


@open_to_all
@require_safe
def public_page(request: HttpRequest) -> HttpResponse:
    """Show everybody where the month's money is: totals and shares in which nobody can be recognised."""
    context: dict[str, Any] = {"note": _published_note()}
    try:
        # Kept from the moment it was summed: kept anew at each reading, a page read every minute would never change
        # again.
        published = cache.get_or_set("published", reports.published, _PUBLIC_SECONDS)
    except Refused as refusal:
        return render(request, "web/public.html", context | {"nothing_yet": refusal.message(get_language() or "vi")})
    context |= {
        "published": published,
        "month": published.month,
        # No stages means that they would tell somebody, not that nobody is paid.
        "shares": shares_of(published.stages) if published.stages.payees else [],
    }
    return render(request, "web/public.html", context)
