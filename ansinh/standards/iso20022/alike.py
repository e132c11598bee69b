"""Elements that are alike to the letter: of a million of them only the name and the amount of each are read.

A bank that answers about 50,000 orders writes 50,000 elements with the same markup. The parser reads the first of a
kind; its bytes, with gaps for what may differ, are then an expression that a neighbour matches as a whole or not at
all. What matches is well formed and means what the first one means; what does not goes to the parser, as everything
did before.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat

from ansinh.standards.end_to_end import LENGTH, PREFIX

# What a message says of the parts of its repeated element, by their path of local names below it, never empty: how it
# reads the part. Whatever it does not name decides something, and must be equal to the letter.
NAME, AMOUNT, DAY, UNREAD = "name", "amount", "day", "unread"
PartOf = Callable[[tuple[str, ...]], str]

# Markup without comments, instructions, sections and entities, in letters that every encoding writes alike.
_MARKUP = re.compile(
    rb"<(/?)([A-Za-z_][A-Za-z0-9_.-]*:)?([A-Za-z_][A-Za-z0-9_.-]*)((?:\s+[A-Za-z0-9_.:-]+=\"[ !#-%'-;=?-~]*\")*)\s*(/?)>"
)
_TEXT = re.compile(rb"[ -%'-;=?-\\^-~]*")
_BLANK = re.compile(rb"[ \t\r\n]*")
_DAY = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.+Z-]{1,30})?")
# Our own names only: what a bank writes in place of one is read with everything around it.
_GAPS = {
    NAME: b"(%b[0-9A-Z]{%d})" % (PREFIX.encode(), LENGTH - len(PREFIX)),
    AMOUNT: rb"([0-9]{1,15})",
    # Neither markup nor what could end a section; longer texts than any schema allows are left to the parser.
    UNREAD: rb"[ -%'-;=?-\\^-~]{0,400}",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What elements that are alike look like, and where in a match the name and the amount are."""

    pattern: bytes
    match: Callable[[bytes, int], re.Match[bytes] | None]
    name: int
    amount: int
    # What the element has there from which the shape was taken.
    own_name: str
    own_amount: int


def shape_of(raw: bytes, part_of: PartOf) -> Shape | None:
    """Return the shape of the element whose bytes these are, blanks before it included; None when it has none.

    It has none without exactly one name of ours and one whole amount, and with markup that is more than elements and
    text.
    """
    pieces, found = _gaps(raw, part_of)
    if pieces is None or sorted(kind for kind, _ in found) != [AMOUNT, NAME]:
        return None
    own = dict(found)
    order = [kind for kind, _ in found]
    pattern = b"".join(pieces)
    return Shape(
        pattern,
        _compiled(pattern),
        order.index(NAME) + 1,
        order.index(AMOUNT) + 1,
        own[NAME].decode(),
        int(own[AMOUNT]),
    )


@lru_cache(maxsize=64)
def _compiled(pattern: bytes) -> Callable[[bytes, int], re.Match[bytes] | None]:
    return re.compile(pattern).match


def _gaps(raw: bytes, part_of: PartOf) -> tuple[list[bytes] | None, list[tuple[str, bytes]]]:
    """Return the pieces of the expression, and what the element has in its captured gaps, in their order."""
    nothing: tuple[None, list[tuple[str, bytes]]] = (None, [])
    start = _BLANK.match(raw).end()  # type: ignore[union-attr]
    pieces, found = [rb"[ \t\r\n]*"], []
    path: list[str] = []
    at = start
    while at < len(raw):
        tag = _MARKUP.match(raw, at)
        if tag is None or (at > start and not path):
            return nothing
        closes, name, is_empty = tag.group(1, 3, 5)
        pieces.append(re.escape(tag[0]))
        at = tag.end()
        if closes:
            if not path or path.pop() != name.decode():
                return nothing
        elif not is_empty:
            path.append(name.decode())
        text = _TEXT.match(raw, at) if not closes and not is_empty else _BLANK.match(raw, at)
        if text is None:
            return nothing
        written, at = text[0], text.end()
        # Text followed by the end of its own element is a value; beside other elements only blanks are understood.
        if closes or is_empty or not raw.startswith(b"</", at):
            blank = _BLANK.match(raw, tag.end())
            at = blank.end()  # type: ignore[union-attr]
            pieces.append(re.escape(blank[0]))  # type: ignore[index]
            continue
        # An element of nothing but text has no part whose kind could be asked for.
        kind = part_of(tuple(path[1:])) if path[1:] else ""
        if kind in (NAME, AMOUNT):
            if re.fullmatch(_GAPS[kind], written) is None:
                return nothing
            found.append((kind, written))
        pieces.append(_gap(kind, written))
    return (None, []) if path else (pieces, found)


def _gap(kind: str, written: bytes) -> bytes:
    if kind == DAY and _DAY.fullmatch(written):
        # Of a time only its day is read.
        return re.escape(written[:10]) + (rb"T[0-9:.+Z-]{1,30}" if len(written) > 10 else b"")
    return _GAPS.get(kind) or re.escape(written)


def run(shape: Shape, raw: bytes, at: int, most: int = 1 << 30) -> tuple[list[str], list[int], list[int]]:
    """Return the names and amounts of the elements of this shape that follow one another, and where each ends: so many at most."""
    match, name, amount = shape.match, shape.name, shape.amount
    found: list[tuple[bytes, bytes]] = []
    ends: list[int] = []
    for _ in repeat(None, most):
        one = match(raw, at)
        if one is None:
            break
        found.append(one.group(name, amount))
        at = one.end()
        ends.append(at)
    if not found:
        return [], [], []
    names: Sequence[bytes]
    names, amounts = zip(*found, strict=True)
    return b" ".join(names).decode("ascii").split(" "), list(map(int, amounts)), ends
