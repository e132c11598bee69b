"""Whose account is it: equal names verify, close ones wait for a second person, another's un-verifies, a changed one cools off."""

import argparse
import contextlib
import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from ansinh.base.refusals import Refused
from ansinh.office.models import Agency, AuditEvent, Staff
from ansinh.payment.gateways import AccountQuery, NameCheck
from ansinh.people import operations, sheets, verification
from ansinh.people.models import FinancialAddress, HolderCheck, Person
from ansinh.people.verification import Answer
from ansinh.project import asking
from ansinh.project.work import account
from tests.integration import makers
from tests.integration.fake_bank import FakeBank

AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _office(database: None) -> None:
    makers.staff()
    operations.load_banks()


def payee(name: str, state: str = "COLLECTED", *, area: str = "19777") -> Person:
    made = makers.person(area=area)
    Person.objects.filter(pk=made.pk).update(full_name=name)
    made.full_name = name
    makers.address(made, state)
    return made


def state(about: Person) -> str:
    return FinancialAddress.objects.get(person=about, valid_to=None).state


def answer(about: Person, name: str, row: int = 2) -> Answer:
    address = FinancialAddress.objects.get(person=about, valid_to=None)
    return Answer(row, address.bank_bin, address.number, name)


def record(*answers: Answer, by: str = "can.bo") -> verification.Outcome:
    return verification.record_answers(by=by, at=AT, source="Ngân hàng thử", answers=answers)


def decided(check: int, accept: bool = True, by: str = "lanh.dao", note: str = "đã đối chiếu") -> str:
    try:
        verification.decide(by=by, at=AT, check=check, is_accepted=accept, note=note)
    except Refused as refusal:
        return refusal.reason
    return ""


def test_each_answer_does_what_it_says() -> None:
    equal, close, other, masked, none = (payee(f"Nguyễn Thị {word}") for word in ("An", "Lý", "Hoa", "Mai", "Tý"))
    paying = payee("Trần Thị Bé", "PAYING")
    outcome = record(
        answer(equal, "NGUYEN THI AN"), answer(close, "NGUYEN THI LI", 3), answer(other, "TRAN VAN TEO", 4),
        answer(masked, "N*** T** M**", 5), answer(none, "", 6), answer(paying, "LE VAN TAM", 7),
        Answer(8, "970405", "99999999", "NGUYEN THI AN"),
    )  # fmt: skip
    assert outcome.statuses == {"RCVC": 1, "RVMC": 2, "RVNM": 2, "RVNA": 1}
    assert (outcome.verified, outcome.unverified, outcome.waiting, outcome.unknown_rows) == (1, 1, 2, (8,))
    assert [state(one) for one in (equal, close, other, masked, none, paying)] == ["VERIFIED", *["COLLECTED"] * 5]


def test_the_same_answers_again_change_nothing() -> None:
    close, equal = payee("Thạch Sa Ra"), payee("Nguyễn Thị An")
    answers = (answer(close, "THACH SARA"), answer(equal, "NGUYEN THI AN", 3))
    record(*answers)
    before = (HolderCheck.objects.count(), FinancialAddress.objects.count(), AuditEvent.objects.count())
    assert record(*answers).verified == 0
    assert (HolderCheck.objects.count(), FinancialAddress.objects.count(), AuditEvent.objects.count()) == before


def test_the_number_of_statements_does_not_grow(django_assert_max_num_queries: object) -> None:
    people = [payee(f"Nguyễn Thị {number}") for number in range(40)]
    answers = [answer(one, one.full_name, row) for row, one in enumerate(people, 2)]
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        assert record(*answers).verified == 40


def test_a_close_name_waits_for_a_second_person() -> None:
    close = payee("Nguyễn Thị Lý")
    record(answer(close, "NGUYEN THI LI"))
    (row,) = verification.pending([close.area_id])
    assert (row.full_name, row.bank_name, row.kind) == ("Nguyễn Thị Lý", "NGUYEN THI LI", "y hay i")
    assert decided(row.id, by="can.bo") == "second_person_required"
    assert decided(row.id, note="  ") == "note_missing"
    assert decided(row.id, by="soan.luat") == "role_not_allowed"
    assert decided(999_999) == "check_unknown"
    assert state(close) == "COLLECTED"
    assert decided(row.id) == ""
    assert decided(row.id) == "", "the same button twice is one decision"
    assert decided(row.id, accept=False) == "check_decided"
    assert state(close) == "VERIFIED"
    assert verification.pending([close.area_id]) == []
    assert AuditEvent.objects.filter(action="holder_decided").count() == 1


