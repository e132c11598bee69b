"""VietQR, the QR code of a bank account (EMVCo, NAPAS v1.5.2): read from a payee's telephone, written for refunds to us.

Reading saves typing an account number, where most mistakes happen. It proves nothing about whose account it is.
"""

import binascii
import re
from dataclasses import dataclass

from ansinh.base.refusals import Refused, refused

_NAPAS = "A000000727"
_ACCOUNT, _CARD, _PUSH = "QRIBFTTA", "QRIBFTTC", "QRPUSH"
_LONGEST = 512
# Everything before the four characters of the check sum, with their tag and length.
_CHECKED = "6304"


@dataclass(frozen=True)
class VietQr:
    """One code. `amount_dong` and `purpose` are None when the payer is to fill them in."""

    bank_bin: str
    account_number: str
    amount_dong: int | None = None
    purpose: str | None = None
    is_card: bool = False
    # 11: may be used again and again; 12: for one payment.
    is_dynamic: bool = False
    bill_number: str | None = None


def write(code: VietQr) -> str:
    """Return the text of the code. Raises `Refused` (`qr_invalid`) for values that no code can carry."""
    if (
        re.fullmatch(r"[0-9]{6}", code.bank_bin) is None
        or re.fullmatch(r"[A-Za-z0-9]{1,19}", code.account_number) is None
    ):
        raise _invalid("account")
    if code.amount_dong is not None and not 0 < code.amount_dong < 10**13:
        raise _invalid("amount")
    account = _field("00", code.bank_bin) + _field("01", code.account_number)
    merchant = _field("00", _NAPAS) + _field("01", account) + _field("02", _CARD if code.is_card else _ACCOUNT)
    text = _field("00", "01") + _field("01", "12" if code.is_dynamic else "11") + _field("38", merchant)
    text += _field("53", "704")
    if code.amount_dong is not None:
        text += _field("54", str(code.amount_dong))
    text += _field("58", "VN")
    more = _field("01", code.bill_number) if code.bill_number else ""
    more += _field("08", code.purpose) if code.purpose else ""
    if more:
        text += _field("62", more)
    if not text.isprintable():
        raise _invalid("characters")
    return text + _CHECKED + _check_sum(text + _CHECKED)


def read(text: str) -> VietQr:
    """Return what a code says.

    Raises:
        Refused: `qr_damaged` when the check sum is wrong, `qr_not_vietqr` for another kind of code, `qr_invalid`.
    """
    text = text.strip()
    # Half a letter, as a terminal hands over what is no text, could not even be counted.
    if not text.isprintable():
        raise _invalid("characters")
    if len(text) > _LONGEST or not text.startswith("00") or text[-8:-4] != _CHECKED:
        raise refused(
            "qr_not_vietqr", "không phải mã VietQR. Hãy quét lại mã tài khoản trong ứng dụng ngân hàng", "is no VietQR"
        )
    if _check_sum(text[:-4]) != text[-4:].upper():
        raise refused("qr_damaged", "bị sai hoặc thiếu ký tự. Hãy quét lại", "is damaged; scan it again")
    fields = _fields(text.encode())
    merchant = _fields(fields.get("38", "").encode())
    if merchant.get("00") != _NAPAS or fields.get("53", "704") != "704" or fields.get("58", "VN") != "VN":
        raise refused(
            "qr_not_vietqr", "không phải mã chuyển khoản trong nước. Hãy quét mã khác", "is no domestic transfer"
        )
    account = _fields(merchant.get("01", "").encode())
    bank, number, amount = account.get("00", ""), account.get("01", ""), fields.get("54")
    if re.fullmatch(r"[0-9]{6}", bank) is None or re.fullmatch(r"[A-Za-z0-9]{1,19}", number) is None:
        raise _invalid("account")
    if merchant.get("02", _ACCOUNT) not in (_ACCOUNT, _CARD, _PUSH):
        raise _invalid("service")
    # Some issuers write 1000.00; what is no whole đồng is nobody's amount, and nought is none at all.
    if amount is not None and re.fullmatch(r"0{0,12}[1-9][0-9]{0,12}(\.0{0,2})?", amount) is None:
        raise _invalid("amount")
    more = _fields(fields.get("62", "").encode())
    return VietQr(
        bank, number, int(amount.split(".")[0]) if amount else None, more.get("08"), merchant.get("02") == _CARD,
        fields.get("01") == "12", more.get("01"),
    )  # fmt: skip


def _field(tag: str, value: str) -> str:
    size = len(value.encode(errors="surrogatepass"))
    if size > 99:
        raise _invalid("length")
    return f"{tag}{size:02d}{value}"


def _fields(raw: bytes) -> dict[str, str]:
    """Return the values by tag; lengths count bytes. Raises `Refused` (`qr_invalid`) where they do not fit."""
    found: dict[str, str] = {}
    at = 0
    while at < len(raw):
        head = raw[at : at + 4]
        if len(head) < 4 or not head.isdigit():
            raise _invalid("structure")
        size = int(head[2:])
        value = raw[at + 4 : at + 4 + size]
        tag = head[:2].decode()
        # A tag that stands twice says two things.
        if len(value) < size or tag in found:
            raise _invalid("structure")
        try:
            found[tag] = value.decode()
        except UnicodeDecodeError:
            raise _invalid("structure") from None
        at += 4 + size
    return found


def _check_sum(text: str) -> str:
    # CRC-16/CCITT-FALSE: polynomial 1021, all ones to begin with. binascii's is the same polynomial.
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def _invalid(what: str) -> Refused:
    return refused(
        "qr_invalid", f"có nội dung không hợp lệ ({what}). Hãy quét mã khác", f"holds an invalid value ({what})"
    )
