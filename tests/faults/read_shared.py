"""Reads the control figures of a run and the root of the books alone and by several processes, and prints both as JSON.

Usage: read_shared.py HOME RUN. Leaves are made small, so that a small month has many.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import django

from ansinh.project import database
from ansinh.project.home import open_home


def main() -> None:
    """Print what one, two and three processes find."""
    django.setup()
    from ansinh.ledger import sealing  # noqa: PLC0415 - models exist only after Django is set up
    from ansinh.ledger.queries import last_transfer  # noqa: PLC0415
    from ansinh.office.security import acting, everything  # noqa: PLC0415
    from ansinh.payroll import queries  # noqa: PLC0415

    queries.LEAF, sealing.LEAF = 16, 64
    with acting(everything("tests", protected=True)):
        run, last = queries.run(sys.argv[2]).id, last_transfer()
        found = [
            [
                asdict(queries.control_of(run, shared_by=share)),
                [
                    asdict(sealing.root_of(after, last, version=2, shared_by=share))
                    for after in (sealing.BEFORE_ALL, 0, 70)
                ],
            ]
            for share in (1, 2, 3)
        ]
    print(json.dumps(found))


if __name__ == "__main__":
    with database.opened(open_home(Path(sys.argv[1]))) as connections:
        os.environ["ANSINH_DATABASE"], os.environ["ANSINH_HOME"] = connections.to_environment(), sys.argv[1]
        os.environ["DJANGO_SETTINGS_MODULE"] = "ansinh.project.settings"
        main()
