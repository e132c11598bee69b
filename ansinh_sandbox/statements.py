"""The statement that the sandbox bank writes when a day ends: camt.053.001.08 with what it has booked since the last one.

A movement stands in one statement only; each opens with the balance on which the one before closed.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from xml.sax.saxutils import escape

from ansinh_sandbox import answers, books

_SCHEMA = """
create table if not exists movements (id integer primary key, debtor text, amount integer, words text, family text, statement integer);
create table if not exists told (instruction integer, direction text, statement integer, primary key (instruction, direction)) without rowid;
create table if not exists statements (id integer primary key, debtor text, opening integer, closing integer);
"""
_DEBITS = "state in ('paid', 'to_return', 'returned')"
_CREDITS = "state = 'returned'"


def write(folder: Path, credits: Iterable[tuple[int, str]] = (), fees: Iterable[int] = ()) -> list[str]:
    """Book what came in and what the bank takes for itself, and write one statement for each customer with something new."""
    written: list[str] = []
    with closing(books.open_books(folder)) as ledger:
        ledger.executescript(_SCHEMA)
        debtors = [row[0] for row in ledger.execute("select distinct debtor from files order by debtor")]
        ledger.execute("begin immediate")
        for debtor in debtors[:1]:
            rows = [(debtor, amount, words, "DMCT") for amount, words in credits]
            rows += [(debtor, -amount, "PHI DICH VU CHI HO", "CHRG") for amount in fees]
            ledger.executemany("insert into movements (debtor, amount, words, family) values (?, ?, ?, ?)", rows)
        made = [number for debtor in debtors if (number := _close(ledger, debtor))]
        ledger.execute("commit")
        for number in made:
            row = ledger.execute("select * from statements where id = ?", (number,)).fetchone()
            name = answers.name("camt.053", row["debtor"], number)
            written.append(answers.write(folder / "sftp" / "out", name, _pieces(ledger, row)))
    return written


def _close(ledger: sqlite3.Connection, debtor: str) -> int | None:
    """Take everything of a customer that no statement has told; None when there is nothing."""
    before = ledger.execute(
        "select closing from statements where debtor = ? order by id desc limit 1", (debtor,)
    ).fetchone()
    opening = before[0] if before else 0
    number = ledger.execute("select coalesce(max(id), 0) + 1 from statements").fetchone()[0]
    change = count = 0
    for direction, which, sign in (("DBIT", _DEBITS, -1), ("CRDT", _CREDITS, 1)):
        count += ledger.execute(
            "insert or ignore into told (instruction, direction, statement) select i.id, ?, ? from instructions i"
            f" join files f on f.id = i.file where f.debtor = ? and i.{which}",
            (direction, number, debtor),
        ).rowcount
        told = "select coalesce(sum(i.amount), 0) from told t join instructions i on i.id = t.instruction where t.statement = ? and t.direction = ?"
        change += sign * ledger.execute(told, (number, direction)).fetchone()[0]
    count += ledger.execute(
        "update movements set statement = ? where debtor = ? and statement is null", (number, debtor)
    ).rowcount
    change += ledger.execute(
        "select coalesce(sum(amount), 0) from movements where statement = ?", (number,)
    ).fetchone()[0]
    if not count:
        return None
    ledger.execute("insert into statements values (?, ?, ?, ?)", (number, debtor, opening, opening + change))
    return int(number)


def _pieces(ledger: sqlite3.Connection, statement: sqlite3.Row) -> Iterator[str]:
    at, number = answers.now(), statement["id"]
    yield answers.HEAD.format(kind="camt.053.001.08")
    yield f"<BkToCstmrStmt><GrpHdr><MsgId>SBT{number}</MsgId><CreDtTm>{at.isoformat()}</CreDtTm></GrpHdr>"
    yield f"<Stmt><Id>SBT{number}</Id><CreDtTm>{at.isoformat()}</CreDtTm>"
    yield f"<Acct><Id><Othr><Id>{escape(statement['debtor'])}</Id></Othr></Id><Ccy>VND</Ccy></Acct>"
    for kind in ("opening", "closing"):
        amount, code = statement[kind], "OPBD" if kind == "opening" else "CLBD"
        yield (
            f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="VND">{abs(amount)}</Amt>'
            f"<CdtDbtInd>{'DBIT' if amount < 0 else 'CRDT'}</CdtDbtInd><Dt><Dt>{at.date().isoformat()}</Dt></Dt></Bal>"
        )
    for row in ledger.execute("select * from movements where statement = ? order by id", (number,)):
        head = answers.entry_head(abs(row["amount"]), "CRDT" if row["amount"] > 0 else "DBIT", row["family"])
        yield f"{head}<TxDtls><RmtInf><Ustrd>{escape(row['words'])}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
    told = "select i.*, t.direction from told t join instructions i on i.id = t.instruction where t.statement = ? order by t.direction desc, i.id"
    for row in ledger.execute(told, (number,)):
        direction = row["direction"]
        why = "<RtrInf><Rsn><Cd>AC06</Cd></Rsn></RtrInf>" if direction == "CRDT" else ""
        head = answers.entry_head(row["amount"], direction, "RRTN" if why else "DMCT")
        yield head + answers.detail(row, direction, why) + "</NtryDtls></Ntry>\n"
    yield "</Stmt></BkToCstmrStmt></Document>\n"
