"""The fold of names in Python and the one in the database are the same to the letter: search must find what was stored."""

import unicodedata

import pytest
from django.db import connection

from ansinh.base.names import fold

NAMES = [
    "Nguyễn Thị Ánh Nguyệt", "ĐẶNG VĂN ĐỨC", "Trần Quốc Toản", "Lê Hoà", "Lê Hòa", "Phạm Thuỷ", "Phạm Thủy", "Vũ Uyển Ngữ", "Ỷ Lan", "Quách Ẵm", "Đỗ Ỡm",
    # Khmer, and the peoples of the highlands: Tà Ôi, Pa Cô, Cơ Tu, Bru - Vân Kiều, Ê Đê, Ba Na.
    "Thạch Sà Rươl", "Danh Thị Sốc Kha", "Kim Sóc Kha", "Sơn Cang", "A Viết Blơơi", "Kê Sửu", "Hồ Thị Crêl", "Bhuôch Nhíu", "Rapat Ngứt", "Zơrâm Thị Prê",
    "Pơloong Zếch", "H'Hen Niê", "Y Blứt Êban", "Ksor H'Bơ Khăp", "K’Brêu", "Đinh Núp", "Vàng A Pó", "Lò Thị Ún", "Giàng Seo Phử",
    # As lists are typed: two spaces, no-break spaces, dashes, dots, digits, brackets, tabs.
    "  Nguyễn   Văn  A ", "Nguyễn\u00a0Văn\u00a0Bé", "Lê-Thị–Hai", "Trần T. (Ba)", "Bùi Văn Tư 2", "Cao\tThị\nNăm", "", "...", "123",
    # Letters of other alphabets and signs fold to spaces on both sides, never to a guess.
    "José Müller", "Søren", "Straße", "Иван", "ភូមិ", "王小明", "ﬁ", "Ⅳ", "İstanbul", "e\u0323\u0302", "o\u031b\u0309",
]  # fmt: skip


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC"])
@pytest.mark.usefixtures("database")
def test_fold_is_the_same_in_python_and_in_the_database(form: str) -> None:
    names = [unicodedata.normalize(form, name) for name in NAMES]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ansinh_fold(name) FROM unnest(%s::text[]) WITH ORDINALITY AS given (name, position) ORDER BY position",
            [names],
        )
        folded = [text for (text,) in cursor.fetchall()]
    assert list(zip(names, folded, strict=True)) == [(name, fold(name)) for name in names]


@pytest.mark.usefixtures("database")
def test_every_vietnamese_letter_folds_the_same() -> None:
    tones = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    letters = [
        unicodedata.normalize("NFC", c + tone) for c in "aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂĐEÊIOÔƠUƯY" for tone in tones
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, ansinh_fold(name) FROM unnest(%s::text[]) AS given (name)", [letters])
        folded = dict(cursor.fetchall())
    assert folded == {letter: fold(letter) for letter in letters}
    assert folded["Đ"] == "d" and folded["ự"] == "u" and folded["Ẵ"] == "a"
