"""From law files to the vocabulary: every file is read strictly, every condition becomes a typed tree.

It refuses, with file and line, what a lawyer could have mistyped: unknown names, months that overlap or leave a gap,
levels out of order.
"""

import itertools
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from ansinh.base.months import Month
from ansinh.law.language import ConditionError, Vocabulary, parse_condition
from ansinh.law.reading import Fields, Value, read_yaml
from ansinh.law.tree import CountChildren, Expression, atoms
from ansinh.law.words import (
    Benefit,
    Combination,
    Document,
    FactKind,
    FactType,
    Level,
    ParameterVersion,
    Procedure,
    Reading,
    Repeal,
    RuleVersion,
    Text,
    Verification,
)

_CLAUSE = re.compile(r"Điều [0-9]+( khoản [0-9]+)?( điểm [a-zđ]{1,2})?")
_PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")
# The blanks that `sentences.granted_sentence` fills; both change together.
SENTENCE_WORDS = frozenset({"who", "age", "coefficient", "base", "amount", "children", "month"})


@dataclass(frozen=True)
class DomainFile:
    """What `domain.yaml` declares: facts, benefits, definitions, how benefits combine."""

    title: Text
    first_month: Month
    facts: dict[str, FactKind]
    child_facts: dict[str, FactKind]
    benefits: dict[str, Benefit]
    definitions: dict[str, Value]
    combination: Combination


def _text(value: Value) -> Text:
    fields = value.fields("vi en")
    return Text(vi=fields["vi"].text(), en=fields["en"].text())


def _optional_text(fields: Fields, name: str) -> Text | None:
    piece = fields.get(name)
    return None if piece is None else _text(piece)


def _clause(value: Value) -> str:
    text = value.text()
    if not _CLAUSE.fullmatch(text):
        raise value.error(
            f"“{text}” phải viết như “Điều 6 khoản 1 điểm e”.", f"write “{text}” like “Điều 6 khoản 1 điểm e”."
        )
    return text


def _verification(fields: Fields, default: Verification | None = None) -> Verification:
    # A figure inherits its document's status, never better: only a document itself must say whether somebody compared
    # it.
    status = fields.get("status")
    if status is None:
        if default is None:
            raise fields.value.error("thiếu mục “status”.", "the field “status” is missing.")
        return default
    return Verification(status.member("verified", "unverified") == "verified", fields.text("note"))


# ── domain.yaml ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _fact(name: str, value: Value) -> FactKind:
    fields = value.fields("type label", "source members when_true when_false in_conditions null_means_no history_of")
    kind = cast(
        FactType, fields["type"].member("bool", "enum", "dong", "count", "date", "text", "history", "children", "list")
    )
    members = fields.get("members")
    in_conditions = fields.get("in_conditions")
    null_means_no = fields.get("null_means_no")
    if (kind == "enum") != (members is not None):
        raise value.error("chỉ sự kiện loại enum mới có, và phải có, “members”.", "exactly enum facts have “members”.")
    return FactKind(
        name=name,
        type=kind,
        label=_text(fields["label"]),
        source=fields.text("source"),
        members={} if members is None else {member: _text(text) for member, text in members.entries()},
        when_true=_optional_text(fields, "when_true"),
        when_false=_optional_text(fields, "when_false"),
        in_conditions=in_conditions is not None and in_conditions.boolean(),
        null_means_no=null_means_no is not None and null_means_no.boolean(),
        history_of=fields.text("history_of") or None,
    )


