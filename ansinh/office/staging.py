"""Bulk rows into the database: COPY into a table of the transaction, from where one INSERT … SELECT takes them on.

PostgreSQL refuses COPY into a fenced table; this detour costs one statement and keeps the fence in force for every row.
"""

from collections.abc import Iterable, Sequence

from django.db import connection
from psycopg import sql

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
# One write a row is slow, and all rows at once would stand in memory twice.
_LINES_AT_ONCE = 20_000


def _text(value: object) -> str:
    if value is None:
        return "\\N"
    text = str(value)
    # Nearly every value is plain; asking costs a tenth of translating.
    return text if text.isprintable() and "\\" not in text else text.translate(_ESCAPES)


def stage(table: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[object]]) -> None:
    """This will fill a temporary table, gone at the end of the transaction, with the rows.

    Args:
        table: its name; a table left there by the same transaction is replaced.
        columns: (name, PostgreSQL type) of each column.
        rows: values in that order; None is NULL, everything else is written as `str` writes it.
    """
    definition = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns
    )
    name = sql.Identifier(table)
    with connection.cursor() as cursor:
        # pg_temp by name everywhere: without it a table of the same name in `public` would be dropped, or filled.
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(name))
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(name, definition))
        with cursor.copy(sql.SQL("COPY pg_temp.{} FROM STDIN").format(name)) as copy:
            # Lines of our own instead of psycopg's write_row, which looks up how to adapt each single value by its
            # type.
            lines: list[str] = []
            for row in rows:
                lines.append("\t".join([_text(value) for value in row]))
                if len(lines) == _LINES_AT_ONCE:
                    copy.write("\n".join(lines) + "\n")
                    lines.clear()
            if lines:
                copy.write("\n".join(lines) + "\n")
        # The planner knows nothing of a fresh table, and would join a hundred thousand rows by nested loops.
        cursor.execute(sql.SQL("ANALYZE pg_temp.{}").format(name))


def take_ids(table: str, count: int) -> list[int]:
    """This will reserve `count` ids of a table from its own sequence, in order."""
    # Numbers known before the rows are written let one COPY name rows of another; a sequence never gives them twice, so
    # a transaction that fails leaves a gap and no harm.
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [row[0] for row in cursor.fetchall()]
