"""Makes lists as communes send them: a clean one by a seed, then named mess laid over it. Each mess says what it must hold.

A mess takes a `Draft` and changes its rows; what it spoils so that a person must decide it writes into `held` (by the
running number of the entry), together with how an officer would put it right.
"""

import datetime
import io
import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

from ansinh.base import old_fonts
from ansinh.project.population.vocabulary import PEOPLES

TITLES = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Thôn, tổ dân phố", "Số tài khoản", "Ngân hàng", "Mức trợ cấp (đồng)"]  # fmt: skip
NAME, BIRTH, SEX, CARD, VILLAGE, ACCOUNT, BANK, AMOUNT = range(1, 9)
_KINH = PEOPLES[0]


@dataclass
class Draft:
    """A list while mess is laid over it. `entries` are the people; what stands around them is put in by `around`."""

    chance: random.Random
    entries: list[list[Any]]
    titles: list[list[Any]] = field(default_factory=lambda: [list(TITLES)])
    above: list[list[Any]] = field(default_factory=list)
    below: list[list[Any]] = field(default_factory=list)
    between: dict[int, list[list[Any]]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    more_sheets: list[tuple[str, list[list[Any]], bool]] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)
    right: dict[int, dict[int, Any]] = field(default_factory=dict)
    codings: set[str] = field(default_factory=set)

    width: int = len(TITLES)

    def spoil(self, entry: int, column: int, written: Any, reason: str) -> None:
        """Write something into a cell for which the row must be held, and remember what belongs there."""
        self.right.setdefault(entry, {})[column] = self.entries[entry][column]
        self.entries[entry][column] = written
        self.held[entry] = reason

    def some(self, count: int) -> list[int]:
        """Return some entries that nothing has spoilt yet."""
        return self.chance.sample([place for place in range(len(self.entries)) if place not in self.held], count)


def clean(seed: int, count: int = 24) -> Draft:
    """Return a list without any mess."""
    chance = random.Random(seed)
    entries = []
    for number in range(count):
        sex = number % 2
        parts = (chance.choice(words) for words in (_KINH.families, _KINH.middles[sex], _KINH.givens[sex]))
        born = datetime.date(1930, 1, 1) + datetime.timedelta(days=chance.randrange(25_000))
        card = f"046{1 - sex}{born.year % 100:02}{number:06}"
        account = f"{chance.randrange(10**11, 10**12)}"
        where = [f"Tổ {chance.randrange(1, 9)}", account, "Agribank", 810_000]
        entries.append([number + 1, " ".join(parts), f"{born:%d/%m/%Y}", "Nữ" if sex == 0 else "Nam", card, *where])
    return Draft(chance, entries)


def _each(column: int, write: Callable[[Any], Any]) -> Callable[[Draft], None]:
    def lay(draft: Draft) -> None:
        for entry in draft.entries:
            entry[column] = write(entry[column])

    return lay


