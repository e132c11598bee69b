"""Whether the name that a bank gives for an account is the payee's: equal, close (a person decides), or another's.

Only equality counts as the bank's yes. Everything that an officer would call “surely the same” (a joined syllable of a
Khmer or highland name, i for y, a cut or masked name) is close: names are shared by many, and one letter tells two people
apart. Rules from practice with bank lists; no law fixes them.
"""

import re
from dataclasses import dataclass
from typing import Literal

from ansinh.base.names import ascii_upper

# The codes of ISO 20022 for a check of a party's name, as pain.002 and acmt.024 carry them.
Status = Literal["RCVC", "RVMC", "RVNM", "RVNA"]
MATCH, CLOSE, OTHER, NOT_CHECKED = "RCVC", "RVMC", "RVNM", "RVNA"
# Files cut names here or later; a shorter name that happens to begin another one is another name.
_SHORTEST_CUT = 20
_JOINT = re.compile(r"\b(?:VA|AND|HOAC|OR)\b|[&/;,]")


@dataclass(frozen=True, slots=True)
class Likeness:
    """The answer: a status, and for what is close the kind of difference that a person has to judge."""

    status: Status
    kind: str = ""


def compare(ours: str, theirs: str) -> Likeness:
    """Return how a bank's name for an account (perhaps masked with *) stands to the payee's full name."""
    if not ours.strip() or not theirs.strip(" *"):
        return Likeness("RVNA")
    if "*" in theirs:
        return Likeness("RVMC", "masked") if _fits_mask(ascii_upper(ours), theirs) else Likeness("RVNM")
    mine, name = ascii_upper(ours), ascii_upper(theirs)
    if mine == name:
        return Likeness("RCVC")
    for kind, is_close in _CLOSE:
        if is_close(mine, name):
            return Likeness("RVMC", kind)
    # Joint names are taken apart as the bank wrote them, before punctuation is lost.
    parts = [ascii_upper(part) for part in _JOINT.split(theirs.upper())]
    if len(parts) > 1 and mine in parts:
        return Likeness("RVMC", "joint")
    return Likeness("RVNM")


def _letters(name: str) -> str:
    return name.replace(" ", "")


def _joined(mine: str, name: str) -> bool:
    return _letters(mine) == _letters(name)


def _y_or_i(mine: str, name: str) -> bool:
    return _letters(mine).replace("Y", "I") == _letters(name).replace("Y", "I")


def _cut(mine: str, name: str) -> bool:
    return len(name) >= _SHORTEST_CUT and mine.startswith(name)


def _order(mine: str, name: str) -> bool:
    return sorted(mine.split()) == sorted(name.split())


def _middle_left_out(mine: str, name: str) -> bool:
    longer, shorter = sorted((mine.split(), name.split()), key=len, reverse=True)
    if len(shorter) < 2 or len(longer) == len(shorter) or (longer[0], longer[-1]) != (shorter[0], shorter[-1]):
        return False
    rest = iter(longer)
    return all(word in rest for word in shorter)


def _one_letter(mine: str, name: str) -> bool:
    """Return whether one letter written otherwise, left out or added makes the one name the other."""
    one, other = sorted((_letters(mine), _letters(name)), key=len)
    if len(other) - len(one) > 1:
        return False
    at = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    return one[at + (len(one) == len(other)) :] == other[at + 1 :]


# In the order in which an officer would think of them: the first that holds is told.
_CLOSE = (
    ("joined", _joined),
    ("y_or_i", _y_or_i),
    ("cut", _cut),
    ("order", _order),
    ("middle_left_out", _middle_left_out),
    ("one_letter", _one_letter),
)


def _fits_mask(mine: str, masked: str) -> bool:
    """Return whether the letters that a masked name shows stand where the payee's name has them, word by word."""
    words, patterns = mine.split(), masked.upper().split()
    # Banks write as many stars as they like, so a run of stars is any letters, or none.
    if len(words) != len(patterns) or not any(re.sub(r"\W", "", pattern) for pattern in patterns):
        return False
    return all(_fits(word, pattern) for word, pattern in zip(words, patterns, strict=True))


def _fits(word: str, pattern: str) -> bool:
    pieces = [ascii_upper(piece) for piece in re.split(r"\*+", pattern)]
    if len(pieces) == 1:
        return word == pieces[0]
    first, *middle, last = pieces
    if len(first) + len(last) > len(word) or not (word.startswith(first) and word.endswith(last)):
        return False
    # From left to right, each piece at the first place where it stands: if any choice fits, this one does.
    at, end = len(first), len(word) - len(last)
    for piece in middle:
        found = word.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
