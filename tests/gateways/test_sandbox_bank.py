"""The sandbox bank itself: it carries out each order once, refuses what a bank refuses, and survives being killed.

A counterpart that is wrong would make every test around it worthless.
"""

import ast
import asyncio
import json
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from ansinh.standards.files import FileReading
from ansinh.standards.iso20022.reader import read
from ansinh.standards.iso20022.results import Held, ReadResult
from ansinh_sandbox import books, work
from ansinh_sandbox.server import Counter
from tests.gateways.bank import Bank, instruction, rendered
from tests.standards.orders import header, transfers
from tests.standards.orders import rendered as rendered_orders

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a bank without a server: every account of `transfers` exists and is good."""
    work.prepare(tmp_path)
    lines = [f"970415,{1_000_000_000 + n},H'NHI E BAN,ok" for n in range(50)]
    (tmp_path / "accounts.csv").write_text("\n".join(["bin,number,holder_name,behaviour", *lines, ""]), "utf8")
    return tmp_path


def give(folder: Path, raw: bytes, name: str = "order.xml") -> list[ReadResult]:
    """Put a file into the bank's inbox, let it work, and return what it answered."""
    (folder / "sftp" / "in" / name).write_bytes(raw)
    return [read((folder / "sftp" / "out" / made).read_bytes()) for made in work.settle(folder)]


def total_of(folder: Path) -> dict[str, int]:
    """Return the bank's balances."""
    with closing(books.open_books(folder)) as ledger:
        return dict(ledger.execute("select account, amount from balances").fetchall())


def test_every_order_is_answered_and_paid_once(folder: Path) -> None:
    orders = transfers(20)
    report, note = give(folder, rendered_orders(orders))
    assert [entry.end_to_end_id for entry in report.entries] == [order.end_to_end_id for order in orders]
    assert {entry.status for entry in report.entries} == {"ACCEPTED"}
    assert [entry.amount_dong for entry in note.entries] == [order.amount_dong for order in orders]
    assert report.warnings == note.warnings == []
    balances = total_of(folder)
    assert sum(balances.values()) == 0
    assert balances["113000012345"] == -sum(order.amount_dong for order in orders)
    assert work.settle(folder) == []
    assert total_of(folder) == balances


def test_the_same_message_under_another_name_is_refused_as_a_whole(folder: Path) -> None:
    raw = rendered_orders(transfers(3))
    give(folder, raw)
    before = total_of(folder)
    (answer,) = give(folder, raw, "other.xml")
    assert [(group.status, group.code, group.reason_code) for group in answer.groups] == [("UNKNOWN", "RJCT", "DU01")]
    assert total_of(folder) == before


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        (b"<NbOfTxs>3<", b"<NbOfTxs>4<", "AM18"),
        (b"<CtrlSum>1500003<", b"<CtrlSum>1500004<", "AM10"),
        (b"</Document>", b"", "FF01"),
        (b"pain.001.001.09", b"pain.001.001.03", "FF01"),
    ],
)
def test_a_wrong_file_is_refused_as_a_whole(folder: Path, right: bytes, wrong: bytes, reason: str) -> None:
    (answer,) = give(folder, rendered_orders(transfers(3)).replace(right, wrong))
    assert [(group.status, group.reason_code) for group in answer.groups] == [("REJECTED", reason)]
    assert total_of(folder) == {}


def test_a_killed_bank_answers_after_it_comes_back(folder: Path) -> None:
    """Carried out, then killed before the answer: money moves once, and the answer comes."""
    path = folder / "sftp" / "in" / "order.xml"
    path.write_bytes(rendered_orders(transfers(5)))
    with closing(books.open_books(folder)) as ledger:
        assert books.take(ledger, path) is not None
    carried_out = total_of(folder)
    assert carried_out and not list((folder / "sftp" / "out").iterdir())
    assert len(work.settle(folder)) == 2
    assert total_of(folder) == carried_out


def test_a_bank_without_batch_booking_books_each_payment(folder: Path) -> None:
    orders = transfers(3)
    raw = rendered_orders(orders).replace(b"<BtchBookg>true<", b"<BtchBookg>false<")
    note = give(folder, raw)[1]
    assert [entry.end_to_end_id for entry in note.entries] == [order.end_to_end_id for order in orders]
    assert note.warnings == [] and header(orders).batch_booking


