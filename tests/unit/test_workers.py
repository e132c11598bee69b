"""How many processes share long work: one a processor, at most four, or what was said."""

import os

import pytest

from ansinh.base.refusals import Refused
from ansinh.project.workers import workers


def test_one_for_each_processor_but_not_more_than_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANSINH_WORKERS", raising=False)
    for processors, expected in ((1, 1), (2, 2), (64, 4)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, found=processors: set(range(found)))
        assert workers() == expected


@pytest.mark.parametrize("told", ["1", "4"])
def test_what_was_said_counts(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("ANSINH_WORKERS", told)
    assert workers() == int(told)


@pytest.mark.parametrize("told", ["0", "5", "two", "-1", " 2"])
def test_another_word_is_refused(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("ANSINH_WORKERS", told)
    with pytest.raises(Refused) as refused:
        workers()
    assert refused.value.reason == "workers_not_a_number"
