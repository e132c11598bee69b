"""Runs one `ansinh` command and kills it, its database backend, or a worker of it, at a boundary of a named stage.

Usage: kill_at.py VICTIM STAGE enter|leave COUNT -- WORDS…   Writes "fired" to the file named by KILL_NOTE.
A victim is `process` or `backend`; `worker`, `worker_backend` and `parent` fall at a boundary that a worker reaches;
`sharer` is the process when it shares even little work; `nobody` falls: the note then says which processes reached the
boundary.
The product has no hook for this: the boundaries are those that its benchmark times.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from ansinh.base import stages
from ansinh.project import cli

OF_A_WORKER = ("worker", "worker_backend", "parent")
SHARED = (*OF_A_WORKER, "nobody", "sharer")


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
        if self.victim in {"process", "worker", "sharer"}:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.victim == "parent":
            os.kill(os.getppid(), signal.SIGKILL)
            # Ours comes from the kernel.
            signal.pause()
        connection.ensure_connection()
        os.kill(connection.connection.info.backend_pid, signal.SIGKILL)

    def reached(self, name: str, boundary: str) -> None:
        is_worker = os.getpid() != self.command
        if self.victim in SHARED and not is_worker:
            _share_even_little()
        if self.victim == "nobody" and (name, boundary) == (self.name, self.boundary):
            with open(os.environ["KILL_NOTE"], "a", encoding="utf8") as note:
                note.write(f"{os.getpid()}\n")
        if self.victim == "nobody":
            return
        if (name, boundary, is_worker) == (self.name, self.boundary, self.victim in OF_A_WORKER):
            self.left -= 1
            if self.left == 0:
                self.fire()

    def enter(self, name: str) -> None:
        super().enter(name)
        self.reached(name, "enter")

    def leave(self, name: str, spent: int) -> None:
        super().leave(name, spent)
        self.reached(name, "leave")


def _share_even_little() -> None:
    """Let work be shared with workers that would not be worth them; what does it is loaded only when Django is set up."""
    calculating, opening = sys.modules.get("ansinh.payroll.calculating"), sys.modules.get("ansinh.payment.opening")
    if calculating is not None:
        # The people of a small register lie in one leaf of the control figures: one share has them all, the other none.
        (first, last), edge = calculating.EVERYBODY, calculating.queries.LEAF
        calculating.shares = lambda _, workers: [(first, edge - 1), (edge, last)] if workers > 1 else [(first, last)]
    if opening is not None:
        opening.WORTH_SHARING_ITEMS = 0
    reading, operations = (sys.modules.get(f"ansinh.payment.{name}") for name in ("reading", "operations"))
    gateway = sys.modules.get("ansinh.payment.gateways.sftp_iso20022.gateway")
    if reading is None or operations is None or gateway is None or operations.WORTH_SHARING_ORDERS == 0:
        return
    reading.WORTH_A_PROCESS_BYTES = operations.WORTH_SHARING_ORDERS = 0
    able = gateway.SftpIso20022.capabilities.fget
    gateway.SftpIso20022.capabilities = property(lambda bank: replace(able(bank), max_instructions=40))


if __name__ == "__main__":
    divider = sys.argv.index("--")
    victim, name, boundary, count = sys.argv[1:divider]
    killer = _Killer(victim, name, boundary, int(count))
    stages.record_with(killer)
    sys.exit(cli.main(sys.argv[divider + 1 :]))
