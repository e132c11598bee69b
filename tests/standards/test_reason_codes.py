"""Every published reason has a meaning, and every one that an officer meets has a Vietnamese sentence.

The lists stand here once more, copied from the rails page, so that a lost translation fails.
"""

import pytest

from ansinh.standards.iso20022 import codes

STATUS = (
    "AC01 AC04 AC06 AC07 AG01 AM05 AM09 BE01 BE22 DU01 DU02 DUPL FF01 MD07 MS03 NARR RC01 RR03 RR04 TM01 CNOR AB05"
    " AB06 AB08"
)
RETURN = "AC01 AC04 AC06 AC07 AG01 AM05 AM09 BE01 DUPL MD07 MS03 NARR RC01 RR03 RR04 TM01 CNOR CNPC"
VERIFICATION = "PN01 PN02 PI01 AC01 AG01 NORR RC04 DUPL"
CANCELLATION = "CUST DUPL TECH FRAD UPAY AC03 AM09"
NEEDED = [
    (name, code)
    for name, listed in (
        ("status", STATUS), ("return", RETURN), ("verification", VERIFICATION), ("cancellation", CANCELLATION),
    )
    for code in listed.split()
]  # fmt: skip


@pytest.mark.parametrize(("code_set", "code"), NEEDED)
def test_what_an_officer_meets_is_in_vietnamese(code_set: str, code: str) -> None:
    meaning = codes.meaning(code_set, code)
    assert meaning is not None and meaning.is_translated
    assert meaning.vi == codes.reason_text(code_set, code) != meaning.en


@pytest.mark.parametrize(
    ("code_set", "count"), [("status", 301), ("return", 104), ("verification", 16), ("cancellation", 33)]
)
def test_every_published_code_has_a_meaning(code_set: str, count: int) -> None:
    published = codes.published(code_set)
    assert len(published) == count
    for code in published:
        meaning = codes.meaning(code_set, code)
        assert meaning is not None and meaning.is_translated and meaning.en.endswith(".")
        # An officer reads it: a sentence in Vietnamese, which no English text is.
        assert meaning.vi.endswith(".") and not meaning.vi.isascii() and meaning.vi != meaning.en, code


def test_every_translation_belongs_to_a_published_code() -> None:
    for code_set in codes.CODE_SETS:
        translated = {code for code in codes.published(code_set) if codes.reason_text(code_set, code)}
        assert translated == set(codes._table("reasons.json")[code_set])


@pytest.mark.parametrize("code", ["AC01", "AC07", "AC14", "AC16", "TM01", "MD07"])
def test_a_reject_and_a_return_with_the_same_code_say_different_things(code: str) -> None:
    assert codes.reason_text("status", code) != codes.reason_text("return", code)


@pytest.mark.parametrize(
    ("code_set", "code"), [("status", "ZZ99"), ("proprietary", "AC01"), ("version", "2"), ("", "")]
)
def test_what_nobody_published_has_no_meaning(code_set: str, code: str) -> None:
    assert codes.meaning(code_set, code) is None