def read_domain(value: Value) -> DomainFile:
    """Return the checked content of `domain.yaml`."""
    fields = value.fields("title first_month facts child_facts benefits combination", "definitions")
    benefits = {}
    for code, piece in fields["benefits"].entries():
        named = piece.fields("name group")
        benefits[code] = Benefit(code, _text(named["name"]), named["group"].text())
    pieces = fields["combination"].fields("highest_of", "added")
    added = pieces.get("added")
    combination = Combination(
        tuple(item.member(*benefits) for item in pieces["highest_of"].items()),
        ()
        if added is None
        else tuple((code, tuple(item.member(*benefits) for item in group.items())) for code, group in added.entries()),
    )
    # A benefit missing here would be computed and then silently never paid. The order is fixed because a tie goes to
    # the first: the oracle reads that order here, the packed values of SQL have it from the declaration.
    if combination.highest_of != tuple(benefits):
        raise fields["combination"].error(
            "“highest_of” phải kể đủ mọi chế độ, theo đúng thứ tự đã khai báo.",
            "“highest_of” must list every benefit, in the order of their declaration.",
        )
    if len(combination.added) > 1 or any(code not in benefits for code, _ in combination.added):
        raise fields["combination"].error("chỉ một chế độ được cộng thêm.", "only one benefit may be added to others.")
    for _, partners in combination.added:
        if list(partners) != [code for code in benefits if code in partners]:
            raise fields["combination"].error(
                "các chế độ được cộng phải kể theo đúng thứ tự đã khai báo.",
                "the benefits added to are listed in the order of their declaration.",
            )
    definitions = fields.get("definitions")
    return DomainFile(
        title=_text(fields["title"]),
        first_month=fields["first_month"].month(),
        facts={name: _fact(name, piece) for name, piece in fields["facts"].entries()},
        child_facts={name: _fact(name, piece) for name, piece in fields["child_facts"].entries()},
        benefits=benefits,
        definitions={} if definitions is None else dict(definitions.entries()),
        combination=combination,
    )


# ── document.yaml and parameters ─────────────────────────────────────────────────────────────────────────────────────


def _procedure(value: Value, groups: set[str]) -> Procedure:
    named = value.fields("group start change stop combination", "transition")
    transition = named.get("transition")
    return Procedure(
        group=named["group"].member(*sorted(groups)),
        start=_clause(named["start"]),
        change=_clause(named["change"]),
        stop=_clause(named["stop"]),
        combination=_clause(named["combination"]),
        transition=None if transition is None else _clause(transition),
    )


def _reading(value: Value) -> Reading:
    named = value.fields("clause reading")
    return Reading(_clause(named["clause"]), named["reading"].text())


def read_document(key: str, value: Value, domain: DomainFile) -> Document:
    """Return the checked content of `document.yaml`."""
    # The dates must be written even when nobody knows them (as null): a forgotten clock would silently be an open one.
    fields = value.fields(
        "citation issuer title signed_on gazette_date in_force_from in_force_to status note",
        "procedures repeals readings",
    )
    groups = {benefit.group for benefit in domain.benefits.values()}
    repeals = []
    for item in fields.items("repeals"):
        named = item.fields("rule from_month clause", "replaced_by")
        successor = named.get("replaced_by")
        replaced_by = None if successor is None else successor.member(*domain.benefits)
        repeals.append(Repeal(named["rule"].text(), named["from_month"].month(), _clause(named["clause"]), replaced_by))
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
        verification=_verification(fields),
        procedures=tuple(_procedure(item, groups) for item in fields.items("procedures")),
        repeals=tuple(repeals),
        readings=tuple(_reading(item) for item in fields.items("readings")),
    )


def _span(fields: Fields) -> tuple[Month, Month | None]:
    until = fields.get("applies_to")
    first, last = fields["applies_from"].month(), None if until is None else until.month()
    if last is not None and last < first:
        raise fields.value.error("tháng hết áp dụng đứng trước tháng bắt đầu.", "the last month is before the first.")
    return first, last


def _check_sequence(value: Value, spans: list[tuple[Month, Month | None]]) -> None:
    """Refuse versions of one file that overlap, stand out of order, or leave a gap between them."""
    # A file without versions would be a clause that exists, is cited, and never pays anybody.
    if not spans:
        raise value.error("“versions” không được để trống.", "“versions” must not be empty.")
    # A benefit that really pauses needs a repeal by a document; inside one file a gap is a slip of the pen.
    for (_, last), (first, _) in itertools.pairwise(spans):
        if last is None or first <= last:
            raise value.error(
                f"hai khoảng thời gian chồng nhau từ tháng {first}.", f"two versions overlap from month {first}."
            )
        if first > last.plus(1):
            raise value.error(
                f"thiếu quy định từ tháng {last.plus(1)} đến trước tháng {first}.",
                f"months from {last.plus(1)} until before {first} are not covered.",
            )


