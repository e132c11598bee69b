"""One cell as what it stands for: an amount, a name, a day. Spreadsheets bend all three, and nothing bent is guessed.

Each function returns the value, or raises `Unreadable` with the reason for which its row is held.
"""

import datetime
import re
import unicodedata

from ansinh.standards.iso20022.fields import Unreadable
from ansinh.standards.sheets.workbook import Cell

_INVISIBLE = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\ufeff\u2060") | {"\u00a0": " ", "\u202f": " "})
_CURRENCY = re.compile(r"\s*(?:đồng|đ|₫|vnđ|vnd)\s*$", re.IGNORECASE)
_PLAIN = re.compile(r"[0-9]{1,15}(?:[.,]0{1,2})?")
# One sign between all thousands, and the other one before decimals that say nothing.
_GROUPED = re.compile(r"[0-9]{1,3}(?P<sign>[., ])[0-9]{3}(?:(?P=sign)[0-9]{3}){0,4}(?P<decimals>[.,]0{1,2})?")
_SCIENTIFIC = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]+", re.IGNORECASE)
_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
# Whole numbers up to here are exact in a spreadsheet; beyond it, digits have become zeros.
_EXACT = 10**15
_FIRST_DAY = datetime.date(1899, 12, 30)


def text(cell: Cell) -> str:
    """Return a cell as plain text: composed letters, no invisible ones, single blanks."""
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    return " ".join(unicodedata.normalize("NFC", str(cell)).translate(_INVISIBLE).split())


def dong(cell: Cell, grouping: str) -> int | None:
    """Return whole đồng; None for an empty cell.

    Raises:
        Unreadable: `amount_invalid`, `amount_not_whole_dong`.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if not 0 <= cell < _EXACT:
            raise Unreadable("amount_invalid", str(cell))
        if isinstance(cell, float) and not cell.is_integer():
            raise Unreadable("amount_not_whole_dong", str(cell))
        return int(cell)
    if isinstance(cell, bool):
        raise Unreadable("amount_invalid", str(cell))
    written = _CURRENCY.sub("", text(cell))
    if not written:
        return None
    grouped = _GROUPED.fullmatch(written)
    # Without decimals in đồng, 500.000 and 500,000 can only be half a million: hundredths have two digits, not three.
    if grouped is not None and grouped["sign"] in (grouping or grouped["sign"], " "):
        if grouped["decimals"] and grouped["decimals"][0] == grouped["sign"]:
            raise Unreadable("amount_invalid", written)
        return int(re.sub(r"[., ]", "", written[: -len(grouped["decimals"])] if grouped["decimals"] else written))
    if _PLAIN.fullmatch(written) is not None and written.isascii():
        return int(re.split(r"[.,]", written)[0])
    raise Unreadable("amount_invalid", written)


def number(cell: Cell) -> str:
    """Return an account number as it was meant.

    Raises:
        Unreadable: `account_number_damaged` when the spreadsheet has turned it into a rounded number.
    """
    written = text(cell)
    if isinstance(cell, float) and not (cell.is_integer() and abs(cell) < _EXACT):
        raise Unreadable("account_number_damaged", written)
    if _SCIENTIFIC.fullmatch(written) is not None:
        raise Unreadable("account_number_damaged", written)
    return written.replace(" ", "")[:35]


def day(cell: Cell) -> datetime.date | None:
    """Return a day; None for an empty cell.

    Raises:
        Unreadable: `date_invalid`.
    """
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    # A day without its format is a number of days; only the years in which this program lives are believed.
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 36_526 <= cell < 73_050:
        return _FIRST_DAY + datetime.timedelta(days=int(cell))
    written = text(cell)
    if not written:
        return None
    try:
        found = _DAY.match(written)
        if found is not None:
            return datetime.date(int(found[3]), int(found[2]), int(found[1]))
        return datetime.date.fromisoformat(written[:10])
    except ValueError:
        raise Unreadable("date_invalid", written) from None
