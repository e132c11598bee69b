"""Finds the heading of a list, wherever it stands, and which column holds what, by the names that communes use.

A heading may take two rows (merged cells above, details below). Two columns for one required thing are never guessed
between; what an officer has once said about a form (`KeptMapping`) goes before what the names say.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ansinh.base import old_fonts
from ansinh.base.names import fold, normalise
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
# Said of a column that must not be read, though its title says otherwise.
IGNORED = "ignore"
_ALIASES = {"full_name": "name", "birth_date": "birth", "cccd": "national_id"}
# The columns that a held sheet has more, folded.
HELD_FIRST, HELD_LAST = ("dong", "row"), ("ly do tam giu", "reason held")
# Where the first of two columns would decide who is paid, or where. A second note or village does no harm.
_UNIQUE = ("name", "birth", "national_id", "sex", "account", "bank")


@dataclass(frozen=True)
class Heading:
    """Where the list begins and which column holds each field."""

    sheet: Sheet
    first_row: int
    columns: dict[str, int]
    titles: list[str]
    # Rows whose letters are in doubt (`fonts.settle`), by their place in the sheet.
    waiting: Mapping[int, str] = field(default_factory=dict)
    is_kept: bool = False


@dataclass(frozen=True)
class KeptMapping:
    """What an officer once said about a form: its titles, folded, and the column of each field."""

    titles: tuple[str, ...]
    columns: Mapping[str, int]


def title_text(cell: Cell) -> str:
    """Return a title as plain text."""
    return "" if cell is None else normalise(str(cell))


def row_texts(row: Sequence[Cell]) -> list[str]:
    """Return a row of titles; one that was typed for an old font as the Unicode that its letters prove."""
    texts = [title_text(cell) for cell in row]
    # Asked of the whole row: "Sè" could be a word of two codings, "Hä vµ tªn" beside it can not.
    proved = frozenset[str]().union(*map(old_fonts.proofs, texts))
    if len(proved) != 1 or proved == {old_fonts.UNICODE}:
        return texts
    return [old_fonts.decode(text, next(iter(proved))) or text for text in texts]


def _above_and_below(upper: Sequence[Cell], lower: Sequence[Cell]) -> Iterator[tuple[str, str, str]]:
    """Yield (above, below, above with below) for each column; an empty upper cell belongs to the merged one at its left."""
    carried = ""
    for own, below in itertools.zip_longest(row_texts(upper), row_texts(lower), fillvalue=""):
        # A reader gives a merged cell's words to its first column alone; where nothing stands below, the merge has
        # ended.
        carried = own or (carried if below else "")
        yield own, below, f"{carried} {below}".strip()


def _columns(titles: Sequence[Sequence[str]]) -> tuple[dict[str, int], set[str], list[str]]:
    """Return the first column of each field, the fields that several columns claim, and the title that told each column.

    Args:
        titles: for each column, its possible titles, the most telling first.
    """
    found: dict[str, int] = {}
    several: set[str] = set()
    telling: list[str] = []
    for position, names in enumerate(titles):
        name = next((name for name in names if fold(name) in _FIELD_OF), None)
        # A held sheet has one row of titles: "Số" below "Tài khoản" must be found again by what told it here.
        telling.append(name or names[0])
        if name is None:
            continue
        meant = _FIELD_OF[fold(name)]
        if meant in found:
            several.add(meant)
        # Of two notes the first counts; of two columns that decide about money `find` lets neither count.
        found.setdefault(meant, position)
    return found, several, telling


def _is_heading(columns: dict[str, int], fewest: int = _FEWEST_COLUMNS) -> bool:
    has_person = "name" in columns and bool({"national_id", "birth", "birth_male", "birth_female"} & columns.keys())
    return has_person and len(columns) >= fewest


def _try_row(sheet: Sheet, index: int) -> tuple[Heading, set[str]] | None:
    upper = sheet.rows[index]
    one_columns, one_several, one_titles = _columns([[text] for text in row_texts(upper)])
    below = sheet.rows[index + 1] if index + 1 < len(sheet.rows) else []
    pairs = list(_above_and_below(upper, below))
    two_columns, two_several, two_titles = _columns(
        [[joined, lower, own] if lower else [own] for own, lower, joined in pairs]
    )
    # The second row belongs to the heading only when it names columns that the first alone does not. Asked the other
    # way round, the first person of a plain list would be eaten as the lower half of its heading.
    if one_columns and _is_heading(two_columns) and len(two_columns) > len(one_columns):
        return Heading(sheet, index + 2, two_columns, two_titles), two_several
    if _is_heading(one_columns):
        return Heading(sheet, index + 1, one_columns, one_titles), one_several
    return None


def _titles_at(sheet: Sheet, index: int) -> Iterator[tuple[int, list[str]]]:
    """Yield (first row of people, titles) of a heading of one row that begins here, and of one of two."""
    upper = sheet.rows[index]
    yield index + 1, row_texts(upper)
    if index + 1 < len(sheet.rows):
        yield index + 2, [joined for _, _, joined in _above_and_below(upper, sheet.rows[index + 1])]


def fingerprint(titles: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """Return the folded titles by which a form is known again, and how many columns stand before them.

    A held sheet has a column more at either end; without them it is the form that it came from.
    """
    folded = [fold(title) for title in titles]
    before = 0
    while folded and not folded[-1]:
        folded.pop()
    if folded and folded[-1] in HELD_LAST and folded[0] in HELD_FIRST:
        folded, before = folded[1:-1], 1
    while folded and not folded[-1]:
        folded.pop()
    return tuple(folded), before


def _find_kept(sheets: Sequence[Sheet], kept: Sequence[KeptMapping]) -> Heading | None:
    known = {mapping.titles: mapping for mapping in kept}
    for sheet in sheets:
        for index in range(min(_ROWS_SEARCHED, len(sheet.rows))):
            for first_row, titles in _titles_at(sheet, index):
                form, before = fingerprint(titles)
                if form in known:
                    columns = {name: place + before for name, place in known[form].columns.items()}
                    return Heading(sheet, first_row, columns, titles, is_kept=True)
    return None


def field_named(word: str) -> str | None:
    """Return the field that a word means: its own name, or any title by which communes call it."""
    word = _ALIASES.get(word.strip(), word.strip())
    return word if word in NAMES or word == IGNORED else _FIELD_OF.get(fold(word))


def map_columns(sheets: Sequence[Sheet], said: Mapping[str, str], file_name: str) -> tuple[KeptMapping, Heading]:
    """Return what an officer says about a form's columns, together with what the other titles say by themselves.

    Args:
        said: for each title of the form, the field it means, or `ignore`.

    Raises:
        Refused: `mapping_field_unknown`, `mapping_title_unknown`, `mapping_incomplete`, `heading_ambiguous`.
    """
    fields = {title: field_named(word) for title, word in said.items()}
    if unknown := [said[title] for title, meant in fields.items() if meant is None]:
        raise Refused(
            "mapping_field_unknown",
            vi=f"Không có trường “{unknown[0]}”. Hãy chọn một trong: {', '.join([*NAMES, IGNORED])}.",
            en=f"There is no field “{unknown[0]}”. Choose one of: {', '.join([*NAMES, IGNORED])}.",
            fields=[*NAMES, IGNORED],
        )
    wanted = {fold(title_text(title)) for title in said}
    for sheet in sheets:
        for index in range(min(_ROWS_SEARCHED, len(sheet.rows))):
            for first_row, titles in _titles_at(sheet, index):
                if wanted and wanted <= {fold(title) for title in titles}:
                    return _mapped(sheet, first_row, titles, {fold(title_text(k)): v or "" for k, v in fields.items()})
    raise Refused(
        "mapping_title_unknown",
        vi=f"Không có dòng tiêu đề nào trong {file_name} có đủ các cột: {', '.join(said)}. Hãy chép đúng tên cột.",
        en=f"No heading row of {file_name} has all of these columns: {', '.join(said)}. Copy their titles exactly.",
        titles=list(said),
    )


def _mapped(sheet: Sheet, first_row: int, titles: list[str], said: Mapping[str, str]) -> tuple[KeptMapping, Heading]:
    silent = ["" if fold(title) in said else title for title in titles]
    columns, several, _ = _columns([[title] for title in silent])
    for position, title in enumerate(titles):
        meant = said.get(fold(title))
        if meant and meant != IGNORED:
            columns[meant] = position
            several.discard(meant)
    heading = Heading(sheet, first_row, columns, titles, is_kept=True)
    _refuse_ambiguous(heading, several)
    if not _is_heading(columns, fewest=2):
        raise Refused(
            "mapping_incomplete",
            vi="Chưa có cột họ tên, hoặc chưa có cột số định danh hay ngày sinh. Hãy chỉ thêm cột đó.",
            en="The column of the name, or of the national id or birth date, is still missing. Name it too.",
            columns=sorted(columns),
        )
    form, before = fingerprint(titles)
    return KeptMapping(form, {name: place - before for name, place in columns.items() if place >= before}), heading


def _has_rows(heading: Heading) -> bool:
    place = heading.columns["name"]
    rows = heading.sheet.rows[heading.first_row :]
    return any(title_text(row[place]) for row in rows if place < len(row))


def find(sheets: Sequence[Sheet], file_name: str, kept: Sequence[KeptMapping] = ()) -> Heading:
    """Return the heading of the one list that the file holds; forms that an officer has explained come first.

    Raises:
        Refused: `heading_not_found`, `heading_ambiguous`, `several_lists`.
    """
    explained = _find_kept(sheets, kept) if kept else None
    if explained is not None:
        return explained
    found = []
    for sheet in sheets:
        tries = [_try_row(sheet, index) for index in range(min(_ROWS_SEARCHED, len(sheet.rows)))]
        hits = [attempt for attempt in tries if attempt is not None]
        if hits:
            # The row that names the most columns; of equals, the first.
            found.append(max(hits, key=lambda hit: len(hit[0].columns)))
    # A second sheet with the same heading and nobody below it is a form that nobody filled in.
    found = [hit for hit in found if _has_rows(hit[0])] or found
    if not found:
        raise Refused(
            "heading_not_found",
            vi=f"Không tìm thấy dòng tiêu đề có “Họ và tên” và “Số định danh” hoặc “Ngày sinh” trong {file_name}, "
            f"với ít nhất {_FEWEST_COLUMNS} cột đọc được. Hãy thêm dòng tiêu đề, hoặc chỉ rõ từng cột của mẫu này.",
            en=f"No heading with a name and a national id or birth date, {_FEWEST_COLUMNS} known columns in all, was found in {file_name}. "
            "Add a heading row, or say which column of this form is which.",
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
    _refuse_ambiguous(heading, several)
    return heading


def _refuse_ambiguous(heading: Heading, several: set[str]) -> None:
    doubtful = sorted(several.intersection(_UNIQUE))
    if doubtful:
        shown = ", ".join(f"“{heading.titles[heading.columns[field]]}”" for field in doubtful)
        raise Refused(
            "heading_ambiguous",
            vi=f"Có nhiều cột cùng nghĩa với {shown}. Hãy đổi tên, bỏ cột thừa, hoặc chỉ rõ từng cột của mẫu này.",
            en=f"Several columns mean the same as {shown}. Rename or remove the spare ones, or say which column of this form is which.",
            columns=doubtful,
        )
