"""Lists of other agencies (civil registry, health insurance, schools) as events, row by row: matched for sure, or held with a reason.

A person is found by identity number, whose name must agree; without a number by name and day of birth, when only one in sight has both.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from ansinh.base.names import fold
from ansinh.base.refusals import Refused
from ansinh.entitlement import events
from ansinh.people.models import Person
from ansinh.people.sheets import Sheet
from ansinh.standards.iso20022.fields import Unreadable
from ansinh.standards.sheets import cells
from ansinh.standards.sheets.workbook import Cell

# What a heading's words mean, folded; the first that fits wins.
_HEADINGS = (
    ("national_id", ("dinh danh", "cccd", "can cuoc", "so cmnd")),
    ("happened_on", ("ngay mat", "ngay chet", "ngay su kien", "ngay thoi hoc", "tu ngay", "ngay thay doi")),
    ("birth_date", ("ngay sinh", "sinh ngay", "ngay thang nam sinh")),
    ("name", ("ho va ten", "ho ten", "ten")),
    ("document", ("giay to", "so giay", "giay chung tu", "so quyet dinh")),
)
_NEEDED = frozenset({"name", "happened_on"})
_LOOKED_AT = 30
REASONS = {
    "date": ("Ngày không đọc được. Hãy ghi ngày/tháng/năm.", "The day cannot be read."),
    "nobody": ("Không tìm thấy người này trong địa bàn.", "Nobody of that name and birth in the area."),
    "several": ("Có nhiều người trùng họ tên và ngày sinh. Hãy ghi số định danh.", "Several people share name and birth. Give the number."),
    "name_differs": ("Số định danh này thuộc người có họ tên khác. Hãy đối chiếu giấy tờ.", "The number belongs to somebody of another name."),
    "already_dead": ("Người này đã được ghi là đã mất.", "The death of this person is known."),
    "refused": ("Hệ thống không nhận biến động này.", "The event was refused."),
}  # fmt: skip


@dataclass(frozen=True)
class HeldEvent:
    """A row that became no event; `row` is its number on the sheet."""

    row: int
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """What a list did: rows read, events told (known ones count as told before), rows held."""

    rows: int
    told: int
    known: int
    held: tuple[HeldEvent, ...]


def _columns(row: Sequence[Cell]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(row):
        words = fold(cells.text(cell))
        field = next(
            (name for name, keys in _HEADINGS if name not in found and any(key in words for key in keys)), None
        )
        if words and field:
            found[field] = place
    return found


def _heading(sheets: Sequence[Sheet]) -> tuple[Sheet, int, dict[str, int]]:
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:_LOOKED_AT]):
            columns = _columns(row)
            if columns.keys() >= _NEEDED:
                return sheet, number, columns
    raise Refused(
        "heading_not_found",
        vi="Không tìm thấy dòng tiêu đề có “Họ và tên” và “Ngày mất” (hoặc “Ngày sự kiện”). Hãy kiểm tra tệp.",
        en="No heading with a name and the day of the event was found.",
    )


def take(
    sheets: Sequence[Sheet], *, kind: str, value: str, source: str, document: str, by: str, at: datetime.datetime
) -> Taken:
    """This will tell an event for each row of a list that names one person for sure. The same list again tells nothing new.

    Raises:
        Refused: `heading_not_found`, and what `events.record` refuses of all rows alike.
    """
    sheet, above, columns = _heading(sheets)
    rows, told, known, held = 0, 0, 0, []
    for number, row in enumerate(sheet.rows[above + 1 :], above + 2):
        read = {name: row[place] if place < len(row) else None for name, place in columns.items()}
        if not cells.text(read["name"]).strip():
            continue
        rows += 1
        found = _person(read)
        day = _day(read["happened_on"])
        reason = "date" if day is None else found if isinstance(found, str) else ""
        if not reason and isinstance(found, Person) and kind == events.DEATH and found.death_date is not None:
            reason = "already_dead"
        if not reason:
            assert isinstance(found, Person) and day is not None, "a row without a reason names a person and a day"
            before = events.told(found.id, kind, value, day)
            paper = cells.text(read.get("document")).strip() or document
            try:
                events.record(
                    person_id=found.id, kind=kind, value=value, happened_on=day, source=source, document=paper, by=by, at=at
                )  # fmt: skip
            except Refused as refusal:
                if refusal.reason in {"role_not_allowed", "event_impossible", "document_missing", "staff_unknown"}:
                    raise
                reason = "refused"
            else:
                known, told = known + before, told + (not before)
        if reason:
            held.append(HeldEvent(number, reason, tuple(cells.text(cell) for cell in row)))
    return Taken(rows, told, known, tuple(held))


def _day(cell: Cell) -> datetime.date | None:
    try:
        return cells.day(cell)
    except Unreadable:
        return None


def _person(read: dict[str, Cell]) -> Person | str:
    """Return the one person whom a row names, as far as the caller's scope reaches, or the reason why there is none."""
    name, number = fold(cells.text(read["name"])), cells.number(read.get("national_id"))
    people = Person.objects.filter(merged_into=None)
    if number:
        person = people.filter(national_id=number).first()
        return "nobody" if person is None else person if person.name_fold == name else "name_differs"
    born = _day(read.get("birth_date"))
    if born is None:
        return "date"
    found = list(people.filter(name_fold=name, birth_date=born)[:2])
    return "nobody" if not found else found[0] if len(found) == 1 else "several"
