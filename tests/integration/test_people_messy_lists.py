"""Every mess that communes send, one by one and many at once: exactly the rows held that deserve it, and the fixed sheet clean."""

import datetime
import io

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from ansinh.base.names import fold
from ansinh.office import queries as office
from ansinh.people import importing
from ansinh.people.held_copy import held_workbook, preview_workbook
from ansinh.people.lists import OpenedList, open_list
from ansinh.people.models import FinancialAddress, Person
from tests.integration import messy_lists
from tests.integration.messy_lists import MESSES, Draft

pytestmark = pytest.mark.usefixtures("database")
AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
# Laid over one list one after the other; the last one is the font in which everything was typed.
TOGETHER = (
    "letterhead",
    "merged heading",
    "page breaks",
    "half years",
    "wrong cards",
    "rounded accounts",
    "wrong sexes",
)


def _open(content: bytes) -> OpenedList:
    return open_list("ds.xlsx", content, kept=(), on=AT.date())


def _take(opened: OpenedList, *, is_trial: bool = False) -> importing.ImportResult:
    area = office.find_commune("19777", AT.date()).id
    return importing.import_list(opened.rows, area_id=area, file_sha256="0" * 64, is_trial=is_trial, by="t", at=AT)


def _fixed(sheet: bytes, draft: Draft, opened: OpenedList) -> bytes:
    """Put the held sheet right as an officer would: find the row by its running number, write what belongs there."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    titles = [fold(str(title)) for title in rows[0]]
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, rows[0])
        for line, row in enumerate(rows[1:], 1):
            entry = int(row[1 + opened.heading.columns["number"]]) - 1
            for column, right in draft.right[entry].items():
                # What was converted from an old font is right already.
                if draft.held[entry] != "font_differs":
                    row[column + 1] = right
            page.write_row(line, 0, row)
    assert (titles[0], titles[-1]) == ("dong", "ly do tam giu")
    return packed.getvalue()


def _everybody_is_there(draft: Draft, seed: int) -> None:
    clean = messy_lists.clean(seed)
    wanted = {entry[messy_lists.CARD]: entry for entry in clean.entries}
    found = {person.national_id: person for person in Person.objects.all()}
    assert found.keys() == wanted.keys()
    numbers = dict(FinancialAddress.objects.filter(valid_to=None).values_list("person__national_id", "number"))
    for card, entry in wanted.items():
        person = found[card]
        assert (person.full_name, person.village) == (entry[messy_lists.NAME], entry[messy_lists.VILLAGE])
        assert f"{person.birth_date:%d/%m/%Y}" == entry[messy_lists.BIRTH]
        assert numbers[card] == entry[messy_lists.ACCOUNT]


def _run(draft: Draft, seed: int) -> None:
    content, held = messy_lists.workbook(draft)
    opened = _open(content)
    trial = _take(opened, is_trial=True)
    assert Person.objects.count() == 0
    result = _take(opened)
    assert {row.row: row.reason for row in result.held} == held
    assert dict(trial.fates) == dict(result.fates)
    assert len(result.fates) == len(draft.entries)
    assert {coding.coding for coding in opened.codings} == draft.codings
    if held:
        before = dict(Person.objects.values_list("national_id", "recorded_at"))
        fixed = _open(_fixed(held_workbook(opened.heading, result.held, "vi"), draft, opened))
        again = _take(fixed)
        assert (again.created, again.held) == (len(held), [])
        assert again.rows == len(held), "only the held rows are touched"
        assert before.items() <= dict(Person.objects.values_list("national_id", "recorded_at")).items()
    _everybody_is_there(draft, seed)
    # The whole list once more: nobody is new, nobody changes; only what was wrong in it is held again.
    assert _take(opened).created == 0


@pytest.mark.parametrize("mess", MESSES)
def test_one_mess_holds_exactly_what_deserves_it(mess: str) -> None:
    seed = 11
    draft = messy_lists.clean(seed)
    MESSES[mess](draft)
    _run(draft, seed)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("last", ["TCVN3", "VNI", "decomposed letters"])
def test_many_messes_at_once(seed: int, last: str) -> None:
    draft = messy_lists.clean(seed)
    for mess in (*TOGETHER, last):
        MESSES[mess](draft)
    _run(draft, seed)


def test_the_preview_sheet_tells_every_row_before_anything_is_written() -> None:
    draft = messy_lists.clean(5)
    MESSES["wrong cards"](draft)
    opened = _open(messy_lists.workbook(draft)[0])
    trial = _take(opened, is_trial=True)
    sheet = preview_workbook(opened.heading, trial.fates, "vi")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert len(rows) == 1 + len(draft.entries)
    assert sum(row[-2] == "tạm giữ" for row in rows) == len(draft.held) == sum(bool(row[-1]) for row in rows[1:])
    assert Person.objects.count() == 0


def test_a_held_sheet_that_nobody_fixed_is_held_again_as_the_same_sheet() -> None:
    draft = messy_lists.clean(5)
    MESSES["wrong days"](draft)
    MESSES["letterhead"](draft)
    opened = _open(messy_lists.workbook(draft)[0])
    first = held_workbook(opened.heading, _take(opened).held, "vi")
    reopened = _open(first)
    second = held_workbook(reopened.heading, _take(reopened).held, "vi")
    as_rows = [
        CalamineWorkbook.from_filelike(io.BytesIO(one)).get_sheet_by_index(0).to_python() for one in (first, second)
    ]
    assert as_rows[0] == as_rows[1]
