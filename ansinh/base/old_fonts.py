"""Vietnamese text typed for fonts of before Unicode, TCVN3 (ABC) and VNI: its letters, and proof of which one it is.

A word proves a coding only when it is a Vietnamese syllable in that coding and in no other; nothing is decided by a font's
name or by a hope. Sources: TCVN 5712:1993 (VN3) and the VNI-Windows table, both as published by the Vietnamese Unicode
project (vietunicode.sourceforge.net/charset); the first is compared by a test with the table of the C library (`TCVN`).
"""

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

UNICODE, TCVN3, VNI = "Unicode", "TCVN3", "VNI"
OLD = (TCVN3, VNI)

# VN3 has 67 small letters and 7 capitals: capitals with a tone exist only as another font, which shows the small ones.
_TCVN3_LETTERS = "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
_TCVN3_CODES = bytes.fromhex(
    "a1a2a3a4a5a6a7 a8a9aaabacadae b5b6b7b8b9 bbbcbdbec6 c7c8c9cacb cccecfd0d1 d2d3d4d5d6 d7d8dcddde"
    "dfe1e2e3e4 e5e6e7e8e9 eaebecedee eff1f2f3f4 f5f6f7f8f9 fafbfcfdfe"
).decode("latin-1")
# In VNI a letter is followed by a second one that stands for its marks; i, đ, ơ, ư and ỵ have codes of their own.
_VNI_SMALL = (
    ("á à ả ã ạ â ấ ầ ẩ ẫ ậ ă ắ ằ ẳ ẵ ặ", "aù aø aû aõ aï aâ aá aà aå aã aä aê aé aè aú aü aë"),
    ("é è ẻ ẽ ẹ ê ế ề ể ễ ệ", "eù eø eû eõ eï eâ eá eà eå eã eä"),
    ("ó ò ỏ õ ọ ô ố ồ ổ ỗ ộ ơ ớ ờ ở ỡ ợ", "où oø oû oõ oï oâ oá oà oå oã oä ô ôù ôø ôû ôõ ôï"),
    ("ú ù ủ ũ ụ ư ứ ừ ử ữ ự", "uù uø uû uõ uï ö öù öø öû öõ öï"),
    ("í ì ỉ ĩ ị ý ỳ ỷ ỹ ỵ đ", "í ì æ ó ò yù yø yû yõ î ñ"),
)


def _vni_table() -> dict[str, str]:
    small = {
        code: letter
        for letters, codes in _VNI_SMALL
        for letter, code in zip(letters.split(), codes.split(), strict=True)
    }
    return small | {code.upper(): letter.upper() for code, letter in small.items()}


_FROM_TCVN3 = dict(zip(_TCVN3_CODES, _TCVN3_LETTERS, strict=True))
_TO_TCVN3 = {letter: code for code, letter in _FROM_TCVN3.items()}
_FROM_VNI = _vni_table()
_TO_VNI = {letter: code for code, letter in _FROM_VNI.items()}
# Two signs before one; and a vowel with a second sign in small letters after a capital is one letter too ("Aù").
_VNI_SIGN = re.compile("|".join(re.escape(code) for code in sorted(_FROM_VNI, key=len, reverse=True)))
_VNI_MIXED = re.compile("([AEOUYÔÖ])([ùøûõïâáàåãäêéèúüë])")
# Letters of the old codings lie between these two; no-break spaces and everything else is not theirs.
_WORD = re.compile(r"[A-Za-z\u00a1-\u024f\u1e00-\u1eff]+")


def decode(text: str, coding: str) -> str | None:
    """Return text of an old coding as Unicode; None when it holds a sign that this coding does not have."""
    if coding == UNICODE:
        return text
    if coding == TCVN3:
        if any(not c.isascii() and c not in _FROM_TCVN3 and c != "\u00a0" for c in text):
            return None
        return _WORD.sub(_from_tcvn3, text)
    joined = _VNI_MIXED.sub(lambda pair: pair[1] + pair[2].upper(), text)
    decoded = _VNI_SIGN.sub(lambda sign: _FROM_VNI[sign[0]], joined)
    # A sign that stood alone where a vowel had to stand before it is no letter of VNI.
    left = [c for c in _VNI_SIGN.sub("", joined) if not c.isascii() and c != "\u00a0"]
    return None if left else decoded


def _from_tcvn3(word: re.Match[str]) -> str:
    letters = "".join(_FROM_TCVN3.get(c, c) for c in word[0])
    plain = [c for c in word[0] if c.isascii()]
    # Typed with capitals in a font that has none with tones: NGUYễN is how NGUYỄN was written.
    return (
        letters.upper()
        if len(letters) > 1 and plain and all(c.isupper() for c in plain[-2:]) and _tail(word[0])
        else letters
    )


def _tail(word: str) -> bool:
    """Say whether a capital stands behind the first letter: only then was the whole word meant in capitals."""
    return any(c.isascii() and c.isupper() for c in word[1:])


def encode(text: str, coding: str) -> str:
    """Return text as it was typed in an old coding; capitals that TCVN3 does not have become small letters.

    Raises:
        ValueError: when a letter has no place in the coding.
    """
    text = unicodedata.normalize("NFC", text)
    table = _TO_TCVN3 if coding == TCVN3 else _TO_VNI
    signs = []
    for c in text:
        sign = c if c.isascii() else table.get(c) or table.get(c.lower())
        if sign is None:
            raise ValueError(f"{coding} has no {c!r}")
        signs.append(sign)
    return "".join(signs)


