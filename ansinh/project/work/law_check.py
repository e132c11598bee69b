"""`ansinh law check`: every case under laws/ on the oracle, DuckDB and this system's PostgreSQL."""

import argparse
from typing import Any

from django.db import connection, transaction

from ansinh.law.archive import read_files
from ansinh.law.package import default_laws
from ansinh.project import shipping
from ansinh.project.work import law


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will check every case of the law on every engine; exit status 1 when one fails."""
    connection.ensure_connection()
    # The engine makes temporary tables; they go with the transaction.
    with transaction.atomic():
        answer = law.check(arguments, connection.connection)
    # Passing its cases does not make a law payable: the check says which law is, and whether two people stand behind it.
    answer["in_force"] = shipping.state_of_law()
    if not arguments.path:
        answer["in_force"]["software_has_another"] = shipping.is_another_law(read_files(default_laws()))
    answer["exit_status"] = 1 if answer["failed"] else 0
    return answer
