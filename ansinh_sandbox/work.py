"""What the sandbox bank does with a file: carry it out, answer it; and at a tick, what it had put off.

Every step can be repeated: what was carried out stays carried out, and an answer that may be missing is written again.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from ansinh_sandbox import answers, books, inquiries, recalls, results, signatures

_DONE = ("paid", "to_return", "returned")


def prepare(folder: Path) -> None:
    """Make the bank's folders."""
    for name in ("sftp/in", "sftp/out", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)


def settle(folder: Path, names: Iterable[str] | None = None) -> list[str]:
    """Carry out and answer every complete file in `in/` (or only those named); return the names of the answers."""
    inbox = folder / "sftp" / "in"
    written: list[str] = []
    with closing(books.open_books(folder)) as ledger:
        for path in sorted(inbox.iterdir()):
            is_wanted = names is None or path.name in names
            is_order = path.suffix != ".part" and not path.name.endswith(signatures.SUFFIX)
            if not (is_wanted and is_order and path.is_file() and not path.is_symlink()):
                continue
            requests = next((kind for kind in (recalls, inquiries) if kind.is_one(path)), None)
            if requests is not None:
                if made := requests.answer(folder, ledger, path):
                    _log(folder, path.name, made)
                    written += made
                continue
            books.take(ledger, path)
        # A bank that was killed after carrying out a file finds it here and answers late, but answers.
        for file in books.unanswered(ledger):
            made = _answer(folder, ledger, file)
            books.mark_answered(ledger, file["id"])
            _log(folder, file["name"], made)
            written += made
    return written


def tick(folder: Path, seed: int = 0) -> list[str]:
    """Let the bank's time pass: late orders are carried out and answered, and doomed payments come back."""
    out = folder / "sftp" / "out"
    written: list[str] = []
    with closing(books.open_books(folder)) as ledger:
        # First the returns: what is paid late in this tick must not come back in the same one.
        for file in books.waiting(ledger, "to_return"):
            # First the note, then the money: a bank killed between them writes the same note again, under the same
            # name.
            made = _tell_returns(out, ledger, file, seed)
            books.give_back(ledger, file["id"])
            _log(folder, file["name"], made)
            written += made
        for file in books.waiting(ledger, "late"):
            made = _tell(out, ledger, file, ("late",), "-late")
            books.pay_late(ledger, file["id"])
            _log(folder, file["name"], made)
            written += made
    return written


def _answer(folder: Path, ledger: sqlite3.Connection, file: sqlite3.Row) -> list[str]:
    out = folder / "sftp" / "out"
    made = _tell(out, ledger, file, _DONE, "")
    says_twice = ledger.execute(
        "select 1 from instructions where file = ? and behaviour = 'twice' limit 1", (file["id"],)
    ).fetchone()
    if says_twice:
        # The same bytes under a second name, as a bank's operator does who is not sure the first copy arrived.
        for first in list(made):
            again = f"{Path(first).stem}-again{Path(first).suffix}"
            shutil.copyfile(out / first, out / f"{again}.part")
            signatures.sign_beside(out / f"{again}.part", again, folder)
            (out / f"{again}.part").replace(out / again)
            made.append(again)
    return made


def _tell(out: Path, ledger: sqlite3.Connection, file: sqlite3.Row, states: tuple[str, ...], part: str) -> list[str]:
    """Tell the customer in the language in which he asked; return the names of what was written."""
    kind = Path(file["name"]).suffix
    if kind == ".csv":
        # A hub is asked for its batches; it sends nothing by itself.
        return []
    if kind not in {".ndjson", ".xlsx"}:
        return _write_pair(out, ledger, file, states, part)
    # A late answer lists only what was late; refusals were told the first time.
    rows = list(books.results(ledger, file["id"], states if part else (*states, "rejected")))
    if not rows and not file["rejected"]:
        return []
    return [_write(out, file, rows, part or "-first", "late" if part else "first")]


def _tell_returns(out: Path, ledger: sqlite3.Connection, file: sqlite3.Row, seed: int) -> list[str]:
    kind = Path(file["name"]).suffix
    if kind == ".csv":
        return []
    rows = books.results(ledger, file["id"], ("to_return",))
    if kind in {".ndjson", ".xlsx"}:
        return [_write(out, file, list(rows), "-return", "returned")]
    count, total = books.totals(ledger, file["id"], ("to_return",))
    note = answers.return_note(file, f"SBR{file['id']}", rows, count, total, seed)
    return [answers.write(out, answers.name("camt.054", file["message_id"], file["id"], "-return"), note)]


def _write(out: Path, file: sqlite3.Row, rows: list[sqlite3.Row], part: str, news: str) -> str:
    """Write a result document or a clerk's list under a name that says which news it is."""
    if file["name"].endswith(".xlsx"):
        path = out / f"ket-qua_{file['id']}{part}.xlsx"
        results.sheet(path, file, rows, news)
        return path.name
    name = f"R{file['id']}{part}.ndjson"
    return answers.write(
        out, name, (piece.decode() for piece in results.document(f"R{file['id']}{part}", file, rows, news))
    )


def cancelled(folder: Path, ledger: sqlite3.Connection, end_to_end_id: str) -> None:
    """Write the news that an order was stopped."""
    row = books.order(ledger, end_to_end_id)
    assert row is not None
    number = f"C{row['id']}"
    line = (
        json.dumps({"document": "results", "version": 1, "id": number}) + "\n" + json.dumps(results.payment(row)) + "\n"
    )
    answers.write(folder / "sftp" / "out", f"{number}.ndjson", [line, json.dumps({"end": True, "count": 1}) + "\n"])


def _write_pair(
    out: Path, ledger: sqlite3.Connection, file: sqlite3.Row, paid: tuple[str, ...], part: str
) -> list[str]:
    """Write the status report and, when money moved, the debit note; return their names."""
    # A late answer lists only what was late; refusals were told the first time.
    listed = paid if part else (*paid, "rejected")
    count, total = books.totals(ledger, file["id"], paid)
    refused = books.totals(ledger, file["id"], ("rejected",))[0] if not part else 0
    made: list[str] = []
    if file["rejected"] or count or refused:
        rows = books.results(ledger, file["id"], listed)
        report = answers.status_report(file, f"SBS{file['id']}{part}", rows, count, refused)
        made.append(answers.write(out, answers.name("pain.002", file["message_id"], file["id"], part), report))
    # The debit note comes second, as from a real bank: status first, money after. A customer must not rely on it all
    # the same.
    if count:
        rows = books.results(ledger, file["id"], paid)
        note = answers.debit_note(file, f"SBD{file['id']}{part}", rows, count, total)
        made.append(answers.write(out, answers.name("camt.054", file["message_id"], file["id"], part), note))
    return made


def _log(folder: Path, name: str, made: list[str]) -> None:
    with open(folder / "processed.log", "a", encoding="utf8") as log:
        log.write(json.dumps({"file": name, "answers": made, "at": answers.now().isoformat()}) + "\n")
