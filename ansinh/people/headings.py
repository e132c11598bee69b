"""Finds the heading of a list, wherever it stands, and which column holds what, by the names that communes use.

A heading may take two rows (merged cells above, details below). Two columns for one required thing are never guessed
between.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ansinh.base.names import fold
from ansinh.base.refusals import Refused
from ansinh.people.sheets import Cell, Sheet

# Letterheads, slogans and decisions stand above a list; further down, a name under a name is a person, not a title.
_ROWS_SEARCHED = 60
# Two matching words may meet in a sentence by chance, three hardly do.
_FEWEST_COLUMNS = 3

# What communes call each column, without diacritics. Whole titles are compared, never parts of them: "so tai khoan"
# stands inside "so tai khoan nguoi nhan thay", and a delegate's account must not be taken for the beneficiary's.
NAMES: dict[str, tuple[str, ...]] = {
    "number": ("stt", "tt", "so tt", "so thu tu"),
    "name": (
        "ho va ten",
        "ho ten",
        "ho va ten doi tuong",
        "ho ten doi tuong",
        "ten doi tuong",
        "ho va ten nguoi huong",
        "ho ten nguoi huong",
        "ho va ten doi tuong huong",
        "doi tuong thu huong",
        "ho va ten doi tuong thu huong",
        "ho chu dem va ten",
        "ho va ten khai sinh",
    ),
    "birth": (
        "ngay thang nam sinh",
        "ngay sinh",
        "nam sinh",
        "sinh ngay",
        "ngay thang nam sinh dd mm yyyy",
        "ngay thang nam sinh ngay thang nam",
        "ngay thang namsinh",
        "ns",
    ),
    "birth_male": ("nam sinh nam", "ngay thang nam sinh nam", "ngay sinh nam"),
    "birth_female": ("nam sinh nu", "ngay thang nam sinh nu", "ngay sinh nu"),
    "sex": ("gioi tinh", "gioi", "phai", "nam nu", "gioi tinh nam nu"),
    "national_id": (
        "so dinh danh ca nhan cccd",
        "so dinh danh ca nhan",
        "so dinh danh",
        "ma dinh danh",
        "ma dinh danh ca nhan",
        "cccd",
        "so cccd",
        "cccd cmnd",
        "cmnd cccd",
        "so cmnd cccd",
        "so cccd cmnd",
        "can cuoc",
        "so can cuoc",
        "the can cuoc",
        "can cuoc cong dan",
        "so can cuoc cong dan",
        "so ddcn",
        "so dinh danh ca nhan can cuoc",
        "so the can cuoc",
        "so cccd so dinh danh",
        "so ddcn cccd",
    ),
    "village": (
        "thon to dan pho",
        "thon to",
        "thon",
        "to dan pho",
        "tdp",
        "thon ban",
        "thon xom",
        "dia chi",
        "noi o",
        "noi cu tru",
        "noi o hien nay",
    ),
    "ethnicity": ("dan toc",),
    "phone": ("dien thoai", "so dien thoai", "sdt", "so dt"),
    "account": (
        "so tai khoan",
        "so tk",
        "stk",
        "tai khoan",
        "so tai khoan ngan hang",
        "so tai khoan nguoi nhan",
        "so tai khoan nhan",
        "tai khoan so tai khoan",
    ),
    "bank": (
        "ngan hang",
        "ten ngan hang",
        "ngan hang mo tai khoan",
        "mo tai ngan hang",
        "tai ngan hang",
        "ma ngan hang",
        "tai khoan ngan hang",
    ),
    "holder": ("ten tai khoan", "chu tai khoan", "ten chu tai khoan", "ten nguoi huong khong dau"),
    "method": ("hinh thuc chi tra", "hinh thuc nhan", "hinh thuc", "hinh thuc chi"),
    "delegate": (
        "nguoi nhan thay",
        "ho ten nguoi nhan thay",
        "ho va ten nguoi nhan thay",
        "nguoi giam ho",
        "nguoi duoc uy quyen",
        "ho va ten nguoi giam ho",
        "nguoi nhan thay ho va ten",
    ),
    "delegate_id": (
        "so cccd nguoi nhan thay",
        "cccd nguoi nhan thay",
        "so dinh danh nguoi nhan thay",
        "nguoi nhan thay so cccd",
    ),
    "amount": (
        "muc tro cap dong",
        "muc tro cap",
        "muc huong",
        "so tien",
        "so tien dong",
        "muc tro cap thang",
        "muc huong dong",
    ),
    "coefficient": ("he so",),
    "group": ("nhom doi tuong", "doi tuong", "loai doi tuong", "dien doi tuong", "che do"),
    "since": ("huong tu thang", "huong tu", "thang bat dau huong", "thoi diem huong"),
    "note": ("ghi chu",),
}
# One title belongs to one field: were it listed under two, the later one would win without a word.
_FIELD_OF = {name: field for field, names in NAMES.items() for name in names}
# Where the first of two columns would decide who is paid, or where. A second note or village does no harm.
_UNIQUE = ("name", "birth", "national_id", "sex", "account", "bank")


@dataclass(frozen=True)
class Heading:
    """Where the list begins and which column holds each field."""

    sheet: Sheet
    first_row: int
    columns: dict[str, int]
    titles: list[str]


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()


def _above_and_below(upper: Sequence[Cell], lower: Sequence[Cell]) -> Iterator[tuple[str, str, str]]:
    """Yield (above, below, above with below) for each column; an empty upper cell belongs to the merged one at its left."""
    carried = ""
    for above, below in itertools.zip_longest(upper, lower, fillvalue=""):
        own = _text(above)
        # A reader gives a merged cell's words to its first column alone; where nothing stands below, the merge has
        # ended.
        carried = own or (carried if _text(below) else "")
        yield own, _text(below), f"{carried} {_text(below)}".strip()


def _columns(titles: Sequence[Sequence[str]]) -> tuple[dict[str, int], set[str]]:
    """Return the first column of each field, and the fields that several columns claim.

    Args:
        titles: for each column, its possible titles, the most telling first.
    """
    found: dict[str, int] = {}
    several: set[str] = set()
    for position, names in enumerate(titles):
        field = next((_FIELD_OF[fold(name)] for name in names if fold(name) in _FIELD_OF), None)
        if field is None:
            continue
        if field in found:
            several.add(field)
        # Of two notes the first counts; of two columns that decide about money `find` lets neither count.
        found.setdefault(field, position)
    return found, several


def _is_heading(columns: dict[str, int]) -> bool:
    has_person = "name" in columns and bool({"national_id", "birth", "birth_male", "birth_female"} & columns.keys())
    return has_person and len(columns) >= _FEWEST_COLUMNS


def _try_row(sheet: Sheet, index: int) -> tuple[Heading, set[str]] | None:
    upper = sheet.rows[index]
    one_columns, one_several = _columns([[_text(cell)] for cell in upper])
    below = sheet.rows[index + 1] if index + 1 < len(sheet.rows) else []
    pairs = list(_above_and_below(upper, below))
    two_columns, two_several = _columns([[joined, lower, own] if lower else [own] for own, lower, joined in pairs])
    # The second row belongs to the heading only when it names columns that the first alone does not. Asked the other
    # way round, the first person of a plain list would be eaten as the lower half of its heading.
    if one_columns and _is_heading(two_columns) and len(two_columns) > len(one_columns):
        return Heading(sheet, index + 2, two_columns, [joined for _, _, joined in pairs]), two_several
    if _is_heading(one_columns):
        return Heading(sheet, index + 1, one_columns, [_text(cell) for cell in upper]), one_several
    return None


def find(sheets: Sequence[Sheet], file_name: str) -> Heading:
    """Return the heading of the one list that the file holds.

    Raises:
        Refused: `heading_not_found`, `heading_ambiguous`, `several_lists`.
    """
    found = []
    for sheet in sheets:
        tries = [_try_row(sheet, index) for index in range(min(_ROWS_SEARCHED, len(sheet.rows)))]
        hits = [attempt for attempt in tries if attempt is not None]
        if hits:
            # The row that names the most columns; of equals, the first.
            found.append(max(hits, key=lambda hit: len(hit[0].columns)))
    if not found:
        raise Refused(
            "heading_not_found",
            vi=f"Không tìm thấy dòng tiêu đề có “Họ và tên” và “Số định danh” hoặc “Ngày sinh” trong {file_name}. Hãy thêm dòng tiêu đề.",
            en=f"No heading with a name and a national id or birth date was found in {file_name}. Add a heading row.",
            file=file_name,
        )
    if len(found) > 1:
        names = [heading.sheet.name for heading, _ in found]
        raise Refused(
            "several_lists",
            vi=f"Tệp {file_name} có {len(found)} danh sách ({', '.join(names)}). Hãy giữ một danh sách trong mỗi tệp.",
            en=f"{file_name} holds {len(found)} lists ({', '.join(names)}). Keep one list in each file.",
            sheets=names,
        )
    heading, several = found[0]
    doubtful = sorted(several.intersection(_UNIQUE))
    if doubtful:
        shown = ", ".join(f"“{heading.titles[heading.columns[field]]}”" for field in doubtful)
        raise Refused(
            "heading_ambiguous",
            vi=f"Có nhiều cột cùng nghĩa với {shown}. Hãy đổi tên hoặc bỏ cột thừa.",
            en=f"Several columns mean the same as {shown}. Rename or remove the spare ones.",
            columns=doubtful,
        )
    return heading
