"""Writes docs/reference/law-language.md, the manual of the law's language, from the tables that the spec tests run.

Every answer in it was computed while writing; a sentence that is not so cannot be printed.

python -m tools.manual           write the file
python -m tools.manual --check   say whether it is current (exit status 1 when not)
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansinh.base import dong
from ansinh.law.engines import OracleEngine
from tests.spec.tables import Gives, Group, Refuses, Says, running

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "reference" / "law-language.md"

_HEAD = """# Ngôn ngữ của luật · The language of law

Tệp này được sinh từ các bảng trong `tests/spec/tables` bằng `python -m tools.manual`; đừng sửa tay. Mỗi kết quả dưới đây do chương trình
tính ra khi sinh tệp, và được kiểm thử trên cả Python lẫn DuckDB.
Generated from the tables of the spec tests; every result was computed, none was typed. Do not edit.

Luật trong các ví dụ là **luật mẫu, không có thật** (`tests/spec/law`). Nơi nào không ghi khác: người sinh ngày 09/03/1950, xét ngày 30/11/2026;
với quy định: tháng 11/2026, hỏi ngày 20/12/2026. Sự kiện không khai nghĩa là “không”.
The law of the examples is a sample and not real. Unless stated otherwise the person was born on 9 March 1950 and is looked at on 30 November 2026.
"""
_CHAPTERS = {
    "conditions": ("Điều kiện nói gì", "What a condition says"),
    "time": ("Thời gian", "Time"),
    "rules": ("Quy định cho hưởng bao nhiêu", "What a rule gives"),
    "refusals": ("Điều kiện không được nhận", "What is refused"),
}
_ANSWERS = {"yes": "có · yes", "no": "không · no", "unknown": "chưa rõ · unknown"}


def _code(text: str) -> str:
    # A bar would end the cell.
    return f"`{text}`".replace("|", "\\|") if text else "*(trống · empty)*"


def _given(given: Mapping[str, Any]) -> str:
    return _code(", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in given.items()) or "–")


def _said(rows: list[Says]) -> Iterator[str]:
    dated = any(row.day for row in rows)
    yield f"| Điều kiện | Sự kiện |{' Ngày xét |' if dated else ''} Kết quả |\n|---|---|---|{'---|' if dated else ''}\n"
    for row in rows:
        day = f" {row.day or running.DAY} |" if dated else ""
        yield f"| {_code(row.condition)} | {_given(row.given)} |{day} {_ANSWERS[running.asked(row)]} |\n"


def _refused(rows: list[Refuses]) -> Iterator[str]:
    yield "| Điều kiện | Lời từ chối | In English |\n|---|---|---|\n"
    for row in rows:
        # The condition that only nests sixty parentheses says as much when shortened.
        error = running.refused(row)
        shown = row.condition if len(row.condition) <= 90 else f"{row.condition[:20]}…{row.condition[-20:]}"
        said = ("đọc được", "it is read") if error is None else (error.vi, error.en)
        yield f"| {_code(shown)} | {said[0]} | {said[1]} |\n".replace("|  |", "| |")


def _paid(row: Gives) -> str:
    due = running.given(row, OracleEngine())
    lines = [f"{code} {dong.format_dong(amount_dong)}" for code, amount_dong in due.paid.items()]
    lines += [
        f"{benefit.code} cần xác minh · to verify"
        for benefit in running.sample_law().benefits
        if benefit.code in due.unknown
    ]
    return "<br>".join(lines) or "không có gì · nothing"


def _gave(rows: list[Gives]) -> Iterator[str]:
    yield "| Sự kiện | Tháng | Hỏi ngày | Kết quả | |\n|---|---|---|---|---|\n"
    for row in rows:
        yield f"| {_given(row.given)} | {row.month} | {row.known_on} | {_paid(row)} | {row.note} |\n"


def _section(number: str, group: Group) -> Iterator[str]:
    yield f"\n### {number} {group.title.vi} · {group.title.en}\n\n{group.sentence.vi}\n\n*{group.sentence.en}*\n\n"
    for file in group.files:
        text = (running.LAW / file).read_text(encoding="utf8").rstrip()
        yield f"`{file}`\n\n```yaml\n{text}\n```\n\n"
    # A group may hold conditions and months; each kind has columns of its own.
    for kind, table in ((Says, _said), (Gives, _gave), (Refuses, _refused)):
        rows = [row for row in group.rows if isinstance(row, kind)]
        if rows:
            yield from table(rows)  # type: ignore[operator]


def render() -> str:
    """Return the text of the manual."""
    parts = [_HEAD]
    for chapter, (key, groups) in enumerate(running.CHAPTERS.items(), 1):
        vi, en = _CHAPTERS[key]
        parts.append(f"\n## {chapter}. {vi} · {en}\n")
        for number, group in enumerate(groups, 1):
            parts += _section(f"{chapter}.{number}", group)
    return "".join(parts)


def main() -> int:
    """Write the manual, or say whether it is current."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether the file is current")
    text = render()
    if parser.parse_args().check:
        return 0 if TARGET.exists() and TARGET.read_text(encoding="utf8") == text else 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, encoding="utf8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
