"""Tables of the language of law: what is written, of whom it is asked, what comes out. Data only.

`tests/spec` runs every row; `tools/manual.py` prints the same rows as docs/reference/law-language.md. Each group opens with
a sentence in Vietnamese and in English.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Words:
    """A title or sentence in both languages."""

    vi: str
    en: str


@dataclass(frozen=True)
class Says:
    """A condition asked of a person on a day: yes, no or unknown."""

    condition: str
    given: Mapping[str, Any]
    answer: str
    # Empty means the day that all tables share (`running.DAY`).
    day: str = ""


@dataclass(frozen=True)
class Refuses:
    """A condition that is not read, and a word of the reason given in Vietnamese."""

    condition: str
    reason: str


@dataclass(frozen=True)
class Gives:
    """A person's month under the sample law: what is paid (đồng by benefit) and what must be verified."""

    given: Mapping[str, Any]
    paid: Mapping[str, int]
    unknown: tuple[str, ...] = ()
    month: str = "2026-11"
    known_on: str = "2026-12-20"
    # Why it comes out so, where the table alone does not say it.
    note: str = ""


@dataclass(frozen=True)
class Group:
    """A construct of the language with its rows."""

    title: Words
    sentence: Words
    rows: tuple[Says | Refuses | Gives, ...]
    # Files of the sample law that the reader should see beside the rows.
    files: tuple[str, ...] = field(default=())
