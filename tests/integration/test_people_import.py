"""A commune's list into the register: each row's fate, a second time, in a trial, and in a constant number of statements."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ansinh.office import queries as office
from ansinh.people import headings, importing, operations, reading, sheets, twins
from ansinh.people.models import DuplicatePair, FinancialAddress, Mandate, Person, PersonCorrection
from ansinh.people.reading import GoodRow
from tests.integration.visiting import page, working

pytestmark = pytest.mark.usefixtures("database")
LISTS = Path(__file__).parents[1] / "fixtures" / "lists"
SAMPLE = LISTS / "danh-sach-vy-da.xlsx"
AT = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)


def _area(code: str = "19777") -> int:
    return office.find_commune(code, AT.date()).id


def _take(rows: list, *, area: str = "19777", is_trial: bool = False) -> importing.ImportResult:
    return importing.import_list(rows, area_id=_area(area), file_sha256="0" * 64, is_trial=is_trial, by="t", at=AT)


def _sample() -> list:
    heading = headings.find(sheets.read(SAMPLE, sheets.read_bytes(SAMPLE)), SAMPLE.name)
    return list(reading.read_rows(heading, AT.date()))


def _row(index: int = 1, /, **changes: Any) -> GoodRow:
    values: dict[str, Any] = {
        "row": 4 + index,
        "full_name": "Lê Thị Sen",
        "sex": "female",
        "birth_date": datetime.date(1950, 2, 1),
        "national_id": f"0461500{index:05d}",
        "village": "Tổ 1",
        "ethnicity": "",
        "phone": "",
        "bank_bin": "970405",
        "number": f"10000{index:05d}",
        "holder_name": "LE THI SEN",
        "has_delegate": False,
    }
    return GoodRow(**(values | changes))


def test_the_sample_holds_exactly_what_it_should() -> None:
    expected = json.loads((LISTS / "danh-sach-vy-da.expected.json").read_text(encoding="utf8"))["expected"]
    result = _take(_sample())
    assert result.rows == expected["rows"]
    assert {str(row.row): row.reason for row in result.held} == expected["held"]
    assert (result.created, result.updated, result.unchanged) == (expected["good"], 0, 0)
    assert Person.objects.count() == expected["good"]
    assert FinancialAddress.objects.filter(valid_to=None).count() == expected["good"], (
        "every person has a row of the funnel"
    )
    assert set(FinancialAddress.objects.values_list("state", flat=True)) == {"COLLECTED", "NOT_OPENED"}
    assert Mandate.objects.count() == 0, "a delegate without a document is only noted"
    assert result.without_document == [17, 34, 52]


def test_a_second_time_changes_nothing() -> None:
    _take(_sample())
    before = (
        list(Person.objects.order_by("id").values_list()),
        list(FinancialAddress.objects.order_by("id").values_list()),
    )
    again = _take(_sample())
    assert (again.created, again.updated, again.unchanged) == (0, 0, 42)
    assert (
        list(Person.objects.order_by("id").values_list()),
        list(FinancialAddress.objects.order_by("id").values_list()),
    ) == before


def test_a_trial_counts_the_same_and_leaves_nothing() -> None:
    trial = _take(_sample(), is_trial=True)
    assert (trial.created, len(trial.held)) == (42, 18)
    assert Person.objects.count() == FinancialAddress.objects.count() == 0


def test_an_empty_field_erases_nothing_and_a_new_one_is_taken() -> None:
    _take([_row(phone="0912345678")])
    result = _take([_row(village="Tổ 9", number="", bank_bin="", holder_name="")])
    assert (result.updated, result.unchanged) == (1, 0)
    person = Person.objects.get()
    assert (person.village, person.phone) == ("Tổ 9", "0912345678")
    assert FinancialAddress.objects.get(valid_to=None).number == "1000000001"


def test_a_collected_account_may_change_by_list_and_keeps_its_history() -> None:
    _take([_row()])
    assert _take([_row(number="9999999999")]).updated == 1
    assert list(FinancialAddress.objects.order_by("id").values_list("number", "valid_to")) == [
        ("1000000001", AT.date()),
        ("9999999999", None),
    ]


def test_an_account_in_use_never_changes_by_list() -> None:
    _take([_row()])
    person = Person.objects.get()
    for state in ("VERIFIED", "PAYING"):
        operations.set_financial_address(by="t", at=AT, person_id=person.id, state=state)
        assert [row.reason for row in _take([_row(number="9999999999")]).held] == ["account_in_use_differs"]
    assert FinancialAddress.objects.get(valid_to=None).number == "1000000001"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"full_name": "Lê Thị Hoa"}, "differs_from_register"),
        ({"birth_date": datetime.date(1950, 2, 2)}, "differs_from_register"),
        ({"national_id": "046150099999", "full_name": "Người Khác"}, "account_of_another"),
    ],
)
def test_what_contradicts_the_register_is_held(changes: dict[str, Any], reason: str) -> None:
    _take([_row()])
    result = _take([_row(**changes)])
    assert [row.reason for row in result.held] == [reason]
    assert (result.created, result.updated, result.unchanged) == (0, 0, 0)


def test_a_person_of_another_commune_and_a_deceased_one_are_held() -> None:
    _take([_row(1), _row(2)])
    operations.record_death(
        by="t",
        at=AT,
        person_id=Person.objects.get(national_id="046150000002").id,
        death_date=datetime.date(2026, 11, 1),
    )
    assert [row.reason for row in _take([_row(1)], area="19789").held] == ["registered_elsewhere"]
    assert [row.reason for row in _take([_row(2)]).held] == ["deceased"]


def test_an_incomplete_birth_date_of_the_register_is_completed() -> None:
    _take([_row()])
    Person.objects.update(birth_date=datetime.date(1950, 1, 1), birth_precision="year")
    assert _take([_row()]).updated == 1
    assert Person.objects.get().birth_date == datetime.date(1950, 2, 1)


def test_what_the_register_said_before_stays_readable() -> None:
    _take([_row(phone="0912345678")])
    Person.objects.update(birth_date=datetime.date(1950, 1, 1), birth_precision="year")
    _take([_row(village="Tổ 9", phone="0912345678", ethnicity="Kinh")])
    kept = PersonCorrection.objects.order_by("field").values_list("field", "before", "after", "recorded_by")
    assert list(kept) == [
        ("birth_date", "1950", "1950-02-01", "t"), ("ethnicity", "", "Kinh", "t"), ("village", "Tổ 1", "Tổ 9", "t"),
    ]  # fmt: skip
    person = Person.objects.get()
    shown = page(working("commune_officer", "19777"), f"/nguoi/{person.id}/")
    assert "Ngày sinh: 1950 → <strong>01/02/1950</strong>" in shown and "Dân tộc: – → <strong>Kinh</strong>" in shown
    assert _take([_row(village="Tổ 9")]).unchanged == 1 and PersonCorrection.objects.count() == 3
    _take([_row(village="Tổ 3")], is_trial=True)
    assert PersonCorrection.objects.count() == 3, "a trial leaves nothing"


def test_the_night_looks_again_at_a_birthday_that_became_whole() -> None:
    long_ago = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    _take([_row(), _row(2, full_name="Lê Thị Xen", number="", bank_bin="", holder_name="")])
    Person.objects.filter(national_id="046150000001").update(
        birth_date=datetime.date(1950, 1, 1), birth_precision="year"
    )
    Person.objects.update(recorded_at=long_ago)
    FinancialAddress.objects.update(recorded_at=long_ago)
    assert twins.find(since=AT, at=AT) == 0
    _take([_row()])
    assert twins.find(since=AT, at=AT) == 1 and DuplicatePair.objects.get().kind == "likely"


def test_the_number_of_statements_does_not_depend_on_the_rows() -> None:
    with CaptureQueriesContext(connection) as few:
        _take([_row(1)])
    with CaptureQueriesContext(connection) as many:
        _take([_row(number) for number in range(2, 402)])
    assert len(few) == len(many) > 5
