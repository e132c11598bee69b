"""Parameters and rules: the amounts a document fixes, and the clauses that grant a benefit."""

import re
from fractions import Fraction

from ansinh.law.language import Vocabulary
from ansinh.law.pieces import (
    Span,
    check_sequence,
    read_clause,
    read_condition,
    read_sentence,
    read_span,
    read_text,
    read_verification,
)
from ansinh.law.reading import Fields, Value
from ansinh.law.tree import CountChildren, Expression, InMonth, atoms
from ansinh.law.words import Document, Level, ParameterVersion, Rounding, RuleVersion, Table

# The base of what is given in kind: fifteen kilograms are fifteen times one.
ONE = "one"
_ROW = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,15}")


def read_parameter(value: Value, document: Document) -> list[ParameterVersion]:
    """Return the versions of one parameter file, or of each row of a schedule's."""
    is_schedule = isinstance(value.content, dict) and "schedule" in value.content
    fields = value.fields("schedule label versions") if is_schedule else value.fields("parameter label versions")
    amount = "rows_dong" if is_schedule else "value_dong"
    name, versions, spans = fields["schedule" if is_schedule else "parameter"].text(), [], []
    for item in fields["versions"].items():
        named = item.fields(f"{amount} applies_from clause", "applies_to status note")
        spans.append(read_span(named))
        rows = _rows(name, named[amount]) if is_schedule else {name: named[amount].integer()}
        for row, value_dong in rows.items():
            versions.append(
                ParameterVersion(
                    name=row,
                    label=read_text(fields["label"]),
                    document=document,
                    clause=read_clause(named["clause"]),
                    value_dong=value_dong,
                    applies_from=spans[-1][0],
                    applies_to=spans[-1][1],
                    verification=read_verification(named, document.verification),
                )
            )
    check_sequence(value, spans)
    return versions


def _rows(schedule: str, value: Value) -> dict[str, int]:
    rows = {}
    for key, piece in value.entries():
        if not _ROW.fullmatch(key):
            raise piece.error(f"tên dòng “{key}” không đúng.", f"the row name “{key}” is not valid.")
        rows[f"{schedule}.{key}"] = piece.integer()
    return rows


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _coefficient(text: str) -> Fraction:
    # Fraction() alone would take 1/3 and 1e5; two decimals are what decrees use and what the explanation can print
    # unrounded.
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text) or Fraction(text) == 0:
        raise ValueError(text)
    return Fraction(text)


def _parameter(value: Value, vocabulary: Vocabulary) -> str:
    if value.text() != ONE and value.text() not in vocabulary.parameters:
        raise value.error("tham số này chưa được khai báo.", "this parameter is not declared.")
    return value.text()


def _level_condition(value: Value | None, vocabulary: Vocabulary) -> Expression | None:
    if value is None:
        return None
    condition = read_condition(value, vocabulary)
    # Children are counted once, for the rule: the statement joins the counts of conditions and knows none of levels.
    if any(isinstance(atom, CountChildren) for atom in atoms(condition)):
        raise value.error(
            "không đếm con trong “when”; hãy đếm trong “condition”.", "count children in “condition”, not in “when”."
        )
    return condition


def _level(value: Value, vocabulary: Vocabulary) -> Level:
    named = value.fields("coefficient who", "when base cite")
    base = named.get("base")
    return Level(
        named["coefficient"].read(_coefficient, "hệ số phải viết như 1.5.", "write a coefficient like 1.5."),
        _level_condition(named.get("when"), vocabulary),
        read_text(named["who"]),
        "" if base is None else _parameter(base, vocabulary),
        named.text("cite"),
    )


def _levels(value: Value, vocabulary: Vocabulary) -> tuple[Level, ...]:
    levels: list[Level] = []
    for item in value.items():
        level = _level(item, vocabulary)
        # Levels are tried in order, and a lower one may be certain while a higher one is unknown: the order makes that
        # safe. Levels of different bases are put in order when the month is priced.
        same_base = bool(levels) and level.base == levels[-1].base
        if levels and (levels[-1].when is None or (same_base and level.coefficient > levels[-1].coefficient)):
            raise item.error(
                "các mức phải xếp từ hệ số cao xuống thấp, mức không điều kiện đứng cuối.",
                "levels go from the highest coefficient down; one without a condition comes last.",
            )
        levels.append(level)
    # Whoever fulfils the condition must end in some level.
    if not levels or levels[-1].when is not None:
        raise value.error(
            "mức cuối cùng phải không có “when” để không ai bị bỏ sót.",
            "the last level must have no “when”, so that nobody is left out.",
        )
    return tuple(levels)


