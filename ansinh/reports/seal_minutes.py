"""The minutes of a seal as a PDF: what the books held when it was signed, for the treasury and the provider to countersign."""

import io
import json
from pathlib import Path

import segno
import typst
from django.utils import timezone

from ansinh.base.dong import format_dong, format_number
from ansinh.ledger.signing import SignedSeal

_TEMPLATE = Path(__file__).parent / "seal_minutes.typ"


def pdf(seal: SignedSeal, balances: dict[str, int]) -> bytes:
    """Return the PDF: the seal's figures, its signature, and every account that is not empty."""
    drawn = io.BytesIO()
    segno.make(f"ANSINH-SEAL|{seal.number}|{seal.chain}", error="m", micro=False).save(
        drawn, kind="svg", border=1, xmldecl=False
    )
    data = {
        "number": format_number(seal.number),
        "transfers": format_number(seal.transfers),
        "last": format_number(seal.last_transfer),
        "sealed": f"{timezone.localtime(seal.sealed_at):%d/%m/%Y %H:%M}",
        "signed": f"{timezone.localtime(seal.signed_at):%d/%m/%Y %H:%M}",
        "by": seal.signed_by,
        "root": seal.root,
        "chain": seal.chain,
        "signature": seal.signature,
        "qr": drawn.getvalue().decode("ascii"),
        "accounts": [{"name": name, "balance": format_dong(amount)} for name, amount in balances.items() if amount],
    }
    return typst.compile(_TEMPLATE, sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
