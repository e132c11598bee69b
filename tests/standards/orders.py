"""Payment orders for tests: a header and transfers that are right, to be bent one at a time.

Names are of the kinds that break software: an apostrophe, one-letter words, Khmer syllables.
"""

import datetime
from dataclasses import replace

from ansinh.standards.end_to_end import encode_many
from ansinh.standards.iso20022 import pain001

VIETNAM = datetime.timezone(datetime.timedelta(hours=7))
PURPOSE = "TRO CAP XA HOI T11/2026"


def transfers(count: int, first_item: int = 1) -> list[pain001.CreditTransfer]:
    """Return so many right transfers; every third is received for somebody else."""
    names = encode_many(46, ((first_item + n, 1) for n in range(count)))
    return [
        pain001.CreditTransfer(
            names[n],
            500_000 + n,
            "970415",
            f"{1_000_000_000 + n}",
            "H'NHI E BAN",
            "THACH SA RA" if n % 3 == 2 else None,
            PURPOSE,
        )
        for n in range(count)
    ]


def header(orders: list[pain001.CreditTransfer], **changes: object) -> pain001.CreditTransferHeader:
    """Return the header that belongs to these transfers."""
    right = pain001.CreditTransferHeader(
        message_id="P46-2026-11-970415-1",
        created_at=datetime.datetime(2026, 11, 5, 8, 30, tzinfo=VIETNAM),
        execution_date=datetime.date(2026, 11, 6),
        debtor=pain001.Debtor("SO Y TE THANH PHO HUE", "113000012345", "970415"),
        count=len(orders),
        total_dong=sum(order.amount_dong for order in orders),
    )
    return replace(right, **changes)  # type: ignore[arg-type]


def rendered(orders: list[pain001.CreditTransfer]) -> bytes:
    """Return the whole file."""
    return b"".join(pain001.render(header(orders), orders))
