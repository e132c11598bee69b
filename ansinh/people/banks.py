"""The bank directory that comes with the product, and how a bank's name on a commune's list finds its BIN.

A name that matches no bank, or two, is never guessed.
"""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

from ansinh.base.names import fold

_FILE = Path(__file__).parent / "reference" / "banks.csv"
# Words in front of a bank's name that say nothing about which bank it is; the longer ones first, or "tmcp" would stay.
_EMPTY_WORDS = ("ngan hang tmcp", "ngan hang", "nh tmcp", "nh", "vi")


@dataclass(frozen=True)
class BankRow:
    """One bank or e-money issuer of the directory."""

    bin: str
    bic: str
    name: str
    short_name: str
    aliases: tuple[str, ...]


@functools.cache
def directory() -> tuple[BankRow, ...]:
    """Return every bank of the directory."""
    with open(_FILE, encoding="utf8", newline="") as file:
        return tuple(
            BankRow(r["bin"], r["bic"], r["name"], r["short_name"], tuple(a for a in r["aliases"].split("|") if a))
            for r in csv.DictReader(file)
        )


def _key(name: str) -> str:
    folded = fold(name)
    for words in _EMPTY_WORDS:
        folded = folded.removeprefix(words + " ")
    # "Viet Com Bank" and "Vietcombank" are one bank.
    return folded.replace(" ", "")


@functools.cache
def _by_name() -> dict[str, str]:
    found: dict[str, str] = {}
    for bank in directory():
        for name in (bank.bin, bank.name, bank.short_name, *bank.aliases, *([bank.bic] if bank.bic else [])):
            key = _key(name)
            # Two banks under one name would make it a guess: such a name finds nobody.
            found[key] = "" if found.get(key, bank.bin) != bank.bin else bank.bin
    return found


def bin_of(name: str) -> str | None:
    """Return the BIN of the bank that people call by this name, or None when no bank, or more than one, has it."""
    return _by_name().get(_key(name)) or None
