"""A refusal carries its name, both languages and plain details."""

import ast
from collections.abc import Iterator

import pytest

from ansinh.base.refusals import Refused
from tests.conftest import ROOT


def test_a_refusal_speaks_vietnamese_unless_english_is_asked_for() -> None:
    refusal = Refused("empty_selection", vi="Không có ai.", en="Nobody.", area="46")
    assert refusal.message() == refusal.message("vi") == refusal.message("fr") == "Không có ai."
    assert refusal.message("en") == "Nobody."
    assert (refusal.reason, refusal.details) == ("empty_selection", {"area": "46"})


def test_a_refusal_without_both_sentences_cannot_be_made() -> None:
    with pytest.raises(TypeError):
        Refused("empty_selection", vi="Không có ai.")  # type: ignore[call-arg]


def _bare_sums() -> Iterator[str]:
    """Yield where a refusal would write a sum as 1234567."""
    for path in sorted((ROOT / "ansinh").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"Refused", "refused"}:
                sentences = [word.value for word in call.keywords if word.arg in ("vi", "en")] + call.args[1:3]
                for value in (part for sentence in sentences for part in ast.walk(sentence)):
                    if isinstance(value, ast.FormattedValue) and value.format_spec is None:
                        written = ast.unparse(value.value)
                        if written.endswith("_dong") or written in ("total", "sum"):
                            yield f"{path.relative_to(ROOT)}:{value.lineno} {written}"


def test_sums_in_refusals_are_grouped() -> None:
    assert list(_bare_sums()) == []
