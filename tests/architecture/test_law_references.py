"""Every `Law: …` line in a docstring names a clause that the law package holds; a citation nobody can follow is a rumour."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ansinh.law.package import default_laws, load_package
from ansinh.law.procedure.loading import load_procedure

ROOT = Path(__file__).resolve().parents[2]
_LINE = re.compile(r"Law:\s*(.+?)\s*$", re.MULTILINE)


def _citations() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "ansinh").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                for line in _LINE.findall(ast.get_docstring(node) or ""):
                    for citation in line.split(";"):
                        yield path.relative_to(ROOT).as_posix(), citation.strip().rstrip(".")


def test_cited_clauses_exist() -> None:
    package = load_package()
    citations = list(_citations())
    assert citations, "the operations of the month cite the clauses they carry out"
    procedure = load_procedure(default_laws())
    steps = {rule.clause.citation for rule in (*procedure.steps, *procedure.life)}
    unknown = [f"{where}: {one}" for where, one in citations if not package.has_clause(one) and one not in steps]
    assert not unknown, "\n".join(unknown)


def test_an_invented_clause_is_not_known() -> None:
    assert not load_package().has_clause("NĐ 335/2026/NĐ-CP, Điều 999 khoản 9")
