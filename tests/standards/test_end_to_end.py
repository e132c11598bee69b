"""The name of a payment attempt: it comes back as it went out, and damage on the way is noticed as far as promised.

Properties over all names that can be issued, and one value that may never change.
"""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansinh.standards import end_to_end

ATTEMPTS = st.tuples(
    st.integers(0, end_to_end.MAX_INSTANCE),
    st.integers(0, end_to_end.MAX_ITEM),
    st.integers(0, end_to_end.MAX_ATTEMPT),
)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@given(ATTEMPTS)
def test_a_name_comes_back_as_it_went_out(attempt: tuple[int, int, int]) -> None:
    name = end_to_end.encode(*attempt)
    assert len(name) == end_to_end.LENGTH <= 16
    assert name.isascii() and name.isalnum() and name.upper() == name
    assert end_to_end.decode(name) == attempt


@given(ATTEMPTS, st.integers(0, 14), st.characters(min_codepoint=32, max_codepoint=0x1EF9))
def test_every_wrong_character_is_noticed(attempt: tuple[int, int, int], position: int, wrong: str) -> None:
    name = end_to_end.encode(*attempt)
    damaged = name[:position] + wrong + name[position + 1 :]
    assert damaged == name or end_to_end.decode(damaged) is None


@given(ATTEMPTS, st.integers(0, 14), st.integers(0, 14))
def test_every_exchange_of_two_characters_is_noticed(attempt: tuple[int, int, int], one: int, other: int) -> None:
    letters = list(end_to_end.encode(*attempt))
    letters[one], letters[other] = letters[other], letters[one]
    damaged = "".join(letters)
    assert damaged == end_to_end.encode(*attempt) or end_to_end.decode(damaged) is None


def test_two_wrong_characters_slip_through_one_time_in_thirty_two() -> None:
    """The honest limit of one check character: not none, and not more than promised."""
    chance = random.Random(32)
    slipped, tries = 0, 20_000
    for _ in range(tries):
        name = end_to_end.encode(46, chance.randrange(1 << 30), 1)
        letters = list(name)
        for position in chance.sample(range(5, 14), 2):
            letters[position] = chance.choice(ALPHABET.replace(letters[position], ""))
        slipped += end_to_end.decode("".join(letters)) is not None
    assert tries // 40 < slipped < tries // 25


@pytest.mark.parametrize(
    "text", ["", "AS", "NOTPROVIDED", "as02w0000639y1x", " AS02W0000639Y1X", "AS02W0000639Y1X0", "BS02W0000639Y1X"]
)
def test_what_is_not_ours_is_not_decoded(text: str) -> None:
    assert end_to_end.decode(text) is None


def test_the_form_never_changes() -> None:
    """Names are stored at banks for years: this value may never change."""
    assert end_to_end.encode(46, 99_999, 1) == "AS02W0000639Y1X"
    assert end_to_end.decode("AS02W0000639Y1X") == (46, 99_999, 1)


@pytest.mark.parametrize(
    ("instance", "item", "attempt"), [(4096, 1, 1), (0, 1 << 40, 1), (0, 1, 64), (-1, 1, 1), (0, -1, 1), (0, 1, -1)]
)
def test_what_does_not_fit_is_refused(instance: int, item: int, attempt: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        end_to_end.encode(instance, item, attempt)


def test_many_are_the_same_as_one_by_one() -> None:
    pairs = [(n * 977, n % 64) for n in range(500)]
    names = end_to_end.encode_many(7, pairs)
    assert names == [end_to_end.encode(7, item, attempt) for item, attempt in pairs]
    assert len(set(names)) == len(names)
    assert end_to_end.decode_many([*names, "x"]) == [*((7, item, attempt) for item, attempt in pairs), None]
