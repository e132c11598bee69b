"""`document.yaml` of a legal document: its number, its clocks, its procedure, what it ends, and what it bars."""

from collections.abc import Mapping

from ansinh.law.language import Vocabulary
from ansinh.law.pieces import read_clause, read_condition, read_span, read_text, read_verification
from ansinh.law.reading import Value
from ansinh.law.tree import CountChildren, atoms
from ansinh.law.words import Bar, Benefit, Document, Procedure, Reading, Repeal

_REQUIRED = "citation issuer title signed_on gazette_date in_force_from in_force_to status note"
_OPTIONAL = "procedures repeals readings bars"
# What only a province's resolution says: which domain it adds to, and with what.
_OF_A_PROVINCE = "extends facts benefits definitions combination joins"


def _procedure(value: Value, groups: set[str]) -> Procedure:
    named = value.fields("group start change stop combination", "transition")
    transition = named.get("transition")
    return Procedure(
        group=named["group"].member(*sorted(groups)),
        start=read_clause(named["start"]),
        change=read_clause(named["change"]),
        stop=read_clause(named["stop"]),
        combination=read_clause(named["combination"]),
        transition=None if transition is None else read_clause(transition),
    )


def _reading(value: Value) -> Reading:
    named = value.fields("clause reading")
    return Reading(read_clause(named["clause"]), named["reading"].text())


def _repeal(value: Value, benefits: Mapping[str, Benefit]) -> Repeal:
    named = value.fields("rule from_month clause", "replaced_by")
    successor = named.get("replaced_by")
    replaced_by = None if successor is None else successor.member(*benefits)
    return Repeal(named["rule"].text(), named["from_month"].month(), read_clause(named["clause"]), replaced_by)


def read_document(key: str, value: Value, benefits: Mapping[str, Benefit], province: str = "") -> Document:
    """Return the checked content of `document.yaml`; its bars are read by `read_bars`, once facts have names."""
    # The dates must be written even when nobody knows them (as null): a forgotten clock would silently be an open one.
    fields = value.fields(_REQUIRED, f"{_OPTIONAL} {_OF_A_PROVINCE}" if province else _OPTIONAL)
    groups = {benefit.group for benefit in benefits.values()}
    signed, gazette, until = (fields.get(name) for name in ("signed_on", "gazette_date", "in_force_to"))
    return Document(
        key=key,
        citation=fields["citation"].text(),
        issuer=fields["issuer"].text(),
        title=fields["title"].text(),
        signed_on=signed and signed.date(),
        gazette_date=gazette and gazette.date(),
        in_force_from=fields["in_force_from"].date(),
        in_force_to=until and until.date(),
        verification=read_verification(fields),
        procedures=tuple(_procedure(item, groups) for item in fields.items("procedures")),
        repeals=tuple(_repeal(item, benefits) for item in fields.items("repeals")),
        readings=tuple(_reading(item) for item in fields.items("readings")),
        province=province,
    )


def read_bars(value: Value, document: Document, vocabulary: Vocabulary) -> list[Bar]:
    """Return what the document bars from payment, with its conditions as trees."""
    bars = []
    piece = value.content.get("bars") if isinstance(value.content, dict) else None
    for item in [] if piece is None else piece.items():
        named = item.fields("when applies_from clause because", "applies_to")
        first, last = read_span(named)
        when = read_condition(named["when"], vocabulary)
        # The statement counts children for rules; nothing would bring a bar its count.
        if any(isinstance(atom, CountChildren) for atom in atoms(when)):
            raise named["when"].error(
                "không đếm con trong điều kiện không chi trả; hãy dùng một sự kiện của chính người hưởng.",
                "children are not counted in a bar; use a fact of the person.",
            )
        bars.append(Bar(document, when, read_clause(named["clause"]), read_text(named["because"]), first, last))
    return bars
