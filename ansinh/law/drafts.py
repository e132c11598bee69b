"""A draft of law: one CHANGE file laid over the law that stands, as its newest document, so that it can be tried out.

The law that stands is untouched. Everything made here carries the change file's path and line, so that whatever the
loader refuses later points into it.
"""

import datetime
import difflib
import hashlib
import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ansinh.base.months import Month
from ansinh.law.kept import kept_law
from ansinh.law.loader import Pieces
from ansinh.law.package import LawBook, LawPackage, laws_folder, load_book
from ansinh.law.reading import Fields, Value, read_yaml
from ansinh.law.words import RuleVersion

_FIELDS = "province domain in_force_from parameters rules amend repeals"
_CLAUSE = "Điều 1"
# Behind the key of any folder: between two documents of one day the draft is the newer one.
_KEY = "~du-thao"
_NOTE = "dự thảo để mô phỏng, chưa phải luật"


@dataclass(frozen=True)
class Draft:
    """The law that stands and the same law with the draft laid over it; both asked about as known on or after one day."""

    title: str
    domain: str
    province: str
    in_force_from: datetime.date
    before: LawBook
    after: LawBook
    hash: str

    def known_on(self, today: datetime.date) -> datetime.date:
        """Return the day on which both laws are asked about: the draft must have come into force."""
        return max(today, self.in_force_from)


def province_of(change: Value) -> str:
    """Return the province whose resolution the change file drafts, or nothing."""
    piece = _fields(change).get("province")
    # The code becomes a folder's name: two digits, and nothing that could lead elsewhere.
    return (
        ""
        if piece is None
        else piece.read(_province_code, "mã tỉnh gồm hai chữ số, ví dụ 46.", "write the two digits of a province.")
    )


def _province_code(text: str) -> str:
    if not re.fullmatch(r"[0-9]{2}", text):
        raise ValueError(text)
    return text


