"""Changes of life by the page: what waits and until when, the effect month by month with its clauses, the second person's word."""

import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ansinh.base.refusals import Refused
from ansinh.entitlement import events, granting
from ansinh.entitlement import queries as entitlement
from ansinh.office import queries as office
from ansinh.people import queries as people
from ansinh.web import access, labels
from ansinh.web.access import for_roles
from ansinh.web.explaining import benefit_name, fact_value, law_name
from ansinh.web.scope import go, number_asked

ADDRESS = "/bien-dong/"
ROWS_A_PAGE = 50


@for_roles(access.EVENT_ROLES)
@require_safe
def events_page(request: HttpRequest) -> HttpResponse:
    """Show the events that wait for a decision."""
    after = request.GET.get("sau", "0")
    start = number_asked(after)
    is_late = request.GET.get("loc") == "qua-han"
    rows = events.events(today=timezone.localdate(), late=is_late, after=start, limit=ROWS_A_PAGE + 1)
    context = {
        "rows": [(row, labels.event_label(row.kind)) for row in rows[:ROWS_A_PAGE]],
        "is_late": is_late,
        "is_first": after == "0",
        "next_after": rows[ROWS_A_PAGE - 1].id if len(rows) > ROWS_A_PAGE else None,
    }
    return render(request, "web/events.html", context)


