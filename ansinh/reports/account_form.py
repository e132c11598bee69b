"""The form with which a commune collects accounts: village by village, whom to ask, a box for each reason. Data, never markup."""

import datetime
import json
from collections.abc import Sequence
from pathlib import Path

import typst

from ansinh.base.dong import format_number
from ansinh.people import campaigns
from ansinh.people.campaigns import PayeeRow

_TEMPLATE = Path(__file__).parent / "account_form.typ"
# A commune has some thousands of payees; a form beyond that is nobody's work of a day.
_MOST = 5000


def rows_of(area_id: int, today: datetime.date) -> list[PayeeRow]:
    """Return whom the commune has to ask: without an account, or told to be unable, by village and name; the scope decides who is seen."""
    rows = [
        row
        for state in ("NOT_OPENED", "CANNOT_OPEN")
        for row in campaigns.payees([area_id], state, on=today, limit=_MOST)
    ]
    return sorted(rows, key=lambda row: (row.village, row.name))


def pdf(area_name: str, area_code: str, on: datetime.date, rows: Sequence[PayeeRow]) -> bytes:
    """Return the PDF of the form. It names no benefit, no identity number and no account."""
    data = {
        "area": area_name,
        "code": area_code,
        "day": f"{on:%d/%m/%Y}",
        "count": format_number(len(rows)),
        "rows": [{"name": row.name, "born": str(row.birth_year), "village": row.village} for row in rows],
    }
    return typst.compile(_TEMPLATE, sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
