"""Runs one `ansinh` command and kills it, or its database backend, at a chosen boundary of a named stage.

Usage: kill_at.py process|backend STAGE enter|leave COUNT -- WORDS…   Writes "fired" to the file named by KILL_NOTE.
The product has no hook for this: the boundaries are those that its benchmark times.
"""

import os
import signal
import sys
from pathlib import Path

from ansinh.base import stages
from ansinh.project import cli


class _Killer(stages.Recorder):
    def __init__(self, victim: str, name: str, boundary: str, count: int) -> None:
        super().__init__()
        self.victim, self.name, self.boundary, self.left = victim, name, boundary, count

    def fire(self) -> None:
        from django.db import connection  # noqa: PLC0415 - Django is set up by the command that runs

        in_transaction = connection.in_atomic_block
        Path(os.environ["KILL_NOTE"]).write_text(
            f"fired {self.victim} {self.name} {self.boundary} in_transaction={in_transaction}"
        )
        if self.victim == "process":
            os.kill(os.getpid(), signal.SIGKILL)
        os.kill(connection.connection.info.backend_pid, signal.SIGKILL)

    def reached(self, name: str, boundary: str) -> None:
        if (name, boundary) == (self.name, self.boundary):
            self.left -= 1
            if self.left == 0:
                self.fire()

    def enter(self, name: str) -> None:
        super().enter(name)
        self.reached(name, "enter")

    def leave(self, name: str, spent: int) -> None:
        super().leave(name, spent)
        self.reached(name, "leave")


if __name__ == "__main__":
    divider = sys.argv.index("--")
    victim, name, boundary, count = sys.argv[1:divider]
    killer = _Killer(victim, name, boundary, int(count))
    stages.record_with(killer)
    sys.exit(cli.main(sys.argv[divider + 1 :]))
