"""A person's household by the page: who lives together, its classes; parting, coming together, and undoing either."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from ansinh.base.refusals import Refused
from ansinh.people import households
from ansinh.people import queries as people
from ansinh.poverty import queries as poverty
from ansinh.web import access, labels
from ansinh.web.access import for_roles
from ansinh.web.events import day_written
from ansinh.web.explaining import fact_value
from ansinh.web.scope import go, number_asked


@for_roles(access.PERSON_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def household_page(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show the household of a person of the reader's area, and keep what an officer says of it."""
    file = people.person_file(person_id)
    if file.household_id is None:
        raise Http404
    member, context = request.staff, {}  # type: ignore[attr-defined]
    may_act = member.role in access.HOUSEHOLD_KEEPERS
    if request.method == "POST":
        try:
            _act(request, file.household_code, member.username)
        except Refused as refusal:
            context = {"error": refusal.message(get_language() or "vi")}
        else:
            return go(request, f"/nguoi/{person_id}/ho/")
        form = request.POST
        context["form"] = {name.replace("-", "_"): form.get(name, "") for name in ("ho-nhan", "chu-ho", "chu-ho-o-lai")}
        context["form"] |= {"ngay": form.get("ngay", ""), "giay_to": form.get("giay-to", "")}
        context["going"] = form.getlist("nguoi")
    context |= _shown(file, may_act=may_act)
    return render(request, "web/household.html", context)


def _shown(file: people.PersonFile, *, may_act: bool) -> dict[str, Any]:
    classes = poverty.classes_of(file.household_id) if file.household_id else []
    return {
        "person": file.person,
        "code": file.household_code,
        "members": [(row, labels.relationship_label(row.relationship), str(row.person_id)) for row in file.members],
        "classes": [(row, fact_value("household_poverty", row.poverty_class)) for row in classes],
        "changes": [
            (row, labels.household_change_label(row.kind)) for row in households.changes_of(file.household_code)
        ],
        "may_act": may_act,
        "today": f"{timezone.localdate():%Y-%m-%d}",
    }


def _act(request: HttpRequest, code: str, by: str) -> None:
    """Let the registry do what was asked.

    Raises:
        Refused: those of the operations; `date_invalid`, `household_changed`.
    """
    form, at = request.POST, timezone.localtime()
    word, _sign, change = form.get("viec", "").partition(":")
    if word == "hoan-tac":
        households.undo_change(change=number_asked(change), by=by, at=at)
        return
    if word not in {"tach", "nhap"}:
        raise Http404
    if form.get("ho", "") != code:
        # A second click, or a page left open: the person lives in another household by now.
        raise Refused(
            "household_changed",
            vi="Hộ đã thay đổi từ khi mở trang này. Hãy xem lại hộ hiện nay rồi ghi.",
            en="The household has changed since this page was opened. Look at it again.",
        )
    on, document = day_written(form.get("ngay", "")), form.get("giay-to", "")
    if word == "nhap":
        into = form.get("ho-nhan", "").strip()
        households.join_household(household=code, into=into, on=on, document=document, by=by, at=at)
        return
    going = [number_asked(one) for one in form.getlist("nguoi")]
    head, left = number_asked(form.get("chu-ho", "") or "0"), form.get("chu-ho-o-lai", "")
    households.split_household(
        household=code, persons=going, head=head, head_left=number_asked(left) if left else None, on=on,
        document=document, by=by, at=at,
    )  # fmt: skip
