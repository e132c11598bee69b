"""YAML 1.2 text as pieces with lines: scalars stay text, and what makes a file say two things is refused.

Apart from `reading` only because importing the parser takes longer than explaining a person.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.tokens import TagToken

from ansinh.law.errors import law_error
from ansinh.law.mistakes import mistyped_character, mistyped_form
from ansinh.law.reading import Value


def _convert(path: Path, node: Any, seen: set[int]) -> Value:
    line = node.start_mark.line + 1
    # An alias would put one node in two places, and a file of a few lines could grow without end.
    if id(node) in seen or node.anchor is not None:
        raise law_error(path, line, "không dùng bí danh (& và *).", "anchors and aliases (& and *) are not allowed.")
    seen.add(id(node))
    if isinstance(node, ScalarNode):
        _check_quotes(path, line, node.style, str(node.value))
        return Value(path, line, str(node.value))
    if isinstance(node, SequenceNode):
        return Value(path, line, [_convert(path, item, seen) for item in node.value])
    if not isinstance(node, MappingNode):
        raise law_error(path, line, "không đọc được.", "cannot be read.")
    fields: dict[str, Value] = {}
    for key, value in node.value:
        key_line = key.start_mark.line + 1
        _check_key(path, key_line, str(key.value) if isinstance(key, ScalarNode) else None, fields)
        piece = _convert(path, value, seen)
        # A field's own line is where its name stands, which is where a lawyer will look.
        fields[str(key.value)] = Value(path, key_line, piece.content) if isinstance(value, ScalarNode) else piece
    return Value(path, line, fields)


def parse(text: str, shown: Path) -> Value:
    """Return the content of the text.

    Raises:
        Refused: `law_invalid` with file and line when it cannot be read strictly.
    """
    mistake = mistyped_character(text)
    if mistake is not None:
        raise law_error(shown, *mistake)
    try:
        return _Events(text, shown).document()
    except (yaml.YAMLError, RecursionError):
        # Something is mistyped: the slower reader says what and where, in the words that `mistakes` knows.
        return _parse_slowly(text, shown)


class _Events:
    """Pieces from the parser's events: anchors, aliases and tags are still visible there, and nothing is resolved."""

    def __init__(self, text: str, path: Path) -> None:
        self.path = path
        self.events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)

    def document(self) -> Value:
        """Return the only document of the text."""
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise law_error(self.path, 1, "tệp trống.", "the file is empty.")
        value = self.value(next(self.events))
        next(self.events)
        if not isinstance(next(self.events), yaml.StreamEndEvent):
            raise yaml.YAMLError("a second document")
        return value

    def value(self, event: Any) -> Value:
        """Return the piece that begins with the event."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise law_error(
                self.path, line, "không dùng bí danh (& và *).", "anchors and aliases (& and *) are not allowed."
            )
        if event.tag is not None:
            raise law_error(self.path, line, "không dùng thẻ kiểu (!).", "type tags (!) are not allowed.")
        if isinstance(event, yaml.ScalarEvent):
            _check_quotes(self.path, line, event.style, event.value)
            return Value(self.path, line, event.value)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(item := next(self.events), yaml.SequenceEndEvent):
                items.append(self.value(item))
            return Value(self.path, line, items)
        return Value(self.path, line, self.fields())

    def fields(self) -> dict[str, Value]:
        """Return the named pieces of a mapping that has begun."""
        fields: dict[str, Value] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key, key_line = self.value(event).content, event.start_mark.line + 1
            _check_key(self.path, key_line, key, fields)
            assert isinstance(key, str)
            piece = self.value(next(self.events))
            # A field's own line is where its name stands, which is where a lawyer will look.
            fields[key] = Value(self.path, key_line, piece.content) if isinstance(piece.content, str) else piece
        return fields


def _check_key(path: Path, line: int, key: Any, fields: dict[str, Value]) -> None:
    if not isinstance(key, str) or not key.strip():
        raise law_error(path, line, "tên mục phải là một từ.", "a field's name must be a word.")
    if key in fields:
        raise law_error(path, line, f"mục “{key}” viết hai lần.", f"the field “{key}” is written twice.")


def _check_quotes(path: Path, line: int, style: str | None, text: str) -> None:
    # Between curly quotes a comma or a colon ends the sentence; the reader takes only straight ones for quotes.
    if not style and text[:1] in {"“", "”", "‘", "’", "«"}:
        raise law_error(
            path,
            line,
            'câu bắt đầu bằng dấu nháy cong; hãy dùng dấu nháy kép thẳng (").',
            "the text begins with a curly quote; use straight double quotes.",
        )


def _parse_slowly(text: str, shown: Path) -> Value:
    try:
        # A tag promises a type that nobody here looks at. Nodes no longer tell a written tag from a guessed one, tokens
        # do; hardly any file has the sign, and only those are scanned twice.
        for token in YAML(typ="safe", pure=True).scan(text) if "!" in text else ():
            if isinstance(token, TagToken):
                line = token.start_mark.line + 1
                raise law_error(shown, line, "không dùng thẻ kiểu (!).", "type tags (!) are not allowed.")
        # Only the tree of nodes is made: no YAML rule may turn a word into a number, a date or a truth value.
        node = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        raise law_error(shown, *mistyped_form(error, text)) from error
    except RecursionError as error:
        raise law_error(shown, 1, "tệp lồng nhau quá nhiều tầng.", "the file is nested too deeply.") from error
    if node is None:
        raise law_error(shown, 1, "tệp trống.", "the file is empty.")
    return _convert(shown, node, set())
