"""A sheet of orders in a provider's form: text stays text, an amount is a number, and the same batch gives the same bytes."""

import datetime
import io
from collections.abc import Iterable

import xlsxwriter

from ansinh.payment.gateways import Batch, Instruction
from ansinh.payment.gateways.spreadsheet.template import Template
from ansinh.standards.instructions import check_message_id, checked

_VIETNAM = datetime.timezone(datetime.timedelta(hours=7))


def sheet(batch: Batch, instructions: Iterable[Instruction], template: Template) -> bytes:
    """Return the workbook. Raises `Refused`: what `instructions.checked` refuses."""
    check_message_id(batch.message_id)
    target = io.BytesIO()
    # Nothing that a cell holds may become a formula, a link or a number of its own accord: leading noughts are money's
    # address.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        # The instant of the batch, not that of the writing: the bytes must not depend on when they are made.
        book.set_properties(
            {"created": batch.created_at.astimezone(_VIETNAM).replace(tzinfo=None), "title": template.title}
        )
        page = book.add_worksheet(template.sheet)
        text, money = book.add_format({"num_format": "@"}), book.add_format({"num_format": "#,##0"})
        bold = book.add_format({"bold": True})
        page.write_string(0, 0, template.title, bold)
        head = {
            "batch": batch.message_id, "execution_date": f"{batch.execution_date:%d/%m/%Y}", "debtor_name": batch.debtor.name,
            "debtor_account": batch.debtor.account_number, "count": batch.count, "total_dong": batch.total_dong,
        }  # fmt: skip
        for row, (label, value) in enumerate(template.head, 1):
            page.write_string(row, 0, label, bold)
            if isinstance(head[value], int):
                page.write_number(row, 1, head[value], money)
            else:
                page.write_string(row, 1, str(head[value]), text)
        top = len(template.head) + 2
        for place, column in enumerate(template.columns):
            page.set_column(place, place, column.width)
            page.write_string(top, place, column.heading, bold)
        row = top
        for row, order in enumerate(checked(instructions, batch.count, batch.total_dong), top + 1):
            values = {
                "position": row - top, "end_to_end_id": order.end_to_end_id, "payee_name": order.payee_name,
                "bank_bin": order.bank_bin, "account_number": order.account_number, "amount_dong": order.amount_dong,
                "beneficiary_name": order.beneficiary_name or "", "purpose": order.purpose_text,
            }  # fmt: skip
            for place, column in enumerate(template.columns):
                value = values[column.value]
                if isinstance(value, int):
                    page.write_number(row, place, value, money)
                else:
                    page.write_string(row, place, value, text)
        page.write_string(row + 1, 0, template.total, bold)
        page.write_number(row + 1, _place_of_amount(template), batch.total_dong, money)
        page.freeze_panes(top + 1, 0)
    return target.getvalue()


def _place_of_amount(template: Template) -> int:
    return next(place for place, column in enumerate(template.columns) if column.value == "amount_dong")
