"""Runs one `ansinh` command and kills it, its database backend, or a worker of it, at a boundary of a named stage.

Usage: kill_at.py process|backend|worker STAGE enter|leave COUNT -- WORDS…   Writes "fired" to the file named by KILL_NOTE.
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
        self.command = os.getpid()

    def fire(self) -> None:
        from django.db import connection  # noqa: PLC0415 - Django is set up by the command that runs

        in_transaction = connection.in_atomic_block
        Path(os.environ["KILL_NOTE"]).write_text(
            f"fired {self.victim} {self.name} {self.boundary} in_transaction={in_transaction}"
        )
        if self.victim in {"process", "worker"}:
            os.kill(os.getpid(), signal.SIGKILL)
        os.kill(connection.connection.info.backend_pid, signal.SIGKILL)

    def share_even_little(self) -> None:
        """Let work be shared with workers that would not be worth them: known only when Django is set up."""
        collecting = sys.modules.get("ansinh.payment.collecting")
        if self.victim == "worker" and collecting is not None:
            collecting.WORTH_A_PROCESS_BYTES = 0

    def reached(self, name: str, boundary: str) -> None:
        self.share_even_little()
        is_worker = os.getpid() != self.command
        if (name, boundary, is_worker) == (self.name, self.boundary, self.victim == "worker"):
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
