"""Reads `laws/vn/procedure/` strictly into its vocabulary: holidays, readings, and one file a document.

It refuses, with file and line, what a lawyer could have mistyped: two versions of a step for one day, a chain through a
step that does not exist, a blank that no sentence fills.
"""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ansinh.base.refusals import Refused
from ansinh.law.procedure.calendar import read_calendar
from ansinh.law.procedure.rules import GROUPS, Clause, DateRule, LifeRule, ProcedureLaw, Span, Step
from ansinh.law.reading import Fields, Value, read_yaml
from ansinh.law.words import Text, Verification

FOLDER = Path("vn/procedure")
# A range is written where the dossier knows only that the answer lies in one of these articles.
_CLAUSE = re.compile(r"Điều [0-9]+(–[0-9]+|( khoản [0-9]+)?( điểm [a-zđ]{1,2})?)")
_BLANK = re.compile(r"\{([a-z_]*)\}")
# The blanks that `life` fills; both change together.
LIFE_BLANKS = frozenset({"month", "first", "date", "old", "new"})
# Which causes an act may have. An act without causes has the one empty cause.
CAUSES: dict[str, tuple[str, ...]] = {
    "grant": ("",),
    "change": ("",),
    "move": ("",),
    "suspend": ("uncollected", "no_reassessment", "detained"),
    "stop": ("died", "missing", "not_eligible", "prison", "decision", "declined", "no_reassessment", "carer_died",
             "carer_not_eligible", "carer_sanctioned"),
    "resume": ("unchanged", "not_eligible", "changed"),
}  # fmt: skip
_MONTHS = {
    "grant": ("of_signature", "of_certificate", "of_age_75", "of_age_80"),
    "change": ("of_change",),
    "move": ("stop_month", "after_stop_month"),
    "suspend": ("of_decision",),
    "stop": ("after_event", "after_decision"),
    "resume": ("of_suspension",),
}


@dataclass(frozen=True)
class _Document:
    citation: str
    span: Span
    verification: Verification
    # From this day on another document, which nobody here has read, changed this one.
    amended: datetime.date | None
    amended_note: str

    def cite(self, clause: str) -> str:
        """Return the clause with the document's number before it."""
        return f"{self.citation}, {clause}"


def _text(value: Value) -> Text:
    fields = value.fields("vi en")
    return Text(vi=fields["vi"].text(), en=fields["en"].text())


def _span(fields: Fields, first: str, last: str, document: _Document) -> Span:
    start, end = fields.get(first), fields.get(last)
    span = Span(
        document.span.first if start is None else start.date(), document.span.last if end is None else end.date()
    )
    if span.last is not None and span.last < span.first:
        raise fields.value.error("ngày cuối trước ngày đầu.", "the last day is before the first.")
    return span


def _clause(fields: Fields, document: _Document, span: Span) -> Clause:
    piece = fields.get("clause")
    if piece is not None and not _CLAUSE.fullmatch(piece.text()):
        raise piece.error(
            f"“{piece.text()}” phải viết như “Điều 8 khoản 2 điểm a”.", "write a clause like “Điều 8 khoản 2 điểm a”."
        )
    status = fields.get("status")
    verification = document.verification
    if status is not None:
        verification = Verification(status.member("verified", "unverified") == "verified", fields.text("note"))
    elif document.amended is not None and span.first >= document.amended:
        verification = Verification(False, document.amended_note)
    citation = document.citation if piece is None else document.cite(piece.text())
    return Clause(citation, verification, fields.text("reading"))


# ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _step(value: Value, document: _Document) -> Step:
    fields = value.fields(
        "step title who counted_from",
        "clause days unit chain received_from received_to transition status note reading",
    )
    days, chain = fields.get("days"), tuple(item.text() for item in fields.items("chain"))
    if (days is None) == (not chain):
        raise value.error("một bước phải có “days” hoặc “chain”, không cả hai.", "a step has either “days” or “chain”.")
    known = days is not None and days.content != "unknown"
    # Only a step whose days nobody knows may stand without its clause: whoever read the number read where it stood.
    if fields.get("clause") is None and (known or chain):
        raise value.error("thiếu mục “clause”.", "the field “clause” is missing.")
    unit = fields.get("unit")
    if known and unit is None:
        raise value.error("thiếu “unit” (working hoặc calendar).", "“unit” (working or calendar) is missing.")
    span = _span(fields, "received_from", "received_to", document)
    return Step(
        name=fields["step"].text(),
        title=_text(fields["title"]),
        who=_text(fields["who"]),
        counted_from=_text(fields["counted_from"]),
        clause=_clause(fields, document, span),
        received=span,
        days=days.integer() if days is not None and known else None,
        unit="working" if unit is None or unit.member("working", "calendar") == "working" else "calendar",
        chain=chain,
        transition=fields.text("transition"),
    )


def _date_rule(value: Value, document: _Document) -> DateRule:
    fields = value.fields(
        "rule title clause who before", "every_month valid_from valid_to status note reading transition"
    )
    monthly = fields.get("every_month") is not None and fields["every_month"].boolean()
    before: list[tuple[int, int]] = []
    for item in fields["before"].items():
        text = item.text()
        found = re.fullmatch(r"([0-9]{2})" if monthly else r"([0-9]{2})-([0-9]{2})", text)
        if found is None:
            raise item.error("viết ngày như 25, hoặc tháng và ngày như 06-15.", "write a day like 25, or 06-15.")
        numbers = [int(part) for part in found.groups()]
        before += [(month, numbers[0]) for month in range(1, 13)] if monthly else [(numbers[0], numbers[1])]
    span = _span(fields, "valid_from", "valid_to", document)
    title, who = _text(fields["title"]), _text(fields["who"])
    return DateRule(fields["rule"].text(), title, who, _clause(fields, document, span), span, tuple(sorted(before)))


def _life_rules(value: Value, document: _Document) -> Iterable[LifeRule]:
    fields = value.fields(
        "act groups clause month because",
        "cause benefits month_clause decided_from decided_to at_least_months status note reading",
    )
    act = fields["act"].member(*CAUSES)
    cause = fields.get("cause")
    because = _text(fields["because"])
    for blank in _BLANK.findall(because.vi + because.en):
        if blank not in LIFE_BLANKS:
            raise fields["because"].error(f"không có chỗ điền “{{{blank}}}”.", f"the blank “{{{blank}}}” is unknown.")
    groups = tuple(group for group in GROUPS if group in {item.member(*GROUPS) for item in fields["groups"].items()})
    least = fields.get("at_least_months")
    span = _span(fields, "decided_from", "decided_to", document)
    # What was amended by a text nobody read is still applied, but no longer as verified: one file line, two rules.
    for part in _halves(span, document.amended):
        clause = _clause(fields, document, part)
        month_clause = fields.text("month_clause") or clause.citation
        yield LifeRule(
            act=act,
            cause="" if cause is None else cause.member(*CAUSES[act]),
            groups=groups,
            benefits=tuple(item.text() for item in fields.items("benefits")),
            clause=clause,
            month_clause=document.cite(month_clause) if _CLAUSE.fullmatch(month_clause) else month_clause,
            month=fields["month"].member(*_MONTHS[act]),
            decided=part,
            at_least_months=0 if least is None else least.integer(),
            because=because,
        )


def _halves(span: Span, day: datetime.date | None) -> list[Span]:
    if day is None or not (span.first < day and (span.last is None or day <= span.last)):
        return [span]
    return [Span(span.first, day - datetime.timedelta(days=1)), Span(day, span.last)]


