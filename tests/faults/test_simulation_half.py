"""The other half of the thousand months, for the second worker."""

import pytest

from tests.faults.test_simulation import HERE, PARTS, play_part, world
from tests.integration.test_payment import World

__all__ = ["world"]
pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("part", [part for part in range(PARTS) if part not in HERE])
def test_every_story_ends_in_the_books_of_what_happened(world: World, part: int) -> None:
    play_part(world, part)
