"""Brings a database to the present schema, and gives the application's role exactly the rights it needs.

Migrations run as the owner; everything else runs as a role that cannot own, truncate or bypass anything.
"""

import psycopg
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from ansinh.project.database import APPLICATION

# Tables of which history may never be changed or removed; balances are kept by a trigger of the owner.
_ONLY_GROW = ("ledger_transfer", "ledger_seal", "office_auditevent", "payroll_touch")
_MIGRATING = 7312
_TRIGGER_KEEPS = ("ledger_ledgeraccount",)


def is_current() -> bool:
    """Return whether every migration has been applied."""
    executor = MigrationExecutor(connections["owner"])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def migrate() -> None:
    """Apply what is missing and grant the application its rights. Safe to run at any time; a second run does nothing."""
    # Looking takes milliseconds; migrating would also grant anew, on every command.
    if is_current():
        return
    with connections["owner"].cursor() as cursor:
        # Two commands may be the first at once: the second waits, and finds nothing left to do.
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
        try:
            if not is_current():
                call_command("migrate", database="owner", verbosity=0, interactive=False)
                grant(cursor)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])


def grant(cursor: psycopg.Cursor) -> None:
    """Give the application's role the rights it needs on every table, and take back those it must not have."""
    role = f'"{APPLICATION}"'
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    # After a bulk load the application renews the statistics itself instead of waiting for the server's own round.
    cursor.execute(f"GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO {role}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
    for table in _ONLY_GROW:
        cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")
    for table in _TRIGGER_KEEPS:
        cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {role}")
    cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}")
