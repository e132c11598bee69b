"""The page that tries out a change of law: who may open it, what it shows, and that it stays fenced and writes nothing."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from django.test import Client
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from ansinh.entitlement.models import Decision
from ansinh.office.security import everything, put_on
from ansinh.web import assets
from tests.integration import makers
from tests.integration.visiting import page, working

ADDRESS = "/luat/mo-phong/"
AMOUNT = {"parameter": "base_standard", "value": "600.000", "month": "2027-01", "length": "1"}
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="session", autouse=True)
def built_pages() -> None:
    """The pages need their style sheet and catalogue; a build that is current costs nothing."""
    assets.build()


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    with override("vi"):
        yield


def asked(role: str, **values: str) -> bytes:
    answer = working(role).post(ADDRESS, {**AMOUNT, **values})
    put_on(everything("tests", protected=True))
    assert answer.status_code == 200
    return answer.content


def test_an_officer_sees_what_an_amount_would_cost_and_a_picture_and_a_workbook() -> None:
    makers.severe()
    shown = asked("department_officer").decode()
    assert "90.000 đồng" in shown
    assert "<svg" in shown
    assert "không ghi gì" in shown
    book = CalamineWorkbook.from_filelike(BytesIO(asked("department_officer", xlsx="1")))
    assert book.get_sheet_by_name("Theo tháng").to_python()[1][-3:] == [810_000, 900_000, 90_000]
    assert Decision.objects.count() == 1


def test_a_pasted_draft_is_refused_with_its_line_and_its_words_stay_words() -> None:
    draft = 'title: "<script>alert(1)</script>"\nparameters:\n  - {parameter: "<b>", value_dong: 1, applies_from: 2027-01}\n'
    shown = asked("department_approver", draft=draft).decode()
    assert "dòng 3" in shown
    assert "<script>alert" not in shown
    assert "<b>" not in shown
    assert "20000" in asked("department_officer", draft="#" * 20_001).decode()


def test_a_leader_may_not_paste_a_draft_that_could_count_one_person() -> None:
    assert 'name="draft"' in page(working("department_officer"), ADDRESS)
    assert 'name="draft"' not in page(working("leader"), ADDRESS)
    # The draft is not even read: the amount beside it is what is asked.
    assert "Chưa thực hiện được" in asked("leader", draft="title: x", value="").decode()


@pytest.mark.parametrize("role", ["commune_officer", "auditor", "administrator"])
def test_others_are_shown_the_door(role: str) -> None:
    assert working(role, "19777" if role == "commune_officer" else "46").get(ADDRESS).status_code == 403


def test_a_form_without_its_token_is_refused() -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = working("department_officer").cookies
    assert browser.post(ADDRESS, AMOUNT).status_code == 403
