"""What differs between two archived laws, in a lawyer's terms: which document, parameter, rule or case, and which figure.

Files are compared by what they say: comments, order of lines and spacing are no change of the law. Items of a list are
recognised by what names them (the month they apply from, their clause), so that a version put in front moves no other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansinh.base.refusals import Refused
from ansinh.law.reading import parse_yaml

# Tried in this order; together with a number when two items of one list carry the same name.
_NAMES = ("applies_from", "rule", "name", "group", "coefficient", "citation", "clause", "month", "kind")
_FOLDERS = {"parameters": "parameter", "rules": "rule", "cases": "case"}
_ORDER = ("book", "document", "parameter", "rule", "procedure", "case")
_TELLING = re.compile(r"(value_dong|rows_dong\..*|coefficient|applies_from|citation|in_force_from|benefit)")


@dataclass(frozen=True)
class Change:
    """One thing said differently: `old` is empty for something new, `new` for something gone.

    `what` is the way to it inside the file (`versions[2026-07].value_dong`), empty when the file itself came or went.
    """

    subject: str
    path: str
    what: str
    old: str
    new: str


def subject_of(path: str) -> str:
    """Return what a law file speaks of: a document, parameter, rule, procedure, case, or the book that holds them together."""
    parts = path.split("/")
    if parts[-1] == "document.yaml":
        return "document"
    return _FOLDERS.get(parts[-2], "procedure" if "procedure" in parts else "book")


def _item_name(item: Any, number: int) -> str:
    if isinstance(item, dict):
        for name in _NAMES:
            if isinstance(item.get(name), str):
                return item[name]
    # A row of a table is known by its first cell.
    if isinstance(item, list) and item and isinstance(item[0], str):
        return item[0]
    return str(number)


def _leaves(content: Any, way: str = "") -> Iterator[tuple[str, str]]:
    """Yield (way, text) for every text below this piece; a list of plain words is one text."""
    if isinstance(content, dict):
        for name, piece in content.items():
            yield from _leaves(piece, f"{way}.{name}" if way else name)
    elif isinstance(content, list) and any(isinstance(item, dict | list) for item in content):
        seen: dict[str, int] = {}
        for number, item in enumerate(content, start=1):
            name = _item_name(item, number)
            seen[name] = seen.get(name, 0) + 1
            yield from _leaves(item, f"{way}[{name}]" if seen[name] == 1 else f"{way}[{name} #{seen[name]}]")
    else:
        yield way, ", ".join(content) if isinstance(content, list) else str(content)


def _said(path: str, text: str | None) -> dict[str, str]:
    """Return what a file says; one that this version cannot read as YAML is compared as a whole."""
    if text is None:
        return {}
    try:
        return dict(_leaves(parse_yaml(text, Path(path)).plain()))
    except Refused:
        return {"": text}


def _headline(said: Mapping[str, str]) -> str:
    """Return the figures and dates by which a whole file is told, shortened."""
    told = [text for way, text in said.items() if _TELLING.fullmatch(re.sub(r"^.*\]\.?", "", way) or way)]
    line = " · ".join(dict.fromkeys(told))
    return line if len(line) <= 300 else line[:299] + "…"


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Change, ...]:
    """Return every difference between two archived laws, documents first, cases last, each file's together."""
    found = []
    for path in sorted(old.keys() | new.keys()):
        # Reading YAML is dear, and most files are the same to the letter.
        if old.get(path) == new.get(path):
            continue
        before, after, subject = _said(path, old.get(path)), _said(path, new.get(path)), subject_of(path)
        if path not in old:
            found.append(Change(subject, path, "", "", _headline(after) or path))
            continue
        if path not in new:
            found.append(Change(subject, path, "", _headline(before) or path, ""))
            continue
        for way in dict.fromkeys([*before, *after]):
            if before.get(way) != after.get(way):
                found.append(Change(subject, path, way, before.get(way, ""), after.get(way, "")))
    return tuple(sorted(found, key=lambda change: _ORDER.index(change.subject)))


def label_of(files: Mapping[str, str]) -> str:
    """Return the name by which people know an archived law: the documents that came into force last, and how many there are."""
    documents = []
    for path, text in files.items():
        if subject_of(path) == "document":
            said = _said(path, text)
            documents.append((said.get("in_force_from", ""), said.get("citation", path)))
    newest = max((day for day, _ in documents), default="")
    names = sorted({name for day, name in documents if day == newest})
    return f"{', '.join(names)} ({len({name for _, name in documents})} văn bản)"[:200]
