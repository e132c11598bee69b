"""Months that two banks pay out: each with its own faults, at the same time, and one speaks of the other's orders."""

import random
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import transaction

from ansinh.ledger import queries as books
from tests.faults.simulator import Month, Provider, Story, end, press
from tests.faults.test_simulation import SEEDS, compare, look, standing
from tests.integration.test_payment import AT, World

STORIES = SEEDS // 40
pytestmark = pytest.mark.usefixtures("database")


class _Undone(Exception):
    """Leaves a story's savepoint."""


def _play(world: World, seed: int, fired: Counter[str]) -> None:
    chance, story = random.Random(seed), Story(seed)
    banks = [Provider(chance, story) for _ in range(2)]
    rows = (world.provider, world.second)
    first, second = (
        Month(world.run, row, world.archive, AT, bank, story) for row, bank in zip(rows, banks, strict=True)
    )
    for one, other in (banks, reversed(banks)):
        one.neighbours = [other]
    size = chance.choice((2, 50_000))
    try:
        with transaction.atomic():
            for _ in range(chance.randint(4, 10)):
                if press(chance.choice((first, second)), chance, size):
                    look(thorough=seed % 3 == 0)
            for month in chance.sample((first, second), 2):
                end(month, size)
                look(thorough=True)
            # The first to end may have been told of by the second since.
            first.collect()
            second.collect()
            compare(first)
            compare(second, has_wards=False)
            before = standing()
            for month in (second, first):
                month.submit(size)
                month.collect()
            assert standing() == before
            verified = books.verify()
            assert all(verified.checks.values()), verified.checks
            raise _Undone
    except _Undone:
        fired.update(story.fired)
    except BaseException:
        sys.stderr.write(f"\nseed {seed}: {dict(story.fired)} {story.log}\n")
        raise


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "archive", people=6, wards=2, others=2)


def test_two_banks_pay_one_month_and_neither_answers_for_the_other(world: World) -> None:
    fired: Counter[str] = Counter()
    for seed in range(STORIES):
        _play(world, seed, fired)
    print(f"stories {STORIES}: {dict(sorted(fired.items()))}")
    # A fault that never fired was never tested.
    crashes = sum(count for kind, count in fired.items() if kind.startswith("crash_"))
    assert STORIES < 50 or min(fired["order_of_another_bank"], fired["timeout_after_arrival"], crashes) >= 5, fired
