"""Who may ask an endpoint, under which sight, and how a "no" is told: always JSON with a name, never a page or a redirect."""

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, JsonResponse

from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.office.security import acting

# The words of `office.models.Staff.Role`, written again because endpoints import no models.
PERSON_ROLES = frozenset({"commune_officer", "department_officer", "department_approver", "auditor"})
# What a refusal means to a program; any other is 409: the request was understood, and the state of things is against it.
_STATUS = {
    "sign_in_needed": 401,
    "role_not_allowed": 403,
    "person_unknown": 404,
    "month_invalid": 400,
    "language_invalid": 400,
    "webhook_not_believed": 401,
    "document_empty": 400,
}

View = Callable[..., dict[str, Any]]


def for_roles(roles: frozenset[str]) -> Callable[[View], Callable[..., JsonResponse]]:
    """Make an endpoint of a function that returns plain values: for these roles, under the caller's own scope."""

    def mark(view: View) -> Callable[..., JsonResponse]:
        @functools.wraps(view)
        def answer(request: HttpRequest, *args: object, **kwargs: object) -> JsonResponse:
            try:
                member = _member(request, roles)
                # Nothing told here needs protected health data, so the fence stays shut for everybody.
                with acting(replace(office.scope_of(member), protected=False)):
                    return _plain(view(request, *args, by=member, **kwargs), 200)
            except Refused as refusal:
                return told(refusal, request)

        # Who asks is decided here and not by the pages' sign-in, which would answer a program with a form.
        answer.is_open_to_all = True  # type: ignore[attr-defined]
        return answer

    return mark


def _member(request: HttpRequest, roles: frozenset[str]) -> office.StaffRow:
    if not request.user.is_authenticated:
        raise Refused("sign_in_needed", vi="Hãy đăng nhập trước.", en="Sign in first.")
    member = office.row_of(request.user)  # type: ignore[arg-type]
    # Whoever handed out the one-time password knows it: until it is changed, it proves nobody.
    if member.must_change_password:
        raise Refused(
            "sign_in_needed", vi="Hãy đổi mật khẩu dùng một lần trước.", en="Change the one-time password first."
        )
    if member.role not in roles:
        raise Refused("role_not_allowed", vi="Vai trò này không được xem.", en="This role may not see it.")
    return member


def told(refusal: Refused, request: HttpRequest) -> JsonResponse:
    """Return the refusal as the commands print it, in the language asked for."""
    language = "en" if request.GET.get("lang") == "en" else "vi"
    document = {"refused": refusal.reason, "message": refusal.message(language), "details": refusal.details}
    return _plain(document, _STATUS.get(refusal.reason, 409))


def _plain(document: dict[str, Any], status: int) -> JsonResponse:
    # Personal data is never kept by a cache on the way.
    return JsonResponse(
        document,
        status=status,
        json_dumps_params={"ensure_ascii": False, "default": str},
        headers={"Cache-Control": "no-store"},
    )