def _table(value: Value, vocabulary: Vocabulary) -> Table:
    named = value.fields("schedule by who")
    schedule, by = named["schedule"].text(), named["by"]
    if not any(name.startswith(f"{schedule}.") for name in vocabulary.parameters):
        raise named["schedule"].error("biểu mức này chưa được khai báo.", "this schedule is not declared.")
    return Table(schedule, _counted_fact(by, vocabulary), read_text(named["who"]))


def _counted_fact(value: Value, vocabulary: Vocabulary) -> str:
    kind = vocabulary.facts.get(value.text())
    if kind is None or kind.type != "count" or not kind.in_conditions:
        raise value.error("phải là một sự kiện loại count.", "a fact of type count is needed.")
    return kind.name


def _rounding(value: Value | None) -> Rounding | None:
    if value is None:
        return None
    named = value.fields("to_dong clause")
    return Rounding(named["to_dong"].integer(), read_clause(named["clause"]))


def _check_condition(value: Value, condition: Expression, per_child: bool, is_one_off: bool) -> None:
    # The amount is multiplied by the one count in the condition; with two, nobody could say by which.
    if sum(isinstance(atom, CountChildren) for atom in atoms(condition)) != (1 if per_child else 0):
        raise value.error(
            "chế độ tính theo mỗi con phải có đúng một count_children(…), chế độ khác thì không.",
            "a benefit per child has exactly one count_children(…), any other has none.",
        )
    # Falling due in the month of one day is what keeps a one-off sum from being due again in every later month.
    if is_one_off and len({atom.fact for atom in atoms(condition) if isinstance(atom, InMonth)}) != 1:
        raise value.error(
            "chế độ một lần phải có đúng một in_month(…).", "a one-off benefit has exactly one in_month(…)."
        )


_REQUIRED = "rule benefit basis purpose because versions"
_OPTIONAL = "clause base per_child reading status note per at_most table rounding"


def read_rule(
    value: Value, document: Document, vocabulary: Vocabulary, one_off: frozenset[str] = frozenset()
) -> list[RuleVersion]:
    """Return the versions of one rule file; `one_off` names the benefits that fall due once or once a year."""
    fields = value.fields(_REQUIRED, _OPTIONAL)
    if (fields.get("table") is None) == (fields.get("base") is None):
        raise value.error("phải có đúng một trong “base” và “table”.", "exactly one of “base” and “table” is needed.")
    versions = [_version(item, fields, document, vocabulary, one_off) for item in fields["versions"].items()]
    spans: list[Span] = [(version.applies_from, version.applies_to) for version in versions]
    check_sequence(value, spans)
    return versions


def _version(
    item: Value, fields: Fields, document: Document, vocabulary: Vocabulary, one_off: frozenset[str]
) -> RuleVersion:
    table, per, at_most = fields.get("table"), fields.get("per"), fields.get("at_most")
    named = item.fields(
        "applies_from condition" if table else "applies_from condition levels", "applies_to basis reading"
    )
    span, condition = read_span(named), read_condition(named["condition"], vocabulary)
    piece, benefit = fields.get("per_child"), fields["benefit"].member(*sorted(vocabulary.benefits))
    per_child = piece is not None and piece.boolean()
    _check_condition(named["condition"], condition, per_child, benefit in one_off)
    clause, basis = fields.get("clause"), named.get("basis") or fields["basis"]
    return RuleVersion(
        rule=fields["rule"].text(),
        benefit=benefit,
        document=document,
        clause="" if clause is None else read_clause(clause),
        basis=read_clause(basis),
        applies_from=span[0],
        applies_to=span[1],
        condition=condition,
        condition_text=" ".join(named["condition"].text().split()),
        base="" if table else _parameter(fields["base"], vocabulary),
        levels=() if table else _levels(named["levels"], vocabulary),
        per_child=per_child,
        purpose=read_text(fields["purpose"]),
        because=read_sentence(fields["because"]),
        reading=named.text("reading") or fields.text("reading"),
        verification=read_verification(fields, document.verification),
        where=f"{item.path}:{item.line}",
        per="" if per is None else _counted_fact(per, vocabulary),
        at_most=None if at_most is None else at_most.integer(),
        table=None if table is None else _table(table, vocabulary),
        rounding=_rounding(fields.get("rounding")),
    )