def letterhead(draft: Draft) -> None:
    """UBND, slogan, title, the decision it rests on; the heading stands far below."""
    draft.above = [
        ["ỦY BAN NHÂN DÂN", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["PHƯỜNG VỸ DẠ", "", "", "Độc lập - Tự do - Hạnh phúc"],
        [],
        ["DANH SÁCH ĐỐI TƯỢNG HƯỞNG TRỢ CẤP XÃ HỘI THÁNG 11 NĂM 2026"],
        ["(Kèm theo Quyết định số 12/QĐ-UBND ngày 05 tháng 11 năm 2026)"],
        [],
    ]


def other_titles(draft: Draft) -> None:
    """The same columns by other names."""
    draft.titles = [["TT", "HỌ VÀ TÊN ĐỐI TƯỢNG", "Năm sinh", "Phái", "Số ĐDCN", "Địa chỉ", "STK", "Tên ngân hàng", "Số tiền"]]  # fmt: skip


def merged_heading(draft: Draft) -> None:
    """Two rows of titles, the upper one merged over the account and its bank."""
    draft.titles = [
        [*TITLES[:ACCOUNT], "Thông tin tài khoản", "", TITLES[AMOUNT]],
        [""] * ACCOUNT + ["Số tài khoản", "Ngân hàng", ""],
    ]


def column_numbers(draft: Draft) -> None:
    """The row (1), (2), (3) under the heading."""
    draft.titles.append([f"({number})" for number in range(1, draft.width + 1)])


def page_breaks(draft: Draft) -> None:
    """Page totals, carried sums and the heading again in the middle."""
    page = [["", "Cộng trang 1", *[""] * 6, 8_100_000], *draft.titles, ["", "Mang sang", *[""] * 6, 8_100_000]]
    draft.between = {8: page, 16: page}


def empty_rows(draft: Draft) -> None:
    """Empty rows, and rows of blanks alone."""
    draft.between = {3: [[]], 9: [[" ", "\u00a0", ""]], 10: [[], []]}


def totals_and_signatures(draft: Draft) -> None:
    """The total, the sum in words, place and date, offices and names of who signed."""
    draft.below = [
        ["", "Tổng cộng: 24 người", *[""] * 6, 19_440_000],
        ["Bằng chữ: Mười chín triệu bốn trăm bốn mươi nghìn đồng"],
        [],
        ["", "", "", "", "Vỹ Dạ, ngày 20 tháng 11 năm 2026"],
        ["", "NGƯỜI LẬP BIỂU", "", "", "TM. ỦY BAN NHÂN DÂN"],
        ["", "(Ký, ghi rõ họ tên)", "", "", "CHỦ TỊCH"],
        ["", "Nguyễn Văn Ký", "", "", "Trần Thị Duyệt"],
    ]


def hidden_rows(draft: Draft) -> None:
    """Rows hidden by a filter are people all the same."""
    draft.hidden = set(draft.some(3))


def other_sheets(draft: Draft) -> None:
    """Last year's list hidden, guidance, and the form once more with nobody in it."""
    draft.more_sheets = [
        ("Năm ngoái", [list(TITLES), *[list(entry) for entry in draft.entries[:3]]], True),
        ("Hướng dẫn", [["Cách ghi"], ["Ghi đủ họ và tên, ngày sinh"]], False),
        ("Mẫu trống", [list(TITLES)], False),
    ]


def half_years(draft: Draft) -> None:
    """Of some only the year or the month of birth is known."""
    for entry, cut in zip(draft.some(4), (6, 6, 3, 3), strict=True):
        written = draft.entries[entry][BIRTH][cut:]
        draft.spoil(entry, BIRTH, int(written) if cut == 6 else written, "birth_date_incomplete")


def wrong_days(draft: Draft) -> None:
    """Days that do not exist, or that are no days."""
    for entry, written in zip(draft.some(3), ("31/02/1950", "12/31/1950", "không rõ"), strict=True):
        draft.spoil(entry, BIRTH, written, "birth_date")


def wrong_cards(draft: Draft) -> None:
    """A digit too few, old nine-digit cards, none at all, and a number that stands twice."""
    first, second, third, fourth = sorted(draft.some(4))
    draft.spoil(first, CARD, draft.entries[first][CARD][:-1], "identifier")
    draft.spoil(second, CARD, "191234567", "identifier")
    draft.spoil(third, CARD, "chưa có", "identifier")
    above = next(place for place in range(fourth) if place not in draft.held)
    draft.spoil(fourth, CARD, draft.entries[above][CARD], "duplicate")


def rounded_accounts(draft: Draft) -> None:
    """Account numbers that the spreadsheet has rounded away, and banks that nobody knows."""
    first, second, third = draft.some(3)
    draft.spoil(first, ACCOUNT, "1.02E+11", "account")
    draft.spoil(second, ACCOUNT, 1_234_567_890_123_456, "account")
    draft.spoil(third, BANK, "Quỹ của thôn", "bank")


def slipped_amounts(draft: Draft) -> None:
    """An amount in words where digits belong."""
    draft.spoil(draft.some(1)[0], AMOUNT, "tám trăm mười nghìn", "amount")


def wrong_sexes(draft: Draft) -> None:
    """The other sex than the number tells, and none that anybody could read."""
    first, second = draft.some(2)
    draft.spoil(first, SEX, "Nam" if draft.entries[first][SEX] == "Nữ" else "Nữ", "sex_contradicts_identifier")
    draft.spoil(second, SEX, "x", "sex")


def in_old_font(coding: str) -> Callable[[Draft], None]:
    """The whole list typed in an old font, titles too."""

    def lay(draft: Draft) -> None:
        def typed(rows: list[list[Any]]) -> list[list[Any]]:
            return [[old_fonts.encode(c, coding) if isinstance(c, str) else c for c in row] for row in rows]

        draft.titles, draft.entries, draft.below = typed(draft.titles), typed(draft.entries), typed(draft.below)
        # Between the people stand headings of pages; one of them was put in again in Unicode.
        draft.between = {place: rows if place == 8 else typed(rows) for place, rows in draft.between.items()}
        draft.codings = {coding}

    return lay


def pasted_old_rows(draft: Draft) -> None:
    """Some rows pasted from a list of an old font: held, and right already on the held sheet."""
    proving = [e for e in range(len(draft.entries)) if "ễ" in draft.entries[e][NAME] or "ần" in draft.entries[e][NAME]]
    for entry in proving[:2]:
        draft.spoil(entry, NAME, old_fonts.encode(draft.entries[entry][NAME], old_fonts.TCVN3), "font_differs")
    # Among so many words of an old font, a name that could be of either is nobody's guess.
    for entry, cells in enumerate(draft.entries):
        if entry not in draft.held and old_fonts.is_open(cells[NAME]):
            draft.spoil(entry, NAME, cells[NAME], "font_unclear")
    draft.codings = {old_fonts.UNICODE}


def mixed_columns(draft: Draft) -> None:
    """Another old font in the villages than in the names."""
    for entry in draft.entries:
        entry[VILLAGE] = old_fonts.encode(entry[VILLAGE], old_fonts.VNI)
        entry[NAME] = old_fonts.encode(entry[NAME], old_fonts.TCVN3)
    draft.codings = {old_fonts.VNI, old_fonts.TCVN3}


_AS_DATE = _each(BIRTH, lambda text: datetime.datetime.strptime(text, "%d/%m/%Y"))
MESSES: dict[str, Callable[[Draft], None]] = {
    "letterhead": letterhead,
    "other titles": other_titles,
    "merged heading": merged_heading,
    "column numbers": column_numbers,
    "page breaks": page_breaks,
    "empty rows": empty_rows,
    "totals and signatures": totals_and_signatures,
    "hidden rows": hidden_rows,
    "other sheets": other_sheets,
    "half years": half_years,
    "wrong days": wrong_days,
    "wrong cards": wrong_cards,
    "rounded accounts": rounded_accounts,
    "slipped amounts": slipped_amounts,
    "wrong sexes": wrong_sexes,
    "identifiers as numbers": _each(CARD, int),
    "identifiers with an apostrophe": _each(CARD, lambda text: "'" + text),
    "identifiers in groups": _each(CARD, lambda text: f"{text[:3]} {text[3:6]}\u00a0{text[6:]}"),
    "accounts as numbers": _each(ACCOUNT, int),
    "amounts as text": _each(AMOUNT, lambda amount: f"{amount:,} đồng".replace(",", ".")),
    "amounts with commas": _each(AMOUNT, lambda amount: f"{amount:,}"),
    "dates as dates": _AS_DATE,
    "dates with dashes": _each(BIRTH, lambda text: text.replace("/", "-")),
    "decomposed letters": _each(NAME, lambda text: unicodedata.normalize("NFD", text)),
    "no-break spaces": _each(NAME, lambda text: f"\u00a0{text.replace(' ', chr(0xA0) + ' ')} "),
    "zero-width signs": _each(NAME, lambda text: "\u200b" + text + "\ufeff"),
    "capitals": _each(NAME, str.upper),
    "TCVN3": in_old_font(old_fonts.TCVN3),
    "VNI": in_old_font(old_fonts.VNI),
    "pasted old rows": pasted_old_rows,
    "two old fonts": mixed_columns,
}


def workbook(draft: Draft) -> tuple[bytes, dict[int, str]]:
    """Return the list as xlsx, and the named reason of each row of the sheet that must be held."""
    lines: list[list[Any]] = [*draft.above, *draft.titles]
    held, hidden = {}, set()
    for place, entry in enumerate(draft.entries):
        lines += draft.between.get(place, [])
        lines.append(entry)
        if place in draft.held:
            held[len(lines)] = draft.held[place]
        if place in draft.hidden:
            hidden.add(len(lines) - 1)
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"default_date_format": "dd/mm/yyyy"}) as book:
        page = book.add_worksheet("Danh sách")
        for number, line in enumerate([*lines, *draft.below]):
            page.write_row(number, 0, line)
        for number in hidden:
            page.set_row(number, None, None, {"hidden": True})
        for name, rows, is_hidden in draft.more_sheets:
            other = book.add_worksheet(name)
            for number, line in enumerate(rows):
                other.write_row(number, 0, line)
            if is_hidden:
                other.hide()
    return packed.getvalue(), held
