"""VietQR, the code a citizen shows on a telephone: bank and account, read without typing errors; and written for refunds.

EMVCo fields of two-digit name, two-digit length, value, closed by a CRC. What does not add up is refused by name: a code
that was altered on a wall must not become a financial address.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ansinh.base.refusals import Refused

# NAPAS' own number among all payment schemes of the world; a code without it is of another scheme.
NAPAS = "A000000727"
TO_ACCOUNT, TO_CARD, PUSH = "QRIBFTTA", "QRIBFTTC", "QRPUSH"
SERVICES = (TO_ACCOUNT, TO_CARD, PUSH)
# A printed code can hold three thousand letters; a bank transfer needs two hundred.
_MOST_BYTES = 600
_DONG, _COUNTRY = "704", "VN"
_BIN = re.compile(r"[0-9]{6}")
_NUMBER = re.compile(r"[A-Za-z0-9]{4,19}")
# Some banks write the hundredths that đồng no longer has.
_AMOUNT = re.compile(r"0*([1-9][0-9]{0,12})(?:\.0{0,2})?")
_ADDITIONAL = {"bill": "01", "mobile": "02", "store": "03", "reference": "05", "terminal": "07", "purpose": "08"}


@dataclass(frozen=True, slots=True)
class TransferCode:
    """What one code asks for: money to this number at this bank. `amount_dong` is None when the payer types it.

    `is_dynamic` marks a code made for one payment. Some banks print an amount on a static one too.
    """

    bank_bin: str
    number: str
    service: str = TO_ACCOUNT
    amount_dong: int | None = None
    is_dynamic: bool = False
    bill: str = ""
    mobile: str = ""
    store: str = ""
    reference: str = ""
    terminal: str = ""
    purpose: str = ""
    merchant_name: str = ""
    merchant_city: str = ""


def read(text: str) -> TransferCode:
    """Return what a code says.

    Raises:
        Refused: `qr_empty`, `qr_too_long`, `qr_characters_invalid`, `qr_not_vietqr`, `qr_damaged`,
            `qr_field_repeated`, `qr_checksum_wrong`, `qr_bank_invalid`, `qr_number_invalid`, `qr_service_unknown`,
            `qr_currency_invalid`, `qr_country_invalid`, `qr_amount_invalid`.
    """
    raw = _bytes(text.strip())
    # The first two fields are fixed by the standard, so that a web address or a chat greeting is named as such.
    if not raw.startswith(b"000201"):
        raise _refused("qr_not_vietqr")
    fields = _fields(raw)
    # Before any value is believed: a digit altered on the way must not reach the rules below, which might accept it.
    _check_crc(raw)
    bank_bin, number, service = _account(fields)
    if fields.get("53", _DONG) != _DONG:
        raise _refused("qr_currency_invalid")
    if fields.get("58", _COUNTRY) != _COUNTRY:
        raise _refused("qr_country_invalid")
    additional = _fields(fields.get("62", "").encode())
    return TransferCode(
        bank_bin,
        number,
        service,
        _amount(fields.get("54")),
        fields.get("01") == "12",
        merchant_name=fields.get("59", ""),
        merchant_city=fields.get("60", ""),
        **{name: additional.get(tag, "") for name, tag in _ADDITIONAL.items()},
    )


def write(code: TransferCode) -> str:
    """Return the text of a code; the same code always has the same text.

    Raises:
        Refused: `qr_bank_invalid`, `qr_number_invalid`, `qr_service_unknown`, `qr_amount_invalid`,
            `qr_characters_invalid`, `qr_too_long`.
    """
    _check_account(code.bank_bin, code.number, code.service)
    if code.amount_dong is not None and not 1 <= code.amount_dong < 10**13:
        raise _refused("qr_amount_invalid")
    holder = _field("00", code.bank_bin) + _field("01", code.number)
    parts = [
        _field("00", "01"),
        _field("01", "12" if code.is_dynamic else "11"),
        _field("38", _field("00", NAPAS) + _field("01", holder) + _field("02", code.service)),
        _field("53", _DONG),
        _field("54", str(code.amount_dong)) if code.amount_dong is not None else "",
        _field("58", _COUNTRY),
        _field("59", code.merchant_name),
        _field("60", code.merchant_city),
        _field("62", "".join(_field(tag, getattr(code, name)) for name, tag in _ADDITIONAL.items())),
        "6304",
    ]
    raw = _bytes("".join(parts))
    return raw.decode() + _crc(raw)


def _bytes(text: str) -> bytes:
    if not text:
        raise _refused("qr_empty")
    # isprintable() also refuses lone surrogates, which no text can be made of.
    if not text.isprintable():
        raise _refused("qr_characters_invalid")
    raw = text.encode()
    if len(raw) > _MOST_BYTES:
        raise _refused("qr_too_long")
    return raw


def _fields(raw: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag, value in _walk(raw):
        # Two amounts or two accounts: whoever reads the first and whoever reads the last would pay different people.
        if tag in found:
            raise _refused("qr_field_repeated", field=tag)
        found[tag] = value
    return found


def _walk(raw: bytes) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(raw):
        head = raw[at : at + 4]
        if len(head) < 4 or not head.isdigit():
            raise _refused("qr_damaged")
        end = at + 4 + int(head[2:])
        if end > len(raw):
            raise _refused("qr_damaged")
        # Lengths count bytes: cutting through a Vietnamese letter means that the writer counted something else.
        try:
            yield head[:2].decode("ascii"), raw[at + 4 : end].decode()
        except UnicodeDecodeError:
            raise _refused("qr_damaged") from None
        at = end


def _crc(raw: bytes) -> str:
    # CRC-16/CCITT-FALSE: polynomial 1021, begun with FFFF, over everything that stands before it, its own head included.
    return f"{binascii.crc_hqx(raw, 0xFFFF):04X}"


def _check_crc(raw: bytes) -> None:
    if raw[-8:-4] != b"6304":
        raise _refused("qr_damaged")
    if raw[-4:].decode("ascii", "replace").upper() != _crc(raw[:-4]):
        raise _refused("qr_checksum_wrong")


def _account(fields: dict[str, str]) -> tuple[str, str, str]:
    # Usually field 38, but any of the fields for merchants' schemes may hold it; shops carry several schemes in one code.
    holders = [
        value for tag, value in fields.items() if "26" <= tag <= "51" and value.startswith(f"00{len(NAPAS)}{NAPAS}")
    ]
    if not holders:
        raise _refused("qr_not_vietqr")
    if len(holders) > 1:
        raise _refused("qr_field_repeated", field="38")
    scheme = _fields(holders[0].encode())
    holder = _fields(scheme.get("01", "").encode())
    account = holder.get("00", ""), holder.get("01", ""), scheme.get("02", TO_ACCOUNT)
    _check_account(*account)
    return account


def _check_account(bank_bin: str, number: str, service: str) -> None:
    if _BIN.fullmatch(bank_bin) is None:
        raise _refused("qr_bank_invalid")
    if _NUMBER.fullmatch(number) is None:
        raise _refused("qr_number_invalid")
    if service not in SERVICES:
        raise _refused("qr_service_unknown")


def _amount(text: str | None) -> int | None:
    if text is None:
        return None
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise _refused("qr_amount_invalid")
    return int(found[1])


def _field(tag: str, value: str) -> str:
    if not value:
        return ""
    length = len(value.encode(errors="surrogatepass"))
    # Two digits of length: what does not fit is refused, because a cut text is another text.
    if length > 99:
        raise _refused("qr_too_long", field=tag)
    return f"{tag}{length:02d}{value}"


_SENTENCES = {
    "qr_empty": ("Mã QR trống. Hãy quét lại.", "The QR code is empty. Scan it again."),
    "qr_too_long": (
        "Nội dung quá dài đối với một mã VietQR. Hãy quét đúng mã nhận tiền.",
        "The text is too long for a VietQR code. Scan the code for receiving money.",
    ),
    "qr_characters_invalid": (
        "Mã QR chứa ký tự không đọc được. Hãy quét lại.",
        "The QR code holds characters that cannot be read. Scan it again.",
    ),
    "qr_not_vietqr": (
        "Đây không phải mã VietQR nhận tiền qua ngân hàng. Hãy mở mã nhận tiền trong ứng dụng ngân hàng.",
        "This is not a VietQR code of a bank account. Open the receiving code in the bank's application.",
    ),
    "qr_damaged": (
        "Mã QR hỏng hoặc thiếu một phần. Hãy quét lại hoặc xin mã mới.",
        "The QR code is damaged or incomplete. Scan it again or ask for a new one.",
    ),
    "qr_field_repeated": (
        "Mã QR ghi hai lần cùng một mục nên không thể tin. Hãy xin mã mới.",
        "The QR code says one thing twice and cannot be trusted. Ask for a new one.",
    ),
    "qr_checksum_wrong": (
        "Mã kiểm tra của mã QR sai: nội dung đã bị sửa hoặc quét nhầm. Không dùng mã này; hãy xin mã mới.",
        "The QR code's checksum is wrong: it was altered or misread. Do not use it; ask for a new one.",
    ),
    "qr_bank_invalid": (
        "Mã ngân hàng (BIN) trong mã QR không đúng. Hãy xin mã mới từ ứng dụng ngân hàng.",
        "The bank code (BIN) in the QR code is not valid. Ask for a new code from the bank's application.",
    ),
    "qr_number_invalid": (
        "Số tài khoản hoặc số thẻ trong mã QR không đúng dạng. Hãy xin mã mới từ ứng dụng ngân hàng.",
        "The account or card number in the QR code is not valid. Ask for a new code from the bank's application.",
    ),
    "qr_service_unknown": (
        "Mã QR dùng một dịch vụ chuyển tiền không được biết. Hãy xin mã nhận tiền vào tài khoản.",
        "The QR code names an unknown transfer service. Ask for a code that pays into an account.",
    ),
    "qr_currency_invalid": (
        "Mã QR không dùng đồng Việt Nam. Hãy xin mã nhận tiền bằng đồng.",
        "The QR code is not in Vietnamese đồng. Ask for one that is.",
    ),
    "qr_country_invalid": (
        "Mã QR không phải của Việt Nam. Hãy xin mã của ngân hàng trong nước.",
        "The QR code is not Vietnamese. Ask for a code of a bank in the country.",
    ),
    "qr_amount_invalid": (
        "Số tiền trong mã QR không phải là số đồng nguyên lớn hơn không. Hãy xin mã mới.",
        "The amount in the QR code is not a whole number of đồng above zero. Ask for a new one.",
    ),
}


def _refused(reason: str, **details: str) -> Refused:
    vi, en = _SENTENCES[reason]
    return Refused(reason, vi=vi, en=en, **details)
