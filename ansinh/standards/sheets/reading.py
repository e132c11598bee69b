"""Rows of a provider's sheet as results: by the agreed template, or else by the headings that everybody uses.

A row that is not clear holds itself only; a sheet without known headings is held as a whole, by its name. What nobody
agreed about is shown with a notice, and pays nobody.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ansinh.base.names import fold
from ansinh.standards import end_to_end
from ansinh.standards.iso20022 import codes
from ansinh.standards.iso20022.fields import Unreadable
from ansinh.standards.iso20022.results import (
    ACCEPTED,
    BOOKED,
    PAID,
    REJECTED,
    RETURNED,
    UNKNOWN,
    Entry,
    FileReading,
    Held,
    Notice,
    Profile,
)
from ansinh.standards.sheets import cells, workbook
from ansinh.standards.sheets.template import Template, bundled, common
from ansinh.standards.sheets.workbook import Cell, Sheet

_ROWS_ABOVE = 40
_OURS = re.compile(r"(?<![A-Z0-9])AS[0-9A-Z]{13}(?![A-Z0-9])")
_DIGIT = re.compile(r"[0-9]")
_TOTAL = re.compile(r"(?:tong|cong|total)\b")
_COLUMN_NUMBER = re.compile(r"\(?[0-9]{1,2}\)?")


class _Table(NamedTuple):
    """Where the headings of a sheet stand and which column holds which field."""

    row: int
    columns: dict[str, int]
    template: Template


class SheetReading(FileReading):
    """One spreadsheet while it is read. The template is the given one, or the provider's, or none was agreed."""

    def __init__(
        self,
        content: bytes,
        name: str,
        profile: Profile,
        *,
        template: Template | None = None,
        provider: str = "",
        is_shown_only: bool = False,
    ) -> None:
        super().__init__()
        self._sheets = workbook.read(content, name)
        self._profile = profile
        agreed = [one for one in bundled() if provider and provider in one.providers]
        # A refusal that nobody agreed on, once applied, would pay a person twice: such words may be shown, no more.
        self._templates = [template] if template is not None else [*agreed, *([common()] if is_shown_only else [])]
        self._is_numeric_told = False

    def __iter__(self) -> Iterator[Entry | Held]:
        """Yield the result of each row."""
        for sheet in self._sheets:
            if not any(cells.text(cell) for row in sheet.rows for cell in row):
                continue
            table = next((found for one in self._templates if (found := _find(sheet, one))), None)
            if table is None:
                self._line += 1
                yield Held(self._line, "sheet_unknown", sheet.name[:80])
                continue
            self.messages += 1
            if self.messages == 1:
                self.kind = f"sheet.{table.template.name}" if table.template.is_agreed else "sheet"
            if not table.template.is_agreed:
                self.warnings.append(Notice("sheet_without_template", {"sheet": sheet.name[:80]}))
            yield from self._rows(sheet, table)

    def _rows(self, sheet: Sheet, table: _Table) -> Iterator[Entry | Held]:
        total: int | None = 0
        for position, row in enumerate(sheet.rows[table.row + 1 :], table.row + 2):
            values = {field: row[column] if column < len(row) else None for field, column in table.columns.items()}
            if position == table.row + 2 and _is_numbering(row):
                continue
            # Without a digit it is no name of an order and no account, but a signature below the table.
            named = any(_DIGIT.search(cells.text(values.get(field))) for field in ("end_to_end_id", "account_number"))
            has_amount = any(cells.text(values.get(field)) for field in ("amount", "debit", "credit"))
            if not named and any(_TOTAL.match(fold(cells.text(cell))) for cell in row):
                self._compare(values, table.template, total, sheet.name)
                continue
            # Signatures and remarks below the table have neither.
            if not named and not has_amount:
                continue
            self._line += 1
            try:
                entry = self._entry(values, table.template)
            except Unreadable as problem:
                total = None
                names = _our_names(values)
                name = names.pop() if len(names) == 1 else ""
                yield Held(self._line, problem.reason, f"{sheet.name}, {position}: {problem.evidence}"[:80], name)
                continue
            total = None if total is None else total + (entry.amount_dong or 0)
            yield entry

    def _entry(self, values: dict[str, Cell], template: Template) -> Entry:
        amount, side = _amount(values, template)
        account = cells.number(values.get("account_number"))
        if account and isinstance(values.get("account_number"), int | float) and not self._is_numeric_told:
            # Once is enough: the officer must look at the whole column, because zeros at the front are gone.
            self._is_numeric_told = True
            self.warnings.append(Notice("account_number_is_number", {"column": "account_number"}))
        names = _our_names(values)
        if len(names) > 1:
            raise Unreadable("reference_ambiguous", " ".join(sorted(names)))
        reason_set, reason_code = _reason(cells.text(values.get("reason")), template)
        name = next(iter(names), "") or cells.text(values.get("end_to_end_id"))[:35]
        word = cells.text(values.get("status"))
        status = self._status(word, side, bool(names), template, "status" in values)
        if status == REJECTED and _is_duplicate(reason_code, cells.text(values.get("reason"))):
            status = UNKNOWN
        if status == RETURNED and reason_set == codes.STATUS_SET:
            # The same sentence about money that had already arrived belongs to the other list.
            is_known = reason_code in codes.published(codes.RETURN_SET)
            reason_set = codes.RETURN_SET if is_known else codes.PROPRIETARY_SET
        return Entry(
            self._line, name, amount, None, template.currency, status, reason_set, reason_code,
            cells.day(values.get("booked_on")), side, "row", word[:35],
            cells.text(values.get("party_name"))[:140], account,
        )  # fmt: skip

    def _status(self, word: str, side: str, is_ours: bool, template: Template, has_column: bool) -> str:
        if has_column:
            status = template.statuses.get(fold(word))
            if status is None:
                raise Unreadable("status_unknown" if word else "status_missing", word)
            return status
        # Without a column for it the sheet is a statement, and says as little as a statement does.
        if side == "DBIT" and is_ours:
            return PAID if self._profile.debit_is_paid and template.is_agreed else ACCEPTED
        return BOOKED

    def _compare(self, values: dict[str, Cell], template: Template, total: int | None, sheet: str) -> None:
        try:
            stated = cells.dong(values.get("amount"), template.grouping)
        except Unreadable:
            return
        if stated is not None and total is not None and stated != total:
            evidence = {"stated": str(stated), "found": str(total), "sheet": sheet[:80]}
            self.warnings.append(Notice("control_sum_differs", evidence))


