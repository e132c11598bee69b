"""How tests talk about the sandbox bank, and batches whose items meet each of its behaviours.

Every test has its own bank, so that none can disturb another.
"""

import datetime
import io
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from ansinh.payment.gateways import Artefact, Batch, Gateway, Inbound, Instruction
from ansinh.payment.gateways.sftp_iso20022 import Settings, SftpIso20022
from ansinh.standards.end_to_end import encode

BEHAVIOURS = {
    "ok": ["1000", "1001"],
    "reject_AC04": ["2000"],
    "reject_AC01": ["2001"],
    "return_after_paid": ["3000"],
    "late": ["4000"],
    "twice": ["5000"],
}


@dataclass
class Bank:
    """A running sandbox bank."""

    folder: Path
    port: int
    host_key: str
    client_key: Path
    process: "subprocess.Popen[bytes]"

    def settings(self, **changes: object) -> Settings:
        """Return the agreement with this bank."""
        right = Settings(
            host="127.0.0.1", port=self.port, username="ansinh", client_key=self.client_key, host_key=self.host_key,
            debtor_name="SO Y TE THANH PHO HUE", debtor_account="113000012345", debtor_agent="970415", debit_is_paid=True,
        )  # fmt: skip
        return replace(right, **changes)  # type: ignore[arg-type]

    def gateway(self, **changes: object) -> SftpIso20022:
        """Return the gateway to this bank."""
        return SftpIso20022(self.settings(**changes))

    def tick(self) -> None:
        """Let the bank's time pass."""
        subprocess.run(
            [sys.executable, "-m", "ansinh_sandbox.bank", "tick", "--folder", str(self.folder)],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def balances(self) -> dict[str, int]:
        """Return whose money is where in the bank's own books."""
        with closing(sqlite3.connect(self.folder / "bank.sqlite")) as books:
            return dict(books.execute("select account, amount from balances"))

    def inbox(self) -> list[str]:
        """Return the names of the files that arrived."""
        return sorted(path.name for path in (self.folder / "sftp" / "in").iterdir())


def instruction(item: int, number: str, amount: int = 500_000) -> Instruction:
    """Return one right instruction to an account of the bank."""
    return Instruction(encode(46, item, 1), amount, "970415", number, "H'NHI E BAN", None, "TRO CAP XA HOI T11/2026")


def rendered(gateway: Gateway, folder: Path, instructions: list[Instruction], message_id: str = "P46-1") -> Artefact:
    """Render a batch into a file and return the artefact with its path."""
    target = io.BytesIO()
    batch = Batch(
        message_id=message_id,
        created_at=datetime.datetime(2026, 11, 5, 8, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=7))),
        execution_date=datetime.date(2026, 11, 6),
        debtor=gateway.debtor,
        instructions=iter(instructions),
        count=len(instructions),
        total_dong=sum(each.amount_dong for each in instructions),
    )
    artefact = gateway.render(batch, target)
    path = folder / artefact.name
    path.write_bytes(target.getvalue())
    return replace(artefact, path=path)


class Reader:
    """Polls like the payment room does: stores each file once, by its bytes, and reads it."""

    def __init__(self, gateway: Gateway, store: Path) -> None:
        self.gateway = gateway
        self.store = store
        self.names: set[str] = set()
        self.by_hash: dict[str, Inbound] = {}

    def new(self) -> list[tuple[str, str, str]]:
        """Return (end-to-end id, status, reason) of every line of every new file."""
        found: list[tuple[str, str, str]] = []
        for inbound in self.gateway.poll(self.names.__contains__, self.store):
            self.names.add(inbound.name)
            if inbound.sha256 in self.by_hash:
                continue
            self.by_hash[inbound.sha256] = inbound
            result = self.gateway.parse(inbound).result()
            assert result.held == [] and not result.incomplete
            found += [(entry.end_to_end_id, entry.status, entry.reason_code) for entry in result.entries]
        return sorted(found)
