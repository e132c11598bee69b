"""What commands ask of their arguments: under whose sight they run, and which day a text means."""

import datetime

from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.office.security import Scope, acting, everything
from ansinh.project.operator import OPERATOR


def sight_of(user: str) -> Scope:
    """Return what a member of staff may see. Raises `Refused` (`staff_unknown`)."""
    with acting(everything(OPERATOR)):
        return office.scope_of(office.staff(user))


def day(text: str) -> datetime.date:
    """Return the day that a text means. Raises `Refused` (`date_invalid`)."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            "date_invalid",
            vi=f"“{text}” không phải ngày. Hãy viết như 2026-11-22.",
            en=f"“{text}” is no date. Write it like 2026-11-22.",
        ) from error
