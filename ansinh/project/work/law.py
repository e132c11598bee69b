"""The commands `ansinh law check` and `ansinh law explain`. Importable without Django; explaining needs no database.

They refuse files that cannot be read as what they should be, each by name, and never print a traceback.
"""

import argparse
import datetime
import importlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.answers import Inquiry
from ansinh.law.explanation import explain as explain_person
from ansinh.law.explanation import read_settled_sum
from ansinh.law.facts import is_priced_elsewhere
from ansinh.law.kept import kept_law
from ansinh.law.package import LawBook, LawPackage, load_book

if TYPE_CHECKING:
    import psycopg

_MAX_BYTES = 10_000_000
_LARGEST_AMOUNT = 10**12


def check(arguments: argparse.Namespace, connection: "psycopg.Connection[Any] | None") -> dict[str, Any]:
    """This will run every case under laws/ on the oracle, on PostgreSQL when there is a connection, and on DuckDB.

    Raises:
        Refused: `law_folder_not_found`; `law_invalid` with file and line.
    """
    # SQL engines cost time to import, which explaining one person never needs.
    checking = importlib.import_module("ansinh.law.checking")
    engines = importlib.import_module("ansinh.law.engines")
    path = Path(arguments.path) if getattr(arguments, "path", None) else None
    book = load_book(path)
    asked: dict[str, Any] = {"oracle": engines.OracleEngine()}
    if connection is not None:
        asked["postgresql"] = postgresql_engine(connection)
    duckdb = importlib.import_module("duckdb").connect()
    try:
        asked["duckdb"] = engines.duckdb_engine(duckdb)
        return checking.check_law(book, asked, path)
    finally:
        duckdb.close()


def postgresql_engine(connection: "psycopg.Connection[Any]") -> Any:
    """Return the engine on a PostgreSQL connection that may make temporary tables."""
    engines = importlib.import_module("ansinh.law.engines")

    def run(sql: str) -> Sequence[tuple[Any, ...]]:
        cursor = connection.execute(sql)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description is not None else []

    return engines.SqlEngine("postgresql", "postgres", run)


def explain(arguments: argparse.Namespace) -> dict[str, Any] | str:
    """This will say what one person is due in the payroll of a month, and why, from FACTS.json and SETTLED.json.

    With `--json` it is the contract's document, with `--full` also what stands behind it; without, a letter to read.

    Raises:
        Refused: `file_not_found`, `file_too_large`, `file_not_utf8`, `file_not_json`, `duplicate_field`, `date_invalid`, `month_invalid`, `settled_invalid`,
            and those of the facts (`unknown_fact`, `impossible_value`, …).
    """
    month = Month.parse(arguments.month)
    known_on = _known_on(arguments.known_on)
    content = _read_json(Path(arguments.facts))
    settled_content = _read_json(Path(arguments.settled)) if arguments.settled else None
    book = kept_law()
    settled = None if settled_content is None else read_settled(settled_content, book)
    asked = Inquiry(book, book.person(content), known_on, None, getattr(arguments, "lang", "vi"))
    is_full, is_letter = getattr(arguments, "full", False), not getattr(arguments, "json", True)
    if not is_full and not is_letter:
        answer = explain_person(book, asked.facts, month, known_on, settled, language=asked.language)
        # The contract's document is exactly as it was; what is given in kind stands in the full one and in the letter.
        return {name: value for name, value in answer.items() if name != "in_kind"}
    # What stands behind the answer takes longer to import than the plain answer takes to find.
    told = importlib.import_module("ansinh.law.telling").tell(asked, month, settled)
    if not is_letter:
        return told
    return importlib.import_module("ansinh.law.letter").letter(asked, told, full=is_full) + "\n"


def _known_on(text: str | None) -> datetime.date:
    if text is None:
        return datetime.date.today()
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused(
        "date_invalid",
        vi=f"Ngày “{text}” không đúng. Hãy ghi một ngày có thật như 2026-11-22.",
        en=f"The day “{text}” is not valid. Write a real day like 2026-11-22.",
        date=text,
    )


def read_settled(content: Any, package: LawBook | LawPackage) -> dict[tuple[str, Month], int]:
    """Return what was settled, by benefit and month, from the content of SETTLED.json.

    Raises:
        Refused: `settled_invalid`, `unknown_benefit`, `month_invalid`.
    """
    if not isinstance(content, list):
        raise _settled_invalid("cả tệp phải là một danh sách", "the file must be a list")
    entries = []
    for number, item in enumerate(content, start=1):
        if not isinstance(item, dict) or set(item) != {"benefit", "for_month", "amount_dong"}:
            raise _settled_invalid(
                f"mục thứ {number} phải có đúng benefit, for_month, amount_dong",
                f"entry {number} must have exactly benefit, for_month, amount_dong",
                number,
            )
        amount_dong, code = item["amount_dong"], item["benefit"]
        if not isinstance(amount_dong, int) or isinstance(amount_dong, bool) or abs(amount_dong) > _LARGEST_AMOUNT:
            raise _settled_invalid(
                f"amount_dong của mục thứ {number} phải là số nguyên đồng",
                f"amount_dong of entry {number} must be a whole number of đồng",
                number,
            )
        if not isinstance(code, str) or not isinstance(item["for_month"], str):
            raise _settled_invalid(
                f"mục thứ {number} phải ghi mã chế độ và tháng bằng chữ",
                f"entry {number} must give the benefit and the month as text",
                number,
            )
        month = Month.parse(item["for_month"])
        # A code of the contract whose domain this book does not hold is no mistake, and nothing of it is compared.
        known = any(benefit.code == code for benefit in package.benefits)
        if known or not is_priced_elsewhere(code):
            entries.append((package.benefit(code).code, month, amount_dong))
    return read_settled_sum(entries)


def _settled_invalid(vi: str, en: str, number: int = 0) -> Refused:
    return Refused(
        "settled_invalid",
        vi=f"Tệp những gì đã chi không đúng: {vi}.",
        en=f"The file of what was settled is wrong: {en}.",
        entry=number,
    )


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_json(path: Path) -> Any:
    shown = str(path)
    if not path.is_file():
        raise Refused(
            "file_not_found",
            vi=f"Không thấy tệp “{shown}”. Hãy kiểm tra đường dẫn.",
            en=f"There is no file “{shown}”. Check the path.",
            path=shown,
        )
    if path.stat().st_size > _MAX_BYTES:
        raise Refused(
            "file_too_large",
            vi=f"Tệp “{shown}” lớn quá 10 MB; tệp này chỉ nói về một người.",
            en=f"The file “{shown}” is larger than 10 MB; it is about one person.",
            path=shown,
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            "file_not_utf8",
            vi=f"Tệp “{shown}” không phải chữ UTF-8. Hãy lưu lại bằng UTF-8.",
            en=f"The file “{shown}” is not UTF-8 text. Save it as UTF-8.",
            path=shown,
        ) from error
    try:
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        raise Refused(
            "file_not_json",
            vi=f"Tệp “{shown}” không phải JSON đúng (gần dòng {line}).",
            en=f"The file “{shown}” is not valid JSON (near line {line}).",
            path=shown,
            line=line,
        ) from error


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name, value in pairs:
        if name in content:
            raise Refused(
                "duplicate_field",
                vi=f"Mục “{name}” viết hai lần trong một đối tượng JSON. Hãy giữ lại một.",
                en=f"“{name}” is written twice in one JSON object. Keep one of them.",
                field=name,
            )
        content[name] = value
    return content


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not a number of JSON")