@for_roles(access.EVENT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def event_page(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show one event with its effect; keep the decision of another person than the one who told it."""
    member = request.staff  # type: ignore[attr-defined]
    context: dict[str, Any] = {}
    if request.method == "POST":
        word = request.POST.get("viec", "")
        if word not in {"chap-nhan", "khong"}:
            raise Http404
        try:
            decided = events.decide(
                event_id=event_id, is_accepted=word == "chap-nhan", note=request.POST.get("can-cu", ""), by=member.username, at=timezone.localtime()
            )  # fmt: skip
        except Refused as refusal:
            if refusal.reason == "event_unknown":
                raise
            context["error"] = refusal.message(get_language() or "vi")
        else:
            # Whoever moved is the new commune's: the old one does not see the file any more.
            return go(request, ADDRESS if decided.kind in events.MOVES else f"{ADDRESS}{event_id}/")
    row = events.event(event_id, timezone.localdate())
    context |= {
        "row": row,
        "label": labels.event_label(row.kind),
        "value": _shown_value(row),
        "source": labels.event_source_label(row.source),
        "may_act": member.may_write and row.state == "OPEN",
        "is_own": row.recorded_by == member.username,
    }
    return render(request, "web/event.html", context)


@for_roles(access.EVENT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def tell_page(request: HttpRequest, person_id: int) -> HttpResponse:
    """Take what an officer tells of one person, and show what it would change."""
    person = people.person_file(person_id).person
    member, form = request.staff, request.POST  # type: ignore[attr-defined]
    context: dict[str, Any] = {}
    kind, _sign, value = form.get("viec", "").partition(":")
    held = _held(person_id)
    if kind == events.STOP:
        # The page names a decision by its place: what the benefit is would tell a health status.
        value = dict(held).get(value, value)
    if request.method == "POST":
        try:
            told = events.record(
                person_id=person_id,
                kind=kind,
                value=value or _entered(kind, form),
                details=_details(kind, form),
                happened_on=day_written(form.get("ngay", "")),
                source="commune",
                document=form.get("giay-to", ""),
                by=member.username,
                at=timezone.localtime(),
            )  # fmt: skip
        except Refused as refusal:
            context = {"error": refusal.message(get_language() or "vi"), "is_wrong": True}
        else:
            return go(request, f"{ADDRESS}{told.id}/")
        context["form"] = {name.replace("-", "_"): form.get(name, "") for name in _FIELDS}
    choices = [(f"{kind}:{value}", _choice(kind, value)) for kind, value in events.choices() if kind != events.STOP]
    choices += [
        (f"{events.STOP}:{place}", f"{labels.event_label(events.STOP)}: {benefit_name(code)}") for place, code in held
    ]
    today = f"{timezone.localdate():%Y-%m-%d}"
    context |= {
        "person": person,
        "choices": choices,
        "may_act": member.may_write,
        "today": today,
        "communes": _communes_near(person.area_id),
        "sexes": [("female", labels.sex_label("female")), ("male", labels.sex_label("male"))],
        "chosen": form.get("viec", "") or f"{request.GET.get('viec', '')}:",
        "causes": [(one, labels.stop_cause_label(one)) for one in granting.stop_causes()],
        "mandates": [(one, labels.mandate_label(one)) for one in ("delegate", "guardian", "parent")],
    }
    return render(request, "web/event_tell.html", context)


_FIELDS = ("so-tien", "ngay", "giay-to", "noi-den", "thon", "tinh-den", "ten-con", "gioi-tinh", "dinh-danh",
           "so-nhan", "ten-nhan", "gioi-tinh-nhan", "ngay-sinh-nhan", "loai-nhan", "noi-xac-nhan", "den-ngay", "ly-do")  # fmt: skip


def _held(person_id: int) -> list[tuple[str, str]]:
    """Return (place, benefit) of the decisions that run, in the order of the person's page."""
    running = [row.benefit for row in entitlement.decisions_of(person_id) if row.end_month is None]
    return [(str(place), benefit) for place, benefit in enumerate(running, 1)]


def _communes_near(area_id: int) -> list[tuple[str, str]]:
    """Return (code, name) of the other communes of the province; none when the unit has ended."""
    try:
        rows = office.communes_of(office.province_of(area_id), timezone.localdate())
    except Refused:
        return []
    return [(row.code, row.name) for row in rows if row.id != area_id]


def _choice(kind: str, value: str) -> str:
    if (kind, value) == ("disability", "unknown"):
        return _("Giấy xác nhận khuyết tật hết hạn")
    if kind == events.GRANT:
        # Of the law, not of a person: here every benefit has its own name.
        return f"{labels.event_label(kind)}: {law_name(value)}"
    return f"{labels.event_label(kind)}: {_said(kind, value)}" if value else labels.event_label(kind)


def _said(kind: str, value: str) -> str:
    if kind == events.LEAVES_PROVINCE:
        return value
    if kind in {events.GRANT, events.STOP}:
        return benefit_name(value)
    return fact_value("household_poverty" if kind == events.POVERTY_CLASS else kind, value)


def _entered(kind: str, form: QueryDict) -> str:
    if kind in events.MOVES:
        return form.get("noi-den", "")
    if kind == events.LEAVES_PROVINCE:
        return form.get("tinh-den", "")
    if kind == events.DELEGATE:
        return form.get("so-nhan", "").replace(" ", "")
    return form.get("ten-con", "") if kind == events.BIRTH else _digits(form.get("so-tien", ""))


def _details(kind: str, form: QueryDict) -> dict[str, str]:
    if kind in events.MOVES:
        return {"village": form.get("thon", "")}
    if kind == events.STOP:
        return {"cause": form.get("ly-do", "")}
    if kind == events.DELEGATE:
        named = {"name": "ten-nhan", "sex": "gioi-tinh-nhan", "birth_date": "ngay-sinh-nhan", "mandate": "loai-nhan",
                 "certifier": "noi-xac-nhan", "until": "den-ngay"}  # fmt: skip
        return {name: form.get(field, "") for name, field in named.items()}
    return {"sex": form.get("gioi-tinh", ""), "national_id": form.get("dinh-danh", "")} if kind == events.BIRTH else {}


def _shown_value(row: events.EventRow) -> str:
    if row.kind in events.MOVES:
        place = office.name_of_commune(row.value) or row.value
        return ", ".join(one for one in (row.details.get("village", ""), place) if one)
    if row.kind == events.BIRTH:
        sex, number = row.details.get("sex", ""), row.details.get("national_id", "")
        return ", ".join(one for one in (row.value, labels.sex_label(sex) if sex else "", number) if one)
    if row.kind == events.DELEGATE:
        said = row.details
        until = said.get("until", "")
        words = (
            said.get("name", ""),
            row.value,
            labels.mandate_label(said.get("mandate", "delegate")),
            said.get("certifier", ""),
        )
        return ", ".join(
            one for one in (*words, f"{_('đến')} {datetime.date.fromisoformat(until):%d/%m/%Y}" if until else "") if one
        )
    if row.kind == events.STOP:
        return f"{benefit_name(row.value)}; {labels.stop_cause_label(row.details.get('cause', ''))}"
    return _said(row.kind, row.value) if row.value else ""


def _digits(text: str) -> str:
    # People write 520.000; a death has no sum at all.
    return "".join(c for c in text if c.isascii() and c.isdecimal())


def day_written(text: str) -> datetime.date:
    """Return the day that a form gives. Raises `Refused` (`date_invalid`)."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Refused("date_invalid", vi="Hãy chọn ngày xảy ra.", en="Choose the day on which it happened.") from error
