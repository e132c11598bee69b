"""VietQR: four codes published by others are read and written again byte for byte; a damaged one is refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansinh.base.refusals import Refused
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
