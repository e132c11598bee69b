"""Lists of other agencies (civil registry, health insurance, schools) as events, row by row: matched for sure, or held with a reason.

A person is found by identity number, whose name must agree; without a number by name and day of birth, when only one in sight has both.
A birth is told of the parent whose number the row gives; a move needs the commune of arrival, by code or by name.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from ansinh.base.names import fold, normalise
from ansinh.base.refusals import Refused
from ansinh.entitlement import events
from ansinh.office import queries as office
from ansinh.people.models import Person
from ansinh.people.sheets import Sheet
from ansinh.standards.iso20022.fields import Unreadable
from ansinh.standards.sheets import cells
from ansinh.standards.sheets.workbook import Cell

# What a heading's words mean, folded; the first that fits wins.
_HEADINGS = (
    ("sex", ("gioi tinh",)),
    ("to", ("noi den", "xa den", "noi cu tru moi", "chuyen den")),
    ("national_id", ("dinh danh", "cccd", "can cuoc", "so cmnd")),
    (
        "happened_on",
        ("ngay mat", "ngay chet", "ngay su kien", "ngay thoi hoc", "tu ngay", "ngay thay doi", "ngay chuyen"),
    ),
    ("birth_date", ("ngay sinh", "sinh ngay", "ngay thang nam sinh")),
    ("name", ("ho va ten", "ho ten", "ten")),
    ("document", ("giay to", "so giay", "giay chung tu", "so quyet dinh")),
)
# What a list must have at least, by what it tells.
_NEEDED = {
    events.BIRTH: frozenset({"name", "birth_date", "parent_id"}),
    events.MOVE: frozenset({"name", "happened_on", "to"}),
    events.HOUSEHOLD_MOVE: frozenset({"name", "happened_on", "to"}),
}
_NEEDED_OF_OTHERS = frozenset({"name", "happened_on"})
_SEXES = {"nu": "female", "nam": "male", "gai": "female", "trai": "male"}
# The same of the parent, where the heading says whose it is: their day of birth is nobody's event.
_OF_PARENT = (("parent_id", ("dinh danh", "cccd", "can cuoc", "so cmnd")), ("parent_name", ("ten",)))
_PARENTS = frozenset({"me", "cha", "bo"})
_LOOKED_AT = 30
REASONS = {
    "date": ("Ngày không đọc được. Hãy ghi ngày/tháng/năm.", "The day cannot be read."),
    "nobody": ("Không tìm thấy người này trong địa bàn.", "Nobody of that name and birth in the area."),
    "several": ("Có nhiều người trùng họ tên và ngày sinh. Hãy ghi số định danh.", "Several people share name and birth. Give the number."),
    "name_differs": ("Số định danh này thuộc người có họ tên khác. Hãy đối chiếu giấy tờ.", "The number belongs to somebody of another name."),
    "place": ("Không tìm thấy xã, phường đến. Hãy ghi mã xã hoặc đủ tên.", "The commune of arrival was not found."),
    "already_dead": ("Người này đã được ghi là đã mất.", "The death of this person is known."),
    "sex_missing": ("Dòng không ghi giới tính của con.", "The row does not give the child's sex."),
    "child_known": ("Trẻ này đã có trong sổ.", "The child is in the register already."),
    "already_there": ("Người này đang cư trú tại xã, phường ấy.", "The person lives there already."),
    "head_leaves": ("Người này là chủ hộ, còn người ở lại. Hãy tách hộ trước.", "A head whose household stays."),
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
        # Whole words: a grandchild (“cháu”) begins like a father (“cha”).
        known = _OF_PARENT if _PARENTS & set(words.split()) else _HEADINGS
        field = next((name for name, keys in known if name not in found and any(key in words for key in keys)), None)
        if words and field:
            found[field] = place
    return found


def _heading(sheets: Sequence[Sheet], kind: str) -> tuple[Sheet, int, dict[str, int]]:
    needed = _NEEDED.get(kind, _NEEDED_OF_OTHERS)
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:_LOOKED_AT]):
            columns = _columns(row)
            if columns.keys() >= needed:
                return sheet, number, columns
    vi, en = _MISSING.get(kind, _MISSING_OF_OTHERS)
    raise Refused(
        "heading_not_found",
        vi=f"Không tìm thấy dòng tiêu đề có {vi}. Hãy kiểm tra tệp.",
        en=f"No heading with {en} was found.",
    )


_MISSING = {
    events.BIRTH: ("“Họ và tên”, “Ngày sinh” và “Số định danh của mẹ” (hoặc của cha)", "name, day of birth and the parent's number"),
    events.MOVE: ("“Họ và tên”, “Ngày chuyển” và “Nơi đến”", "a name, the day and the commune of arrival"),
    events.HOUSEHOLD_MOVE: ("“Họ và tên”, “Ngày chuyển” và “Nơi đến”", "a name, the day and the commune of arrival"),
}  # fmt: skip
_MISSING_OF_OTHERS = ("“Họ và tên” và “Ngày mất” (hoặc “Ngày sự kiện”)", "a name and the day of the event")


@dataclass(frozen=True)
class _Told:
    """What one row says of whom."""

    person: Person
    value: str
    day: datetime.date
    details: dict[str, str]


def take(
    sheets: Sequence[Sheet], *, kind: str, value: str, source: str, document: str, by: str, at: datetime.datetime
) -> Taken:
    """This will tell an event for each row of a list that names one person for sure. The same list again tells nothing new.

    Raises:
        Refused: `heading_not_found`, and what `events.record` refuses of all rows alike.
    """
    if kind in events.OF_BENEFITS:
        # An application or a stop is looked at one by one; a list that is held row by row would tell who receives what.
        raise Refused(
            "event_impossible",
            vi="Đề nghị hưởng, thôi hưởng được ghi từng người ở trang người ấy, không nhập theo danh sách.",
            en="Applications and stops are told person by person, not by a list.",
            kind=kind,
        )
    sheet, above, columns = _heading(sheets, kind)
    rows, told, known, held = 0, 0, 0, []
    near: dict[int, list[office.AreaRow]] = {}
    for number, row in enumerate(sheet.rows[above + 1 :], above + 2):
        read = {name: row[place] if place < len(row) else None for name, place in columns.items()}
        if not cells.text(read["name"]).strip():
            continue
        rows += 1
        one = _read(read, kind, value, at.date(), near)
        reason = one if isinstance(one, str) else ""
        if isinstance(one, _Told):
            before = events.told(one.person.id, kind, one.value, one.day)
            try:
                events.record(
                    person_id=one.person.id, kind=kind, value=one.value, happened_on=one.day, source=source,
                    document=cells.text(read.get("document")).strip() or document, by=by, at=at, details=one.details,
                )  # fmt: skip
            except Refused as refusal:
                if refusal.reason in {"role_not_allowed", "event_impossible", "document_missing", "staff_unknown"}:
                    raise
                reason = refusal.reason if refusal.reason in REASONS else "refused"
            else:
                known, told = known + before, told + (not before)
        if reason:
            held.append(HeldEvent(number, reason, tuple(cells.text(cell) for cell in row)))
    return Taken(rows, told, known, tuple(held))


def _read(
    read: dict[str, Cell], kind: str, value: str, today: datetime.date, near: dict[int, list[office.AreaRow]]
) -> _Told | str:
    """Return what the row tells, or the reason why it tells nothing for sure."""
    if kind == events.BIRTH:
        return _birth(read)
    found, day = _person(read), _day(read["happened_on"])
    if day is None:
        return "date"
    if isinstance(found, str):
        return found
    if kind == events.DEATH and found.death_date is not None:
        return "already_dead"
    if kind in events.MOVES:
        code = _commune(cells.text(read["to"]), found, today, near)
        return _Told(found, code, day, {}) if code else "place"
    return _Told(found, value, day, {})


def _birth(read: dict[str, Cell]) -> _Told | str:
    day = _day(read["birth_date"])
    if day is None:
        return "date"
    parent = _person(
        {"name": read.get("parent_name"), "national_id": read["parent_id"]}, is_named="parent_name" in read
    )
    if isinstance(parent, str):
        return parent
    sex = _SEXES.get(fold(cells.text(read.get("sex"))), "")
    return _Told(
        parent,
        normalise(cells.text(read["name"])),
        day,
        {"sex": sex, "national_id": cells.number(read.get("national_id"))},
    )


def _commune(text: str, person: Person, today: datetime.date, near: dict[int, list[office.AreaRow]]) -> str:
    """Return the code of the one commune of the person's province that the text names; empty when none or several."""
    wanted = fold(text)
    if person.area_id not in near:
        near[person.area_id] = office.communes_of(office.province_of(person.area_id), today)
    codes = [row.code for row in near[person.area_id] if wanted and wanted in {row.code, *_names(row.name)}]
    return codes[0] if len(codes) == 1 else ""


def _names(name: str) -> tuple[str, str]:
    """Return the unit's name folded, with and without its kind in front."""
    whole = fold(name)
    return whole, whole.partition(" ")[2]


def _day(cell: Cell) -> datetime.date | None:
    try:
        return cells.day(cell)
    except Unreadable:
        return None


def _person(read: dict[str, Cell], *, is_named: bool = True) -> Person | str:
    """Return the one person whom a row names, as far as the caller's scope reaches, or the reason why there is none."""
    name, number = fold(cells.text(read["name"])), cells.number(read.get("national_id"))
    people = Person.objects.filter(merged_into=None)
    if number:
        person = people.filter(national_id=number).first()
        return "nobody" if person is None else person if person.name_fold == name or not is_named else "name_differs"
    born = _day(read.get("birth_date"))
    if born is None:
        return "date"
    found = list(people.filter(name_fold=name, birth_date=born)[:2])
    return "nobody" if not found else found[0] if len(found) == 1 else "several"