def read_parameter(value: Value, document: Document) -> list[ParameterVersion]:
    """Return the versions of one parameter file."""
    fields = value.fields("parameter label versions")
    versions, spans = [], []
    for item in fields["versions"].items():
        named = item.fields("value_dong applies_from clause", "applies_to status note")
        spans.append(_span(named))
        versions.append(
            ParameterVersion(
                name=fields["parameter"].text(),
                label=_text(fields["label"]),
                document=document,
                clause=_clause(named["clause"]),
                value_dong=named["value_dong"].integer(),
                applies_from=spans[-1][0],
                applies_to=spans[-1][1],
                verification=_verification(named, document.verification),
            )
        )
    _check_sequence(value, spans)
    return versions


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_condition(value: Value, vocabulary: Vocabulary) -> Expression:
    """Return the typed tree of a condition, or refuse it with its line."""
    try:
        return parse_condition(value.text(), vocabulary)
    except ConditionError as error:
        raise value.error(f"điều kiện không đúng: {error.vi}", f"the condition is wrong: {error.en}") from error


def _coefficient(text: str) -> Fraction:
    # Fraction() alone would take 1/3 and 1e5; two decimals are what decrees use and what the explanation can print
    # unrounded.
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text) or Fraction(text) == 0:
        raise ValueError(text)
    return Fraction(text)


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


def _levels(value: Value, vocabulary: Vocabulary) -> tuple[Level, ...]:
    levels: list[Level] = []
    for item in value.items():
        named = item.fields("coefficient who", "when")
        level = Level(
            named["coefficient"].read(_coefficient, "hệ số phải viết như 1.5.", "write a coefficient like 1.5."),
            _level_condition(named.get("when"), vocabulary),
            _text(named["who"]),
        )
        # Levels are tried in order, and a lower one may be certain while a higher one is unknown: the order makes that
        # safe.
        if levels and (levels[-1].when is None or level.coefficient > levels[-1].coefficient):
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


def _sentence(value: Value) -> Text:
    text = _text(value)
    for name in _PLACEHOLDER.findall(text.vi + text.en):
        if name not in SENTENCE_WORDS:
            raise value.error(
                f"chỗ điền “{{{name}}}” không có; được dùng: {', '.join(sorted(SENTENCE_WORDS))}.",
                f"the blank “{{{name}}}” is unknown; use: {', '.join(sorted(SENTENCE_WORDS))}.",
            )
    return text


def read_rule(value: Value, document: Document, vocabulary: Vocabulary) -> list[RuleVersion]:
    """Return the versions of one rule file."""
    fields = value.fields("rule benefit basis clause base purpose because versions", "per_child reading status note")
    per_child_piece = fields.get("per_child")
    per_child = per_child_piece is not None and per_child_piece.boolean()
    versions, spans = [], []
    for item in fields["versions"].items():
        named = item.fields("applies_from condition levels", "applies_to basis reading")
        spans.append(_span(named))
        condition = read_condition(named["condition"], vocabulary)
        # The amount is multiplied by the one count in the condition; with two, nobody could say by which.
        counts = sum(isinstance(atom, CountChildren) for atom in atoms(condition))
        if counts != (1 if per_child else 0):
            raise named["condition"].error(
                "chế độ tính theo mỗi con phải có đúng một count_children(…), chế độ khác thì không.",
                "a benefit per child has exactly one count_children(…), any other has none.",
            )
        if fields["base"].text() not in vocabulary.parameters:
            raise fields["base"].error("tham số này chưa được khai báo.", "this parameter is not declared.")
        basis = named.get("basis")
        versions.append(
            RuleVersion(
                rule=fields["rule"].text(),
                benefit=fields["benefit"].member(*sorted(vocabulary.benefits)),
                document=document,
                clause=_clause(fields["clause"]),
                basis=_clause(basis or fields["basis"]),
                applies_from=spans[-1][0],
                applies_to=spans[-1][1],
                condition=condition,
                condition_text=" ".join(named["condition"].text().split()),
                base=fields["base"].text(),
                levels=_levels(named["levels"], vocabulary),
                per_child=per_child,
                purpose=_text(fields["purpose"]),
                because=_sentence(fields["because"]),
                reading=named.text("reading") or fields.text("reading"),
                verification=_verification(fields, document.verification),
                where=f"{item.path}:{item.line}",
            )
        )
    _check_sequence(value, spans)
    return versions


