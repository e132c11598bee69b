"""VietQR: four codes published by others are read and written again byte for byte; a damaged one is refused by name."""

import binascii
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansinh.base.refusals import Refused
from ansinh.project.cli import main
from ansinh.standards.vietqr import VietQr, read, write

# Published by four independent projects (rails: money dossier §2).
_HEAD = "0002010102"
PUBLISHED = {
    _HEAD + "1238530010A0000007270123000697041601092576788590208QRIBFTTA5303704540410005802VN62150811Chuyen tien6304BBB8":
        VietQr("970416", "257678859", 1_000, "Chuyen tien", is_dynamic=True),
    _HEAD + "1238530010A0000007270123000697041601092245284790208QRIBFTTA53037045405100005802VN62340107NPS68690819TRANSFER TO SOMEONE6304AC13":
        VietQr("970416", "224528479", 10_000, "TRANSFER TO SOMEONE", is_dynamic=True, bill_number="NPS6869"),
    _HEAD + "1138540010A00000072701240006970407011003865776720208QRIBFTTA5303704540710000005802VN62160812henry an cut6304A322":
        VietQr("970407", "0386577672", 1_000_000, "henry an cut"),
    _HEAD + "1138510010A00000072701210006970407010797968680208QRIBFTTA53037045802VN62240820gen by sunary/vietqr6304BE74":
        VietQr("970407", "9796868", None, "gen by sunary/vietqr"),
}  # fmt: skip


@pytest.mark.parametrize("text", PUBLISHED)
def test_published_codes_are_read_and_written_byte_for_byte(text: str) -> None:
    assert read(text) == PUBLISHED[text]
    assert write(PUBLISHED[text]) == text


@given(
    st.builds(
        VietQr, st.from_regex(r"[0-9]{6}", fullmatch=True), st.from_regex(r"[A-Z0-9]{1,19}", fullmatch=True),
        st.none() | st.integers(1, 10**12), st.none() | st.from_regex(r"[A-Za-z0-9 ]{1,25}", fullmatch=True), st.booleans(),
        st.booleans(), st.none() | st.from_regex(r"[A-Z0-9]{1,20}", fullmatch=True),
    )
)  # fmt: skip
def test_what_is_written_is_read(code: VietQr) -> None:
    assert read(write(code)) == code


@given(st.sampled_from(list(PUBLISHED)), st.data())
def test_one_wrong_character_is_noticed(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    wrong = data.draw(
        st.characters(min_codepoint=33, max_codepoint=126).filter(lambda one: one.upper() != text[at].upper())
    )
    with pytest.raises(Refused) as refusal:
        read(text[:at] + wrong + text[at + 1 :])
    assert refusal.value.reason in {"qr_damaged", "qr_not_vietqr"}


@pytest.mark.parametrize(
    "text", ["", "xin chào", "https://example.vn", "00" * 400, "000201" + "6304FFFF", "0002016304"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(text)
    assert refusal.value.reason in {"qr_damaged", "qr_not_vietqr"}


@given(st.text(max_size=200))
def test_no_text_ever_breaks_the_reader(text: str) -> None:
    with pytest.raises(Refused):
        read(text)


@pytest.mark.parametrize(
    "code", [VietQr("97041", "1"), VietQr("970416", ""), VietQr("970416", "1", 0), VietQr("970416", "1" * 20)]
)
def test_what_no_code_can_carry_is_refused(code: VietQr) -> None:
    with pytest.raises(Refused) as refusal:
        write(code)
    assert refusal.value.reason == "qr_invalid"


FIRST = next(iter(PUBLISHED))


def sealed(text: str) -> str:
    """Return the text with a right check sum: an altered code that lies well."""
    return text[:-4] + f"{binascii.crc_hqx(text[:-4].encode(), 0xFFFF):04X}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "qr_not_vietqr"),
        ("https://vietqr.net/970416", "qr_not_vietqr"),
        ("0002010102\ud8006304AAAA", "qr_invalid"),
        ("0002010102\x006304AAAA", "qr_invalid"),
        (FIRST[:60], "qr_not_vietqr"),
        (FIRST.replace("257678859", "257678858"), "qr_damaged"),
        (sealed(FIRST.replace("A000000727", "A000000728")), "qr_not_vietqr"),
        (sealed(FIRST.replace("5303704", "5303840")), "qr_not_vietqr"),
        (sealed(FIRST.replace("5802VN", "5802US")), "qr_not_vietqr"),
        (sealed(FIRST.replace("QRIBFTTA", "QRIBFTTX")), "qr_invalid"),
        (sealed(FIRST.replace("54041000", "54040000")), "qr_invalid"),
        (sealed(FIRST.replace("54041000", "54041e30")), "qr_invalid"),
        (sealed(FIRST.replace("54041000", "5404-100")), "qr_invalid"),
        (sealed(FIRST.replace("54041000", "5404100054049999")), "qr_invalid"),
        (sealed(FIRST.replace("6215", "6216")), "qr_invalid"),
    ],
)
def test_a_hostile_code_is_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        read(text)
    assert caught.value.reason == reason and caught.value.vi and caught.value.en


@given(st.text(max_size=120), st.sampled_from(sorted(PUBLISHED)), st.data())
def test_any_text_is_read_or_refused_by_name(text: str, right: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(right) - 5))
    for tried in (text, "000201" + text, right[:at] + text + right[at + 1 :]):
        try:
            found = read(tried)
        except Refused as refusal:
            assert refusal.reason in ("qr_not_vietqr", "qr_damaged", "qr_invalid")
        else:
            assert found == PUBLISHED[right] and tried.strip() == right


@pytest.mark.parametrize(
    "changes", [{"purpose": "x\ny"}, {"purpose": "\ud800"}, {"purpose": "x" * 100}, {"amount_dong": 0}]
)
def test_a_wrong_code_is_not_written(changes: dict) -> None:
    with pytest.raises(Refused) as caught:
        write(VietQr("970416", "257678859", **changes))
    assert caught.value.reason == "qr_invalid"


def test_the_command_says_what_a_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["payment", "qr", FIRST, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["bank_bin"], said["account_number"], said["amount_dong"]) == ("970416", "257678859", 1000)
    assert main(["payment", "qr", FIRST.replace("1000", "9000"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["refused"] == "qr_damaged"
