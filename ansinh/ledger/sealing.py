"""The hash chain over the books: how a range of transfers becomes one root, and how roots are linked.

The canonical form has a version: a later form never makes an older seal unreadable.
"""

import hashlib

CANONICAL_VERSION = 1
# Below every possible number: a transfer slipped in under the first one is part of the first range too.
BEFORE_ALL = -(2**62)

# A leaf covers 65,536 transfer numbers, so that memory stays small; the root is the hash of the leaves in order.
ROOT_OF = """
    WITH leaves AS (
        SELECT min(id) AS first, max(id) AS last, count(*) AS transfers,
               sha256(convert_to(string_agg(concat_ws(';', id, code, reference, debit_id, credit_id, amount_dong, evidence, month),
                                            E'\\n' ORDER BY id), 'UTF8')) AS leaf
        FROM ledger_transfer WHERE id > %s AND id <= %s GROUP BY id / 65536)
    SELECT min(first), max(last), coalesce(sum(transfers), 0)::bigint,
           encode(sha256(string_agg(leaf, ''::bytea ORDER BY first)), 'hex') FROM leaves
"""


def chain_link(previous: str, number: int, first: int, last: int, count: int, root: str) -> str:
    """Return the next link: the hash of the previous link and everything the new seal states."""
    return hashlib.sha256(
        f"{CANONICAL_VERSION};{previous};{number};{first};{last};{count};{root}".encode("ascii")
    ).hexdigest()
