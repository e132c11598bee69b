"""The hash chain over the books: how a range of transfers becomes one root, and how roots are linked.

The canonical form has a version: a later form never makes an older seal unreadable.
"""

import hashlib
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from django.db import connection

from ansinh.office.side_by_side import side_by_side

# 2 adds the instant of booking; seals of 1 are still read as they were made.
CANONICAL_VERSION = 2
# Below every possible number: a transfer slipped in under the first one is part of the first range too.
BEFORE_ALL = -(2**62)

_COLUMNS = {
    1: "id, code, reference, debit_id, credit_id, amount_dong, evidence, month",
    # Microseconds since 1970: a number has no time zone and no date style, so every session writes the same text.
    2: "id, code, reference, debit_id, credit_id, amount_dong, evidence, month, (extract(epoch FROM booked_at) * 1000000)::bigint",
}


# A leaf covers so many transfer numbers, so that memory stays small; the root is the hash of the leaves in order.
LEAF = 65_536
# Fewer leaves are read before another process has begun.
WORTH_SHARING_LEAVES = 4
_LEAVES = """
    SELECT min(id), max(id), count(*), sha256(convert_to(string_agg(concat_ws(';', {columns}), E'\\n' ORDER BY id), 'UTF8'))
    FROM ledger_transfer WHERE id > %s AND id <= %s GROUP BY id / {leaf} ORDER BY 1
"""


@dataclass(frozen=True)
class Root:
    """What a seal states of a range of transfers: the first and the last number, how many there are, and their hash."""

    first: int
    last: int
    transfers: int
    root: str


def root_of(after: int, last: int, *, version: int, shared_by: int = 1) -> Root | None:
    """Return the root of the transfers with a number above `after`, up to `last`; None when there are none.

    A version that nobody knows seals nothing: its root is that of no column, and the seal is reported. `shared_by` two
    or more lets as many processes read a long range, on connections of their own: only for transfers that are
    committed.
    """
    share = shared_by if (last - max(after, 0)) // LEAF >= WORTH_SHARING_LEAVES else 1
    # Cut between leaves: each is read whole by one of them.
    size = ((last - max(after, 0)) // share // LEAF + 1) * LEAF
    start = max(after, 0) // LEAF * LEAF - 1
    cuts = [after, *range(start + size, last, size), last] if share > 1 else [after, last]
    ranges = list(pairwise(cuts))
    leaves = [leaf for part in side_by_side(partial(_leaves, version), ranges, share) for leaf in part]
    if not leaves:
        return None
    root = hashlib.sha256(b"".join(leaf for *_, leaf in leaves)).hexdigest()
    return Root(leaves[0][0], leaves[-1][1], sum(count for _, _, count, _ in leaves), root)


def _leaves(version: int, part: tuple[int, int]) -> list[tuple[int, int, int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES.format(columns=_COLUMNS.get(version, "NULL"), leaf=LEAF), part)
        return [(first, last, count, bytes(leaf)) for first, last, count, leaf in cursor.fetchall()]


def chain_link(previous: str, number: int, root: Root, *, version: int) -> str:
    """Return the next link: the hash of the previous link and everything the new seal states."""
    stated = f"{root.first};{root.last};{root.transfers};{root.root}"
    return hashlib.sha256(f"{version};{previous};{number};{stated}".encode("ascii")).hexdigest()
