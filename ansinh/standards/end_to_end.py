"""The name of one payment attempt, as it travels through banks and comes back: EndToEndId, 15 characters of [A-Z0-9].

It is derived from (instance, item, attempt), so that the same attempt always has the same name. One check character
catches every wrong single character and every exchange of two characters; any other damage slips through 1 time in 32.
"""

import re
from collections.abc import Iterable

# ISO allows 35 characters; the narrowest provider interface takes 16, and a name that is cut on the way is another
# name. The layout never changes: names of years ago must still be read when money comes back.
PREFIX = "AS"
LENGTH = 15
MAX_INSTANCE = (1 << 12) - 1
MAX_ITEM = (1 << 40) - 1
MAX_ATTEMPT = (1 << 6) - 1

# Crockford's alphabet: digits and capitals without I, L, O, U, which people misread.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {c: i for i, c in enumerate(_ALPHABET)}
# The name of a whole batch, as it stands in the file's header: installation, run, provider, number.
_BATCH = re.compile(r"(?<![0-9A-Z])AS[0-9]{4}R[0-9]{6,}P[0-9]{2,}B[0-9]{4,}(?![0-9A-Z])")


# A field of 32 elements, because each character carries one of 32 values. Modulo 32 some weighted errors vanish (2 × 16
# is nought), and a prime modulus would need more check characters than the alphabet has.
def _powers_of_alpha() -> list[int]:
    """Return 31 different non-zero elements of GF(32): powers of x modulo x^5 + x^2 + 1."""
    powers, element = [], 1
    for _ in range(31):
        powers.append(element)
        element <<= 1
        if element & 32:
            element ^= 0b100101
    return powers


def _multiply(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 32:
            a ^= 0b100101
        b >>= 1
    return product


_POWERS = _powers_of_alpha()
# Each character weighs a different power of alpha. A wrong character changes the sum because no weight is zero; two
# exchanged characters change it because no two weights are equal. The sum is linear, so pairs have one table each.
_PAIR_TEXT = [_ALPHABET[n >> 5] + _ALPHABET[n & 31] for n in range(1024)]
_PAIR_VALUE = {text: n for n, text in enumerate(_PAIR_TEXT)}
_PAIR_CHECK = [
    [_multiply(_POWERS[12 - 2 * i], n >> 5) ^ _multiply(_POWERS[11 - 2 * i], n & 31) for n in range(1024)]
    for i in range(6)
]


def encode(instance: int, item_id: int, attempt: int) -> str:
    """Return the EndToEndId of one attempt at one item of one installation.

    Raises:
        ValueError: when a number does not fit (instance < 4096, item < 2^40, attempt < 64); nothing is ever cut off.
    """
    return encode_many(instance, ((item_id, attempt),))[0]


def encode_many(instance: int, attempts: Iterable[tuple[int, int]]) -> list[str]:
    """Return the EndToEndIds of many (item, attempt) pairs of one installation, in their order.

    Raises:
        ValueError: as `encode`.
    """
    if not 0 <= instance <= MAX_INSTANCE:
        raise ValueError(f"instance {instance} does not fit")
    base = instance << 46
    # Written out instead of looped: a payroll makes a million names, and six table look-ups are what each of them
    # costs.
    text, alphabet = _PAIR_TEXT, _ALPHABET
    c0, c1, c2, c3, c4, c5 = _PAIR_CHECK
    names = []
    for item_id, attempt in attempts:
        if not (0 <= item_id <= MAX_ITEM and 0 <= attempt <= MAX_ATTEMPT):
            raise ValueError(f"item {item_id}, attempt {attempt} does not fit")
        n = base | item_id << 6 | attempt
        p0, p1, p2, p3, p4, p5 = n >> 50, n >> 40 & 1023, n >> 30 & 1023, n >> 20 & 1023, n >> 10 & 1023, n & 1023
        check = alphabet[c0[p0] ^ c1[p1] ^ c2[p2] ^ c3[p3] ^ c4[p4] ^ c5[p5]]
        names.append(f"{PREFIX}{text[p0]}{text[p1]}{text[p2]}{text[p3]}{text[p4]}{text[p5]}{check}")
    return names


def decode(text: str) -> tuple[int, int, int] | None:
    """Return (instance, item, attempt), or None when the text is not one of our names or was damaged.

    It is strict: small letters and look-alike letters are refused, because guessing is how money goes astray.
    """
    return decode_many((text,))[0]


def decode_many(texts: Iterable[str]) -> list[tuple[int, int, int] | None]:
    """Return for each text what `decode` returns, in their order."""
    value = _PAIR_VALUE.get
    c0, c1, c2, c3, c4, c5 = _PAIR_CHECK
    found: list[tuple[int, int, int] | None] = []
    for text in texts:
        p0, p1, p2 = value(text[2:4]), value(text[4:6]), value(text[6:8])
        p3, p4, p5 = value(text[8:10]), value(text[10:12]), value(text[12:14])
        check = _VALUES.get(text[14:])
        # Decoding is tried on every reference of a bank file, most of which were never ours: no exception is made of
        # that.
        if p0 is None or p1 is None or p2 is None or p3 is None or p4 is None or p5 is None or check is None:
            found.append(None)
            continue
        n = p0 << 50 | p1 << 40 | p2 << 30 | p3 << 20 | p4 << 10 | p5
        # 60 bits fit in the characters but only 58 are ours: the rest was never issued.
        is_ours = text[:2] == PREFIX and n < 1 << 58 and c0[p0] ^ c1[p1] ^ c2[p2] ^ c3[p3] ^ c4[p4] ^ c5[p5] == check
        found.append((n >> 46, n >> 6 & MAX_ITEM, n & MAX_ATTEMPT) if is_ours else None)
    return found


def batch_named_in(text: str) -> str:
    """Return the name of the one batch of ours that a text speaks of; "" when it names none, or two."""
    names = set(_BATCH.findall(text))
    return names.pop() if len(names) == 1 else ""
