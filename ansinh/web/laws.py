"""The laws this system has seen: which one pays, who submitted and who reviewed each, what it changes figure by figure.

A legal reviewer decides here, after reading the changes; whoever submitted a law never finds the buttons.
"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ansinh.base.dong import format_number
from ansinh.entitlement import operations, releases
from ansinh.entitlement.releases import ReleaseRow
from ansinh.law.changes import Change
from ansinh.web import access
from ansinh.web.access import for_roles
from ansinh.web.labels import law_state_label, law_subject_label

CHANGES_SHOWN = 400
_HASH_LENGTH = 64


@dataclass(frozen=True)
class ReleaseView:
    """One law in words."""

    row: ReleaseRow
    state: str
    is_in_force: bool


@dataclass(frozen=True)
class ChangeView:
    """One figure or word that differs, as a lawyer writes it in the file."""

    path: str
    what: str
    old: str
    new: str


@dataclass(frozen=True)
class ChangeGroup:
    """All that differs in documents, parameters, rules or the book."""

    subject: str
    rows: tuple[ChangeView, ...]


def _view_of(row: ReleaseRow, current: ReleaseRow | None) -> ReleaseView:
    return ReleaseView(row, law_state_label(row.state), current is not None and row.hash == current.hash)


@for_roles(access.LAW_ROLES)
@require_safe
def laws_page(request: HttpRequest) -> HttpResponse:
    """Show every law, the newest first, and which one payrolls use."""
    current = releases.in_force()
    rows = [_view_of(row, current) for row in releases.releases()]
    role = request.staff.role  # type: ignore[attr-defined]
    return render(
        request, "web/laws.html", {"rows": rows, "current": current, "may_simulate": role in access.SIMULATION_ROLES}
    )


def _chosen(release_hash: str) -> ReleaseRow:
    # An address holds the whole hash: a shortened one could mean another law next year.
    if len(release_hash) != _HASH_LENGTH:
        raise Http404
    return releases.release(release_hash)


@for_roles(access.LAW_ROLES)
@require_safe
def law_page(request: HttpRequest, release_hash: str) -> HttpResponse:
    """Show one law and what it changes against another: the one asked for, else the one in force before it."""
    row, member = _chosen(release_hash), request.staff  # type: ignore[attr-defined]
    asked = request.GET.get("so-voi")
    before = _chosen(asked) if asked else releases.predecessor(row)
    found = releases.changes_between(before.hash, row.hash) if before else ()
    told = [change for change in found if change.subject != "case"]
    context = {
        "law": _view_of(row, releases.in_force()),
        "before": before,
        "others": [other for other in releases.releases() if other.hash not in {row.hash, before and before.hash}],
        "groups": _groups(told[:CHANGES_SHOWN]),
        "left_out": max(0, len(told) - CHANGES_SHOWN),
        "case_changes": len(found) - len(told),
        "may_review": _may_review(row, member.username, member.role),
    }
    return render(request, "web/law.html", context)


def _may_review(row: ReleaseRow, username: str, role: str) -> bool:
    return role in access.LAW_REVIEWERS and row.waits_for_review and row.submitted_by != username


def _groups(found: list[Change]) -> tuple[ChangeGroup, ...]:
    groups = []
    for subject in dict.fromkeys(change.subject for change in found):
        rows = tuple(
            ChangeView(change.path, change.what, _figure(change.what, change.old), _figure(change.what, change.new))
            for change in found
            if change.subject == subject
        )
        groups.append(ChangeGroup(law_subject_label(subject), rows))
    return tuple(groups)


def _figure(what: str, text: str) -> str:
    # The figures of a decree are read with points between thousands; a month or a clause never is digits alone.
    return format_number(int(text)) if "_dong" in what and text.isascii() and text.isdigit() else text


@for_roles(access.LAW_REVIEWERS)
@require_POST
def review(request: HttpRequest, release_hash: str) -> HttpResponse:
    """Accept or refuse a submitted law, with the reason."""
    decision = request.POST.get("quyet_dinh")
    if decision not in {"chap-nhan", "tu-choi"}:
        raise Http404
    row, member = _chosen(release_hash), request.staff  # type: ignore[attr-defined]
    # The operation asks for role and second person again: a page may hide a button, only an operation may refuse.
    operations.review_law(
        law=row.hash,
        is_accepted=decision == "chap-nhan",
        reason=request.POST.get("ly_do", ""),
        by=member.username,
        at=timezone.localtime(),
    )
    return redirect(f"/bo-luat/{row.hash}/")
