"""The benchmark of a month: the product's own stages, timed on a fresh database with a real SFTP server as the bank.

It reports what it measures: wall seconds a stage, CPU seconds of this process and of PostgreSQL (the bank's own work is
not ours and not counted), and beside them a plain COPY of as many rows of the item table.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils import timezone

from ansinh.base.stages import recording, stage
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import operations as ledger
from ansinh.office.security import acting, everything
from ansinh.payment import collecting, operations, queries
from ansinh.payroll import operations as payroll
from ansinh.payroll.selection import select
from ansinh.project import bootstrap, sandbox, usage
from ansinh.project.home import Home
from ansinh.project.operator import OPERATOR, say
from ansinh.project.population.bounds import check_size
from ansinh.project.work.demo import APPROVER, MONTH, OFFICER, PROVINCE, SEED
from ansinh.project.work.ledger import checked
from ansinh.project.workers import workers

STAGES = ("entitle", "calculate", "freeze", "render", "submit", "parse", "apply", "reconcile", "seal")


class _Counter:
    """Counts SQL statements, as Django sends them, in this process and in the workers that it starts."""

    def __init__(self) -> None:
        self._statements = multiprocessing.Value("q")

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        with self._statements.get_lock():
            self._statements.value += 1
        return execute(sql, params, many, context)

    @property
    def statements(self) -> int:
        """Return how many there were so far."""
        return int(self._statements.value)

    def watch(self, connection: BaseDatabaseWrapper, **_: Any) -> None:
        """Count on a connection that is made from now on: a worker makes its own."""
        if self not in connection.execute_wrappers:
            connection.execute_wrappers.append(self)


def _give_everybody_an_account(home: Home) -> None:
    """Open an account for each payee who has none, in the registry and at the bank, so that every item is a payment."""
    with acting(everything(OPERATOR)), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_financialaddress SET state = 'PAYING', reason = '', bank_bin = coalesce(nullif(bank_bin, ''), '970405'),"
            " number = coalesce(nullif(number, ''), '88' || lpad(person_id::text, 11, '0')),"
            " holder_name = coalesce(nullif(holder_name, ''), upper(ansinh_fold(person.full_name)))"
            " FROM people_person AS person WHERE person.id = person_id AND valid_to IS NULL"
        )
        cursor.execute(
            "SELECT bank_bin, number, holder_name FROM people_financialaddress WHERE valid_to IS NULL ORDER BY id"
        )
        home.sandbox.mkdir(mode=0o700, exist_ok=True)
        with open(home.sandbox / "accounts.csv", "w", encoding="utf8") as file:
            file.write("bin,number,holder_name,behaviour\n")
            file.writelines(f"{bank},{number},{holder},ok\n" for bank, number, holder in cursor)


def prepare(home: Home, people_count: int) -> None:
    """This will fill a fresh home with a generated register of so many people.

    Raises:
        Refused: `beneficiaries_out_of_range`.
    """
    check_size(people_count, "--people")
    say(f"Sinh {people_count} người…")
    # In a process of its own: the memory it takes to invent people must not count as the month's.
    subprocess.run(
        [
            sys.executable,
            "-m",
            "ansinh.project.cli",
            "seed",
            "--province",
            PROVINCE,
            "--beneficiaries",
            str(people_count),
            "--seed",
            str(SEED),
            "--month",
            str(MONTH),
            "--home",
            str(home.path),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    vacuum()


def vacuum() -> None:
    """This will do what a running system's autovacuum has long done."""
    with psycopg.connect(**_owner(), autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE)")


def _fund(home: Home) -> None:
    """Let everybody be paid to an account, and the books allow it."""
    _give_everybody_an_account(home)
    with acting(everything(OPERATOR)):
        ledger.appropriate(amount_dong=10**15, document=1, month=MONTH.first_day, at=timezone.localtime())
    vacuum()


def _owner() -> dict[str, Any]:
    return json.loads(os.environ["ANSINH_DATABASE"])["owner"]


def _raw_copy_s(run_id: int) -> float:
    """Return the seconds of a plain COPY of the run's items into a table of the same columns without any index."""
    with psycopg.connect(**_owner()) as owner, owner.cursor() as cursor:
        cursor.execute("CREATE TABLE raw_copy (LIKE payment_paymentitem)")
        owner.commit()
        with cursor.copy("COPY (SELECT * FROM payment_paymentitem WHERE run_id = %s) TO STDOUT", [run_id]) as source:
            pieces = list(source)
        start = time.perf_counter()
        with cursor.copy("COPY raw_copy FROM STDIN") as target:
            for piece in pieces:
                target.write(piece)
        owner.commit()
        seconds = time.perf_counter() - start
        cursor.execute("DROP TABLE raw_copy")
    return seconds


def postmaster(home: Home) -> int:
    """Return the process id of the server behind the home."""
    note = home.path / "run.json"
    return json.loads(note.read_text(encoding="utf8"))["pid"] if note.exists() else os.getpid()