# ── the folder ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _document(fields: Fields) -> _Document:
    first, last = fields["in_force_from"], fields.get("in_force_to")
    amended, note = None, ""
    piece = fields.get("amended_unread")
    if piece is not None:
        named = piece.fields("from note")
        amended, note = named["from"].date(), named["note"].text()
    return _Document(
        citation=fields["citation"].text(),
        # A document whose first day is not known is taken to be old; that it is unverified is said with every answer.
        span=Span(
            datetime.date.min if first.content == "unknown" else first.date(), None if last is None else last.date()
        ),
        verification=Verification(fields["status"].member("verified", "unverified") == "verified", fields.text("note")),
        amended=amended,
        amended_note=note,
    )


def _check_versions(value: Value, spans: dict[str, list[Span]], name: str, span: Span) -> None:
    for other in spans.setdefault(name, []):
        if span.overlaps(other):
            raise value.error(
                f"“{name}” đã có một bản cho cùng những ngày ấy.", f"“{name}” already has a version for the same days."
            )
    spans[name].append(span)


def _readings(path: Path) -> dict[str, Clause]:
    found = {}
    for name, value in read_yaml(path, Path(path.name)).entries():
        fields = value.fields("reading clause status", "note")
        verified = fields["status"].member("verified", "unverified") == "verified"
        found[name] = Clause(
            fields["clause"].text(), Verification(verified, fields.text("note")), fields["reading"].text()
        )
    return found


def procedure_folder(path: Path) -> Path:
    """Return the folder of procedure dates, given a folder of laws or the folder itself.

    Raises:
        Refused: `law_folder_not_found`.
    """
    for folder in (path / FOLDER, path / FOLDER.name, path):
        if (folder / "holidays").is_dir() and (folder / "documents").is_dir():
            return folder
    raise Refused(
        "law_folder_not_found",
        vi=f"Không thấy thời hạn thủ tục trong “{path}”. Hãy chỉ đúng thư mục laws (có {FOLDER}/documents bên trong).",
        en=f"No procedure dates were found in “{path}”. Point to the folder laws (with {FOLDER}/documents inside).",
        path=str(path),
    )


def load_procedure(path: Path) -> ProcedureLaw:
    """Return the law of procedure dates read strictly from its folder, or from the folder of laws around it.

    Raises:
        Refused: `law_folder_not_found`; `law_invalid` with file and line.
    """
    folder = procedure_folder(path)
    steps: list[Step] = []
    dates: list[DateRule] = []
    life: list[LifeRule] = []
    spans: dict[str, list[Span]] = {}
    for file in sorted((folder / "documents").glob("*.yaml")):
        value = read_yaml(file, Path("documents") / file.name)
        fields = value.fields("citation in_force_from in_force_to status", "note amended_unread steps dates life")
        document = _document(fields)
        for item in fields.items("steps"):
            steps.append(_step(item, document))
            _check_versions(item, spans, steps[-1].name, steps[-1].received)
        for item in fields.items("dates"):
            dates.append(_date_rule(item, document))
            _check_versions(item, spans, dates[-1].name, dates[-1].valid)
        for item in fields.items("life"):
            for rule in _life_rules(item, document):
                life.append(rule)
                # Two rules for one act on one day would make the answer depend on the order of files.
                for group in rule.groups:
                    key = " ".join([rule.act, rule.cause, group, *rule.benefits])
                    _check_versions(item, spans, key, rule.decided)
        _check_chains(value, steps)
    return ProcedureLaw(
        read_calendar(folder / "holidays"), tuple(steps), tuple(dates), tuple(life), _readings(folder / "readings.yaml")
    )


def _check_chains(value: Value, steps: list[Step]) -> None:
    for step in steps:
        for name in step.chain:
            # Every part is valid wherever the whole is: otherwise a file would fall between two chairs.
            parts = [part for part in steps if part.name == name and part.received == step.received and not part.chain]
            if not parts:
                raise value.error(
                    f"“{step.name}” đi qua bước “{name}”, nhưng không có bước đó cho cùng những ngày ấy.",
                    f"“{step.name}” goes through the step “{name}”, which does not exist for the same days.",
                )
