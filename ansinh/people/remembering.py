"""What the register knew on an earlier day: rows change in place, a trigger keeps what they said (ADR 0016).

Inside `as_known` every query of the register, by whatever room, reads tables of this transaction that stand before the
real ones and hold what was known at the instant. Nothing may be written there.
"""

import contextlib
import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection, migrations, transaction

from ansinh.base.statements import statement


@dataclass(frozen=True)
class Remembered:
    """A table that is read as it was known: which column names whose a row is, and which columns change in place."""

    owner: str
    columns: tuple[str, ...] = ()
    of: Literal["person", "household", "area"] = "person"
    # A correction that adds a row closes the old one with `superseded_at`.
    is_superseded: bool = False


_OF_PERSON = (
    "full_name", "name_fold", "name_sort_key", "sex", "birth_date", "birth_precision", "death_date",
    "death_recorded_at", "national_id", "ethnicity", "phone", "area_id", "village", "merged_into_id",
)  # fmt: skip
# Rooms above add theirs when they load; `tests/integration/test_as_known.py` holds the columns to the triggers.
TABLES: dict[str, Remembered] = {
    "people_person": Remembered("id", _OF_PERSON),
    "people_membership": Remembered("person_id", ("household_id", "relationship", "valid_from", "valid_to")),
    "people_parentchild": Remembered("parent_id", ("valid_from", "valid_to")),
    "people_circumstance": Remembered("person_id", is_superseded=True),
    "people_protectedcondition": Remembered("person_id", is_superseded=True),
    "people_residence": Remembered("person_id", ("valid_to",), is_superseded=True),
    "people_mandate": Remembered("beneficiary_id", ("valid_from", "valid_to")),
    "office_hardship": Remembered("area_id", of="area"),
}
# A view reads the real tables whatever stands before them: its text is asked again.
_DWELLING = "people_dwelling"


def remember(table: str, kept: Remembered) -> None:
    """Let a table of another room be read as it was known, too."""
    TABLES[table] = kept


def keep_former(table: str, columns: Sequence[str], *, owner: str, of_household: bool = False) -> migrations.RunSQL:
    """Return the migration step after which a change of these columns leaves what they said before, and until when."""
    old, new = (", ".join(f"{side}.{column}" for column in columns) for side in ("OLD", "NEW"))
    arguments = ", ".join(f"'{one}'" for one in ("household" if of_household else "person", owner, *columns))
    return migrations.RunSQL(
        f"CREATE TRIGGER keeps_former AFTER UPDATE ON {table} FOR EACH ROW"
        f" WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION people_keep_former({arguments});",
        f"DROP TRIGGER keeps_former ON {table};",
    )


def told_at(at: datetime.datetime) -> None:
    """This will date what the rest of the transaction changes; without it the database's clock counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ansinh.told_at', %s, true)", [at.isoformat()])


def is_changed_since(instant: datetime.datetime) -> bool:
    """Return whether a row in the caller's sight was changed after the instant; `recorded_at` tells what was added."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM people_formerstate WHERE known_until > %s)", [instant])
        return cursor.fetchone()[0]


def is_file_changed_since(instant: datetime.datetime, person_id: int) -> bool:
    """Return whether anything about a person, their children or their households was written after the instant."""
    owners = {
        "person": "(SELECT id FROM concerned)",
        "household": "(SELECT household_id FROM own)",
        "area": "(SELECT area_id FROM people_person WHERE id = %(person)s)",
    }
    added = []
    for table, kept in TABLES.items():
        later = "row.recorded_at > %(instant)s" + (" OR row.superseded_at > %(instant)s" if kept.is_superseded else "")
        added.append(f"EXISTS (SELECT FROM {table} AS row WHERE row.{kept.owner} IN {owners[kept.of]} AND ({later}))")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH own AS (SELECT household_id FROM people_membership WHERE person_id = %(person)s),"
            " concerned AS (SELECT %(person)s::bigint AS id"
            " UNION SELECT child_id FROM people_parentchild WHERE parent_id = %(person)s)"
            " SELECT EXISTS (SELECT FROM people_formerstate WHERE known_until > %(instant)s"
            " AND (person_id IN (SELECT id FROM concerned) OR household_id IN (SELECT household_id FROM own)))"
            f" OR {' OR '.join(added)}",
            {"instant": instant, "person": person_id},
        )
        return cursor.fetchone()[0]


