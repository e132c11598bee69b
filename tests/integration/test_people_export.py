"""A commune's register out as a list and in again: nothing changes, no formula comes to life, no health is told."""

import datetime
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from ansinh.office import queries as office
from ansinh.people import exporting, importing, operations
from ansinh.people.lists import open_list
from ansinh.people.models import FinancialAddress, Person
from tests.integration import makers

pytestmark = pytest.mark.usefixtures("database")
AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
VILLAGES = ["Tổ 1", '"Tổ" A', '=HYPERLINK("http://x")', "+84", "-1", "@cmd", "'Tổ'", "  Tổ  2 ", "1e5", "Tổ\t3", ""]


def _area() -> int:
    return office.find_commune("19777", AT.date()).id


def _register() -> None:
    operations.load_banks()
    for number, village in enumerate(VILLAGES):
        person = makers.person(born="1950-02-01", hiv="true" if number == 0 else "false")
        Person.objects.filter(pk=person.pk).update(
            full_name="Lê Thị Sen",
            name_fold="le thi sen",
            national_id=f"046150{number:06d}",
            village=village,
            ethnicity="Kinh",
            phone="0912345678" if number % 2 else "+84 912",
            birth_precision=("day", "month", "year")[number % 3],
            birth_date=datetime.date(1950, 2, 1) if number % 3 < 2 else datetime.date(1950, 1, 1),
        )
        makers.address(person, "COLLECTED" if number else "NOT_OPENED")
    # Two who share one account, as mother and child do.
    FinancialAddress.objects.filter(person__national_id__in=["046150000003", "046150000004"]).update(number="77770000")
    makers.person()
    makers.person(died="2026-01-01")


def _import(content: bytes, kind: str) -> importing.ImportResult:
    rows = open_list(f"ds.{kind}", content, kept=(), on=AT.date()).rows
    return importing.import_list(rows, area_id=_area(), file_sha256="0" * 64, is_trial=False, by="t", at=AT)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_same_list_back_changes_nothing(kind: str) -> None:
    _register()
    exported = exporting.export_list(area_id=_area(), kind=kind, by="t", at=AT)
    assert (exported.people, dict(exported.left_out)) == (len(VILLAGES), {"deceased": 1, "name": 1})
    before = list(Person.objects.order_by("id").values_list()), list(FinancialAddress.objects.values_list())
    result = _import(exported.content, kind)
    assert (result.created, result.updated, result.unchanged, len(result.held)) == (0, 0, len(VILLAGES), 0)
    assert (list(Person.objects.order_by("id").values_list()), list(FinancialAddress.objects.values_list())) == before


def test_a_csv_has_no_cell_that_a_spreadsheet_would_run_and_no_health() -> None:
    _register()
    text = exporting.export_list(area_id=_area(), kind="csv", by="t", at=AT).content.decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    for cell in text.replace("\r\n", ",").split(","):
        assert cell.strip('"')[:1] not in {"=", "+", "-", "@", "\t"}, cell
    assert "hiv" not in text.lower()


def test_numbers_keep_their_zeros_as_text() -> None:
    _register()
    content = exporting.export_list(area_id=_area(), kind="xlsx", by="t", at=AT).content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert "046150000000" in {row[4] for row in rows}
    assert {str(row[2]) for row in rows[1:]} == {"01/02/1950", "02/1950", "1950"}


def test_the_number_of_statements_does_not_depend_on_the_people() -> None:
    with CaptureQueriesContext(connection) as few:
        exporting.export_list(area_id=_area(), kind="csv", by="t", at=AT)
    _register()
    with CaptureQueriesContext(connection) as many:
        exporting.export_list(area_id=_area(), kind="csv", by="t", at=AT)
    assert len(few) == len(many)
