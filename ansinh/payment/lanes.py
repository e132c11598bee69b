"""Answers about different batches may be applied side by side: which may, and what keeps answers about one order apart.

The lane only says what is worth doing at the same time: an answer that turns out to speak of other orders too is
applied after the others, however many processes there are, so that the books do not hang on their number. What must not
happen at the same time is held apart by the database: whoever applies answers has first taken every batch in whose
stretch of items one of them may lie.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from ansinh.standards.end_to_end import batch_named_in

# Only what speaks of orders: a statement is counted and sums up what came before it, so it is applied alone.
_OF_ORDERS = (b"<CstmrPmtStsRpt", b"<BkToCstmrDbtCdtNtfctn")
_HEAD = 1 << 13
# First and last item, both included.
Span = tuple[int, int]
_NOTHING: Span = (0, 0)
_SPAN = """
    SELECT coalesce(min(first), 0), coalesce(max(last), 0) FROM (
        SELECT min(item_id) AS first, max(item_id) AS last FROM answer
        UNION ALL SELECT first_item_id, last_item_id FROM payment_paymentbatch WHERE message_id = ANY (%s)) AS moved
"""
_MET = """
    SELECT id FROM payment_paymentbatch WHERE provider_id = %s AND first_item_id <= %s AND last_item_id >= %s ORDER BY id
"""
_TAKE = "SELECT pg_advisory_xact_lock(7312, batch::int) FROM unnest(%s::bigint[]) AS batch"
# The server has room for a few thousand locks in all. A file that spans more batches than this takes one over all of
# them, which everybody else holds in a way that keeps only such a file out.
_MOST_LOCKS = 256
_ALL = 0


def batch_of(path: Path, batches: Container[str]) -> str:
    """Return the one batch of ours of which a stored answer speaks, by its head; "" when that does not show."""
    if not path.is_file():
        return ""
    with open(path, "rb") as file:
        head = file.read(_HEAD)
    if sum(root in head for root in _OF_ORDERS) != 1:
        return ""
    name = batch_named_in(head.decode("ascii", "replace"))
    return name if name in batches else ""


def shared_out(batches: Sequence[str], spans: Mapping[str, Span], lanes: int) -> list[int]:
    """Return the lane of each message, by the batches of which they speak; those that share an item are one lane.

    `spans` are the first and the last item of each batch; an item that is paid again lies in the stretch of both.
    """
    meets: dict[str, int] = {}
    group, reach = -1, -1
    for batch in sorted(set(batches), key=lambda name: spans[name]):
        first, last = spans[batch]
        group, reach = (group, max(reach, last)) if first <= reach else (group + 1, last)
        meets[batch] = group
    # Dealt out in the order of arrival, so that each lane has something to do from the beginning.
    order = list(dict.fromkeys(meets[batch] for batch in batches))
    return [order.index(meets[batch]) % lanes for batch in batches]


@dataclass(frozen=True)
class Strays:
    """An answer that speaks of orders outside the batch that its head names: not a line of it was applied."""


def span(refused: Sequence[str]) -> Span:
    """Return the first and the last item that the lines in `answer` and the refusal of these whole batches may move."""
    with connection.cursor() as cursor:
        cursor.execute(_SPAN, [list(refused)])
        return cursor.fetchone()


def strays(moved: Span, within: Span | None) -> bool:
    """Return whether an answer moves items outside the stretch in which it was promised to stay."""
    return within is not None and moved != _NOTHING and not within[0] <= moved[0] <= moved[1] <= within[1]


def keep_apart(provider_id: int, first: int, last: int) -> None:
    """Wait for whoever applies answers about the same orders, until the transaction ends; items by number, `last` included.

    An item lies in the stretch of every batch that ever carried it, so two answers about it always meet in one of these
    locks. They are taken in one order, and before any row is.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MET, [provider_id, last, first])
        met = [batch for (batch,) in cursor.fetchall()]
        kind = "_shared" if len(met) <= _MOST_LOCKS else ""
        cursor.execute(f"SELECT pg_advisory_xact_lock{kind}(7312, %s)", [_ALL])
        if len(met) <= _MOST_LOCKS:
            cursor.execute(_TAKE, [met])