@contextlib.contextmanager
def as_known(instant: datetime.datetime, persons: Sequence[int] | None = None) -> Iterator[None]:
    """Let everything read in the block be what was known at the instant, of all or of these persons and theirs.

    The caller's scope decides what is seen, as ever. What is asked of other persons inside finds nobody.
    """
    # A savepoint: whatever goes wrong in the block takes the tables with it, and nobody reads the past by mistake.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_viewdef(%s::regclass)", [f"public.{_DWELLING}"])
        dwelling = cursor.fetchone()[0]
        made = [*TABLES, _DWELLING]
        if persons is not None:
            cursor.execute(statement("people", "known_persons"), {"persons": list(persons)})
            made += ["known_person", "known_household"]
        for table, kept in TABLES.items():
            _stand_before(cursor, table, kept, instant, chosen=persons is not None)
        for table, kept in TABLES.items():
            if kept.of == "person" and kept.owner != "id":
                _with_its_person(cursor, table, kept, instant)
        cursor.execute(f"CREATE TEMPORARY TABLE {_DWELLING} ON COMMIT DROP AS {dwelling}")
        yield
        cursor.execute(f"DROP TABLE {', '.join(f'pg_temp.{name}' for name in made)}")


def _stand_before(cursor: Any, table: str, kept: Remembered, instant: datetime.datetime, *, chosen: bool) -> None:
    """Make the table of this transaction: rows known at the instant, saying what they said then."""
    whom = ""
    # Of areas there are few rows, and anybody may have lived anywhere.
    if chosen and kept.of != "area":
        whom = f" AND row.{kept.owner} IN (SELECT id FROM known_{kept.of})"
    cursor.execute(
        f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS SELECT row.* FROM public.{table} AS row"
        f" WHERE (row.recorded_at IS NULL OR row.recorded_at <= %s){whom}",
        [instant],
    )
    if kept.is_superseded:
        cursor.execute(
            f"UPDATE pg_temp.{table} SET superseded_at = NULL WHERE superseded_at > %s",
            [instant],
        )
    if kept.columns:
        said = ", ".join(f"(jsonb_populate_record(known, former.said)).{column}" for column in kept.columns)
        put_back = statement("people", "said_before").format(table=table, columns=", ".join(kept.columns), said=said)
        cursor.execute(put_back, {"relation": table, "instant": instant})
    # In the real tables too everybody is looked up by number.
    cursor.execute(f"CREATE INDEX ON pg_temp.{table} ({kept.owner})")
    if kept.owner != "id":
        cursor.execute(f"CREATE INDEX ON pg_temp.{table} (id)")
    cursor.execute(f"ANALYZE pg_temp.{table}")


def _with_its_person(cursor: Any, table: str, kept: Remembered, instant: datetime.datetime) -> None:
    """Let the rows lie where their person was known to live: whoever asks about an area finds them there."""
    cursor.execute(
        f"UPDATE pg_temp.{table} AS known SET area_id = person.area_id FROM pg_temp.people_person AS person"
        f" WHERE person.id = known.{kept.owner} AND known.area_id <> person.area_id AND person.id IN"
        " (SELECT row_id FROM people_formerstate WHERE relation = 'people_person' AND known_until > %s"
        " AND said ? 'area_id')",
        [instant],
    )


@contextlib.contextmanager
def as_known_where_changed(instant: datetime.datetime) -> Iterator[None]:
    """Let the block read what was known at the instant, at no cost while no row was changed since.

    Without a change the caller's own statements must leave out what was recorded later, as those of the law do.
    """
    with as_known(instant) if is_changed_since(instant) else contextlib.nullcontext():
        yield