def test_a_refused_name_does_not_wait_again_when_the_bank_says_the_same() -> None:
    close = payee("Lê Văn Bảy")
    record(answer(close, "LE VAN TAY"))
    (row,) = verification.pending([close.area_id])
    assert decided(row.id, accept=False) == ""
    record(answer(close, "LE VAN TAY"))
    assert (state(close), verification.pending([close.area_id])) == ("COLLECTED", [])


def test_a_decision_about_an_account_that_has_changed_is_refused() -> None:
    close = payee("Lê Văn Bảy")
    record(answer(close, "LE VAN TAY"))
    (row,) = verification.pending([close.area_id])
    operations.set_financial_address(
        by="can.bo", at=AT, person_id=close.id, state="COLLECTED", bank_bin="970436", number="12345678"
    )
    assert decided(row.id) == "check_outdated"
    assert verification.pending([close.area_id]) == []


def test_two_payees_of_one_account_need_a_mandate() -> None:
    mother, child = payee("Nguyễn Thị An"), payee("Nguyễn Thị An")
    number = FinancialAddress.objects.get(person=mother).number
    FinancialAddress.objects.filter(person=child).update(number=number)
    outcome = record(answer(mother, "NGUYEN THI AN"))
    assert (outcome.verified, outcome.waiting) == (0, 2)
    assert {row.kind for row in verification.pending([mother.area_id])} == {"tài khoản dùng chung"}
    makers.mandate(child, mother)
    assert record(answer(mother, "NGUYEN THI AN")).verified == 2


def test_an_account_and_the_banks_yes_from_one_hand_wait_for_another_person() -> None:
    woman = payee("Lê Thị Bảy", "NOT_OPENED")
    given = {"person_id": woman.id, "bank_bin": "970436", "number": "12345678", "at": AT}
    operations.set_financial_address(by="can.bo", state="COLLECTED", **given)
    outcome = record(answer(woman, "LE THI BAY"))
    assert (outcome.verified, outcome.waiting, state(woman)) == (0, 1, "COLLECTED")
    (row,) = verification.pending([woman.area_id])
    assert row.kind == "một người nhập cả hai"
    assert decided(row.id, by="can.bo") == "second_person_required"
    assert decided(row.id) == "" and state(woman) == "VERIFIED"
    # Sent back by the bank and brought again by the same hand, it waits again; from another hand it does not.
    moved = {"at": AT, "person_id": woman.id}
    operations.set_financial_address(by="lanh.dao", state="COLLECTED", bank_bin="970436", number="12345678", **moved)
    assert FinancialAddress.objects.get(person=woman, valid_to=None).entered_by == "can.bo", "moved, not brought anew"
    operations.set_financial_address(by="xa", state="COLLECTED", bank_bin="970436", number="87654321", **moved)
    assert record(answer(woman, "LE THI BAY")).verified == 1


def test_what_a_bank_tells_our_own_question_needs_no_second_hand() -> None:
    woman = payee("Lê Thị Tám", "NOT_OPENED")
    operations.set_financial_address(
        by="can.bo", at=AT, person_id=woman.id, state="COLLECTED", bank_bin="970436", number="12345678"
    )
    address = FinancialAddress.objects.get(person=woman, valid_to=None).id
    found = verification.record_findings(findings={address: ("MTCH", "LE THI TAM")}, source="NH", at=AT)
    assert found.verified == 1


def test_the_database_itself_wants_a_second_person() -> None:
    close = payee("Lê Văn Bảy")
    record(answer(close, "LE VAN TAY"))
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        HolderCheck.objects.update(decision="ACCEPTED", decided_by="can.bo", note="x")


def test_a_commune_s_officer_reaches_her_own_people_only() -> None:
    here, there = payee("Nguyễn Thị Lý"), payee("Nguyễn Thị My", area="19789")
    agency = Agency.objects.create(name="UBND", kind="commune", area_id=makers.commune())
    Staff.objects.create(username="xa", full_name="xã", agency=agency, role="commune_officer", password="!")
    with account.acting(asking.sight_of("xa")):
        outcome = record(answer(here, "NGUYEN THI LY"), by="xa")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM people_financialaddress WHERE person_id = %s", [there.id])
            assert cursor.fetchone() == (0,)
    assert outcome.verified == 1


# ── the bank's list ──────────────────────────────────────────────────────────────────────────────────────────────────


def arguments(file: Path, **given: object) -> argparse.Namespace:
    return argparse.Namespace(
        **{"file": str(file), "province": None, "area": "19777", "source": None, "user": "can.bo", **given}
    )