# ── the folder ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Folder:
    """Everything read from one domain's folder."""

    domain: DomainFile
    documents: tuple[Document, ...]
    parameters: tuple[ParameterVersion, ...]
    rules: tuple[RuleVersion, ...]
    definitions: dict[str, Expression]
    plain: dict[str, Any]


# Parameters first, conditions afterwards: a condition may compare with any parameter of any document, also of a later
# one.
def _vocabulary(domain: DomainFile, parameters: frozenset[str]) -> Vocabulary:
    definitions: dict[str, Expression] = {}
    vocabulary = Vocabulary(domain.facts, domain.child_facts, parameters, frozenset(domain.benefits), definitions)
    for name, value in domain.definitions.items():
        if name in domain.facts:
            raise value.error(f"“{name}” đã là tên một sự kiện.", f"“{name}” is already a fact.")
        # A definition may use those above it, never itself.
        definitions[name] = read_condition(value, vocabulary)
    return vocabulary


def read_folder(folder: Path) -> Folder:
    """Return the checked content of a domain's folder: its own file, then documents, parameters and rules.

    Raises:
        Refused: `law_invalid` with file and line.
    """
    plain: dict[str, Any] = {}

    def read(path: Path) -> Value:
        # Everything read goes into the hash, under its path inside the folder, so that a moved copy is the same law.
        # Cases are not read here: another case does not change what anybody is owed.
        shown = path.relative_to(folder)
        value = read_yaml(path, shown)
        plain[shown.as_posix()] = value.plain()
        return value

    domain_value = read(folder / "domain.yaml")
    domain = read_domain(domain_value)
    documents, parameter_files, rule_files = [], [], []
    for path in sorted(folder.glob("*/document.yaml")):
        document = read_document(path.parent.name, read(path), domain)
        documents.append(document)
        parameter_files += [(read(file), document) for file in sorted((path.parent / "parameters").glob("*.yaml"))]
        rule_files += [(read(file), document) for file in sorted((path.parent / "rules").glob("*.yaml"))]
    parameters = [version for value, document in parameter_files for version in read_parameter(value, document)]
    vocabulary = _vocabulary(domain, frozenset(version.name for version in parameters))
    rules = [version for value, document in rule_files for version in read_rule(value, document, vocabulary)]
    _check_single(parameter_files, "parameter")
    _check_single(rule_files, "rule")
    if len({document.citation for document in documents}) != len(documents):
        raise domain_value.error("hai thư mục cùng một số hiệu văn bản.", "two folders carry the same document number.")
    _check_repeals(domain_value, documents, frozenset(rule.rule for rule in rules))
    return Folder(domain, tuple(documents), tuple(parameters), tuple(rules), dict(vocabulary.definitions), plain)


def _check_repeals(value: Value, documents: list[Document], rules: frozenset[str]) -> None:
    """Refuse a repeal of a rule that no file holds: a mistyped name would leave the old rule paying."""
    for document in documents:
        for repeal in document.repeals:
            if repeal.rule not in rules:
                raise value.error(
                    f"{document.citation} bãi bỏ “{repeal.rule}”, nhưng không có quy định đó.",
                    f"{document.citation} repeals “{repeal.rule}”, which does not exist.",
                )


def _check_single(files: list[tuple[Value, Document]], name: str) -> None:
    """Refuse a rule or parameter that two files define with the same day of coming into force."""
    # The newest document wins, and between two of one day there is no newest: neither order of reading would be the
    # law.
    seen: dict[tuple[str, str], Value] = {}
    for value, document in files:
        piece = value.content.get(name) if isinstance(value.content, dict) else None
        if piece is None:
            continue
        other = seen.setdefault((piece.text(), document.in_force_from.isoformat()), value)
        if other is not value:
            raise piece.error(
                f"“{piece.text()}” đã được quy định ở {other.path} với cùng ngày hiệu lực.",
                f"“{piece.text()}” is already given in {other.path}, in force from the same day.",
            )
