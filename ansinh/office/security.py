"""Row-level security: the SQL that fences every table with an `area_id`, and the caller's scope inside a transaction.

Without a scope nothing is visible and nothing can be written: a forgotten scope shows an empty page, never another
commune's people.
"""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection, migrations, transaction

# A migration copies this text into the database: edited here, it fences new installations alone, so a change is a
# migration. Evaluated once per statement (the sub-selects are independent of the row), so the fence costs a hash probe
# a row. The second sub-select is safe for "*" too: which side of an OR is computed first is the planner's choice.
_IN_SCOPE = """(
    (SELECT current_setting('ansinh.scope', true)) = '*'
    OR {column} = ANY ((SELECT string_to_array(nullif(nullif(current_setting('ansinh.scope', true), ''), '*'), ',')::int[])::int[])
)"""
_PROTECTED = "(SELECT current_setting('ansinh.protected', true)) = 'on'"


def fence(table: str, *, column: str = "area_id", protected: bool = False) -> migrations.RunSQL:
    """Return the migration step that fences one table by area (and, for protected data, by the extra permission)."""
    # USING hides what may not be read, WITH CHECK refuses what may not be written; one without the other is half a
    # fence.
    condition = _IN_SCOPE.format(column=column) + (f" AND {_PROTECTED}" if protected else "")
    # ENABLE without FORCE: the owner runs migrations over all rows. The application is another role that owns no table,
    # and a test holds that; connected as the owner, it would see everybody and nothing would say so.
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY by_area ON {table} USING ({condition}) WITH CHECK ({condition});",
        f"DROP POLICY by_area ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


@dataclass(frozen=True)
class Scope:
    """What a caller may see: every area, or a set of area ids; `protected` adds protected health data.

    `by` is the sign-in name (or "system") that the audit trail records.
    """

    by: str
    # Nothing unless said otherwise: a scope made in a hurry shows an empty page.
    areas: frozenset[int] | None = frozenset()
    protected: bool = False

    @property
    def text(self) -> str:
        """Return the scope as the database setting spells it: `*`, or ids separated by commas."""
        # Sorted, so that the same scope is the same text wherever it is compared or logged.
        return "*" if self.areas is None else ",".join(str(area) for area in sorted(self.areas))


def everything(by: str, *, protected: bool = False) -> Scope:
    """Return the scope of the whole system, for the operator at the command line and for set-based work."""
    return Scope(by=by, areas=None, protected=protected)


def limited(by: str, areas: Iterable[int]) -> Scope:
    """Return a scope of exactly these areas."""
    return Scope(by=by, areas=frozenset(areas))


def put_on(scope: Scope) -> None:
    """Set the scope for the rest of the current transaction.

    Raises:
        TransactionManagementError: outside a transaction, where the setting would vanish at once.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a scope lives inside a transaction")
    # The third argument ties both to the transaction: a connection goes back to the pool without anybody's sight on it.
    # Set together, so that no moment has one caller's areas and another's permission.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('ansinh.scope', %s, true), set_config('ansinh.protected', %s, true)",
            [scope.text, "on" if scope.protected else "off"],
        )


@contextlib.contextmanager
def acting(scope: Scope) -> Iterator[None]:
    """Run the block in one transaction under this scope."""
    with transaction.atomic():
        # An inner scope does not end with its block unless the block fails: the setting is the transaction's, and
        # undoing a savepoint is the only way back. Whoever widens the sight in the middle reads nothing more for the
        # caller.
        put_on(scope)
        yield
