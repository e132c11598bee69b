"""The cover of a sheet of orders as a PDF: count, total, and a QR code of batch and hash, to be signed on both sides."""

import io
import json
from pathlib import Path

import segno
import typst

from ansinh.base.dong import format_dong, format_number
from ansinh.payment.gateways import Artefact, Debtor

_TEMPLATE = Path(__file__).parent / "cover.typ"


def pdf(artefact: Artefact, debtor: Debtor) -> bytes:
    """Return the cover. Everything comes as data: no name can become markup."""
    batch = artefact.name.removesuffix(".xlsx")
    drawn = io.BytesIO()
    segno.make(f"ANSINH|{batch}|{artefact.sha256}", error="m", micro=False).save(
        drawn, kind="svg", border=1, xmldecl=False
    )
    data = {
        "debtor": debtor.name,
        "account": debtor.account_number,
        "batch": batch,
        "file": artefact.name,
        "count": format_number(artefact.count),
        "total": format_dong(artefact.total_dong),
        "sha256": artefact.sha256,
        "qr": drawn.getvalue().decode("ascii"),
    }
    return typst.compile(_TEMPLATE, sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
