"""The benchmark of the law: a register of N people, computed where it lies and beside it, explained, and computed backwards.

It reports what it measures, with the goal beside each figure and whether it was reached; the engines' results are
compared before any figure is printed. CPU seconds are of PostgreSQL and of this process.
"""

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from ansinh.entitlement import month as entitlement
from ansinh.entitlement import queries
from ansinh.law.explanation import explain
from ansinh.law.package import LawBook, load_book
from ansinh.office.security import acting, everything
from ansinh.payroll.selection import select
from ansinh.project import usage
from ansinh.project.commands import LAWS_FOLDER
from ansinh.project.home import CHECKOUT, Home
from ansinh.project.operator import OPERATOR, say
from ansinh.project.work import bench_law_parquet as beside
from ansinh.project.work.bench import postmaster, prepare
from ansinh.project.work.demo import MONTH, PROVINCE

_RUNS, _EXPLAINED, _COMMANDS = 3, 300, 10


def _questions(at: datetime.datetime, months: int) -> list[entitlement.Question]:
    """Return the questions about the month and those before it, oldest first, as known now."""
    areas = select(month=MONTH, province=PROVINCE, area=None).communes
    known_on = timezone.localdate(at)
    return [
        entitlement.Question(month=MONTH.plus(-back), known_on=known_on, known_at=at, areas=areas)
        for back in reversed(range(months))
    ]


