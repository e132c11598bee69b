"""Every room has half a page that says what it is for, and a map of its files that is current."""

from pathlib import Path

import pytest

from tools import rooms


@pytest.mark.parametrize("room", rooms.rooms(), ids=lambda room: room.name)
def test_room_has_a_readme_with_a_current_map(room: Path) -> None:
    readme = room / "README.md"
    assert readme.exists(), f"{room.name} has no README.md"
    assert readme.read_text(encoding="utf8") == rooms.renewed(room), "run: python -m tools.rooms"


@pytest.mark.parametrize("room", rooms.rooms(), ids=lambda room: room.name)
def test_what_people_wrote_is_about_half_a_page(room: Path) -> None:
    written = (room / "README.md").read_text(encoding="utf8").split(rooms.MARK)[0].strip()
    assert written.startswith("# ")
    assert 3 <= len(written.splitlines()) <= 60
