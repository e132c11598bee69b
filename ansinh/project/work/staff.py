"""The commands about staff: who works here, a new member, a new one-time password, and whoever has left.

Only an administrator may change them, and each change is in the audit trail. A password is shown once, to be handed
over by word of mouth; its owner must choose another one at the first sign-in.
"""

import argparse
from typing import Any

from django.utils import timezone

from ansinh.office import factors, operations, queries
from ansinh.office.queries import AreaRow, StaffRow
from ansinh.office.security import acting, everything


def _answer(row: StaffRow) -> dict[str, Any]:
    return {
        "username": row.username,
        "full_name": row.full_name,
        "role": row.role,
        "agency": row.agency,
        "area": row.area_code,
        "must_change_password": row.must_change_password,
    }


def list_staff(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list everybody who may sign in."""
    with acting(everything("system")):
        owners = factors.owners()
        return {"staff": [_answer(row) | {"has_second_factor": row.id in owners} for row in queries.all_staff()]}


def _area(code: str) -> AreaRow:
    # Two digits are a province, five a commune: official codes tell the level by their length.
    today = timezone.localdate()
    return queries.find_province(code, today) if len(code) == 2 else queries.find_commune(code, today)


def add(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will add a member of staff to an agency, which is made when there is none of that name.

    Raises:
        Refused: `role_not_allowed`, `role_unknown`, `username_taken`, `username_invalid`, `area_missing`, `agency_differs`, `area_unknown`.
    """
    with acting(everything("system")):
        place = _area(arguments.area) if arguments.area else None
        agency = operations.agency_for(
            name=arguments.agency, role=arguments.role, area=place, by=arguments.user, at=timezone.localtime()
        )
        password = operations.add_staff(
            by=arguments.user,
            username=arguments.username,
            full_name=arguments.name,
            role=arguments.role,
            agency=agency,
            at=timezone.localtime(),
        )
        return _answer(queries.staff(arguments.username)) | {"one_time_password": password}


def new_password(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will replace a lost password by a new one-time password and unlock the name.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`.
    """
    with acting(everything("system")):
        password = operations.reset_password(by=arguments.user, username=arguments.username, at=timezone.localtime())
        return _answer(queries.staff(arguments.username)) | {"one_time_password": password}


def close(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will let somebody who has left sign in no more; the name stays, because the audit trail names it.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`, `last_administrator`.
    """
    with acting(everything("system")):
        operations.close_staff(
            by=arguments.user, username=arguments.username, reason=arguments.reason, at=timezone.localtime()
        )
        return {"username": arguments.username, "is_active": False}


def reset_factor(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will take away the second factor of somebody who has lost it; they make a new one at the next sign-in.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`, `factor_own`.
    """
    with acting(everything("system")):
        removed = factors.reset(by=arguments.user, username=arguments.username, at=timezone.localtime())
        return {"username": arguments.username, "removed": removed}


def require_factor(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will demand a second factor of whoever may move money or release a law, or no longer.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`.
    """
    is_on = arguments.state == "on"
    with acting(everything("system")):
        factors.require(by=arguments.user, is_on=is_on, at=timezone.localtime())
    return {"required": is_on}
