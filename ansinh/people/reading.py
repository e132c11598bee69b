"""One row of a commune's list as a person, or as a row held with a named reason. Pure; nothing is guessed.

The first broken rule names the row: name, identifier, birth date, duplicate, sex, amount, account, bank.
"""

import datetime
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ansinh.base.names import ascii_upper, fold, is_name, normalise
from ansinh.people import banks, headings, identifier
from ansinh.people.headings import Heading
from ansinh.people.sheets import Cell

# The keys are part of the public contract: officers' tools match them. The last ones are the verdicts of
# `import_judge.sql`.
REASONS: dict[str, tuple[str, str]] = {
    "name": (
        "Thiếu họ tên hoặc họ tên có ký tự lạ. Hãy ghi lại theo giấy tờ.",
        "The name is missing or holds strange characters. Write it as on the papers.",
    ),
    "identifier": (
        "Số định danh phải đủ 12 chữ số. Hãy xem lại thẻ căn cước.",
        "The national id must have 12 digits. Check the card.",
    ),
    "birth_date": (
        "Ngày sinh không có thật. Hãy ghi ngày/tháng/năm theo giấy tờ.",
        "The birth date does not exist. Write day/month/year as on the papers.",
    ),
    "birth_date_incomplete": (
        "Ngày sinh thiếu ngày hoặc tháng. Hãy bổ sung đủ ngày/tháng/năm.",
        "The birth date lacks its day or month. Complete it.",
    ),
    "duplicate": (
        "Số định danh trùng với một dòng ở trên. Hãy kiểm tra xem ai là chủ số này.",
        "The national id stands on a row above. Find out whose it is.",
    ),
    "sex": ("Giới tính ghi không rõ. Hãy ghi Nam hoặc Nữ.", "The sex is unclear. Write Nam or Nữ."),
    "sex_contradicts_identifier": (
        "Giới tính không khớp số định danh. Hãy đối chiếu thẻ căn cước.",
        "The sex contradicts the national id. Compare with the card.",
    ),
    "birth_contradicts_identifier": (
        "Năm sinh không khớp số định danh. Hãy đối chiếu thẻ căn cước.",
        "The year of birth contradicts the national id. Compare with the card.",
    ),
    "account": (
        "Số tài khoản không đọc được trọn vẹn. Hãy định dạng ô là văn bản và ghi lại.",
        "The account number cannot be read in full. Format the cell as text and write it again.",
    ),
    "bank": (
        "Không nhận ra ngân hàng. Hãy ghi tên ngân hàng theo danh mục.",
        "The bank is not recognised. Write its name as in the directory.",
    ),
    "amount": ("Số tiền không đọc được. Hãy ghi bằng chữ số.", "The amount cannot be read. Write it in digits."),
    "font_differs": (
        "Chữ của dòng này thuộc bảng mã khác với các dòng còn lại (phông TCVN3 hoặc VNI). Hãy đối chiếu chữ rồi nhập lại.",
        "The letters of this row are of another coding than the rest (TCVN3 or VNI font). Compare and import again.",
    ),
    "font_unclear": (
        "Chữ của dòng này đọc được theo hai bảng mã. Hãy gõ lại bằng phông Unicode.",
        "The letters of this row can be read in two codings. Type them again in a Unicode font.",
    ),
    "account_duplicate": (
        "Số tài khoản trùng với một dòng ở trên. Hãy kiểm tra chủ tài khoản.",
        "The account stands on a row above. Check its holder.",
    ),
    "merged_away": (
        "Số định danh này thuộc hồ sơ đã gộp vào hồ sơ khác. Hãy dùng số định danh của hồ sơ giữ lại.",
        "This identity number belongs to a record merged into another one. Use the kept record's number.",
    ),
    "registered_elsewhere": (
        "Người này đang ở sổ của xã khác. Hãy làm thủ tục chuyển nơi cư trú.",
        "This person is in another commune's register. Follow the transfer procedure.",
    ),
    "deceased": (
        "Người này đã được ghi là đã mất. Hãy kiểm tra lại.",
        "This person is recorded as deceased. Check again.",
    ),
    "differs_from_register": (
        "Họ tên, ngày sinh hoặc giới tính khác với sổ. Hãy đối chiếu giấy tờ rồi đính chính.",
        "Name, birth date or sex differ from the register. Compare the papers and correct.",
    ),
    "account_of_another": (
        "Số tài khoản đang thuộc người khác trong sổ. Hãy kiểm tra chủ tài khoản.",
        "The account belongs to somebody else in the register. Check its holder.",
    ),
    "account_in_use_differs": (
        "Tài khoản khác với tài khoản đã xác minh. Hãy đổi tài khoản bằng tờ khai của người nhận.",
        "The account differs from the verified one. Change it by the payee's own form.",
    ),
}
_TOTALS = ("tong cong", "tong so", "tong", "cong", "cong trang", "luy ke", "tong cong bang chu")
# What stands below a list instead of people, where no running number tells the two apart.
_SIGNATURES = ("nguoi lap", "can bo", "chu tich", "pho chu tich", "tm ", "kt ", "ke toan", "thu quy", "xac nhan")
_DIGITS = re.compile(r"\d")
_LONGEST_IDENTITY = 20
_SEXES = {"nam": "male", "male": "male", "m": "male", "nu": "female", "female": "female", "f": "female"}
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?$")
# A year alone, a month and a year, or 00/00/1950: known in part, which is enough for whom the register knows already.
_INCOMPLETE = re.compile(r"(?:(?:00?[/.\-])?(\d{1,2})[/.\-])?(\d{4})$")
_ACCOUNT = re.compile(r"[0-9A-Z]{4,19}$")
# 6.5E+11, 6,5E11: what a spreadsheet writes when it no longer knows the digits; without its point it would pass for an
# account.
_SCIENTIFIC = re.compile(r"\d[.,]\d+E[+]?\d+$", re.IGNORECASE)
# Points and commas both group thousands in these lists; "810.5" is neither an amount of đồng nor safely 8105.
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+$|\d+$")
# Beyond this a spreadsheet's number has already lost its last digits.
_EXACT = 10**15
# A spreadsheet's mark of text ('046…), and the pairs that people put around a whole cell.
_TEXT_MARKS = "'`‘’"
_QUOTE_PAIRS = frozenset({"''", '""', "“”", "‘’", "``", "””"})
_ADDED_QUOTES = re.compile("[\\s.\\-'`‘’\"“”]")


