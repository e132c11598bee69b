"""What the register said of a person on an earlier day: what a decision of then could know."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from ansinh.base.refusals import Refused
from ansinh.office import operations as office
from ansinh.people import queries as people
from ansinh.people.remembering import as_known
from ansinh.web import access, labels
from ansinh.web.access import for_roles
from ansinh.web.person import decisions_in_words, facts_in_words, require_possible


@for_roles(access.PERSON_ROLES)
@require_safe
def known_page(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show what was on record about a person of the reader's area at the end of a day. That somebody looked is kept."""
    require_possible(person_id)
    name, today, asked = (
        people.person_file(person_id).person.full_name,
        timezone.localdate(),
        request.GET.get("ngay", ""),
    )
    context: dict[str, Any] = {"person_id": person_id, "name": name, "today": f"{today:%Y-%m-%d}", "asked": asked}
    if asked:
        try:
            context |= _known(person_id, _day(asked, today))
        except Refused as refusal:
            context["error"] = refusal.message(get_language() or "vi")
    by = request.staff.username  # type: ignore[attr-defined]
    detail = {"known_on": asked} if "file" in context else {}
    office.audit(by=by, action="person_viewed", subject=f"person:{person_id}", detail=detail, at=timezone.localtime())
    return render(request, "web/person_known.html", context)


def _day(text: str, today: datetime.date) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day > today or day.year < 1900:
        raise Refused(
            "day_not_past",
            vi="Hãy chọn một ngày không sau hôm nay.",
            en="Choose a day that is not after today.",
        )
    return day


def _known(person_id: int, day: datetime.date) -> dict[str, Any]:
    # Whatever was written on the day itself belongs to it.
    end = timezone.make_aware(datetime.datetime.combine(day, datetime.time.max))
    try:
        with as_known(end, [person_id]):
            file = people.person_file(person_id)
            return {
                "file": file,
                "day": day,
                "sex": labels.sex_label(file.person.sex),
                "facts": facts_in_words(file),
                "decisions": decisions_in_words(person_id),
                "mandates": [(row, labels.mandate_label(row.kind)) for row in file.mandates],
                "members": [
                    (row, labels.relationship_label(row.relationship))
                    for row in file.members
                    if row.person_id != person_id
                ],
            }
    except Refused as refusal:
        if refusal.reason != "person_unknown":
            raise
        raise Refused(
            "not_yet_on_record",
            vi=f"Đến hết ngày {day:%d/%m/%Y}, sổ chưa có người này.",
            en=f"Until the end of {day}, the person was not on record.",
        ) from refusal
