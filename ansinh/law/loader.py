"""From law files to the vocabulary: a domain's folder, what earlier domains declared, and what a province adds to it.

Every file is read strictly, every condition becomes a typed tree; what a lawyer could have mistyped is refused with file
and line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansinh.law.document_file import read_bars, read_document
from ansinh.law.domain_file import (
    DomainFile,
    Earlier,
    join_first,
    read_benefits,
    read_combination,
    read_domain,
    read_facts_declared,
)
from ansinh.law.language import Vocabulary
from ansinh.law.pieces import read_condition
from ansinh.law.reading import Value, read_yaml
from ansinh.law.rule_file import ONE, read_parameter, read_rule
from ansinh.law.tree import Expression
from ansinh.law.words import Bar, Document, ParameterVersion, RuleVersion


@dataclass(frozen=True)
class Pieces:
    """The files of one document, read but not yet understood."""

    key: str
    document: Value
    parameters: tuple[Value, ...]
    rules: tuple[Value, ...]
    province: str = ""


@dataclass(frozen=True)
class Folder:
    """Everything read from one domain's folder and from what was laid over it."""

    domain: DomainFile
    documents: tuple[Document, ...]
    parameters: tuple[ParameterVersion, ...]
    rules: tuple[RuleVersion, ...]
    bars: tuple[Bar, ...]
    definitions: dict[str, Expression]
    plain: dict[str, Any]


@dataclass
class _Reader:
    """Reads files and remembers their content, which is hashed under each file's path inside the folder of laws."""

    root: Path
    plain: dict[str, Any] = field(default_factory=dict)

    def read(self, path: Path) -> Value:
        """Return the content of one file."""
        # Under its path inside the folder, so that a moved copy is the same law. Cases are not read here: another case
        # does not change what anybody is owed.
        shown = path.relative_to(self.root)
        value = read_yaml(path, shown)
        self.plain[shown.as_posix()] = value.plain()
        return value

    def document(self, path: Path, province: str = "") -> Pieces:
        """Return the files of the document in this folder."""
        return Pieces(
            path.parent.name,
            self.read(path),
            tuple(self.read(file) for file in sorted((path.parent / "parameters").glob("*.yaml"))),
            tuple(self.read(file) for file in sorted((path.parent / "rules").glob("*.yaml"))),
            province,
        )


def province_documents(root: Path, province: str) -> list[Path]:
    """Return the `document.yaml` files of a province, in the order of their folders."""
    return sorted((root / "provinces" / province).glob("*/document.yaml")) if province else []


def read_folder(
    folder: Path, root: Path, earlier: Earlier, province: str = "", drafts: tuple[Pieces, ...] = ()
) -> Folder:
    """Return the checked content of a domain's folder, with the resolutions of a province and drafts laid over it.

    Raises:
        Refused: `law_invalid` with file and line.
    """
    reader = _Reader(root)
    domain_value = reader.read(folder / "domain.yaml")
    domain = read_domain(domain_value, earlier)
    pieces = [reader.document(path) for path in sorted(folder.glob("*/document.yaml"))]
    for path in province_documents(root, province):
        resolution = reader.document(path, province)
        if _extends(resolution.document) == folder.name:
            domain = _extend(domain, resolution.document, earlier)
            pieces.append(resolution)
    for draft in drafts:
        reader.plain[f"draft/{draft.key}"] = [
            value.plain() for value in (draft.document, *draft.parameters, *draft.rules)
        ]
    return _understand(domain_value, domain, [*pieces, *drafts], earlier, reader.plain)


def _extends(value: Value) -> str:
    piece = value.content.get("extends") if isinstance(value.content, dict) else None
    if piece is None:
        raise value.error(
            "nghị quyết của tỉnh phải có “extends”: tên lĩnh vực.", "a resolution needs “extends”: a domain."
        )
    return piece.text()


