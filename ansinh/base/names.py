"""Vietnamese names for machines: normalised, folded for search, and keyed for sorting.

`fold` must equal the SQL function `ansinh_fold` to the letter; a test holds the two together.
"""

import re
import unicodedata

# Alphabet order of Vietnamese letters, tones left out; a tone orders words only after all letters are equal.
_LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}

# Letters of any alphabet, because H'Nhi and Blơơi are names too; a digit or a sign means that cells or keys have slipped.
_NAME = re.compile(r"[^\W\d_]+(?:[ .'’ʼ\-]+[^\W\d_]+)*\.?")
_LONGEST_NAME = 90
_WITHOUT_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff"))


class _Folded(dict[int, str]):
    """What each letter of decomposed text becomes; worked out once a letter, because a province has millions of them."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if letter == "đ":
            folded = "d"
        elif unicodedata.combining(letter):
            folded = ""
        else:
            folded = letter if letter.isascii() and letter.isalnum() else " "
        self[code] = folded
        return folded


_FOLDED = _Folded()


def normalise(text: str) -> str:
    """Return the text in NFC with single plain spaces; zero-width and no-break spaces vanish or become spaces."""
    # Splitting knows every blank of Unicode, the no-break ones too.
    return " ".join(unicodedata.normalize("NFC", text).translate(_WITHOUT_WIDTH).split())


def is_name(text: str) -> bool:
    """Return whether a normalised text can be a person's name, and is short enough for its sort key to be kept."""
    return len(text) <= _LONGEST_NAME and _NAME.fullmatch(text) is not None


def fold(text: str) -> str:
    """Return the text without diacritics, in lower case, đ as d, only a–z, 0–9 and single spaces."""
    return " ".join(unicodedata.normalize("NFD", text.lower()).translate(_FOLDED).split())


def sort_key(name: str) -> str:
    """Return a key that sorts names as Vietnamese lists do: given name first, then the rest; letters, then tones."""
    words = normalise(name).lower().split()
    ordered = words[-1:] + words[:-1]
    letters, tones = [], []
    for word in ordered:
        for c in unicodedata.normalize("NFC", word):
            parts = unicodedata.normalize("NFD", c)
            tone = next((_TONES[p] for p in parts if p in _TONES), 0)
            bare = unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES))
            position = _LETTERS.find(bare)
            letters.append(chr(0x41 + position) if position >= 0 else "~" + bare)
            tones.append(str(tone))
        letters.append(" ")
    return "".join(letters).strip() + "|" + "".join(tones)


def ascii_upper(text: str) -> str:
    """Return the text as banks write names: upper case, no diacritics, words separated by one space."""
    # Names that banks gave us are in that form already, and a payroll has a million of them.
    if text.isascii() and text.replace(" ", "").isalnum() and "  " not in text:
        return text.strip().upper()
    return fold(text).upper()
