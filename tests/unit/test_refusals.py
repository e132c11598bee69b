"""A refusal carries its name, both languages and plain details."""

import pytest

from ansinh.base.refusals import Refused


def test_a_refusal_speaks_vietnamese_unless_english_is_asked_for() -> None:
    refusal = Refused("empty_selection", vi="Không có ai.", en="Nobody.", area="46")
    assert refusal.message() == refusal.message("vi") == refusal.message("fr") == "Không có ai."
    assert refusal.message("en") == "Nobody."
    assert (refusal.reason, refusal.details) == ("empty_selection", {"area": "46"})


def test_a_refusal_without_both_sentences_cannot_be_made() -> None:
    with pytest.raises(TypeError):
        Refused("empty_selection", vi="Không có ai.")  # type: ignore[call-arg]
