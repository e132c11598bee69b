"""Browsers without a screen, in which somebody of a role and an area is already at work; for tests of the pages."""

import datetime

from django.contrib.auth import get_user_model
from django.test import Client

from ansinh.base.months import Month
from ansinh.office import operations as office_operations
from ansinh.office import queries as office
from ansinh.office.security import everything, put_on

BACKEND = "django.contrib.auth.backends.ModelBackend"
AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
_LAST_DAY = Month(2026, 11).last_day


def area_id(code: str) -> int:
    """Return the id of a province (two digits) or a commune."""
    return (office.find_province if len(code) == 2 else office.find_commune)(code, on=_LAST_DAY).id


def working(role: str, area: str = "46") -> Client:
    """Return a browser in which somebody of this role works for this area."""
    username, client = f"{role}.{area}", Client()
    staff = get_user_model().objects
    member = staff.filter(username=username).first()
    if member is None:
        agency = office_operations.create_agency(
            name=f"Cơ quan {area} {role}", kind="department", area_id=area_id(area), by="t", at=AT
        )
        member = staff.create(
            username=username, full_name="Người Thử", role=role, agency_id=agency, must_change_password=False
        )
    client.force_login(member, backend=BACKEND)
    return client


def page(client: Client, address: str) -> str:
    """Return the words of a page that must answer, and give the test its own sight back."""
    answer = client.get(address)
    # The request leaves its own narrow sight on the test's transaction.
    put_on(everything("tests", protected=True))
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return answer.content.decode()
