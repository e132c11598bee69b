"""Somebody new in the register, by the page: who they are, where they live, with whom they are counted."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.people import entering
from ansinh.web import access, labels
from ansinh.web.access import for_roles
from ansinh.web.events import day_written
from ansinh.web.scope import go

_FIELDS = (
    "ho-ten",
    "gioi-tinh",
    "ngay-sinh",
    "dinh-danh",
    "dan-toc",
    "dien-thoai",
    "thon",
    "ho",
    "quan-he",
    "giay-to",
    "la-nguoi-khac",
    "xa",
)
_RELATIONSHIPS = ("spouse", "child", "parent", "grandchild", "other")


@for_roles(access.HOUSEHOLD_KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def enter_page(request: HttpRequest) -> HttpResponse:
    """Take somebody new into the register of the reader's commune, or of a commune of the reader's province."""
    member, form = request.staff, request.POST  # type: ignore[attr-defined]
    communes = _communes(member)
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            person = entering.enter(
                _entry(form, dict(communes)),
                document=form.get("giay-to", ""),
                by=member.username,
                at=timezone.localtime(),
            )
        except Refused as refusal:
            context["error"] = refusal.message(get_language() or "vi")
            context["is_namesake"] = refusal.reason == "person_known"
        else:
            return go(request, f"/nguoi/{person}/")
        context["form"] = {name.replace("-", "_"): form.get(name, "") for name in _FIELDS}
    context |= {
        "communes": [(str(number), name) for number, name in communes],
        "sexes": [(one, labels.sex_label(one)) for one in ("female", "male")],
        "relationships": [(one, labels.relationship_label(one)) for one in _RELATIONSHIPS],
        "today": f"{timezone.localdate():%Y-%m-%d}",
    }
    return render(request, "web/person_new.html", context)


def _communes(member: office.StaffRow) -> list[tuple[int, str]]:
    """Return (id, name) of the communes into whose register the reader may write."""
    if member.area_id is None:
        return []
    unit = office.area(member.area_id)
    if unit.parent_id is not None:
        return [(unit.id, unit.name)]
    return [(row.id, row.name) for row in office.communes_of(unit.code, timezone.localdate())]


def _entry(form: QueryDict, communes: dict[int, str]) -> entering.Entry:
    chosen = form.get("xa", "")
    area = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 10 else 0
    if len(communes) == 1:
        area = next(iter(communes))
    if area not in communes:
        raise Refused("area_missing", vi="Hãy chọn xã, phường.", en="Choose the commune.")
    return entering.Entry(
        full_name=form.get("ho-ten", "")[:120], sex=form.get("gioi-tinh", ""), area_id=area,
        birth_date=day_written(form.get("ngay-sinh", "")), national_id=form.get("dinh-danh", ""),
        ethnicity=form.get("dan-toc", ""), phone=form.get("dien-thoai", ""), village=form.get("thon", ""),
        household=form.get("ho", ""), relationship=form.get("quan-he", "other"),
        is_another=form.get("la-nguoi-khac") == "1",
    )  # fmt: skip
