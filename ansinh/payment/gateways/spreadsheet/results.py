"""A provider's list of results, as a clerk sends it: headings wherever they are, words as people write them.

A row is believed only with its order's own name; a row without one, with a word nobody agreed on, or with an amount that
is no whole đồng waits for a person. A total is not a payee.
"""

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

from ansinh.base.names import fold
from ansinh.payment.gateways.amounts import NotUnderstood, amount_of
from ansinh.payment.gateways.spreadsheet.template import Template
from ansinh.people import sheets
from ansinh.standards.end_to_end import LENGTH, PREFIX
from ansinh.standards.iso20022.codes import DUPLICATE_REASONS, PROPRIETARY_SET, RETURN_SET, STATUS_SET, meaning
from ansinh.standards.iso20022.results import REJECTED, RETURNED, UNKNOWN, Balance, Entry, GroupStatus, Held, Notice

KIND = "spreadsheet.results"
# Headings stand below letterheads; nobody's letterhead has more lines than this.
_SEARCH_ROWS = 40
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,\s][0-9]{3})+")
_OUR_NAME = re.compile(rf"\b{PREFIX}[0-9A-Z]{{{LENGTH - len(PREFIX)}}}\b")

Row = list[sheets.Cell]


class ResultSheet:
    """One list while it is read: iterate, once, for entries and held rows."""

    def __init__(self, path: Path, template: Template, name: str = "") -> None:
        self._path, self._template, self._name = path, template, name
        self.kind = "unknown"
        self.message_id = ""
        self.groups: list[GroupStatus] = []
        self.warnings: list[Notice] = []
        # A provider of this kind tells results, not what lies on our account.
        self.balances: list[Balance] = []
        self.incomplete = False

    def __iter__(self) -> Iterator[Entry | Held]:
        """Yield each row. Raises `Refused`: what `sheets.read` refuses of a file."""
        content = sheets.read_bytes(self._path)
        for page in sheets.read(Path(self._name or self._path.name), content):
            found = self._headings(page.rows)
            if found is not None:
                start, places = found
                self.kind, self.message_id = KIND, self._batch(page.rows[:start])
                yield from self._rows(page.rows[start + 1 :], places)
                return
        yield Held(1, "headings_not_found", self._name[:80])

    def _headings(self, rows: list[Row]) -> tuple[int, dict[str, int]] | None:
        for start, row in enumerate(rows[:_SEARCH_ROWS]):
            folded = [fold(str(cell)) if cell is not None else "" for cell in row]
            places = {
                field: folded.index(heading)
                for field, headings in self._template.headings.items()
                for heading in [next((one for one in headings if one in folded), None)]
                if heading is not None
            }
            # An order's name may stand in its text, where the form has no column for it.
            if "status" in places and "amount" in places and places.keys() & {"end_to_end_id", "purpose"}:
                return start, places
        return None

    def _batch(self, rows: list[Row]) -> str:
        for row in rows:
            for place, cell in enumerate(row[:-1]):
                if fold(str(cell or "")) == "ma lo":
                    return str(row[place + 1] or "")[:70]
        return ""

    def _rows(self, rows: list[Row], places: dict[str, int]) -> Iterator[Entry | Held]:
        line = 0
        for row in rows:
            cells = [_text(cell) for cell in row]
            if not any(cells):
                continue
            if {fold(cell) for cell in cells} & self._template.ends_with:
                continue
            line += 1
            said = {field: row[place] if place < len(row) else None for field, place in places.items()}
            try:
                name = _our_name(said)
            except NotUnderstood as problem:
                yield Held(line, problem.reason, problem.evidence)
                continue
            try:
                yield self._entry(line, name, said)
            except NotUnderstood as problem:
                yield Held(line, problem.reason, problem.evidence, name)

    def _entry(self, line: int, name: str, said: dict[str, sheets.Cell]) -> Entry:
        word = _text(said.get("status"))
        status = self._template.words.get(fold(word))
        if status is None:
            raise NotUnderstood("status_unknown" if word else "status_missing", word)
        amount, text, currency = amount_of(_amount(said.get("amount")), "VND")
        code = _text(said.get("reason")).upper()
        named = RETURN_SET if status == RETURNED else STATUS_SET
        reason_set = "" if not code else named if meaning(named, code) is not None else PROPRIETARY_SET
        if status == REJECTED and code in DUPLICATE_REASONS:
            status = UNKNOWN
        direction = "CRDT" if status == RETURNED else "DBIT"
        return Entry(
            line, name, amount, text, currency, status, reason_set, code[:35], _day(said.get("booked_on")), direction, "status", word[:20],
        )  # fmt: skip


def _text(cell: sheets.Cell) -> str:
    return "" if cell is None else str(cell).replace("\xa0", " ").strip()


def _our_name(said: dict[str, sheets.Cell]) -> str:
    """Return the order's name from its column, or from the text that we gave it to travel in."""
    for field in ("end_to_end_id", "purpose"):
        found = _OUR_NAME.findall(_text(said.get(field)).upper())
        # Two names in one text speak of two orders, and the row has one amount.
        if len(set(found)) == 1:
            return str(found[0])
    written = _text(said.get("end_to_end_id"))
    if written:
        return written[:35]
    raise NotUnderstood("reference_missing", _text(said.get("purpose")))


def _amount(cell: sheets.Cell) -> object:
    if isinstance(cell, bool) or cell is None or cell == "":
        raise NotUnderstood("amount_missing", cell)
    if isinstance(cell, int | float):
        return cell
    written = _text(cell).removesuffix("đồng").removesuffix("đ").removesuffix("VND").strip()
    # “500.000” and “500,000” are both half a million: no đồng has decimals, and groups are of three.
    return re.sub(r"[.,\s]", "", written) if _GROUPED.fullmatch(written) else written


def _day(cell: sheets.Cell) -> datetime.date | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    written = _text(cell)
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.datetime.strptime(written[:10], form).date()
        except ValueError:
            continue
    raise NotUnderstood("date_invalid", written)