def _month() -> tuple[str, int]:
    """Run the month through its real operations and return the run's code and id."""
    at = timezone.localtime()
    with acting(everything(OPERATOR)):
        selection = select(month=MONTH, province=PROVINCE, area=None)
        law = law_in_force(selection.area_id)
        run = payroll.calculate(package=law, month=MONTH, selection=selection, by=OPERATOR, at=at, workers=workers())
    say("Đã tính; duyệt và chốt…")
    with stage("freeze"):
        payroll.check(run=run.code, by=OPERATOR, at=at, workers=workers())
        payroll.approve(run=run.code, by=APPROVER, at=at, workers=workers())
    operations.freeze(run=run.code, by=OFFICER, at=at, workers=workers())
    say("Đã chốt; gửi lệnh và nhận kết quả…")
    return run.code, run.id


def _pay(home: Home, code: str, accounting: Callable[[], contextlib.AbstractContextManager]) -> None:
    with acting(everything(OPERATOR)):
        (provider,) = operations.active_providers()
    # A bank takes a file and works on it later, on machines of its own; ours, on the same two cores, waits meanwhile.
    later = home.sandbox / "control" / "answer_later"
    later.parent.mkdir(parents=True, exist_ok=True)
    later.touch()
    with bootstrap.gateway_to(provider) as gateway:
        with accounting():
            operations.submit(
                run=code,
                provider=provider,
                gateway=gateway,
                archive=bootstrap.archive(),
                by=OPERATOR,
                at=timezone.localtime(),
                progress=say,
                workers=workers(),
            )
        # Its time lies between the stages and in none of them.
        later.unlink()
        sandbox.wait_until_idle(home)
        with accounting():
            collecting.collect(
                provider=provider, gateway=gateway, archive=bootstrap.archive(), at=timezone.localtime(), progress=say,
                workers=workers(),
            )  # fmt: skip


def month(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will time one whole month of N people on a fresh database and return the figures of the contract."""
    home: Home = arguments.opened_home
    prepare(home, arguments.people)
    _fund(home)
    server, counter = postmaster(home), _Counter()
    cpu = {"python": 0, "postgres": 0}

    @contextlib.contextmanager
    def accounting() -> Iterator[None]:
        python, postgres = usage.own_cpu_ms(), usage.postgres_cpu_ms(server)
        try:
            yield
        finally:
            cpu["python"] += usage.own_cpu_ms() - python
            cpu["postgres"] += usage.postgres_cpu_ms(server) - postgres

    connection_created.connect(counter.watch)
    with recording() as recorder, usage.watching(server) as peak, connection.execute_wrapper(counter):
        with accounting():
            code, run_id = _month()
        _pay(home, code, accounting)
        with accounting(), stage("reconcile"):
            books, found = checked(shared_by=workers(), thorough=False)
            with acting(everything(OPERATOR)):
                totals = queries.run_totals(run_id)
    connection_created.disconnect(counter.watch)
    statements = counter.statements
    stages = {name: round(recorder.nanoseconds.get(name, 0) / 1e9, 3) for name in STAGES}
    # Uploading is part of submitting, fetching the answers over SFTP is part of reading them. Where files are written and
    # sent side by side, what there is to time is how long that takes.
    # Waiting for the shares of a calculation or a freeze to be kept is part of it.
    for whole, part in (
        ("submit", "upload"), ("render", "send"), ("parse", "fetch"),
        ("calculate", "share"), ("calculate", "keep"), ("freeze", "open"),
    ):  # fmt: skip
        stages[whole] = round(stages[whole] + recorder.nanoseconds.get(part, 0) / 1e9, 3)
    total_s, cpu_s, raw_s = sum(stages.values()), (cpu["python"] + cpu["postgres"]) / 1000, _raw_copy_s(run_id)
    with acting(everything(OPERATOR)):
        lines = run_lines(run_id)
    return {
        "people": arguments.people,
        "lines": lines,
        "payments": totals.items,
        "cpus": os.cpu_count(),
        "stages": stages,
        "total_s": round(total_s, 3),
        "cpu_s": round(cpu_s, 3),
        "cpu_by_process_s": {name: ms / 1000 for name, ms in cpu.items()},
        "raw_copy_s": round(raw_s, 3),
        "ratio_to_raw_copy": round(total_s / raw_s, 1),
        "payments_per_s": round(totals.items / total_s),
        "payments_per_cpu_s": round(totals.items / cpu_s),
        "peak_rss_mb": {"python": peak.python_mb, "postgres": peak.postgres_mb},
        "sql_statements": statements,
        "checks": {
            "books_balanced": all(books.checks.values()),
            "paid_once": not found["paid_once"] and totals.paid_dong == totals.due_dong,
            "items_equal_books": not any(found.values()),
        },
    }


def run_lines(run_id: int) -> int:
    """Return how many lines the run has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM payroll_payrollline WHERE run_id = %s", [run_id])
        return cursor.fetchone()[0]