_ONSETS_WRITTEN = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_RIMES_WRITTEN = (
    "a ai ao au ay ac ach am an ang anh ap at ăc ăm ăn ăng ăp ăt âu ây âc âm ân âng âp ât "
    "e eo ec em en eng ep et ê êu êch êm ên ênh êng êp êt i ia iu ich im in inh ip it "
    "iêc iêm iên iêng iêp iêt iêu yêm yên yêng yêt yêu y ych ynh yt yp yn "
    "o oi oc om on ong op ot oong ooc oa oai oao oay oac oach oam oan oang oanh oap oat "
    "oăc oăm oăn oăng oăt oăp oe oeo oen oet ô ôi ôc ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt ơu "
    "u ua ui uc um un ung up ut uân uâng uât uây uê uêch uênh uên uôi uôc uôm uôn uông uôt uơ "
    "uy uya uych uynh uyt uyu uyn uyên uyêt uyp ư ưa ưi ưu ưc ưm ưn ưng ưt ươi ươu ươc ươm ươn ương ươp ươt"
)
_ONSETS, _RIMES = frozenset(["", *_ONSETS_WRITTEN.split()]), frozenset(_RIMES_WRITTEN.split())
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_STOPPED = re.compile("(?:c|ch|p|t)$")


_MARKED = "ăâêôơư"
_VOWELS = frozenset("aăâeêioôơuưy")
# Two schools write hòa or hoà, khỏe or khoẻ, thúy or thuý.
_EITHER = frozenset({"oa", "oe", "uy", "uơ"})


def _bears_tone(rime: str) -> frozenset[int]:
    """Return the places in a rime where its tone may stand."""
    vowels = [place for place, letter in enumerate(rime) if letter in _VOWELS]
    if rime in _EITHER or len(vowels) == 1:
        return frozenset(vowels)
    marked = [place for place in vowels if rime[place] in _MARKED]
    # ươ bears it on its second letter; ưa and ưu on the first, which is the only marked one.
    if marked:
        return frozenset(marked[-1:])
    if len(vowels) == 3 or len(vowels) < len(rime):
        return frozenset(vowels[1:2])
    return frozenset(vowels[:1])


@functools.lru_cache(maxsize=100_000)
def is_syllable(word: str) -> bool:
    """Say whether a word is built like a Vietnamese syllable: an onset, a rime, at most one tone, in its place."""
    if not (word.islower() or word.isupper() or (word[:1].isupper() and word[1:].islower())):
        return False
    bare, tones = "", []
    for place, letter in enumerate(unicodedata.normalize("NFC", word.lower())):
        parts = unicodedata.normalize("NFD", letter)
        tones += [(place, part) for part in parts if part in _TONES]
        bare += unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    if len(tones) > 1:
        return False
    for length in (3, 2, 1, 0):
        rime = bare[length:]
        if bare[:length] not in _ONSETS or rime not in _RIMES:
            continue
        if not tones:
            return True
        place, tone = tones[0]
        # Whatever ends in a stop has a rising or a heavy tone, or none in words from elsewhere.
        if place - length in _bears_tone(rime) and (not _STOPPED.search(rime) or tone in "\u0301\u0323"):
            return True
    return False


@functools.lru_cache(maxsize=200_000)
def readings(word: str) -> frozenset[str]:
    """Return the codings in which a word is a Vietnamese syllable."""
    found = set()
    for coding in (UNICODE, *OLD):
        text = decode(word, coding)
        if text is not None and is_syllable(text):
            found.add(coding)
    return frozenset(found)


def words(text: str) -> list[str]:
    """Return the words of a text that could prove a coding: two letters or more, not all of them ASCII."""
    if text.isascii():
        return []
    composed = unicodedata.normalize("NFC", text)
    # A middle dot, a superscript or a fraction alone is a sign of its own, not a letter of an old font.
    return [word for word in _WORD.findall(composed) if len(word) > 1 and not word.isascii()]


def proofs(text: str) -> frozenset[str]:
    """Return the codings that some word of this text proves: a syllable there, and nowhere else."""
    return frozenset(next(iter(found)) for word in words(text) if len(found := readings(word)) == 1)


def is_open(text: str) -> bool:
    """Say whether a text has words that are syllables in several codings, and none that proves one."""
    return not proofs(text) and any(len(readings(word)) > 1 for word in words(text))


@dataclass(frozen=True)
class Finding:
    """Which coding the words of a column are in: how many prove it, and how many prove another."""

    coding: str
    proving: int
    contrary: int

    @property
    def is_clear(self) -> bool:
        """Return whether at least 19 of 20 proving words agree."""
        return self.proving >= 19 * self.contrary


def find(texts: Iterable[str]) -> Finding | None:
    """Return the coding that most words prove, None when no word proves any."""
    counts: Counter[str] = Counter()
    for text in texts:
        for word in words(text):
            found = readings(word)
            if len(found) == 1:
                counts[next(iter(found))] += 1
    if not counts:
        return None
    coding, proving = counts.most_common(1)[0]
    return Finding(coding, proving, sum(counts.values()) - proving)


def share_read(text: str, coding: str) -> tuple[int, int]:
    """Return how many of a text's words are syllables in a coding, and how many words there are."""
    found = words(text)
    return sum(coding in readings(word) for word in found), len(found)
