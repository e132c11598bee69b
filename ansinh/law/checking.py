"""The whole check of the law: cases on every engine, procedure dates, the analysis of rules, and what is not computed.

One report for the command, the release of a law and the tests: nothing that any of them finds is left to the other.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansinh.law.analysis import analyse, analyse_book
from ansinh.law.cases import check, in_provinces
from ansinh.law.engines import Engine
from ansinh.law.package import LawBook
from ansinh.law.procedure.cases import check_procedure
from ansinh.law.reading import read_yaml

NOT_COMPUTED = "not-computed.yaml"


def check_law(book: LawBook, engines: Mapping[str, Engine], path: Path | None = None) -> dict[str, Any]:
    """Return the contract's report on a book of law, with every finding of every kind.

    Promises: `failed` is empty only if every case passes on every engine, every rule and clause has its cases, every
    procedure date comes out right, and no gap, overlap, dead or always-losing rule stands without a lawyer's word.

    Raises:
        Refused: `law_invalid` with file and line.
    """
    report = check(book, engines, path)
    procedure = check_procedure(book.path)
    analysis = [found.to_json() for found in (*analyse_book(book), *map(analyse, in_provinces(book)))]
    open_findings = [
        finding | {"engine": "analysis", "got": finding["vi"]}
        for one in analysis
        for finding in one["findings"]
        if finding["why"] is None
    ]
    left = not_computed(book)
    return report | {
        "cases": report["cases"] + procedure["cases"],
        "clauses": report["clauses"] + procedure["clauses"],
        "failed": report["failed"] + procedure["failed"] + open_findings,
        "unverified": report["unverified"] + procedure["unverified"],
        "procedure": {"cases": procedure["cases"], "clauses": procedure["clauses"]},
        "analysis": analysis,
        "not_computed": left,
    }


def not_computed(book: LawBook) -> list[dict[str, str]]:
    """Return the clauses that were read and are not computed, each with what it says and why, so that none is silently missing.

    Raises:
        Refused: `law_invalid` with file and line.
    """
    found = []
    for package in book.packages:
        path = package.path / NOT_COMPUTED
        for item in read_yaml(path, path.relative_to(book.path)).items() if path.is_file() else ():
            fields = item.fields("id clause what why")
            entry = {name: fields[name].text() for name in ("id", "clause", "what", "why")}
            found.append({"domain": package.name, **entry})
    return found