def test_a_list_goes_out_without_names_and_comes_back_with_them(tmp_path: Path) -> None:
    equal, other = payee("Nguyễn Thị An"), payee("Nguyễn Thị Hoa")
    file = tmp_path / "hoi.xlsx"
    assert account.ask(arguments(file))["accounts"] == 2
    (asked,) = sheets.read(file, file.read_bytes())
    text = " ".join(str(cell) for row in asked.rows for cell in row)
    assert "Nguyễn" not in text and "NGUYEN" not in text
    names = {
        FinancialAddress.objects.get(person=equal).number: "NGUYEN THI AN",
        FinancialAddress.objects.get(person=other).number: "PHAN VAN BA",
    }
    answered = tmp_path / "tra-loi.csv"
    # The bank puts a line of its own on top, and sends text.
    lines = ["KẾT QUẢ TRA CỨU;;;;", ";".join(map(str, asked.rows[0]))]
    lines += [";".join([*map(str, row[:4]), names[str(row[3])]]) for row in asked.rows[1:]]
    answered.write_text("\n".join(lines), encoding="utf8")
    answer = account.answers(arguments(answered))
    assert (answer["rows"], answer["match"], answer["another_name"], answer["verified"]) == (2, 1, 1, 1)
    assert account.ask(arguments(tmp_path / "lan-2.xlsx"))["accounts"] == 1
    with pytest.raises(Refused) as refused:
        account.ask(arguments(file))
    assert refused.value.reason == "file_exists"


def test_a_list_without_its_three_columns_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "la.csv"
    file.write_text("STT,Số tài khoản\n1,123456\n", encoding="utf8")
    with pytest.raises(Refused) as refused:
        account.answers(arguments(file))
    assert refused.value.reason == "answers_not_recognised"


# ── a changed account ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_changed_account_cools_off_and_a_first_one_does_not() -> None:
    first, changed = makers.person(), payee("Nguyễn Thị An", "PAYING")
    for one, number in ((first, "11112222"), (changed, "33334444")):
        operations.set_financial_address(
            by="can.bo.xa", at=AT, person_id=one.id, state="COLLECTED", bank_bin="970436", number=number
        )
    until = datetime.date(2026, 11, 25)
    assert FinancialAddress.objects.get(person=first, valid_to=None).cooling_until is None
    assert FinancialAddress.objects.get(person=changed, valid_to=None).cooling_until == until
    # Verified by the bank it still waits; and going there by two steps is no way around.
    assert record(answer(changed, "NGUYEN THI AN")).verified == 1
    assert FinancialAddress.objects.get(person=changed, valid_to=None).cooling_until == until


class _Register:
    """A connected provider that knows some accounts by name."""

    # It answers at once, not by a file.
    capabilities = argparse.Namespace(can_ask_holders=False)

    def __init__(self, **names: str) -> None:
        self.names = names

    def verify(self, queries: Iterable[AccountQuery]) -> Iterator[NameCheck]:
        for query in queries:
            name = self.names.get(f"n{query.account_number}")
            yield NameCheck("RCVC" if name else "RVNM", name, "*" in (name or ""))


def _inquired(monkeypatch: pytest.MonkeyPatch, gateway: object) -> dict[str, Any]:
    makers.provider()
    monkeypatch.setattr(account.bootstrap, "gateway_to", lambda provider: contextlib.nullcontext(gateway))
    arguments = argparse.Namespace(provider="TESTBANK", user="can.bo", area="19777", province=None)
    return account.inquire(arguments)


def test_a_connected_provider_is_asked_and_its_answers_do_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    equal, close, masked, none = (payee(f"Nguyễn Thị {word}") for word in ("An", "Lý", "Mai", "Tý"))
    numbers = {one.id: FinancialAddress.objects.get(person=one).number for one in (equal, close, masked, none)}
    register = _Register(
        **{
            f"n{numbers[equal.id]}": "NGUYEN THI AN", f"n{numbers[close.id]}": "NGUYEN THI LI",
            f"n{numbers[masked.id]}": "N***** T** M**",
        }
    )  # fmt: skip
    told = _inquired(monkeypatch, register)
    assert (told["rows"], told["match"], told["close"], told["verified"]) == (4, 1, 2, 1)
    assert [state(one) for one in (equal, close, masked, none)] == ["VERIFIED", "COLLECTED", "COLLECTED", "COLLECTED"]


def test_a_provider_that_cannot_tell_names_is_refused_by_name_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = payee("Nguyễn Thị An")
    with pytest.raises(Refused) as refusal:
        _inquired(monkeypatch, FakeBank())
    assert refusal.value.reason == "gateway_cannot_verify"
    assert state(waiting) == "COLLECTED"
