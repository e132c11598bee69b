"""The page of statements: what a stranger sent is told by the bank, said by one person, agreed to by another, once."""

from pathlib import Path

import pytest

from ansinh.ledger import accounts as chart
from ansinh.ledger import queries as books
from ansinh.payment.models import StatementMovement
from tests.integration.test_payment import AMOUNT, World
from tests.integration.test_statements import Account, words
from tests.integration.visiting import page, working

pytestmark = pytest.mark.usefixtures("database")
HERE = "/doi-chieu/"


def test_one_says_what_it_is_and_another_agrees_once(tmp_path: Path) -> None:
    world = World(tmp_path / "archive")
    world.submit()
    Account(world).tells(("CRDT", 3 * AMOUNT, words("KBNN CHUYEN TIEN")))
    number = StatementMovement.objects.get().id
    officer, approver = working("department_officer"), working("department_approver")
    shown = page(officer, HERE)
    assert "KBNN CHUYEN TIEN" in shown
    assert "Đồng ý" not in shown
    refused = officer.post(HERE, {"so": number, "la": "funding", "can_cu": "R9"})
    assert (refused.status_code, "Chưa thực hiện được" in refused.content.decode()) == (200, True)
    assert "R9" in refused.content.decode(), "what was typed is still there"
    assert "Hãy chọn khoản tiền này là gì" in officer.post(HERE, {"so": number, "la": ""}).content.decode()
    assert officer.post(HERE, {"so": number, "la": "funding", "can_cu": world.run}).status_code == 302
    assert "Đồng ý" not in page(officer, HERE), "nobody agrees with herself"
    assert books.balance(chart.suspense(world.provider.code).name) == 3 * AMOUNT
    assert "Đồng ý" in page(approver, HERE)
    said = {"so": number, "la": "funding", "can_cu": world.run}
    assert approver.post(HERE, said).status_code == 302
    again = approver.post(HERE, said)
    assert "đã được giải quyết" in again.content.decode(), "a double click is one effect, and says so"
    assert books.balance(chart.suspense(world.provider.code).name) == 0
    assert "Khớp" in page(approver, HERE)


@pytest.mark.parametrize(
    ("role", "area", "status"), [("auditor", "46", 200), ("commune_officer", "19777", 403), ("leader", "46", 403)]
)
def test_who_opens_the_page(tmp_path: Path, role: str, area: str, status: int) -> None:
    world = World(tmp_path / "archive")
    Account(world).tells(("CRDT", 50_000, words("CHUYEN NHAM")))
    visitor = working(role, area)
    answer = visitor.get(HERE)
    assert answer.status_code == status
    if status == 200:
        assert "<select" not in answer.content.decode(), "an auditor reads"
        number = StatementMovement.objects.get().id
        answer = visitor.post(HERE, {"so": number, "la": "fee", "can_cu": "1"})
        assert "không thuộc bộ phận chi trả" in answer.content.decode()
    assert StatementMovement.objects.get().proposed_by == ""


def test_another_province_s_department_sees_no_account_of_ours(tmp_path: Path) -> None:
    world = World(tmp_path / "archive")
    world.submit()
    Account(world).tells(("CRDT", 50_000, words("CHUYEN NHAM")))
    assert "CHUYEN NHAM" not in page(working("department_officer", "48"), HERE)
    assert "CHUYEN NHAM" in page(working("department_officer"), HERE)


def test_much_money_of_strangers_is_turned_page_by_page(tmp_path: Path) -> None:
    world = World(tmp_path / "archive")
    world.submit()
    Account(world).tells(*(("CRDT", 1_000 + number, words(f"NGUOI LA {number:03d}")) for number in range(53)))
    officer = working("department_officer")
    first = page(officer, HERE)
    last = sorted(StatementMovement.objects.values_list("id", flat=True))[49]
    assert first.count("NGUOI LA") == 50 and f"sau={last}" in first
    second = page(officer, f"{HERE}?sau={last}")
    assert second.count("NGUOI LA") == 3 and "Trang sau" not in second