def _line(name: str, unit: str, value: float, goal: float | None, **more: Any) -> dict[str, Any]:
    reached = None if goal is None else value <= goal
    return {"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "reached": reached, **more}


def _in_place(home: Home, book: LawBook, question: entitlement.Question) -> tuple[list[dict[str, Any]], Any]:
    """Return the lines of the month inside PostgreSQL, from the register's tables to one explained row a person."""
    package, server, figures, spent = book.packages[0], postmaster(home), None, []
    for _ in range(_RUNS):
        with acting(everything(OPERATOR, protected=True)), connection.cursor() as cursor:
            entitlement.make_result_tables()
            compiled = entitlement.compile_for(package, question)
            cpu, wall = usage.postgres_cpu_ms(server), time.perf_counter()
            entitlement.answer(package, compiled, question)
            done = usage.postgres_cpu_ms(server), time.perf_counter()
            entitlement.list_results(package, compiled, question)
            listed = usage.postgres_cpu_ms(server)
            spent.append(((done[0] - cpu) / 1000, done[1] - wall, (listed - done[0]) / 1000))
            cursor.execute(beside.totals(compiled, "outcome"))
            figures = cursor.fetchone()
            cursor.execute("SELECT count(*), (SELECT count(*) FROM spokesman) FROM likeness")
            people, kinds = cursor.fetchone()
    cpu_s, wall_s, list_s = (statistics.median(column) for column in zip(*spent, strict=True))
    scale = 1_000_000 / people
    return [
        _line("registry_and_law_in_postgresql", "cpu_s", cpu_s, 6 / scale, wall_s=round(wall_s, 3), people=people,
              kinds=kinds, cpu_s_per_million=round(cpu_s * scale, 2)),
        _line("list_of_benefits_in_postgresql", "cpu_s", list_s, None),
    ], figures  # fmt: skip


def _export(book: LawBook, questions: Sequence[entitlement.Question], folder: Path) -> dict[str, Any]:
    start = time.perf_counter()
    for question in questions:
        say(f"Xuất Parquet tháng {question.month}…")
        with acting(everything(OPERATOR, protected=True)):
            beside.export(book.packages[0], question, folder)
    size = sum(path.stat().st_size for path in folder.glob("*.parquet"))
    return _line("export_of_all_months", "wall_s", time.perf_counter() - start, None, megabytes=size // 10**6)


def _beside(
    book: LawBook, questions: Sequence[entitlement.Question], folder: Path, in_place: Any, people: int
) -> list[dict[str, Any]]:
    """Return the lines of DuckDB over the same relations: one month, and months back after one parameter changes."""
    package, share = book.packages[0], people / 1_000_000
    runs = [beside.one_month(folder, package, questions[-1]) for _ in range(_RUNS)]
    # Another engine that agrees in all figures is the reason to believe either of them.
    assert {figures for _, figures in runs} == {in_place}, (runs, in_place)
    cpu_s = statistics.median(spent.cpu_s for spent, _ in runs)
    wall_s = statistics.median(spent.wall_s for spent, _ in runs)
    changed = load_book(beside.changed_laws(LAWS_FOLDER, folder)).packages[0]
    full, all_of_it = beside.months_back(folder, package, changed, questions, pruned=False)
    pruned, part_of_it = beside.months_back(folder, package, changed, questions, pruned=True)
    assert all_of_it == part_of_it, (all_of_it, part_of_it)
    rows, persons, amount = all_of_it
    difference = {"rows": rows, "people": persons, "difference_dong": amount}
    return [
        _line("law_in_duckdb", "cpu_s", cpu_s, 1 * share, wall_s=wall_s, same_as_postgresql=True),
        _line("twelve_months_back_all", "wall_s", full.wall_s, 10 * share, cpu_s=full.cpu_s, **difference),
        _line("twelve_months_back_pruned", "wall_s", pruned.wall_s, 10 * share, cpu_s=pruned.cpu_s, **difference),
    ]


def _explained(book: LawBook, question: entitlement.Question, folder: Path) -> list[dict[str, Any]]:
    """Return the lines of explaining one person: in this process, and as a command."""
    with acting(everything(OPERATOR, protected=True)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT person_id FROM entitlement_decision ORDER BY person_id")
            everybody = [person for (person,) in cursor.fetchall()]
        step = max(1, len(everybody) // _EXPLAINED)
        known = [queries.facts_of(book.packages[0], person) for person in everybody[::step]]
    taken = []
    for content in known:
        start = time.perf_counter()
        explain(book, book.person(content), question.month, question.known_on, None)
        taken.append((time.perf_counter() - start) * 1000)
    path = folder / "facts.json"
    path.write_text(json.dumps(known[len(known) // 2]), encoding="utf8")
    runs = [_command(path, question) for _ in range(_COMMANDS)]
    return [
        _line("explain_in_process", "ms", statistics.median(taken), 20, people=len(known),
              p99_ms=round(statistics.quantiles(taken, n=100)[98], 1)),
        _line("explain_as_command", "wall_s", statistics.median(runs), 0.6, slowest_s=round(max(runs), 3)),
    ]  # fmt: skip


def _command(path: Path, question: entitlement.Question) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "ansinh.project.cli", "law", "explain", str(path), "--month", str(question.month),
         "--known-on", question.known_on.isoformat(), "--json"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - start


def _openfisca(book: LawBook, question: entitlement.Question, folder: Path, duckdb_s: float) -> dict[str, Any] | None:
    """Return the comparison with OpenFisca-Core, or nothing where its own environment has not been made."""
    python = CHECKOUT / ".tools/openfisca/bin/python"
    if not python.exists():
        return None
    say("So với OpenFisca-Core…")
    beside.hand_over(folder, book.packages[0], question)
    done = subprocess.run(
        [python, CHECKOUT / "tools/bench_openfisca.py", folder], check=True, stdout=subprocess.PIPE, text=True
    )
    answer = json.loads(done.stdout)
    answer["ratio_of_cpu_s"] = round(answer["cpu_s"] / duckdb_s, 1)
    return answer


_NAMES = {
    "registry_and_law_in_postgresql": "sổ và luật trong PostgreSQL, có giải thích",
    "list_of_benefits_in_postgresql": "liệt kê từng chế độ trong PostgreSQL",
    "export_of_all_months": "xuất Parquet đủ các tháng",
    "law_in_duckdb": "luật trong DuckDB trên Parquet",
    "twelve_months_back_all": "12 tháng trước, mức chuẩn 540.000 → 600.000, tất cả",
    "twelve_months_back_pruned": "như trên, chỉ phần bị ảnh hưởng",
    "explain_in_process": "giải thích một người (trung vị)",
    "explain_as_command": "lệnh giải thích một người (trung vị)",
}


def _table(answer: dict[str, Any]) -> str:
    """Return the figures as a table for a person at a terminal."""
    rows = [("việc", "đo được", "mục tiêu", "đạt")]
    for line in answer["lines"]:
        unit = line["unit"].replace("_", " ")
        goal = "–" if line["goal"] is None else f"{line['goal']:.3f} {unit}"
        reached = {None: "–", True: "đạt", False: "chưa"}[line["reached"]]
        rows.append((_NAMES[line["name"]], f"{line['value']:.3f} {unit}", goal, reached))
    fisca = answer["openfisca"]
    if fisca is None:
        rows.append(("OpenFisca-Core", "chưa cài (make bench-law)", "–", "–"))
    else:
        rows.append(("OpenFisca-Core, cùng luật, cùng người", f"{fisca['cpu_s']:.3f} cpu s", "–", "–"))
        rows.append(("  gấp DuckDB", f"{fisca['ratio_of_cpu_s']} lần", "–", "–"))
        rows.append(("  số người ra kết quả khác", str(fisca["people_who_differ"]), "0", "–"))
        off = fisca["sum_in_its_float_type_dong"] - fisca["sum_dong"]
        rows.append((f"  tổng bằng {fisca['float_type']} lệch", f"{off} đồng", "–", "–"))
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([f"{answer['people']} người, tháng {answer['month']}, {answer['cpus']} bộ xử lý", *lines, ""])


def law(arguments: argparse.Namespace) -> dict[str, Any] | str:
    """This will time the law over a fresh register of N people, on every engine, and return each figure beside its goal."""
    home: Home = arguments.opened_home
    prepare(home, arguments.people)
    book, at = load_book(), timezone.localtime()
    folder = home.path / "parquet"
    folder.mkdir()
    with acting(everything(OPERATOR)):
        questions = _questions(at, beside.MONTHS_BACK)
    lines, figures = _in_place(home, book, questions[-1])
    people = lines[0]["people"]
    lines.append(_export(book, questions, folder))
    lines += _beside(book, questions, folder, figures, people)
    lines += _explained(book, questions[-1], folder)
    duckdb_s = next(line["value"] for line in lines if line["name"] == "law_in_duckdb")
    answer: dict[str, Any] = {
        "people": people,
        "cpus": os.cpu_count(),
        "month": str(MONTH),
        "law": book.packages[0].name,
        "lines": lines,
        "figures_in_common": list(figures),
    }
    answer["openfisca"] = _openfisca(book, questions[-1], folder, duckdb_s)
    return answer if arguments.json else _table(answer)
