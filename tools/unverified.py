"""Writes docs/reference/law-unverified.md: what the law package uses without having been checked against the text, or as a reading.

One page for the legal reviewer, by document, from the same list that `ansinh law check` counts.

python -m tools.unverified           write the file
python -m tools.unverified --check   say whether it is current (exit status 1 when not)
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ansinh.law.cases import unverified
from ansinh.law.package import LawPackage, load_book
from ansinh.law.words import Document

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "reference" / "law-unverified.md"

_HEAD = """# Luật chưa kiểm chứng · Law not yet verified

Tệp này được sinh từ `laws/` bằng `python -m tools.unverified`; đừng sửa tay. Generated; do not edit.

Mọi điều dưới đây hệ thống **đang dùng để tính**, nhưng chưa ai đối chiếu với văn bản (chưa kiểm chứng), hoặc văn bản để ngỏ và ở đây ghi rõ
đã hiểu thế nào (cách hiểu). Người thẩm định pháp lý đọc trang này trước khi duyệt một gói luật; điều nào đã đối chiếu thì sửa `status`, `note`
hoặc `reading` trong tệp luật, rồi sinh lại trang.
Everything below is in use, but was not compared with the text, or is a reading of an open wording.
"""
_KINDS = {
    "document": "văn bản chưa kiểm chứng",
    "parameter": "mức tiền chưa kiểm chứng",
    "rule": "điều khoản chưa kiểm chứng",
    "reading": "cách hiểu",
}


def packages() -> list[LawPackage]:
    """Return every domain of law held here, in the order in which they are computed."""
    return list(load_book().packages)


def _counts(items: list[dict[str, str]]) -> str:
    counts = Counter(item["kind"] for item in items)
    # A kind that the list has not had so far is shown under its own name instead of being dropped.
    kinds = [*_KINDS, *sorted(set(counts) - set(_KINDS))]
    return ", ".join(f"{counts[kind]} {_KINDS.get(kind, kind)}" for kind in kinds if counts[kind]) or "không có gì"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _section(document: Document, items: list[dict[str, str]]) -> Iterator[str]:
    yield f"\n### {document.citation}\n\n{document.title}.\n\n"
    if document.verification.note:
        yield f"Đã đọc đến đâu: {_cell(document.verification.note)}.\n\n"
    yield f"Có {_counts(items)}.\n\n| Loại | Điều khoản | Về | Ghi chú hoặc cách hiểu |\n|---|---|---|---|\n"
    for item in items:
        # The heading names the document already.
        clause = item["clause"].removeprefix(document.citation).lstrip(", ") or "cả văn bản"
        what = "" if item.get("what") == document.citation else item.get("what", "")
        yield f"| {_KINDS.get(item['kind'], item['kind'])} | {clause} | {_cell(what)} | {_cell(item['note'])} |\n"


def _domain(package: LawPackage) -> Iterator[str]:
    items = unverified(package)
    yield f"\n## {package.title.vi}\n\nCó {_counts(items)}.\n"
    left = list(items)
    for document in package.documents:
        own = [item for item in items if item["clause"].split(", ")[0] == document.citation]
        left = [item for item in left if item not in own]
        if own:
            yield from _section(document, own)
    # Nothing may fall through because its clause is written in another way.
    assert not left, left


def render() -> str:
    """Return the text of the page."""
    found = packages()
    everything = [item for package in found for item in unverified(package)]
    parts = [_HEAD, f"\n**Tất cả: {len(everything)} điều; {_counts(everything)}.**\n"]
    for package in found:
        parts += _domain(package)
    return "".join(parts)


def main() -> int:
    """Write the page, or say whether it is current."""
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
