"""The commune's lists: sent, looked through with every row's fate, taken on the officer's yes, the held rows to take back.

An officer's own commune alone. A file is hostile until it was read: short, unpacked under guard, its words escaped.
"""

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.office.security import Scope
from ansinh.people import headings, receiving
from ansinh.people.held_copy import held_workbook, preview_workbook
from ansinh.people.importing import TAKEN
from ansinh.people.reading import HeldRow
from ansinh.people.receiving import LookedThrough
from ansinh.web import access, labels
from ansinh.web.access import for_roles

ADDRESS = "/danh-sach/"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# More rows than anybody reads on a page; the sheet has all of them.
_MOST_SHOWN = 1000


@dataclass(frozen=True)
class _ShownRow:
    """One row of the preview."""

    number: int
    name: str
    fate: str
    is_held: bool
    why: str


def _scope(request: HttpRequest) -> Scope:
    return replace(office.scope_of(request.staff), protected=False)  # type: ignore[attr-defined]


def _language() -> str:
    return get_language() or "vi"


@for_roles(access.LIST_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def lists_page(request: HttpRequest) -> HttpResponse:
    """Show the form and the lists still kept; a list that was sent is kept and shown with every row's fate."""
    member = request.staff  # type: ignore[attr-defined]
    area = office.area(member.area_id)
    context: dict[str, Any] = {"area_name": area.name, "most": receiving.MOST_BYTES >> 20, "days": receiving.KEPT_DAYS}
    if request.method == "POST":
        sent = request.FILES.get("tep")
        try:
            if getattr(request, "is_upload_too_large", False) or (sent and sent.size > receiving.MOST_BYTES):
                raise _too_large()
            if sent is None:
                raise Refused(
                    "file_missing",
                    vi="Chưa chọn tệp nào. Hãy chọn danh sách rồi gửi.",
                    en="No file was chosen. Choose a list and send it.",
                )
            number = receiving.receive_list(
                area_id=area.id, file_name=sent.name, content=sent.read(), by=member.username, at=timezone.localtime()
            )
        except Refused as refusal:
            context["error"] = refusal.message(_language())
        else:
            return redirect(f"{ADDRESS}{number}/")
    context["received"] = receiving.received_lists(area.id)
    return render(request, "web/lists.html", context)


def _too_large() -> Refused:
    most = receiving.MOST_BYTES >> 20
    return Refused(
        "file_too_large",
        vi=f"Tệp lớn hơn {most} MB. Hãy chia danh sách theo thôn, tổ rồi gửi từng phần.",
        en=f"The file is larger than {most} MB. Split the list and send the parts.",
    )


@for_roles(access.LIST_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def list_page(request: HttpRequest, list_id: int) -> HttpResponse:
    """Show what would become of every row; told yes, take the list and show what became of it."""
    at = timezone.localtime()
    try:
        if request.method == "POST":
            counts = request.POST.get("counts", "")
            looked = receiving.take_received(list_id, counts=counts, scope=_scope(request), at=at)
            # The next look finds everything taken, and what is held still held.
            return redirect(f"{ADDRESS}{looked.received.id}/")
        looked = receiving.look_through(list_id, scope=_scope(request), at=at)
    except Refused as refusal:
        if refusal.reason not in {"heading_not_found", "heading_ambiguous"}:
            raise
        context = {"list_id": list_id, "error": refusal.message(_language())}
        return render(request, "web/list_columns.html", context | _columns(list_id, None))
    return render(request, "web/list.html", _shown(looked))


def _shown(looked: LookedThrough) -> dict[str, Any]:
    language = _language()
    heading, result = looked.opened.heading, looked.result
    place = heading.columns["name"]

    def row(number: int, verdict: str) -> _ShownRow:
        cells = heading.sheet.rows[number - 1]
        name = str(cells[place]) if place < len(cells) else ""
        is_held = verdict not in TAKEN
        why = HeldRow(number, verdict).message(language) if is_held else ""
        return _ShownRow(number, name, labels.fate_label("held" if is_held else verdict), is_held, why)

    # What waits for the officer stands first.
    ordered = sorted(result.fates.items(), key=lambda fate: (fate[1] in TAKEN, fate[0]))
    return {
        "received": looked.received,
        "list_id": looked.received.id,
        "is_taken": looked.received.taken_at is not None,
        "counts": looked.counts,
        "result": result,
        "held_count": len(result.held),
        "rows": [row(number, verdict) for number, verdict in ordered[:_MOST_SHOWN]],
        "rows_left": max(len(ordered) - _MOST_SHOWN, 0),
        "columns": [(labels.list_field_label(field), title) for field, title in looked.opened.columns.items()],
        "is_kept": heading.is_kept,
        "codings": looked.opened.codings,
        "notes": len(result.without_document),
    }


@for_roles(access.LIST_ROLES)
@require_safe
def held_sheet(request: HttpRequest, list_id: int) -> HttpResponse:
    """Send the held rows as the same sheet with the reason in the last column."""
    looked = receiving.look_through(list_id, scope=_scope(request), at=timezone.localtime())
    content = held_workbook(looked.opened.heading, looked.result.held, _language())
    return _sheet(content, looked.received.file_name, "giu-lai")


@for_roles(access.LIST_ROLES)
@require_safe
def preview_sheet(request: HttpRequest, list_id: int) -> HttpResponse:
    """Send every row with its fate."""
    looked = receiving.look_through(list_id, scope=_scope(request), at=timezone.localtime())
    content = preview_workbook(looked.opened.heading, looked.result.fates, _language())
    return _sheet(content, looked.received.file_name, "xem-truoc")


def _sheet(content: bytes, file_name: str, what: str) -> HttpResponse:
    stem = re.sub(r"\.[A-Za-z]{3,4}$", "", file_name)
    # The name came from outside: quoted as the standard for headers orders, a line break in it ends nothing.
    disposition = f"attachment; filename*=UTF-8''{quote(f'{stem}-{what}.xlsx', safe='')}"
    return HttpResponse(content, content_type=_XLSX, headers={"Content-Disposition": disposition})


@for_roles(access.LIST_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def columns_page(request: HttpRequest, list_id: int) -> HttpResponse:
    """Show the columns of a list, for the officer to say what each one is; keep that for the next list of the form."""
    asked = request.POST if request.method == "POST" else request.GET
    written = asked.get("dong", "")
    row = int(written) if written.isascii() and written.isdigit() and len(written) < 8 else None
    context: dict[str, Any] = {"list_id": list_id}
    if request.method == "POST":
        _row, titles = receiving.titles_of(list_id, row)
        said = {
            title: request.POST.get(f"cot-{place}", "")
            for place, title in enumerate(titles)
            if title and request.POST.get(f"cot-{place}")
        }
        try:
            member = request.staff  # type: ignore[attr-defined]
            receiving.explain_received(list_id, said, by=member.username, at=timezone.localtime())
        except Refused as refusal:
            if refusal.reason == "list_unknown":
                raise
            context["error"] = refusal.message(_language())
        else:
            return redirect(f"{ADDRESS}{list_id}/")
    return render(request, "web/list_columns.html", context | _columns(list_id, row, asked))


def _columns(list_id: int, row: int | None, asked: Any = None) -> dict[str, Any]:
    number, titles = receiving.titles_of(list_id, row)
    fields = [(field, labels.list_field_label(field)) for field in headings.NAMES]
    return {
        "row": number,
        "fields": [*fields, (headings.IGNORED, _("Không đọc cột này"))],
        "titles": [
            (place, title, (asked or {}).get(f"cot-{place}") or headings.field_named(title) or "")
            for place, title in enumerate(titles)
            if title
        ],
    }
