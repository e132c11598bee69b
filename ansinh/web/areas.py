"""Divided communes by the page: each household that waits, the heirs among which to choose, one confirmation."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.people import reform
from ansinh.web import access
from ansinh.web.access import for_roles
from ansinh.web.scope import go, number_asked

ADDRESS = "/dia-ban/"
ROWS_A_PAGE = 100


def _units(request: HttpRequest) -> list[office.AreaRow]:
    """Return the divided communes of the reader's province."""
    return office.split_units(request.staff.area_id)  # type: ignore[attr-defined]


@for_roles(access.AREA_ROLES)
@require_safe
def areas_page(request: HttpRequest) -> HttpResponse:
    """Show the divided communes of the province and how many households of each wait."""
    units = _units(request)
    waiting = reform.waiting_by_village([unit.id for unit in units])
    rows = [(unit, office.heirs_of(unit.id), sum(waiting.get(unit.id, {}).values())) for unit in units]
    return render(request, "web/areas.html", {"rows": rows, "waiting": sum(count for _, _, count in rows)})


@for_roles(access.AREA_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def unit_page(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Show the households of one divided commune, village by village; put the chosen ones into the chosen heir."""
    unit = next((one for one in _units(request) if one.id == unit_id), None)
    if unit is None:
        raise Http404
    context: dict[str, Any] = {"unit": unit, "heirs": office.heirs_of(unit.id)}
    if request.method == "POST":
        member = request.staff  # type: ignore[attr-defined]
        try:
            heirs = {number_asked(text): request.POST.get("xa-moi", "") for text in request.POST.getlist("ho")}
            reform.decide(heirs=heirs, by=member.username, at=timezone.localtime())
        except Refused as refusal:
            context["error"] = refusal.message(get_language() or "vi")
        else:
            # The operation widened the sight of this transaction: nothing more is read in it.
            return go(request, f"{ADDRESS}{unit_id}/")
    village, after = request.GET.get("thon", ""), number_asked(request.GET.get("sau", "0"))
    rows = reform.waiting_households([unit.id], village=village, after=after, limit=ROWS_A_PAGE + 1)
    context |= {
        "rows": rows[:ROWS_A_PAGE],
        "villages": list(reform.waiting_by_village([unit.id]).get(unit.id, {}).items()),
        "village": village,
        "is_first": after == 0,
        "next_after": rows[ROWS_A_PAGE - 1].id if len(rows) > ROWS_A_PAGE else None,
    }
    return render(request, "web/area_unit.html", context)
