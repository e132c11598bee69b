"""A commune's cash list as a PDF to sign by hand: one line a payee, with the receipt's code to read and to scan.

Names are data for the typesetter, never its markup. The sheet names no benefit and no reason.
"""

import io
import json
from pathlib import Path

import segno
import typst

from ansinh.base.dong import format_dong, format_number
from ansinh.payment.cash import CashSheet

_TEMPLATE = Path(__file__).parent / "cash_sheet.typ"


def pdf(sheet: CashSheet) -> bytes:
    """Return the PDF of the list."""
    data = {
        "run": sheet.run_code,
        "area": sheet.area_name,
        "code": sheet.area_code,
        "number": str(sheet.number),
        "count": format_number(len(sheet.rows)),
        "total": format_dong(sheet.drawn_dong),
        "listed": sheet.listed,
        "rows": [
            {
                "qr": _qr(row.code),
                "beneficiary": row.beneficiary,
                "payee": row.payee,
                "village": row.village,
                "amount": format_dong(row.amount_dong),
                "code": row.code,
            }
            for row in sheet.rows
        ],
    }
    return typst.compile(_TEMPLATE, sys_inputs={"data": json.dumps(data, ensure_ascii=False)})


def _qr(code: str) -> str:
    drawn = io.BytesIO()
    segno.make(code, error="m", micro=False).save(drawn, kind="svg", border=1, xmldecl=False)
    return drawn.getvalue().decode("ascii")
