"""The sandbox bank's own books: which accounts exist, which orders were carried out, whose money is where.

An order is carried out once, by its EndToEndId and by its MsgId; what comes again is rejected as a duplicate. All that
a file does happens in one SQLite transaction, so that a killed bank forgets nothing and does nothing twice.
"""

import csv
import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ansinh_sandbox import orders, signatures

# `size` and `modified` let a bank that looks ten times a second know a file without reading it; `sha256` decides.
_SCHEMA = """
create table if not exists meta (name text primary key, value text) without rowid;
create table if not exists known_accounts (bin text, number text, behaviour text, holder text, primary key (bin, number)) without rowid;
create table if not exists files (
    id integer primary key, name text, size integer, modified integer, sha256 text, message_id text,
    information_id text, count text, control_sum text, batch_booking integer, debtor text, rejected text,
    answered integer default 0,
    unique (name, size, modified)
);
create index if not exists files_message on files (message_id);
create table if not exists instructions (
    id integer primary key, file integer, end_to_end_id text, amount integer, bin text, number text, payee text,
    state text, reason text, behaviour text
);
create index if not exists instructions_name on instructions (end_to_end_id);
create index if not exists instructions_waiting on instructions (state) where state in ('late', 'to_return');
create table if not exists balances (account text primary key, amount integer) without rowid;
"""
# The rules of the bank, in the order in which they count. Duplicates come first: nothing may ever be carried out twice.
_DECIDE = """
insert into instructions (file, end_to_end_id, amount, bin, number, payee, state, reason, behaviour)
select :file, s.end_to_end_id, s.amount, s.bin, s.number, s.payee,
    case when s.reason <> '' then 'rejected' when a.behaviour = 'late' then 'late'
         when a.behaviour = 'return_after_paid' then 'to_return' else 'paid' end,
    s.reason, coalesce(a.behaviour, '')
from (
    select t.*, case
        when exists (select 1 from instructions i where i.end_to_end_id = t.end_to_end_id) then 'AM05'
        when row_number() over (partition by t.end_to_end_id order by t.position) > 1 then 'AM05'
        when t.currency <> 'VND' then 'AM03'
        when t.amount <= 0 or t.amount is null then 'AM12'
        when b.behaviour is null or b.behaviour = 'reject_AC01' then 'AC01'
        when b.behaviour = 'reject_AC04' then 'AC04'
        else '' end as reason
    from staging t left join known_accounts b on b.bin = t.bin and b.number = t.number
) s left join known_accounts a on a.bin = s.bin and a.number = s.number
order by s.position
"""
# One row per account moved, both sides in one statement. “where true” is for SQLite, which would else read ON CONFLICT
# as a join.
_MOVE = """
insert into balances select account, sum(amount) from (
    select bin || '/' || number as account, :sign * amount as amount from instructions where {which}
    union all select f.debtor, -:sign * i.amount from instructions i join files f on f.id = i.file where {which}
) where true group by account on conflict (account) do update set amount = amount + excluded.amount
"""


def open_books(folder: Path) -> sqlite3.Connection:
    """Open (or make) the books and load the accounts when their file has changed."""
    books = sqlite3.connect(folder / "bank.sqlite", isolation_level=None, timeout=60)
    books.row_factory = sqlite3.Row
    # A tick from the command line and the serving process may write at the same time; both wait for each other.
    books.execute("pragma journal_mode = wal")
    books.executescript(_SCHEMA)
    source = folder / "accounts.csv"
    # A demonstration may open accounts while the bank serves; reading the list each time would cost more than the
    # orders.
    stamp = f"{source.stat().st_mtime_ns}/{source.stat().st_size}" if source.exists() else ""
    known = books.execute("select value from meta where name = 'known_accounts'").fetchone()
    if stamp and (known is None or known[0] != stamp):
        books.execute("begin immediate")
        books.execute("delete from known_accounts")
        with open(source, encoding="utf8", newline="") as file:
            rows = (
                (row["bin"], row["number"], row["behaviour"] or "ok", row.get("holder_name") or "")
                for row in csv.DictReader(file)
            )
            books.executemany("insert or replace into known_accounts values (?, ?, ?, ?)", rows)
        books.execute("insert or replace into meta values ('known_accounts', ?)", (stamp,))
        books.execute("commit")
    return books


def take(books: sqlite3.Connection, path: Path) -> int | None:
    """Carry out one file of orders and return its number; None when exactly this file was taken before."""
    stat = path.stat()
    key = (path.name, stat.st_size, stat.st_mtime_ns)
    if books.execute("select 1 from files where name = ? and size = ? and modified = ?", key).fetchone():
        return None
    # A file that was only touched, or put there again with the same bytes, is the same file.
    with open(path, "rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    books.execute("begin immediate")
    try:
        if books.execute("select 1 from files where name = ? and sha256 = ?", (path.name, sha256)).fetchone():
            books.execute("rollback")
            return None
        order = orders.Order()
        rejected = _stage(books, path, order)
        rejected = signatures.problem(path) or rejected
        # A MsgId counts as used even if its file was refused; a customer who corrects a file gives it a new name.
        if not rejected and books.execute("select 1 from files where message_id = ?", (order.message_id,)).fetchone():
            rejected = "DU01"
        file_id = books.execute(
            "insert into files (name, size, modified, sha256, message_id, information_id, count, control_sum,"
            " batch_booking, debtor, rejected) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*key, sha256, order.message_id, order.payment_information_id, order.count, order.control_sum,
             order.batch_booking, order.debtor_account, rejected),
        ).lastrowid  # fmt: skip
        if not rejected:
            books.execute(_DECIDE, {"file": file_id})
            _move(books, file_id, 1, "file = :file and state in ('paid', 'to_return')")
        books.execute("commit")
    # An interruption too: the file is in the books whole or not at all, and in the latter case is taken again.
    except BaseException:
        books.execute("rollback")
        raise
    return file_id