def lay_over(change: Value, *, first_month: Month, province: str = "", path: Path | None = None) -> Draft:
    """Return the law before and after a change that is tried out from a month on, as it stands in a province.

    Raises:
        Refused: `law_invalid` with file and line.
    """
    fields = _fields(change)
    place = province_of(change) or province
    # Reading all of the law takes seconds; that of the nation is kept from one command to the next.
    before = load_book(path, place) if path or place else kept_law()
    maker = _Maker(fields, _domain(fields, before), laws_folder(path))
    day = maker.newest_day(first_month.first_day)
    title, domain = fields["title"].text(), maker.package.name
    pieces = maker.pieces(title, day, province_of(change))
    digest = hashlib.sha256(json.dumps(change.plain(), ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    after = load_book(path, before.province, {domain: (pieces,)})
    return Draft(title, domain, before.province, day, before, after, digest)


def _fields(change: Value) -> Fields:
    return change.fields("title", _FIELDS)


def _domain(fields: Fields, before: LawBook) -> LawPackage:
    piece = fields.get("domain")
    return before.packages[0] if piece is None else before.package(piece.member(*(p.name for p in before.packages)))


def _versions_with_ends(rows: Sequence[tuple[Month, dict[str, Value]]], at: Value) -> Value:
    """Return the versions in order of time, each ending where the next begins."""
    ordered = sorted(rows, key=lambda row: row[0])
    for (month, version), following in itertools.pairwise(ordered):
        if following[0] == month:
            raise at.error(f"hai mức cùng áp dụng từ tháng {month}.", f"two levels apply from month {month}.")
        until = following[0].plus(-1)
        version["applies_to"] = Value(at.path, at.line, str(until))
    return Value(at.path, at.line, [Value(at.path, version["clause"].line, version) for _, version in ordered])


@dataclass(frozen=True)
class _Maker:
    """Makes the files of the draft's document from the change file and the domain it changes."""

    fields: Fields
    package: LawPackage
    root: Path

    def newest_day(self, first_day: datetime.date) -> datetime.date:
        """Return the draft's day of coming into force: after every document that stands, so that it is heard first."""
        stated = self.fields.get("in_force_from")
        # Which document is newer is decided by this day alone; a draft older than the law that stands would not be
        # heard at all.
        last = max(document.in_force_from for document in self.package.all_documents)
        return max(first_day if stated is None else stated.date(), last + datetime.timedelta(days=1))

    def pieces(self, title: str, day: datetime.date, province: str) -> Pieces:
        """Return the draft as the files of one document."""
        at = self.fields["title"]
        written = {
            "citation": f"Dự thảo: {title}",
            "issuer": "dự thảo",
            "title": title,
            "signed_on": "null",
            "gazette_date": "null",
            "in_force_from": day.isoformat(),
            "in_force_to": "null",
            "status": "unverified",
            "note": _NOTE,
        }
        content = {name: Value(at.path, at.line, text) for name, text in written.items()}
        if repeals := self.fields.get("repeals"):
            content["repeals"] = Value(repeals.path, repeals.line, [self._repeal(item) for item in repeals.items()])
        rules = [*self.fields.items("rules"), *(self._amended(item) for item in self.fields.items("amend"))]
        parameters = self._parameters()
        if not (rules or parameters or repeals):
            raise self.fields.value.error(
                "dự thảo chưa thay đổi gì; hãy viết parameters, rules, amend hoặc repeals.",
                "the draft changes nothing; write parameters, rules, amend or repeals.",
            )
        document = Value(at.path, at.line, content)
        return Pieces(_KEY, document, tuple(parameters), tuple(rules), province)

    # ── amounts ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _parameters(self) -> list[Value]:
        names: dict[str, Value] = {}
        rows: dict[str, list[tuple[Month, dict[str, Value]]]] = {}
        for item in self.fields.items("parameters"):
            named = item.fields("value_dong applies_from", "parameter row clause label")
            piece = named.get("parameter") or named.get("row")
            if piece is None:
                raise item.error("thiếu mục “parameter” (hoặc “row”).", "the field “parameter” (or “row”) is missing.")
            name = piece.text()
            names.setdefault(name, piece)
            version = {
                "value_dong": named["value_dong"],
                "applies_from": named["applies_from"],
                "clause": named.get("clause") or Value(item.path, item.line, _CLAUSE),
            }
            rows.setdefault(name, []).append((named["applies_from"].month(), version))
        return [self._parameter(names[name], rows[name]) for name in rows]

    def _parameter(self, name: Value, rows: Sequence[tuple[Month, dict[str, Value]]]) -> Value:
        known = {version.name: version for version in self.package.parameters}
        if name.text() not in known:
            raise name.error(
                f"không có tham số “{name.text()}”{_near(name.text(), known)}.",
                f"there is no parameter “{name.text()}” in the domain {self.package.name}.",
            )
        label = known[name.text()].label
        words = {"vi": Value(name.path, name.line, label.vi), "en": Value(name.path, name.line, label.en)}
        content = {
            "parameter": name,
            "label": Value(name.path, name.line, words),
            "versions": _versions_with_ends(rows, name),
        }
        return Value(name.path, name.line, content)

    # ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _rule(self, name: Value) -> RuleVersion:
        versions = [version for version in self.package.rules if version.rule == name.text()]
        if not versions:
            raise name.error(
                f"không có quy định “{name.text()}”{_near(name.text(), {v.rule: v for v in self.package.rules})}.",
                f"there is no rule “{name.text()}” in the domain {self.package.name}.",
            )
        return max(versions, key=lambda version: (version.document.in_force_from, version.applies_from))

    def _repeal(self, item: Value) -> Value:
        named = item.fields("rule from_month", "clause replaced_by")
        self._rule(named["rule"])
        clause = named.get("clause") or Value(item.path, item.line, _CLAUSE)
        return Value(item.path, item.line, {**named.named, "clause": clause})

    def _amended(self, item: Value) -> Value:
        """Return the newest version of an existing rule, with words of its conditions replaced."""
        named = item.fields("rule applies_from replace")
        newest = self._rule(named["rule"])
        shown = Path(newest.where.rpartition(":")[0])
        standing = dict(read_yaml(self.root / shown, shown).entries())
        version = dict(standing["versions"].items()[-1].entries())
        version.pop("applies_to", None)
        version["applies_from"] = named["applies_from"]
        for one in named["replace"].items():
            version = _replaced(version, one.fields("old new"))
        # Whether the old words were compared with a gazette says nothing of the new ones.
        kept = {name: value for name, value in standing.items() if name not in ("status", "note")}
        versions = Value(item.path, item.line, [Value(item.path, item.line, version)])
        return Value(item.path, item.line, {**kept, "rule": named["rule"], "versions": versions})


def _replaced(version: dict[str, Value], words: Fields) -> dict[str, Value]:
    old, new = (" ".join(words[name].text().split()) for name in ("old", "new"))
    found = False

    def put(value: Value) -> Value:
        nonlocal found
        text = " ".join(value.text().split())
        if old not in text:
            return value
        found = True
        # The line is that of the new words: they are what can be wrong.
        return Value(words["new"].path, words["new"].line, text.replace(old, new))

    changed = {**version, "condition": put(version["condition"])}
    if "levels" in version:
        levels = [
            Value(level.path, level.line, {n: put(v) if n == "when" else v for n, v in level.entries()})
            for level in version["levels"].items()
        ]
        changed["levels"] = Value(version["levels"].path, version["levels"].line, levels)
    if not found:
        raise words["old"].error(
            f"quy định này không có chữ “{old}”; điều kiện hiện là: {' '.join(version['condition'].text().split())}",
            f"the rule does not say “{old}”; its condition is: {' '.join(version['condition'].text().split())}",
        )
    return changed


def _near(name: str, known: dict[str, object]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; có lẽ là “{near[0]}”" if near else ""
