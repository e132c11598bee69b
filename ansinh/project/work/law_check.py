"""`ansinh law check`: every case under laws/ on the oracle, DuckDB and this system's PostgreSQL."""

import argparse
from typing import Any

from django.db import connection, transaction

from ansinh.project.work import law


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will check every case of the law on every engine; exit status 1 when one fails."""
    connection.ensure_connection()
    # The engine makes temporary tables; they go with the transaction.
    with transaction.atomic():
        answer = law.check(arguments, connection.connection)
    answer["exit_status"] = 1 if answer["failed"] else 0
    return answer
