"""Accounts opened through a bank: only whoever agreed is named to it, and what comes back is taken row by row."""

import argparse
import datetime
from pathlib import Path
from typing import Any

import pytest

from ansinh.base.refusals import Refused
from ansinh.office.models import AuditEvent
from ansinh.people import opening, sheets
from ansinh.people.models import AccountConsent, FinancialAddress, Person
from ansinh.people.operations import load_banks
from ansinh.project.work import opening as work
from tests.integration import makers

pytestmark = pytest.mark.usefixtures("database")
AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
BANK = "970405"


@pytest.fixture
def people() -> list[Person]:
    """Six women without an account, of whom all but the last agree."""
    makers.staff()
    load_banks()
    found = [makers.severe() for _ in range(6)]
    FinancialAddress.objects.filter(person__in=found).delete()
    for person in found:
        makers.address(person, "NOT_OPENED")
    for person in found[:-1]:
        assert _agrees(person)
    return found


def _agrees(person: Person, *, is_withdrawn: bool = False, **changes: Any) -> bool:
    given = {
        "person_id": person.id,
        "bank_bin": BANK,
        "document": "Giấy đồng ý 20/11",
        "is_withdrawn": is_withdrawn,
        "by": "can.bo",
        "at": AT,
    }
    return opening.consent(**{**given, **changes})


def _asked(path: Path, **changes: Any) -> dict[str, Any]:
    given = {"file": str(path), "bank": BANK, "area": "19777", "province": None, "user": "can.bo", "lang": "vi"}
    return work.open_file(argparse.Namespace(**{**given, **changes}))


def test_the_list_names_whoever_agreed_and_nothing_of_a_benefit(people: list[Person], tmp_path: Path) -> None:
    assert not _agrees(people[0]), "said again, nothing new"
    assert _agrees(people[1], is_withdrawn=True)
    assert not _agrees(people[1], is_withdrawn=True)
    Person.objects.filter(pk=people[2].pk).update(death_date=datetime.date(2026, 11, 1), death_recorded_at=AT)
    Person.objects.filter(pk=people[3].pk).update(full_name='=HYPERLINK("http://x")')
    FinancialAddress.objects.filter(person=people[4]).delete()
    makers.address(people[4], "COLLECTED")
    assert _asked(tmp_path / "mo.xlsx")["people"] == 2
    [sheet] = sheets.read(tmp_path / "mo.xlsx", (tmp_path / "mo.xlsx").read_bytes())
    assert tuple(sheet.rows[0]) == opening.TITLES
    assert {row[1] for row in sheet.rows[1:]} == {str(people[0].id), str(people[3].id)}
    assert '=HYPERLINK("http://x")' in {row[2] for row in sheet.rows[1:]}, "text, never a formula"
    told = " ".join(str(cell) for row in sheet.rows for cell in row)
    assert "K6" not in told
    assert "810" not in told
    assert AuditEvent.objects.get(action="account.open_file").detail == {"people": 2, "areas": 1}
    for changes, reason in (
        ({"file": str(tmp_path / "mo.xlsx")}, "file_exists"),
        ({"bank": "970436"}, "nothing_to_open"),
        ({"user": "soan.luat"}, "role_not_allowed"),
    ):
        with pytest.raises(Refused) as refusal:
            _asked(tmp_path / "khac.xlsx", **changes)
        assert refusal.value.reason == reason


def _back(people: list[Person], *rows: tuple[Any, ...], by: str = "can.bo") -> opening.Opened:
    titles = ["STT", "Mã hồ sơ", "Số tài khoản", "Tên tài khoản", "Lý do chưa mở"]
    sheet = sheets.Sheet("x", [["Ngân hàng trả lời"], titles, *[[str(n), *row] for n, row in enumerate(rows, 1)]])
    return opening.take_opened(sheets=[sheet], bank_bin=BANK, file_name="da-mo.xlsx", by=by, at=AT)


def test_what_comes_back_is_taken_row_by_row_and_once(people: list[Person]) -> None:
    right, other_name, silent, why, wrong, disagrees = people
    rows = [
        (str(right.id), "130000000001", right.name_fold.upper(), ""), (str(other_name.id), "130000000002", "TRAN VAN KHAC", ""),
        (str(silent.id), "", "", ""), (float(why.id), "", "", "thiếu căn cước"), (str(wrong.id), "12", "", ""),
        (str(disagrees.id), "130000000006", "", ""), ("999999", "130000000007", "", ""),
    ]  # fmt: skip
    done = _back(people, *rows)
    assert (done.rows, done.collected, done.verified, done.waiting, done.not_opened) == (7, 2, 0, 1, 1)
    # Who brought the accounts does not alone bring the bank's yes; another person takes the same list.
    assert _back(people, *rows).verified == 0
    again = _back(people, *rows, by="lanh.dao")
    assert (again.collected, again.unchanged, again.verified, again.waiting) == (0, 2, 1, 0)
    assert dict(done.held) == {5: "nothing_said", 7: "account_invalid", 8: "no_consent", 9: "person_unknown"}
    now = {row.person_id: (row.state, row.number) for row in FinancialAddress.objects.filter(valid_to=None)}
    assert now[right.id] == ("VERIFIED", "130000000001")
    assert now[other_name.id] == ("COLLECTED", "130000000002"), "another's name verifies nothing"
    assert now[disagrees.id] == ("NOT_OPENED", "")
    before = FinancialAddress.objects.count()
    again = _back(people, *rows)
    assert (again.collected, again.unchanged, FinancialAddress.objects.count()) == (0, 2, before)
    assert _back(people, (str(right.id), "130000000099", "", "")).held == ((3, "has_account"),)


def test_what_is_no_such_list_or_no_consent_is_refused(people: list[Person]) -> None:
    with pytest.raises(Refused) as refusal:
        opening.take_opened(
            sheets=[sheets.Sheet("x", [["Họ tên"]])], bank_bin=BANK, file_name="x.xlsx", by="can.bo", at=AT
        )
    assert refusal.value.reason == "answers_not_recognised"
    for changes, reason in (
        ({"bank_bin": "000000"}, "bank_unknown"), ({"document": " "}, "document_missing"), ({"person_id": 999_999}, "person_unknown"),
        ({"by": "soan.luat"}, "role_not_allowed"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            _agrees(people[5], **changes)
        assert refusal.value.reason == reason
    assert not AccountConsent.objects.filter(person=people[5]).exists()