def test_half_uploads_are_left_alone(folder: Path) -> None:
    assert give(folder, b"<half", "order.xml.part") == []


def test_every_file_is_logged_when_it_is_done(folder: Path) -> None:
    give(folder, rendered_orders(transfers(2)))
    line = json.loads((folder / "processed.log").read_text("utf8"))
    assert line["file"] == "order.xml"
    assert sorted(line["answers"]) == sorted(path.name for path in (folder / "sftp" / "out").iterdir())


def test_a_tick_file_lets_time_pass_while_the_bank_serves(bank: Bank, tmp_path: Path) -> None:
    gateway = bank.gateway()
    gateway.submit(rendered(gateway, tmp_path, [instruction(1, "4000")]))
    assert list((bank.folder / "sftp" / "out").iterdir()) == []
    (bank.folder / "control" / "tick").touch()
    deadline = time.monotonic() + 20
    while (bank.folder / "control" / "tick").exists():
        assert time.monotonic() < deadline, "the bank did not notice the tick"
    assert len(list((bank.folder / "sftp" / "out").iterdir())) == 2


class Interrupted(Counter):
    """A clerk whose other customer takes a file away while he deals with the first one, and brings another."""

    async def settle(self, name: str | None = None) -> None:
        """Deal with nothing; change the folder as a customer would."""
        inbox = self.folder / "sftp" / "in"
        others = [path for path in inbox.iterdir() if path.name != name]
        if name == "later.xml":
            self.later = True
            raise asyncio.CancelledError
        for path in others:
            path.unlink()
        self.taken_away = len(others)
        (inbox / "later.xml").write_bytes(b"<Document/>")


def test_a_file_taken_away_while_the_bank_looks_does_not_close_it(folder: Path) -> None:
    for name in ("a.xml", "b.xml"):
        (folder / "sftp" / "in" / name).write_bytes(b"<Document/>")
    clerk = Interrupted(folder, 0)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(asyncio.wait_for(clerk.watch(), 20))
    assert clerk.taken_away == 1, "the fault did not fire"
    assert clerk.later


def test_a_bank_without_keys_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ansinh_sandbox.bank", "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "no keys" in done.stderr and "Traceback" not in done.stderr


def test_the_bank_and_the_program_do_not_know_each_other() -> None:
    for package, stranger in (("ansinh_sandbox", "ansinh"), ("ansinh", "ansinh_sandbox")):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf8"))):
                modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                assert not any(module.split(".")[0] == stranger for module in modules), f"{path} imports {stranger}"


def _ordered(folder: Path, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "ansinh_sandbox.bank", *arguments, "--folder", str(folder)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def test_each_movement_stands_in_one_statement_and_each_opens_where_the_last_closed(folder: Path) -> None:
    give(folder, rendered_orders(transfers(3)))
    paid = sum(order.amount_dong for order in transfers(3))
    out = folder / "sftp" / "out"
    [first] = _ordered(folder, "statement", f"--credit={paid}:KBNN CHUYEN TIEN", "--fee=1100")["answers"]
    said = FileReading([(out / str(first)).read_bytes()])
    assert len(list(said)) == 5
    [balance] = said.balances
    assert (balance.opening_dong, balance.amount_dong, balance.credits_dong, balance.debits_dong) == (
        0,
        -1100,
        paid,
        paid + 1100,
    )
    assert _ordered(folder, "statement")["answers"] == [], "nothing new, no statement"
    [second] = _ordered(folder, "statement", "--credit=2000:CHUYEN NHAM")["answers"]
    again = FileReading([(out / str(second)).read_bytes()])
    assert [line.amount_dong for line in again if not isinstance(line, Held)] == [2000]
    assert (again.balances[0].opening_dong, again.balances[0].amount_dong) == (-1100, 900)


def test_signing_keys_are_made_once_and_only_when_asked_for(folder: Path) -> None:
    _ordered(folder, "keys")
    assert not (folder / "signing_key.pem").exists()
    _ordered(folder, "keys", "--signing")
    made = (folder / "signing_key.pem").read_bytes()
    assert (folder / "signing_key.pem").stat().st_mode & 0o077 == 0
    _ordered(folder, "keys", "--signing")
    assert (folder / "signing_key.pem").read_bytes() == made
    give(folder, rendered_orders(transfers(1)))
    assert len(list((folder / "sftp" / "out").glob("*.xml.sig.xml"))) == 2
