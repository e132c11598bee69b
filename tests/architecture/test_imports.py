"""Who may import whom, and who may write whose tables.

import-linter sees imports; SQL text and querysets cross rooms without one, so they are read here.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS_WITH_MONEY = ("ledger", "payroll", "payment")
# Generated people are written in bulk by the one room that may see every other; the benchmark then gives them all accounts.
WRITES_ANYWHERE = ("ansinh/project/population/", "ansinh/project/work/bench.py")
# Where a room may write another's table after all: nowhere today; whoever adds one says why here.
ACCEPTED: set[tuple[str, str]] = set()

_WRITE = re.compile(
    r"\b(?:INSERT\s+INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?|COPY)\s+\"?"
    r"(office|people|poverty|entitlement|ledger|payroll|payment)_",
    re.IGNORECASE,
)
_WRITING_METHODS = {
    "create",
    "bulk_create",
    "get_or_create",
    "update_or_create",
    "update",
    "bulk_update",
    "delete",
    "abulk_create",
}


def _room(where: str) -> str:
    return where.split("/")[1]


def _sources() -> Iterator[tuple[str, str]]:
    for path in sorted([*(ROOT / "ansinh").rglob("*.py"), *(ROOT / "ansinh").rglob("*.sql")]):
        if "migrations" not in path.parts:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf8")


def _sql_writes() -> set[tuple[str, str]]:
    return {(where, match.group(1).lower()) for where, text in _sources() for match in _WRITE.finditer(text)}


def _foreign_models(tree: ast.Module, room: str) -> dict[str, str]:
    """Return the models imported from other rooms: name → room."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and re.fullmatch(r"ansinh\.\w+\.models", node.module or ""):
            owner = (node.module or "").split(".")[1]
            if owner != room:
                found.update({alias.asname or alias.name: owner for alias in node.names})
    return found


def _root_name(node: ast.AST) -> str:
    """Return the name at the left end of a chain of calls and attributes: `Person` of `Person.objects.filter().delete()`."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def _queryset_writes(where: str, text: str) -> Iterator[tuple[str, str]]:
    tree = ast.parse(text)
    foreign = _foreign_models(tree, _room(where))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _WRITING_METHODS:
            owner = foreign.get(_root_name(node.func))
            if owner and ".objects" in ast.unparse(node.func):
                yield where, owner


def test_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_sql_writes_only_the_tables_of_its_own_room() -> None:
    writes = _sql_writes()
    assert {room for _, room in writes} >= set(ROOMS_WITH_MONEY), "the search itself must find what it looks for"
    crossing = {
        (where, room) for where, room in writes if _room(where) != room and not where.startswith(WRITES_ANYWHERE)
    }
    assert crossing <= ACCEPTED, sorted(crossing - ACCEPTED)


def test_the_money_rooms_are_written_by_nobody_else_not_even_the_generator() -> None:
    crossing = {(where, room) for where, room in _sql_writes() if room in ROOMS_WITH_MONEY and _room(where) != room}
    assert not crossing, sorted(crossing)


def test_querysets_write_only_the_tables_of_their_own_room() -> None:
    crossing = {
        write
        for where, text in _sources()
        if where.endswith(".py") and not where.startswith(WRITES_ANYWHERE)
        for write in _queryset_writes(where, text)
    }
    assert not crossing, sorted(crossing)


def test_the_queryset_search_finds_a_write_across_rooms() -> None:
    text = "from ansinh.people.models import Person\nPerson.objects.filter(id=1).update(phone='')\n"
    assert list(_queryset_writes("ansinh/payment/sample.py", text)) == [("ansinh/payment/sample.py", "people")]
    assert list(_queryset_writes("ansinh/people/sample.py", text)) == []
