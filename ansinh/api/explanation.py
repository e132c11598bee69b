"""The explanation of one person's month, in the form and the words of `ansinh law explain --full`."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.http import require_safe

from ansinh.api.access import PERSON_ROLES, for_roles
from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.office import operations as office
from ansinh.office.queries import StaffRow
from ansinh.people import queries as people
from ansinh.reports.explaining import explanation_of


@require_safe
@for_roles(PERSON_ROLES)
def explanation(request: HttpRequest, person_id: int, *, by: StaffRow) -> dict[str, Any]:
    """Answer with the explanation of one person; that somebody asked is kept in the audit trail.

    Raises:
        Refused: `person_unknown`, also for a person of another area; `month_invalid`; `language_invalid`.
    """
    today, language = timezone.localdate(), request.GET.get("lang", "vi")
    if language not in {"vi", "en"}:
        raise Refused(
            "language_invalid",
            vi=f"Không có ngôn ngữ “{language[:10]}”; hãy dùng vi hoặc en.",
            en=f"There is no language “{language[:10]}”; use vi or en.",
        )
    # Beyond a bigint the database answers with an error, not with nobody.
    if person_id > 2**63 - 1:
        raise people.unknown_person(person_id)
    people.person_file(person_id)
    asked = request.GET.get("month")
    told = explanation_of(person_id, Month.parse(asked) if asked else Month.of(today), today, language)
    office.audit(
        by=by.username,
        action="person_viewed",
        subject=f"person:{person_id}",
        detail={"api": True},
        at=timezone.localtime(),
    )
    return told
