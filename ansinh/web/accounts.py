"""Collecting accounts by the page: how far each commune has come, whom to ask, and one payee's account, reason or QR on a phone."""

import datetime
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_http_methods, require_safe

from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.people import campaigns
from ansinh.people import queries as people
from ansinh.people.banks import directory
from ansinh.reports import account_form, account_groups
from ansinh.reports.explaining import law
from ansinh.web import access, labels
from ansinh.web.access import for_roles
from ansinh.web.scope import go, number_asked

ADDRESS = "/tai-khoan/"
ROWS_A_PAGE = 50
_REASONS = ("bedridden", "minor", "no_document", "refuses", "no_branch", "other")
_STATES = ("NOT_OPENED", "CANNOT_OPEN", "COLLECTED")


def _communes(request: HttpRequest) -> list[int]:
    member = request.staff  # type: ignore[attr-defined]
    return sorted(office.scope_of(member).areas or ())


def _province(request: HttpRequest) -> int | None:
    member = request.staff  # type: ignore[attr-defined]
    above = office.area(member.area_id) if member.area_id else None
    while above is not None and above.parent_id is not None:
        above = office.area(above.parent_id)
    return above.id if above else None


@for_roles(access.PERSON_ROLES)
@require_safe
def progress_page(request: HttpRequest) -> HttpResponse:
    """Show the funnel of the reader's communes on a day beside the campaign's target, and whom to ask next."""
    today = timezone.localdate()
    day = _day(request.GET.get("ngay", "")) or today
    communes, province = _communes(request), _province(request)
    chosen = request.GET.get("xa", "")
    rows = campaigns.progress(communes, day)
    # An unknown code is somebody else's, or nobody's: nothing is chosen.
    one = [row.area_id for row in rows if row.area_code == chosen]
    campaign = campaigns.newest_campaign(province) if province else None
    state, after = request.GET.get("trang-thai", _STATES[0]), request.GET.get("sau", "0")
    if state not in _STATES:
        raise Http404
    people_left = campaigns.payees(one or communes, state, on=today, after=number_asked(after), limit=ROWS_A_PAGE + 1)
    context = {
        "rows": [
            (row, _share(row.paying + row.verified + row.collected, row.payees), campaign is not None and row.per_mille >= campaign.target_per_mille)
            for row in rows
        ],
        "campaign": campaign,
        "months": _picture(campaigns.over_time(one or communes, day)),
        "groups": _groups(one or communes, day),
        "communes": [(row.area_code, row.area_name) for row in rows] if len(rows) > 1 else [],
        "chosen": chosen if one else "",
        "query": f"xa={chosen}&" if one else "",
        "target": f"{campaign.target_per_mille // 10},{campaign.target_per_mille % 10} %" if campaign else "",
        "is_over": campaign is not None and today > campaign.due_on,
        "day": f"{day:%Y-%m-%d}",
        "state": state,
        "states": [(one, labels.address_label(one)) for one in _STATES],
        "payees": [(row, labels.no_account_label(row.reason) if row.reason else "") for row in people_left[:ROWS_A_PAGE]],
        "next_after": people_left[ROWS_A_PAGE - 1].person_id if len(people_left) > ROWS_A_PAGE else None,
        "is_first": after == "0",
        "may_tell": request.staff.role in access.EVENT_ROLES,  # type: ignore[attr-defined]
        "may_act": request.staff.role in access.CASHIERS,  # type: ignore[attr-defined]
        "is_commune": request.staff.role == access.COMMUNE,  # type: ignore[attr-defined]
    }  # fmt: skip
    return render(request, "web/accounts.html", context)


# The parts of a month's bar from the ground up, each with the words of its key.
_PARTS = (
    ("paying", noop("Đang chi")), ("collected", noop("Đã thu thập")), ("not_opened", noop("Chưa mở tài khoản")),
    ("cannot_open", noop("Không mở được tài khoản")),
)  # fmt: skip
_BAR, _STEP, _HEIGHT = 34, 44, 120