@dataclass(frozen=True)
class GoodRow:
    """A row that is taken: `row` is the sheet's row number."""

    row: int
    full_name: str
    sex: str
    birth_date: datetime.date
    national_id: str
    village: str
    ethnicity: str
    phone: str
    bank_bin: str
    number: str
    holder_name: str
    has_delegate: bool
    # A year or a month alone: taken for whom the register knows, held for who is new (`import_judge.sql`).
    birth_precision: str = "day"


@dataclass(frozen=True)
class HeldRow:
    """A row that waits for a person to decide, with the name of the broken rule."""

    row: int
    reason: str

    def message(self, language: str) -> str:
        """Return the sentence for the officer."""
        vi, en = REASONS[self.reason]
        return en if language == "en" else vi


# Ends the reading of one row from wherever its rule broke; `read_rows` turns it into a row that waits.
class _Held(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _whole(cell: Cell) -> int | None:
    """Return the cell's whole number, None when it is text, a truth value, broken, or no number at all."""
    # A truth value counts as a number in Python; a damaged workbook holds "not a number", which int() does not survive.
    if isinstance(cell, bool) or not isinstance(cell, (int, float)) or not math.isfinite(cell):
        return None
    return int(cell) if cell == int(cell) else None


def text_of(cell: Cell) -> str:
    """Return a cell as plain text; whole numbers without a decimal point, no added quotes or odd spaces."""
    if cell is None or cell == "":
        return ""
    # Workbooks keep every number as 17.0; the officer sees, and means, 17.
    if (whole := _whole(cell)) is not None:
        return str(whole)
    text = normalise(str(cell))
    if len(text) > 1 and text[0] + text[-1] in _QUOTE_PAIRS:
        return text[1:-1].strip()
    return text[1:].strip() if text[:1] in _TEXT_MARKS else text


def proper_name(text: str) -> str:
    """Return a name in usual letters: lists in capitals become `Kim Thị Bích Hòa`, `H'Nhi` keeps its second capital."""
    name = normalise(text)
    # Whoever mixed capitals and small letters knew how the name is written.
    if name != name.upper() and name != name.lower():
        # Old fonts have no capital with a tone: what is Ánh on paper was typed ánh.
        return re.sub(r"\b[^\W\d_a-z]", lambda letter: letter.group().upper(), name)
    return re.sub(r"[^\W\d_]+", lambda word: word.group().capitalize(), name)


def read_number(cell: Cell) -> str:
    """Return the digits of a national id, with the zeros that a number format swallowed; "" when unreadable."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        # A number, not a text: its leading zeros were lost by the spreadsheet, not by the officer. A province's code
        # begins with at most two of them, so fewer than ten digits are another mistake. A sign makes it too short or no
        # digits.
        whole = str(_whole(cell))
        return whole.zfill(12) if whole.isdigit() and 10 <= len(whole) <= 12 else ""
    return _ADDED_QUOTES.sub("", text_of(cell))


def read_birth(cell: Cell) -> tuple[datetime.date, str]:
    """Return a birth date and how precise it is (day, month, year). Raises for a date that does not exist."""
    if isinstance(cell, datetime.datetime):
        return cell.date(), "day"
    if isinstance(cell, datetime.date):
        return cell, "day"
    text = text_of(cell)
    # The day always stands first, as in Vietnam; 03/05 is never the fifth of March, whatever the month makes possible.
    day_first, year_first = _DAY_FIRST.match(text), _YEAR_FIRST.match(text)
    precision = "day"
    if (part := _INCOMPLETE.match(text)) is not None:
        year, month, day = int(part.group(2)), int(part.group(1) or 0), 1
        precision, month = ("month", month) if month else ("year", 1)
    elif day_first:
        day, month, year = (int(part) for part in day_first.groups())
    elif year_first:
        year, month, day = (int(part) for part in year_first.groups())
    else:
        raise _Held("birth_date")
    try:
        return datetime.date(year, month, day), precision
    except ValueError as error:
        raise _Held("birth_date") from error


def read_account(cell: Cell) -> str:
    """Return an account number as text, "" for none. Raises when the cell cannot hold it exactly."""
    # Zeros that a number format swallowed cannot be put back here, an account has no fixed length: that the number is
    # wrong shows when the bank is asked whose it is, and no đồng goes to it before.
    if isinstance(cell, float) and (_whole(cell) is None or cell >= _EXACT):
        raise _Held("account")
    written = text_of(cell)
    text = re.sub(r"[\s.\-]", "", written).upper()
    if text and (_SCIENTIFIC.match(written) or not _ACCOUNT.match(text)):
        raise _Held("account")
    return text


def read_amount(cell: Cell) -> int | None:
    """Return an amount of đồng, None for none; `810.000`, `810,000` and 810000.0 are the same."""
    text = text_of(cell).removesuffix("đ").removesuffix("đồng").strip()
    if not text:
        return None
    if not _GROUPED.match(text):
        raise _Held("amount")
    return int(re.sub(r"[.,]", "", text))


class _Reader:
    """Reads the rows of one list, remembering which identifiers and accounts have been seen."""

    def __init__(self, heading: Heading, on: datetime.date) -> None:
        self._columns = heading.columns
        above = heading.sheet.rows[max(heading.first_row - 2, 0) : heading.first_row]
        self._headings = [[fold(text) for text in headings.row_texts(titles)] for titles in above]
        self._on = on
        self._identifiers: set[str] = set()
        self._accounts: set[tuple[str, str]] = set()

    def cell(self, row: list[Cell], field: str) -> Cell:
        """Return the cell of a field, None when the list has no such column."""
        position = self._columns.get(field)
        return row[position] if position is not None and position < len(row) else None

    def is_person(self, row: list[Cell]) -> bool:
        """Return whether the row means a person: not empty, no total, no signature, no heading again, no column numbers."""
        if not any(cell not in ("", None) and text_of(cell) for cell in row):
            return False
        name = fold(text_of(self.cell(row, "name")))
        if self._is_heading(name, row):
            return False
        # Whoever has a birth date or a number is a person, however badly written: such a row is held, never passed
        # over.
        number, *births = (
            text_of(self.cell(row, field)) for field in ("national_id", "birth", "birth_male", "birth_female")
        )
        digits = max(len(_DIGITS.findall(text)) for text in (number, *births))
        # "Vỹ Dạ, ngày 20 tháng 11 năm 2026" stands wherever there was room for it; nobody's birthday is written so long.
        has_identity = digits > 0 and (bool(name) or max(len(number), *map(len, births)) <= _LONGEST_IDENTITY)
        if name in _TOTALS or name.startswith("tong cong"):
            return False
        # "Tổng số: 42 người"; but Tống Số is a name, of somebody with a number.
        if name.startswith("tong so ") and digits < 4:
            return False
        # "Cộng trang 2" is a total; Công Tằng Tôn Nữ Thị Lan, of an old family of Huế, has a birth date.
        if name.startswith("cong ") and not has_identity:
            return False
        # The row of column numbers under a heading: (1), (2), (3), and nothing longer.
        if name.isdigit() and not any(len(text_of(cell)) > 4 for cell in row):
            return False
        # A running number without anything else is an entry somebody forgot to fill in; a name alone is the signature
        # below, and so are two names side by side.
        if "number" in self._columns:
            return has_identity or text_of(self.cell(row, "number")).isdigit()
        return has_identity or (bool(name) and bool(number) and not name.startswith(_SIGNATURES))

    def _is_heading(self, name: str, row: list[Cell]) -> bool:
        """Say whether the heading stands here again, as on top of each printed page."""
        for titles in self._headings:
            place = self._columns["name"]
            if name == (titles[place] if place < len(titles) else ""):
                folded = [fold(text_of(cell)) for cell in row]
                if [text for text in folded if text] == [text for text in titles if text]:
                    return True
        return False

    def read(self, row_number: int, row: list[Cell]) -> GoodRow:
        """Return the person of a row. Raises the first broken rule."""
        name = proper_name(text_of(self.cell(row, "name")))
        if len(fold(name)) < 2 or not is_name(name):
            raise _Held("name")
        number = read_number(self.cell(row, "national_id"))
        said = identifier.read(number)
        if said is None:
            raise _Held("identifier")
        birth, precision = self._birth(row)
        # Remembered even when a later rule holds the row: of two rows with one number, no one knows which is right.
        if number in self._identifiers:
            raise _Held("duplicate")
        self._identifiers.add(number)
        sex = self._sex(row, said.sex)
        if birth.year != said.birth_year:
            raise _Held("birth_contradicts_identifier")
        # The amount is read for its form only: a cell that is no amount tells that columns slipped. What is paid, the
        # law says.
        read_amount(self.cell(row, "amount"))
        bank, account = self._account(row)
        return GoodRow(
            row=row_number,
            full_name=name,
            sex=sex,
            birth_date=birth,
            birth_precision=precision,
            national_id=number,
            village=text_of(self.cell(row, "village"))[:120],
            ethnicity=text_of(self.cell(row, "ethnicity"))[:30],
            phone=_phone(self.cell(row, "phone")),
            bank_bin=bank,
            number=account,
            holder_name=ascii_upper(text_of(self.cell(row, "holder")) or name) if account else "",
            has_delegate=bool(text_of(self.cell(row, "delegate")) or text_of(self.cell(row, "delegate_id"))),
        )

    def _birth(self, row: list[Cell]) -> tuple[datetime.date, str]:
        cells = [self.cell(row, field) for field in ("birth", "birth_male", "birth_female")]
        birth, precision = read_birth(next((cell for cell in cells if text_of(cell)), None))
        # A date cell that holds 0 comes out as a day of December 1899.
        if not datetime.date(1900, 1, 1) <= birth <= self._on:
            raise _Held("birth_date")
        return birth, precision

    def _sex(self, row: list[Cell], said: str) -> str:
        # Without a column the number itself says it; with one, the two must agree, which is the only proof the number
        # has.
        written = text_of(self.cell(row, "sex"))
        told = fold(written)
        if not written:
            by_column = [text_of(self.cell(row, field)) for field in ("birth_male", "birth_female")]
            told = {(True, False): "nam", (False, True): "nu"}.get((bool(by_column[0]), bool(by_column[1])), "")
        if not told and not written:
            return said
        sex = _SEXES.get(told)
        if sex is None:
            raise _Held("sex")
        if sex != said:
            raise _Held("sex_contradicts_identifier")
        return sex

    def _account(self, row: list[Cell]) -> tuple[str, str]:
        account = read_account(self.cell(row, "account"))
        if not account:
            return "", ""
        # An account without its bank is nobody's: the same digits may be open at several.
        bank = banks.bin_of(text_of(self.cell(row, "bank")))
        if bank is None:
            raise _Held("bank")
        if (bank, account) in self._accounts:
            raise _Held("account_duplicate")
        self._accounts.add((bank, account))
        return bank, account


def _phone(cell: Cell) -> str:
    digits = re.sub(r"\D", "", text_of(cell))
    # A number format swallows the leading zero of a telephone too.
    if isinstance(cell, (int, float)) and len(digits) == 9:
        digits = "0" + digits
    # A telephone is a help, not a rule: one that cannot be kept is left out, and the person is taken all the same.
    return digits if len(digits) <= 15 else ""


def read_rows(
    heading: Heading, on: datetime.date, tell: Callable[[int], None] = lambda _: None
) -> Iterator[GoodRow | HeldRow]:
    """Yield every row that means a person, taken or held, in the order of the sheet.

    Args:
        on: today; nobody is born later.
        tell: called with the number of rows read, every ten thousand.
    """
    reader = _Reader(heading, on)
    for index in range(heading.first_row, len(heading.sheet.rows)):
        if index % 10_000 == 0:
            tell(index)
        row = heading.sheet.rows[index]
        if not reader.is_person(row):
            continue
        if index in heading.waiting:
            yield HeldRow(index + 1, heading.waiting[index])
            continue
        try:
            yield reader.read(index + 1, row)
        except _Held as held:
            yield HeldRow(index + 1, held.reason)
