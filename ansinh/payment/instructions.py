"""From reserved items to a provider's file: reads the items of one batch in order and lets the gateway write them.

What leaves for a provider is name, account, amount and a neutral purpose: never a benefit, a group or a condition.
"""

import hashlib
import os
from collections.abc import Iterator

from django.db import connection
from django.utils import timezone
from psycopg import Cursor

from ansinh.base.months import Month
from ansinh.base.names import ascii_upper
from ansinh.base.statements import statement
from ansinh.payment.archive import Archive
from ansinh.payment.execution import next_weekday
from ansinh.payment.gateways import Artefact, Batch, Gateway, Instruction
from ansinh.payment.models import PaymentBatch
from ansinh.standards.end_to_end import encode_many

_PORTION = 5_000


def _instructions(cursor: Cursor, instance: int, purpose: str) -> Iterator[Instruction]:
    """Yield the instructions of the batch in the order of their items, a portion at a time."""
    while rows := cursor.fetchmany(_PORTION):
        names = encode_many(instance, [(item, attempt) for item, attempt, *_ in rows])
        for name, (_, _, amount, bank, number, holder, beneficiary, items) in zip(names, rows, strict=True):
            yield Instruction(
                name,
                amount,
                bank,
                number,
                ascii_upper(holder),
                ascii_upper(beneficiary) if beneficiary else None,
                # Of several people, an order names none: it says how many.
                f"{purpose} {items} NGUOI" if items else purpose,
            )


def archived_batch(batch: PaymentBatch, archive: Archive) -> Artefact | None:
    """Return the batch's file as it was written before, when the archive still has exactly these bytes."""
    path = archive.path(batch.sha256)
    if not batch.sha256 or not batch.file_name or not path.is_file():
        return None
    with open(path, "rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 != batch.sha256:
        return None
    return Artefact(batch.file_name, path, sha256, path.stat().st_size, batch.instructions, batch.control_total_dong)


def render_batch(batch: PaymentBatch, gateway: Gateway, archive: Archive, *, instance: int) -> Artefact:
    """Write the batch's file into the archive and return what was written.

    Everything that goes into the file was fixed when the batch was reserved, so that the bytes are the same each time.
    """
    purpose = f"TRO CAP XA HOI T{Month.of(batch.run.month).vi}"
    archive.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Named by process: what a killed one left behind is never mistaken for ours.
    part = archive.folder / f"{os.getpid()}-{batch.id}.part"
    try:
        with connection.cursor() as cursor, open(part, "w+b") as file:
            cursor.execute(
                statement("payment", "batch_orders"),
                {"batch": batch.id, "first": batch.first_item_id, "last": batch.last_item_id},
            )
            artefact = gateway.render(
                Batch(
                    message_id=batch.message_id,
                    created_at=batch.created_at,
                    execution_date=batch.execution_date or next_weekday(timezone.localdate(batch.created_at)),
                    debtor=gateway.debtor,
                    instructions=_instructions(cursor, instance, purpose),
                    count=batch.instructions,
                    total_dong=batch.control_total_dong,
                ),
                file,
            )
            file.flush()
            os.fsync(file.fileno())
        return archive.adopt(part, artefact)
    finally:
        part.unlink(missing_ok=True)
