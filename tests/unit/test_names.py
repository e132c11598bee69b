"""Vietnamese names: one spelling, one folded form, the order of Vietnamese lists."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansinh.base import names

# Every vowel with every tone, as Vietnamese writes them.
VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"
VIETNAMESE_TEXT = st.text(alphabet=VIETNAMESE + VIETNAMESE.upper() + " -'.0123456789", max_size=40)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Nguyễn Thị Ánh", "nguyen thi anh"),
        ("ĐẶNG VĂN ĐỨC", "dang van duc"),
        ("Hồ Thị Blơơi", "ho thi blooi"),
        ("Trần  Văn\u00a0Quý ", "tran van quy"),
        ("Lê Thị Hoà", "le thi hoa"),
        ("Lê Thị Hòa", "le thi hoa"),
        ("K'Prê", "k pre"),
        ("Ngô T. Bích–Thuỷ", "ngo t bich thuy"),
        ("", ""),
    ],
)
def test_fold(name: str, folded: str) -> None:
    assert names.fold(name) == folded


@given(text=VIETNAMESE_TEXT)
def test_fold_is_the_same_for_composed_and_decomposed_text(text: str) -> None:
    assert names.fold(unicodedata.normalize("NFD", text)) == names.fold(unicodedata.normalize("NFC", text))


@given(text=st.text(max_size=40))
def test_fold_leaves_only_plain_letters_digits_and_single_spaces(text: str) -> None:
    folded = names.fold(text)
    assert set(folded) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert folded == " ".join(folded.split())
    assert names.fold(folded) == folded


@given(text=st.text(max_size=40))
def test_normalise_is_idempotent_and_composed(text: str) -> None:
    once = names.normalise(text)
    assert names.normalise(once) == once
    assert "\u200b" not in once and "\u00a0" not in once


def test_normalise_joins_decomposed_letters_and_removes_what_nobody_sees() -> None:
    assert names.normalise(unicodedata.normalize("NFD", "Nguyễn  Thị\u00a0Ế\u200b")) == "Nguyễn Thị Ế"


def test_lists_are_sorted_by_given_name_then_family_then_middle_name() -> None:
    people = [
        "Trần Văn An",
        "Nguyễn Văn Bình",
        "Lê Thị Ân",
        "Nguyễn Văn An",
        "Nguyễn Thị An",
        "Đỗ Văn Ấn",
        "Đặng Văn Ăn",
    ]
    assert sorted(people, key=names.sort_key) == [
        "Nguyễn Thị An", "Nguyễn Văn An", "Trần Văn An", "Đặng Văn Ăn", "Đỗ Văn Ấn", "Lê Thị Ân", "Nguyễn Văn Bình",
    ]  # fmt: skip


def test_letters_follow_the_vietnamese_alphabet() -> None:
    given_names = [
        "Yến",
        "Xuân",
        "Vân",
        "Ưng",
        "Uyên",
        "Tú",
        "Oanh",
        "Ơn",
        "Ổn",
        "Đức",
        "Dung",
        "Ê Ban",
        "Em",
        "Bình",
        "Ân",
        "Ăn",
        "An",
    ]
    alphabet = "AĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXY"
    initials = sorted((name[0] for name in given_names if " " not in name), key=names.sort_key)
    bare = [
        next(c for c in alphabet if names.sort_key(c).split("|")[0] == names.sort_key(initial).split("|")[0])
        for initial in initials
    ]
    assert bare == sorted(bare, key=alphabet.index)


def test_tones_order_words_that_are_otherwise_equal() -> None:
    words = ["mạ", "mã", "má", "mà", "mả", "ma"]
    assert sorted(words, key=names.sort_key) == ["ma", "mà", "mả", "mã", "má", "mạ"]


def test_tones_decide_only_after_all_letters() -> None:
    assert sorted(["Hồ Văn Tú", "Hồ Văn Tu Anh", "Hồ Vân Tu"], key=names.sort_key)[-1] == "Hồ Vân Tu"


def test_banks_read_upper_case_without_diacritics() -> None:
    assert names.ascii_upper("Nguyễn  Đình Ước") == "NGUYEN DINH UOC"