def _stage(books: sqlite3.Connection, path: Path, order: orders.Order) -> str:
    """Read the file into a staging table; return the reason to reject it as a whole, or nothing."""
    books.execute(
        "create temp table if not exists staging (position integer primary key, end_to_end_id text, amount integer,"
        " currency text, bin text, number text, payee text)"
    )
    books.execute("delete from staging")
    # An amount that is no whole number is kept as none, so that `_DECIDE` refuses that order and not the whole file.
    try:
        books.executemany(
            "insert into staging (end_to_end_id, amount, currency, bin, number, payee) values (?, ?, ?, ?, ?, ?)",
            (
                (row[0], int(row[1]) if row[1].isdecimal() and len(row[1]) <= 15 else None, *row[2:])
                for row in orders.read(path, order)
            ),
        )
    except orders.BrokenFile:
        return "FF01"
    count, total = books.execute("select count(*), coalesce(sum(amount), 0) from staging").fetchone()
    # A file whose head and body disagree was cut or changed on the way: the bank moves nothing at all.
    if order.count != str(count):
        return "AM18"
    return "AM10" if order.control_sum and order.control_sum != str(total) else ""


def unanswered(books: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return the files that were carried out but not answered yet, oldest first."""
    return books.execute("select * from files where answered = 0 order by id").fetchall()


def mark_answered(books: sqlite3.Connection, file_id: int) -> None:
    """Remember that the answers of a file lie in the outbox."""
    books.execute("update files set answered = 1 where id = ?", (file_id,))


def results(books: sqlite3.Connection, file_id: int, states: tuple[str, ...]) -> Iterator[sqlite3.Row]:
    """Yield the orders of a file that are in one of these states, in the order of the file."""
    # An open cursor, not a list: the answer of a large file is written while its rows are read.
    marks = ", ".join("?" * len(states))
    return iter(
        books.execute(
            f"select * from instructions where file = ? and state in ({marks}) order by id", (file_id, *states)
        )
    )


def totals(books: sqlite3.Connection, file_id: int, states: tuple[str, ...]) -> tuple[int, int]:
    """Return (number, sum) of the orders of a file that are in one of these states."""
    marks = ", ".join("?" * len(states))
    row = books.execute(
        f"select count(*), coalesce(sum(amount), 0) from instructions where file = ? and state in ({marks})",
        (file_id, *states),
    ).fetchone()
    return row[0], row[1]


def waiting(books: sqlite3.Connection, state: str) -> list[sqlite3.Row]:
    """Return the files with orders that wait in a state for the next tick."""
    return books.execute(
        "select * from files where id in (select distinct file from instructions where state = ?) order by id", (state,)
    ).fetchall()


def pay_late(books: sqlite3.Connection, file_id: int) -> None:
    """Carry out the orders of a file that were left lying. Their answers must be in the outbox before."""
    # Money before state, because the state is how the money's orders are found; both or neither are committed.
    books.execute("begin immediate")
    _move(books, file_id, 1, "file = :file and state = 'late'")
    books.execute("update instructions set state = 'paid' where file = ? and state = 'late'", (file_id,))
    books.execute("commit")


def cancel(books: sqlite3.Connection, end_to_end_id: str) -> str:
    """Stop an order that still waits. Returns `unknown`, `too_late`, `again` or `cancelled`."""
    books.execute("begin immediate")
    row = books.execute("select id, state from instructions where end_to_end_id = ?", (end_to_end_id,)).fetchone()
    if row is not None and row["state"] == "late":
        books.execute("update instructions set state = 'cancelled', reason = 'DUPL' where id = ?", (row["id"],))
    books.execute("commit")
    if row is None:
        return "unknown"
    return {"late": "cancelled", "cancelled": "again"}.get(row["state"], "too_late")


def order(books: sqlite3.Connection, end_to_end_id: str) -> sqlite3.Row | None:
    """Return what is known of one order: the first of that name, which is the one that counts."""
    found: sqlite3.Row | None = books.execute(
        "select * from instructions where end_to_end_id = ? order by id limit 1", (end_to_end_id,)
    ).fetchone()
    return found


def holder(books: sqlite3.Connection, bank: str, number: str) -> str | None:
    """Return whose account this is; None when there is none."""
    row = books.execute("select holder from known_accounts where bin = ? and number = ?", (bank, number)).fetchone()
    return None if row is None else str(row["holder"])


def give_back(books: sqlite3.Connection, file_id: int) -> None:
    """Move the money of returned orders back to the payer, once."""
    books.execute("begin immediate")
    _move(books, file_id, -1, "file = :file and state = 'to_return'")
    books.execute("update instructions set state = 'returned' where file = ? and state = 'to_return'", (file_id,))
    books.execute("commit")


def _move(books: sqlite3.Connection, file_id: int, sign: int, which: str) -> None:
    books.execute(_MOVE.format(which=which), {"file": file_id, "sign": sign})
