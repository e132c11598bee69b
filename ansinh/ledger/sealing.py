"""The hash chain over the books: how a range of transfers becomes one root, and how roots are linked.

The canonical form has a version: a later form never makes an older seal unreadable.
"""

import hashlib

# 2 adds the instant of booking; seals of 1 are still read as they were made.
CANONICAL_VERSION = 2
# Below every possible number: a transfer slipped in under the first one is part of the first range too.
BEFORE_ALL = -(2**62)

_COLUMNS = {
    1: "id, code, reference, debit_id, credit_id, amount_dong, evidence, month",
    # Microseconds since 1970: a number has no time zone and no date style, so every session writes the same text.
    2: "id, code, reference, debit_id, credit_id, amount_dong, evidence, month, (extract(epoch FROM booked_at) * 1000000)::bigint",
}


def root_of(version: int) -> str:
    """Return the query of (first, last, count, root) of a range of transfers, as seals of this version state them."""
    # A leaf covers 65,536 transfer numbers, so that memory stays small; the root is the hash of the leaves in order.
    # A version that nobody knows seals nothing: its root is that of no row, and the seal is reported.
    columns = _COLUMNS.get(version, "NULL")
    return f"""
        WITH leaves AS (
            SELECT min(id) AS first, max(id) AS last, count(*) AS transfers,
                   sha256(convert_to(string_agg(concat_ws(';', {columns}), E'\\n' ORDER BY id), 'UTF8')) AS leaf
            FROM ledger_transfer WHERE id > %s AND id <= %s GROUP BY id / 65536)
        SELECT min(first), max(last), coalesce(sum(transfers), 0)::bigint,
               encode(sha256(string_agg(leaf, ''::bytea ORDER BY first)), 'hex') FROM leaves
    """


def chain_link(previous: str, number: int, first: int, last: int, count: int, root: str, *, version: int) -> str:
    """Return the next link: the hash of the previous link and everything the new seal states."""
    return hashlib.sha256(f"{version};{previous};{number};{first};{last};{count};{root}".encode("ascii")).hexdigest()