def _extend(domain: DomainFile, value: Value, earlier: Earlier) -> DomainFile:
    """Return the domain with the facts, benefits and groups that a province's resolution adds."""
    named: Mapping[str, Value] = value.content if isinstance(value.content, dict) else {}
    taken = [code for codes in earlier.benefits.values() for code in codes]
    added = read_benefits(named.get("benefits"), [*taken, *domain.benefits])
    benefits, groups = {**domain.benefits, **added}, domain.combination
    if "joins" in named:
        groups = join_first(named["joins"], groups, benefits)
    if "combination" in named or added:
        groups = read_combination(named.get("combination") or Value(value.path, value.line, []), benefits, groups)
    definitions = named.get("definitions")
    return replace(
        domain,
        facts={**domain.facts, **read_facts_declared(named.get("facts"), earlier, domain.facts)},
        benefits=benefits,
        combination=groups,
        definitions={**domain.definitions, **({} if definitions is None else dict(definitions.entries()))},
    )


def _understand(
    value: Value, domain: DomainFile, pieces: list[Pieces], earlier: Earlier, plain: dict[str, Any]
) -> Folder:
    documents = [read_document(p.key, p.document, domain.benefits, p.province) for p in pieces]
    parameters = [
        version
        for piece, document in zip(pieces, documents, strict=True)
        for file in piece.parameters
        for version in read_parameter(file, document)
    ]
    # Parameters first, conditions afterwards: a condition may compare with any parameter of any document, also of a
    # later one.
    vocabulary = _vocabulary(domain, frozenset(v.name for v in (*earlier.parameters, *parameters)), earlier)
    one_off = frozenset(code for code, benefit in domain.benefits.items() if benefit.schedule != "monthly")
    rules = [
        version
        for piece, document in zip(pieces, documents, strict=True)
        for file in piece.rules
        for version in read_rule(file, document, vocabulary, one_off)
    ]
    bars = [
        bar
        for piece, document in zip(pieces, documents, strict=True)
        for bar in read_bars(piece.document, document, vocabulary)
    ]
    pairs = list(zip(pieces, documents, strict=True))
    _check_single([(file, document) for piece, document in pairs for file in piece.parameters], "parameter")
    _check_single([(file, document) for piece, document in pairs for file in piece.parameters], "schedule")
    _check_single([(file, document) for piece, document in pairs for file in piece.rules], "rule")
    if len({document.citation for document in documents}) != len(documents):
        raise value.error("hai thư mục cùng một số hiệu văn bản.", "two folders carry the same document number.")
    _check_repeals(value, documents, frozenset(rule.rule for rule in rules))
    return Folder(
        domain,
        tuple(documents),
        tuple(parameters),
        tuple(rules),
        tuple(bars),
        dict(vocabulary.definitions),
        plain,
    )


def _vocabulary(domain: DomainFile, parameters: frozenset[str], earlier: Earlier) -> Vocabulary:
    definitions: dict[str, Expression] = dict(earlier.definitions)
    vocabulary = Vocabulary(domain.facts, domain.child_facts, parameters, frozenset(domain.benefits), definitions)
    for name, value in domain.definitions.items():
        if name in domain.facts or name in definitions or name == ONE:
            raise value.error(f"tên “{name}” đã được dùng.", f"the name “{name}” is taken.")
        # A definition may use those above it, never itself.
        definitions[name] = read_condition(value, vocabulary)
    return vocabulary


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
    # law. A province's figure is another thing than the nation's.
    seen: dict[tuple[str, str, str], Value] = {}
    for value, document in files:
        piece = value.content.get(name) if isinstance(value.content, dict) else None
        if piece is None:
            continue
        other = seen.setdefault((piece.text(), document.in_force_from.isoformat(), document.province), value)
        if other is not value:
            raise piece.error(
                f"“{piece.text()}” đã được quy định ở {other.path} với cùng ngày hiệu lực.",
                f"“{piece.text()}” is already given in {other.path}, in force from the same day.",
            )
