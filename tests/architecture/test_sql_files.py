"""Every named statement says in a sentence what it does, and somebody runs it; every one that is run exists."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "ansinh").glob("*/sql/*.sql"))


def _trees(room: str) -> Iterator[ast.Module]:
    for path in (ROOT / "ansinh" / room).rglob("*.py"):
        yield ast.parse(path.read_text(encoding="utf8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_statement_begins_with_a_sentence(path: Path) -> None:
    lines = path.read_text(encoding="utf8").splitlines()
    comment = []
    for line in lines:
        if not line.startswith("--"):
            break
        comment.append(line.removeprefix("--").strip())
    sentence = " ".join(comment)
    assert sentence[:1].isupper(), f"{path.name} begins with {lines[0]!r}"
    assert sentence.endswith((".", ")")), sentence


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_statement_is_used_by_its_room(path: Path) -> None:
    room = path.parts[-3]
    named = any(
        isinstance(node, ast.Constant) and node.value == path.stem for tree in _trees(room) for node in ast.walk(tree)
    )
    assert named, f"nobody in {room} names {path.stem}"


def test_every_statement_that_is_run_exists() -> None:
    known = {(path.parts[-3], path.stem) for path in FILES}
    asked = set()
    for path in (ROOT / "ansinh").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "statement":
                words = tuple(argument.value for argument in node.args if isinstance(argument, ast.Constant))
                if len(words) == 2:
                    asked.add(words)
    assert len(asked) >= 10
    assert asked <= known, sorted(asked - known)
