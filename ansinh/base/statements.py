"""Finds a room's named SQL: one statement a file, its first line a sentence that says what it does."""

from functools import cache
from importlib.resources import files


@cache
def statement(room: str, name: str) -> str:
    """Return the text of `ansinh/<room>/sql/<name>.sql`."""
    return (files(f"ansinh.{room}") / "sql" / f"{name}.sql").read_text(encoding="utf8")