def _find(sheet: Sheet, template: Template) -> _Table | None:
    """Find the row of headings: the one that names most fields, among them a sum and whose it is."""
    if template.sheet and fold(sheet.name) != template.sheet:
        return None
    best: _Table | None = None
    for position, row in enumerate(sheet.rows[:_ROWS_ABOVE]):
        found: dict[str, int] = {}
        repeated: set[str] = set()
        for column, cell in enumerate(row):
            field = template.columns.get(fold(cells.text(cell))) if isinstance(cell, str) else None
            if field is not None:
                if field in found:
                    repeated.add(field)
                found.setdefault(field, column)
        # Two columns for one field: whichever was taken, the other might have been meant.
        is_clear = not repeated
        has_sum = bool({"amount", "debit", "credit"} & found.keys())
        has_name = bool({"end_to_end_id", "account_number", "description"} & found.keys())
        if is_clear and has_sum and has_name and (best is None or len(found) > len(best.columns)):
            best = _Table(position, found, template)
    return best


def _our_names(values: dict[str, Cell]) -> set[str]:
    return {
        name
        for field in ("end_to_end_id", "description")
        for name in _OURS.findall(cells.text(values.get(field)))
        if end_to_end.decode(name) is not None
    }


def _amount(values: dict[str, Cell], template: Template) -> tuple[int, str]:
    debit, credit = (cells.dong(values.get(field), template.grouping) for field in ("debit", "credit"))
    if debit and credit:
        raise Unreadable("direction_unknown", f"{debit} / {credit}")
    if debit or credit:
        return (debit, "DBIT") if debit else (credit or 0, "CRDT")
    amount = cells.dong(values.get("amount"), template.grouping)
    # A formula that was never calculated is an empty cell: not nought, but unknown.
    if not amount:
        raise Unreadable("amount_missing" if amount is None else "amount_invalid", "" if amount is None else "0")
    return amount, "DBIT"


def _reason(text: str, template: Template) -> tuple[str, str]:
    if not text:
        return "", ""
    known = template.reasons.get(fold(text)) or (text if text in codes.published(codes.STATUS_SET) else "")
    return (codes.STATUS_SET, known) if known else (codes.PROPRIETARY_SET, text[:35])


def _is_duplicate(code: str, text: str) -> bool:
    # “Rejected as a duplicate” says nothing of the first one, in whatever words it comes.
    return code in codes.DUPLICATE_REASONS or re.search(r"\b(?:trung|duplicate)", fold(text)) is not None


def _is_numbering(row: list[Cell]) -> bool:
    """Say whether this is the row (1), (2), (3) under the headings."""
    texts = [written for cell in row if (written := cells.text(cell))]
    return len(texts) > 1 and all(_COLUMN_NUMBER.fullmatch(written) for written in texts)