def _picture(months: list[campaigns.MonthRow]) -> dict[str, Any]:
    """Return the bars of the months: shares of the payees, in a picture as high as the whole."""
    bars = []
    for place, row in enumerate(months):
        top = _HEIGHT
        for part, _words in _PARTS:
            height = getattr(row, part) * _HEIGHT // row.payees if row.payees else 0
            # What rounding left stands on top: the parts are the whole.
            height = top if row.payees and part == _PARTS[-1][0] else height
            top -= height
            if height:
                bars.append({"part": part, "x": place * _STEP, "y": top, "height": height})
    return {
        "bars": bars,
        "rows": [(row, _share(row.paying + row.collected, row.payees)) for row in months],
        "key": [(part, _(words)) for part, words in _PARTS],
        "reasons": [labels.no_account_label(one) for one in _REASONS],
        "by_reason": [(row.day, [row.reasons.get(one, 0) for one in _REASONS]) for row in months],
        "first": months[0].day,
        "last": months[-1].day,
        "width": _STEP * len(months),
        "bar": _BAR,
        "height": _HEIGHT,
    }


def _groups(areas: list[int], day: datetime.date) -> dict[str, Any]:
    """Return each group on the day, with its share with an account and that of a year before; and every month's."""
    days = campaigns.month_ends(day)
    rows = account_groups.by_group(law(), areas, days)
    shares = {(row.day, row.group): _share(row.paying + row.collected, row.payees) for row in rows}
    named = [
        (one, labels.benefit_group_label(one)) for one in account_groups.GROUPS if any(row.group == one for row in rows)
    ]
    return {
        "today": [
            (row, labels.benefit_group_label(row.group), shares[day, row.group], shares.get((days[0], row.group), "–"))
            for row in rows
            if row.day == day
        ],
        "names": [name for _group, name in named],
        "months": [(one, [(name, shares.get((one, group), "–")) for group, name in named]) for one in days],
    }


def _share(part: int, whole: int) -> str:
    per_mille = part * 1000 // whole if whole else 0
    return f"{per_mille // 10},{per_mille % 10} %"


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


@for_roles(access.CASHIERS)
@require_http_methods(["GET", "HEAD", "POST"])
def payee_page(request: HttpRequest, person_id: int) -> HttpResponse:
    """Keep one payee's account, typed or out of the text of a VietQR, or the reason why there is none."""
    person, form = people.person_file(person_id).person, request.POST
    member = request.staff  # type: ignore[attr-defined]
    context: dict[str, Any] = {}
    if request.method == "POST":
        now = {"person_id": person_id, "by": member.username, "at": timezone.localtime()}
        try:
            if form.get("viec") == "khong":
                campaigns.cannot(reason=form.get("ly-do", ""), **now)
            else:
                campaigns.collect(
                    bank_bin=form.get("ngan-hang", ""), number=form.get("so", ""), qr=form.get("qr", ""), **now
                )
        except Refused as refusal:
            context = {
                "error": refusal.message(get_language() or "vi"),
                "number_entered": form.get("so", ""),
                "qr_entered": form.get("qr", ""),
            }
        else:
            return go(request, f"/nguoi/{person_id}/")
    context |= {
        "person": person,
        "banks": [(bank.bin, bank.short_name) for bank in directory()],
        "reasons": [(one, labels.no_account_label(one)) for one in _REASONS],
    }
    return render(request, "web/account.html", context)


@for_roles(frozenset({access.COMMUNE}))
@require_safe
def form_file(request: HttpRequest) -> HttpResponse:
    """Send the commune's form as a PDF."""
    member = request.staff  # type: ignore[attr-defined]
    area, today = office.area(member.area_id), timezone.localdate()
    content = account_form.pdf(area.name, area.code, today, account_form.rows_of(area.id, today))
    name = quote(f"phieu-thu-thap-{area.code}-{today:%Y-%m-%d}.pdf", safe="")
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    )
