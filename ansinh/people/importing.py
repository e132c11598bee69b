"""A whole list into the register: judged by one statement, applied by four, whatever the number of rows.

All good rows of a file are taken in one transaction, or none. What the register already holds is never overwritten by
guess.
"""

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction

from ansinh.base.names import fold, sort_key
from ansinh.base.statements import statement
from ansinh.office.operations import audit
from ansinh.office.staging import stage
from ansinh.people.operations import COOL_OFF_DAYS, load_banks
from ansinh.people.reading import GoodRow, HeldRow
from ansinh.people.remembering import told_at

_COLUMNS = (
    ("row", "int"),
    ("full_name", "text"),
    ("name_fold", "text"),
    ("name_sort_key", "text"),
    ("sex", "text"),
    ("birth_date", "date"),
    ("birth_precision", "text"),
    ("national_id", "text"),
    ("village", "text"),
    ("ethnicity", "text"),
    ("phone", "text"),
    ("bank_bin", "text"),
    ("number", "text"),
    ("holder_name", "text"),
)
TAKEN = ("created", "updated", "unchanged")


@dataclass(frozen=True)
class ImportResult:
    """What became of a list."""

    rows: int
    created: int
    updated: int
    unchanged: int
    held: Sequence[HeldRow]
    without_document: Sequence[int]
    # What becomes of each row of the sheet: created, updated, unchanged, or the named reason why it is held.
    fates: Mapping[int, str] = field(default_factory=dict)


def _staged(row: GoodRow) -> list[object]:
    return [
        row.row,
        row.full_name,
        fold(row.full_name),
        sort_key(row.full_name),
        row.sex,
        row.birth_date,
        row.birth_precision,
        row.national_id,
        row.village,
        row.ethnicity,
        row.phone,
        row.bank_bin,
        row.number,
        row.holder_name,
    ]


def import_list(
    rows: Sequence[GoodRow | HeldRow], *, area_id: int, file_sha256: str, is_trial: bool, by: str, at: datetime.datetime
) -> ImportResult:
    """This will take the good rows of a list into a commune's register and say what became of each row.

    Promises: one transaction; a constant number of statements; the same list again changes nothing. A trial applies
    everything and takes it back, so that its counts are those of the real thing. The scope must cover every commune:
    whether somebody is registered elsewhere cannot be known otherwise.
    """
    good = [row for row in rows if isinstance(row, GoodRow)]
    held = [row for row in rows if isinstance(row, HeldRow)]
    parameters = {
        "area": area_id,
        "at": at,
        "day": at.date(),
        "cool_off": COOL_OFF_DAYS,
        "by": by,
        "file_sha256": file_sha256,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        load_banks()
        # Two lists at once could both add the same person: each would judge before the other has written.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('people_import'))")
        stage("import_row", _COLUMNS, (_staged(row) for row in good))
        # Left behind when two lists come in one transaction, as in a trial followed by the real thing.
        cursor.execute("DROP TABLE IF EXISTS pg_temp.import_verdict")
        # Every row is judged against the register as it was before any of them was applied. An old address is closed
        # before the new one is written, because the database allows one current address a person.
        told_at(at)
        for name in (
            "import_judge",
            "import_create",
            "import_corrections",
            "import_update",
            "import_close_addresses",
            "import_addresses",
        ):
            cursor.execute(statement("people", name), parameters)
        cursor.execute("SELECT row, verdict FROM import_verdict")
        verdicts: list[tuple[int, str]] = cursor.fetchall()
        counts = Counter(verdict for _, verdict in verdicts)
        # Inside the transaction, so that a row judged twice or not at all takes the whole list back.
        if len(verdicts) != len(good):
            raise AssertionError(f"{len(verdicts)} rows judged of {len(good)}")
        held += [HeldRow(row, verdict) for row, verdict in verdicts if verdict not in TAKEN]
        # The trail names the file, not the people in it: which rows were held is told to the officer alone.
        detail = {"file_sha256": file_sha256, "held": len(held), **{verdict: counts[verdict] for verdict in TAKEN}}
        audit(by=by, action="list_imported", subject=f"area:{area_id}", detail=detail, at=at)
        if is_trial:
            transaction.set_rollback(True)
    return ImportResult(
        rows=len(rows),
        created=counts["created"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
        held=sorted(held, key=lambda row: row.row),
        fates=dict(sorted([*verdicts, *((row.row, row.reason) for row in held)])),
        without_document=[row.row for row in good if row.has_delegate],
    )
