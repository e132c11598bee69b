"""One worker at a time for work that spans several transactions, such as talking to a bank.

The database keeps the lock: it is gone when the worker's connection is, even after kill -9.
"""

import contextlib
from collections.abc import Iterator

from django.db import connection


@contextlib.contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Wait for whoever does the work of this name now, then do it alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 7311))", [name])
    try:
        yield
    finally:
        # A lost connection has let go of the lock already.
        if connection.connection is not None and not connection.connection.closed and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 7311))", [name])
