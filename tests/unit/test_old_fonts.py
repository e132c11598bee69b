"""Old Vietnamese fonts: every letter there and back, and how surely a word tells which coding it was typed in."""

import random
import shutil
import subprocess
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansinh.base import old_fonts
from ansinh.base.old_fonts import OLD, TCVN3, UNICODE, VNI
from ansinh.project.population.vocabulary import PEOPLES

_TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
_SMALL = [unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in _TONES]
LETTERS = [*"bcdđghklmnpqrstvx", *_SMALL]
EVERY = [*LETTERS, *(letter.upper() for letter in LETTERS)]


def names(count: int, seed: int) -> list[str]:
    """Return names as the population of the demo has them: nine of ten Kinh, the others Khmer and highland peoples."""
    chance = random.Random(seed)
    weights = [9 * (len(PEOPLES) - 1)] + [1] * (len(PEOPLES) - 1)
    made = []
    for _ in range(count):
        people, sex = chance.choices(PEOPLES, weights)[0], chance.randrange(2)
        parts = (chance.choice(words) for words in (people.families, people.middles[sex], people.givens[sex]))
        made.append(" ".join(part for part in parts if part))
    return made


@given(st.lists(st.sampled_from(LETTERS)).map("".join))
def test_small_letters_go_to_tcvn3_and_back(text: str) -> None:
    assert old_fonts.decode(old_fonts.encode(text, TCVN3), TCVN3) == text


@given(st.lists(st.sampled_from(EVERY)).map(" ".join))
def test_every_letter_goes_to_vni_and_back(text: str) -> None:
    assert old_fonts.decode(old_fonts.encode(text, VNI), VNI) == text


@given(st.lists(st.sampled_from(EVERY)).map(" ".join))
def test_capitals_with_a_tone_come_back_from_tcvn3_as_small_letters(text: str) -> None:
    back = old_fonts.decode(old_fonts.encode(text, TCVN3), TCVN3)
    assert back is not None
    assert back.lower() == text.lower()
    assert old_fonts.decode(old_fonts.encode("NGUYỄN VĂN A", TCVN3), TCVN3) == "NGUYỄN VĂN A"


def test_tcvn3_is_the_table_of_the_c_library() -> None:
    if (iconv := shutil.which("iconv")) is None:
        pytest.skip("no iconv on this machine")
    for letter in _SMALL[1:]:
        if letter.isascii():
            continue
        code = old_fonts.encode(letter, TCVN3).encode("latin-1")
        said = subprocess.run([iconv, "-f", "TCVN", "-t", "UTF-8"], input=code, capture_output=True, check=True)
        assert said.stdout.decode() == letter


def test_published_words_are_read() -> None:
    assert old_fonts.decode("hép møt tÕt", TCVN3) == "hộp mứt tết"
    assert old_fonts.decode("Xin chaøo caùc baïn", VNI) == "Xin chào các bạn"


def test_no_ordinary_name_is_taken_for_an_old_font() -> None:
    ordinary = names(2_000, seed=7)
    typed = [(name, UNICODE) for name in ordinary]
    # A name without marks is the same in every coding.
    typed += [(old_fonts.encode(name, coding), coding) for coding in OLD for name in ordinary if not name.isascii()]
    proved = [(old_fonts.proofs(text), coding) for text, coding in typed]
    right = sum(found == {coding} for found, coding in proved if coding in OLD)
    wrong = sum(bool(found & set(OLD) - {coding}) for found, coding in proved)
    old = sum(coding in OLD for _, coding in proved)
    print(f"precision {right}/{right + wrong} recall {right}/{old}")
    assert wrong == 0
    assert right >= 0.95 * old


@pytest.mark.parametrize("coding", OLD)
def test_a_column_of_names_tells_its_coding(coding: str) -> None:
    finding = old_fonts.find(old_fonts.encode(name, coding) for name in names(30, seed=3))
    assert finding is not None
    assert (finding.coding, finding.contrary) == (coding, 0)


@pytest.mark.parametrize(
    "text", ["Noël", "Müller", "m²", "·", "30°C", "Citroën", "Ê Đê", "Pa Kô", "½ tháng", "© 2026", "Tổ 3"]
)
def test_signs_and_foreign_words_prove_nothing_old(text: str) -> None:
    assert not old_fonts.proofs(text) & set(OLD)


def test_the_tone_has_its_place() -> None:
    written = "già gìn giếng quả quý hoà hòa khỏe thúy thuý rượu nước mía của khuỷu ngoèo xoáy bữa oải Huế"
    for word in written.split():
        assert old_fonts.is_syllable(word), word
    for word in ("Leõ", "NguyÔn", "ngừơi", "cãt", "nưoc", "hoạì"):
        assert not old_fonts.is_syllable(word), word
