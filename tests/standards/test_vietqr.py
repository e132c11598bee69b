"""VietQR is read and written byte for byte as four independent projects do; anything altered or foreign is refused.

The vectors are published ones; the refused texts are built around them.
"""

import binascii
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansinh.base.refusals import Refused
from ansinh.project.cli import main
from ansinh.standards import vietqr
from ansinh.standards.vietqr import TransferCode

VECTORS = {
    "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA5303704540410005802VN62150811Chuyen tien6304BBB8":
        TransferCode("970416", "257678859", amount_dong=1000, is_dynamic=True, purpose="Chuyen tien"),
    "00020101021238530010A0000007270123000697041601092245284790208QRIBFTTA53037045405100005802VN62340107NPS68690819TRANSFER TO SOMEONE6304AC13":
        TransferCode("970416", "224528479", amount_dong=10000, is_dynamic=True, bill="NPS6869", purpose="TRANSFER TO SOMEONE"),
    "00020101021138540010A00000072701240006970407011003865776720208QRIBFTTA53037045407100000" "05802VN62160812henry an cut6304A322":
        TransferCode("970407", "0386577672", amount_dong=1000000, purpose="henry an cut"),
    "00020101021138510010A00000072701210006970407010797968680208QRIBFTTA53037045802VN62240820gen by sunary/vietqr6304BE74":
        TransferCode("970407", "9796868", purpose="gen by sunary/vietqr"),
}  # fmt: skip
FIRST = next(iter(VECTORS))


def sealed(text: str) -> str:
    """Return the text, without its last four characters, with a right checksum: an altered code that lies well."""
    return text[:-4] + f"{binascii.crc_hqx(text[:-4].encode(), 0xFFFF):04X}"


def refusal_of(text: str) -> str:
    """Return the name under which a text is refused."""
    with pytest.raises(Refused) as caught:
        vietqr.read(text)
    assert caught.value.vi and caught.value.en
    return caught.value.reason


@pytest.mark.parametrize(("text", "code"), VECTORS.items())
def test_the_published_vectors_are_read_and_written_byte_for_byte(text: str, code: TransferCode) -> None:
    assert vietqr.read(text) == code
    assert vietqr.write(code) == text


def test_the_checksum_is_the_published_one() -> None:
    assert vietqr._crc(b"123456789") == "29B1"


NUMBERS = st.from_regex(r"[A-Za-z0-9]{4,19}", fullmatch=True)
TEXTS = st.from_regex(r"[A-Za-z0-9ĐđƠơẾế][A-Za-z0-9 ĐđƠơẾế./-]{0,18}[A-Z0-9]", fullmatch=True) | st.just("")
CODES = st.builds(
    TransferCode,
    bank_bin=st.from_regex(r"[0-9]{6}", fullmatch=True),
    number=NUMBERS,
    service=st.sampled_from(vietqr.SERVICES),
    amount_dong=st.none() | st.integers(1, 10**13 - 1),
    is_dynamic=st.booleans(),
    bill=TEXTS,
    purpose=TEXTS,
    merchant_name=TEXTS,
)


@given(CODES)
def test_whatever_is_written_is_read_the_same(code: TransferCode) -> None:
    assert vietqr.read(vietqr.write(code)) == code


@given(st.sampled_from(sorted(VECTORS)), st.data())
def test_one_altered_character_is_always_refused(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    # The checksum's own letters may come small from some writers.
    if other.upper() != text[at].upper() or at < len(text) - 4:
        damaged = text[:at] + other + text[at + 1 :]
        if damaged != text:
            refusal_of(damaged)


@given(st.text(max_size=120))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    for tried in (text, "000201" + text, sealed("00020101021138" + text + "6304____")):
        try:
            vietqr.read(tried)
        except Refused as refusal:
            assert refusal.reason.startswith("qr_")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "qr_empty"),
        (" \n", "qr_empty"),
        ("https://vietqr.net/970416", "qr_not_vietqr"),
        (FIRST + "X" * 600, "qr_too_long"),
        ("000201\x00", "qr_characters_invalid"),
        ("000201\ud800", "qr_characters_invalid"),
        (FIRST[:60], "qr_damaged"),
        (FIRST[:-8], "qr_damaged"),
        (FIRST[:-4] + "0000", "qr_checksum_wrong"),
        (FIRST.replace("257678859", "257678858"), "qr_checksum_wrong"),
        (sealed(FIRST.replace("A000000727", "A000000728")), "qr_not_vietqr"),
        (sealed(FIRST.replace("970416", "97041X")), "qr_bank_invalid"),
        (sealed(FIRST.replace("257678859", "25767 859")), "qr_number_invalid"),
        (sealed(FIRST.replace("QRIBFTTA", "QRIBFTTX")), "qr_service_unknown"),
        (sealed(FIRST.replace("5303704", "5303840")), "qr_currency_invalid"),
        (sealed(FIRST.replace("5802VN", "5802US")), "qr_country_invalid"),
        (sealed(FIRST.replace("54041000", "54040000")), "qr_amount_invalid"),
        (sealed(FIRST.replace("54041000", "54041e30")), "qr_amount_invalid"),
        (sealed(FIRST.replace("54041000", "5404-100")), "qr_amount_invalid"),
        (sealed(FIRST.replace("54041000", "54041.50")), "qr_amount_invalid"),
        (sealed(FIRST.replace("54041000", "5404١٠")), "qr_amount_invalid"),
        (sealed(FIRST.replace("54041000", "5404100054049999")), "qr_field_repeated"),
        (sealed(FIRST.replace("6215", "6216")), "qr_damaged"),
    ],
)  # fmt: skip
def test_what_is_not_right_is_refused_by_name(text: str, reason: str) -> None:
    assert refusal_of(text) == reason


def test_decimals_that_say_nothing_and_a_small_checksum_are_read() -> None:
    decimals = sealed(FIRST.replace("54041000", "54071000.00"))
    assert vietqr.read(decimals).amount_dong == 1000
    assert vietqr.read(f"  {FIRST[:-4]}{FIRST[-4:].lower()}\r\n") == VECTORS[FIRST]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"bank_bin": "97041"}, "qr_bank_invalid"),
        ({"number": "12 34"}, "qr_number_invalid"),
        ({"service": "OTHER"}, "qr_service_unknown"),
        ({"amount_dong": 0}, "qr_amount_invalid"),
        ({"amount_dong": 10**13}, "qr_amount_invalid"),
        ({"purpose": "x" * 100}, "qr_too_long"),
        ({"purpose": "x\ny"}, "qr_characters_invalid"),
        ({"purpose": "\ud800"}, "qr_characters_invalid"),
    ],
)
def test_a_wrong_code_is_not_written(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(Refused) as caught:
        vietqr.write(replace(VECTORS[FIRST], **changes))  # type: ignore[arg-type]
    assert caught.value.reason == reason


def test_the_command_says_what_a_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["payment", "qr", FIRST, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["bank_bin"], said["number"], said["amount_dong"], said["bill"]) == ("970416", "257678859", 1000, None)
    assert main(["payment", "qr", FIRST.replace("1000", "9000"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["refused"] == "qr_checksum_wrong"
