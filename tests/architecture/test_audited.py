"""Every write in somebody's name leads to the audit trail: each public function that takes `by` reaches `audit`, or everybody who calls it does.

Calls are followed where the code says by name what is called: within a module, and through what it imports from this package.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "ansinh"
AUDIT = ("office/operations.py", "audit")
# These take a name and write nothing: they check it, show what it may see, or are asked on behalf of somebody.
NO_WRITE = {
    ("office/operations.py", "audit"): "the trail itself",
    ("office/operations.py", "require_administrator"): "a check",
    ("office/queries.py", "require_reach"): "a check",
    ("office/security.py", "everything"): "a sight, under a name",
    ("office/security.py", "limited"): "a sight, under a name",
    ("people/campaigns.py", "require_collector"): "a check",
    ("people/verification.py", "require_officer"): "a check",
    (
        "payment/gateways/spreadsheet/gateway.py",
        "hand_over",
    ): "of a gateway, found through its port; `by_hand` notes it",
    ("payment/explaining.py", "carry_out"): "a part of `explain`, which notes what it was",
    ("payment/explaining.py", "require_whole_reach"): "a check",
    ("payment/explaining.py", "role_not_allowed"): "a refusal",
    ("payment/explaining.py", "accounts_of"): "a read of sums and of what strangers wrote",
}
Place = tuple[str, str]


@cache
def _module(path: str) -> ast.Module:
    return ast.parse((PACKAGE / path).read_text(encoding="utf8"))


def _file_of(dotted: str) -> str | None:
    path = PACKAGE.parent / Path(*dotted.split("."))
    found = next((one for one in (path.with_suffix(".py"), path / "__init__.py") if one.exists()), None)
    return str(found.relative_to(PACKAGE)) if found else None


@cache
def _imported(path: str) -> dict[str, tuple[str, str | None]]:
    """Return what each imported name stands for: a module (None), or something of a module."""
    found: dict[str, tuple[str, str | None]] = {}
    for node in ast.walk(_module(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ansinh"):
            for alias in node.names:
                whole, part = _file_of(f"{node.module}.{alias.name}"), _file_of(node.module or "")
                known = (whole, None) if whole else (part, alias.name)
                if known[0]:
                    found[alias.asname or alias.name] = (known[0], known[1])
    return found


@cache
def _functions(path: str) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.walk(_module(path)) if isinstance(node, ast.FunctionDef)}


def _called(path: str, function: ast.FunctionDef) -> set[Place]:
    found: set[Place] = set()
    for node in ast.walk(function):
        # A function that is handed on is taken for called: tables of acts, lambdas, partials.
        if isinstance(node, ast.Name):
            if node.id in _functions(path):
                found.add((path, node.id))
            elif (known := _imported(path).get(node.id)) and known[1]:
                found.add((known[0], known[1]))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            known = _imported(path).get(node.value.id)
            if known and known[1] is None:
                found.add((known[0], node.attr))
    return found


def _reaches_audit(place: Place, seen: set[Place]) -> bool:
    if place == AUDIT:
        return True
    path, name = place
    function = _functions(path).get(name)
    if place in seen or function is None:
        return False
    seen.add(place)
    return any(_reaches_audit(one, seen) for one in _called(path, function))


@cache
def _callers() -> dict[Place, set[Place]]:
    found: dict[Place, set[Place]] = {}
    for file in PACKAGE.rglob("*.py"):
        path = str(file.relative_to(PACKAGE))
        for name, function in _functions(path).items():
            for place in _called(path, function) - {(path, name)}:
                found.setdefault(place, set()).add((path, name))
    return found


def _is_audited(place: Place) -> bool:
    callers = _callers().get(place, set())
    return _reaches_audit(place, set()) or (bool(callers) and all(_reaches_audit(one, set()) for one in callers))


def _in_somebodys_name() -> list[Place]:
    found = []
    for file in sorted(PACKAGE.rglob("*.py")):
        path = str(file.relative_to(PACKAGE))
        if "migrations" in path:
            continue
        for name, function in _functions(path).items():
            arguments = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
            if "by" in arguments and not name.startswith("_"):
                found.append((path, name))
    return found


def test_there_are_many_writes_and_the_exceptions_exist() -> None:
    everything = _in_somebodys_name()
    assert len(everything) > 60
    assert set(NO_WRITE) <= set(everything)


@pytest.mark.parametrize(
    "place", [one for one in _in_somebodys_name() if one not in NO_WRITE], ids=lambda one: ":".join(one)
)
def test_a_write_in_somebodys_name_reaches_the_audit_trail(place: Place) -> None:
    assert _is_audited(place)


def test_a_function_that_audits_nothing_would_be_found() -> None:
    assert not _reaches_audit(("office/security.py", "everything"), set())
