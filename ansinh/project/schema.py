"""Brings a database to the present schema, and gives the application's role exactly the rights it needs.

Migrations run as the owner; everything else runs as a role that cannot own, truncate or bypass anything.
"""

import importlib.util
import pkgutil

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from ansinh.project.database import APPLICATION

# Tables of which history may never be changed or removed; balances are kept by a trigger of the owner.
_ONLY_GROW = ("ledger_transfer", "ledger_seal", "office_auditevent", "payroll_touch")
_MIGRATING = 7312
_TRIGGER_KEEPS = ("ledger_ledgeraccount",)


def is_current() -> bool:
    """Return whether every migration has been applied."""
    # Every command asks. The names that lie in the rooms' folders answer it nearly always; to read all migrations and
    # put them in order takes as long as a command's own work.
    if _lying_here() <= MigrationRecorder(connections["owner"]).applied_migrations().keys():
        return True
    executor = MigrationExecutor(connections["owner"])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _lying_here() -> set[tuple[str, str]]:
    """Return (app, name) of every migration that Django would find, without importing any."""
    found = set()
    for label in (config.label for config in apps.get_app_configs()):
        module, _ = MigrationLoader.migrations_module(label)
        spec = importlib.util.find_spec(module) if module else None
        for _, name, is_package in pkgutil.iter_modules((spec and spec.submodule_search_locations) or []):
            # As Django's own loader chooses among them.
            if not is_package and name[0] not in "_~":
                found.add((label, name))
    return found


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
