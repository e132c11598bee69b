"""Strict reading of one YAML 1.2 file of the law: only text, lists and named fields, each remembering its line.

Nothing is guessed: a plain word is text (`no` stays "no"), a key may stand once, an unknown key is refused, anchors and
tags are refused. Whoever reads a value says what it must be.
"""

import datetime
import difflib
import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.law.errors import law_error

_Value = TypeVar("_Value")
_MAX_BYTES = 2_000_000


# Every value stays text until a reader says what it must be. PyYAML reads the key `no` as False, 1_000 as a thousand
# and 12:30 as 750; a law in which a word changes its meaning by how it is typed cannot be checked by a lawyer.
@dataclass(frozen=True)
class Value:
    """A piece of a law file: text, a list of pieces, or named pieces; with the file and line it came from."""

    path: Path
    line: int
    content: "str | list[Value] | dict[str, Value]"

    def error(self, vi: str, en: str) -> Refused:
        """Return a refusal that points here."""
        return law_error(self.path, self.line, vi, en)

    def text(self) -> str:
        """Return the text."""
        if not isinstance(self.content, str):
            raise self.error("ở đây phải là một dòng chữ.", "text is expected here.")
        # “rule:” with nothing behind it, or with a remark, would be a rule without a name.
        if not self.content.strip():
            raise self.error("mục này bị bỏ trống.", "nothing is written here.")
        return self.content

    def items(self) -> "list[Value]":
        """Return the list."""
        if not isinstance(self.content, list):
            raise self.error(
                "ở đây phải là một danh sách (mỗi dòng bắt đầu bằng dấu gạch ngang).", "a list is expected here."
            )
        return self.content

    def fields(self, required: str, optional: str = "") -> "Fields":
        """Return the named pieces, refusing a missing or unknown name."""
        if not isinstance(self.content, dict):
            raise self.error(
                "ở đây phải là các mục có tên (tên: giá trị).", "named fields (name: value) are expected here."
            )
        known = required.split() + optional.split()
        # An unknown name is refused, not ignored: a mistyped field must not fall back to its default.
        for name, value in self.content.items():
            if name not in known:
                near = difflib.get_close_matches(name.lower(), known, n=1)
                raise value.error(
                    f"mục “{name}” không có trong mẫu; {f'có lẽ là “{near[0]}”; ' if near else ''}các mục được dùng: {', '.join(known)}.",
                    f"“{name}” is not a known field; {f'perhaps “{near[0]}”; ' if near else ''}the known ones are: {', '.join(known)}.",
                )
        for name in required.split():
            if name not in self.content:
                raise self.error(f"thiếu mục “{name}”.", f"the field “{name}” is missing.")
        return Fields(self, self.content)

    def entries(self) -> "Iterator[tuple[str, Value]]":
        """Yield names and pieces of a mapping whose names are free."""
        if not isinstance(self.content, dict):
            raise self.error(
                "ở đây phải là các mục có tên (tên: giá trị).", "named fields (name: value) are expected here."
            )
        yield from self.content.items()

    def read(self, reader: Callable[[str], _Value], vi: str, en: str) -> _Value:
        """Return what `reader` makes of the text, or refuse with the sentence."""
        text = self.text()
        try:
            return reader(text)
        except (ValueError, Refused) as error:
            raise self.error(f"“{text}” không đúng; {vi}", f"“{text}” is not valid; {en}") from error

    def integer(self) -> int:
        """Return a whole number written with digits only."""

        def read(text: str) -> int:
            # int() alone would also take 540_000, + 5 and digits of other scripts.
            if not re.fullmatch(r"0|[1-9][0-9]{0,14}", text):
                raise ValueError(text)
            return int(text)

        return self.read(
            read, "phải là số nguyên chỉ gồm chữ số, ví dụ 540000.", "write a whole number in digits, like 540000."
        )

    def boolean(self) -> bool:
        """Return yes or no, written as `true` or `false`."""
        return self.member("true", "false") == "true"

    def date(self) -> datetime.date:
        """Return a day written as `2026-10-05`."""

        def read(text: str) -> datetime.date:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError(text)
            return datetime.date.fromisoformat(text)

        return self.read(
            read, "ngày phải viết như 2026-10-05 và có thật trên lịch.", "write a real day like 2026-10-05."
        )

    def month(self) -> Month:
        """Return a month written as `2026-10`."""
        return self.read(Month.parse, "tháng phải viết như 2026-10.", "write a month like 2026-10.")

    def member(self, *allowed: str) -> str:
        """Return the text when it is one of the allowed words."""
        text = self.text()
        if text not in allowed:
            raise self.error(
                f"“{text}” phải là một trong: {', '.join(allowed)}.", f"“{text}” must be one of: {', '.join(allowed)}."
            )
        return text

    def plain(self) -> Any:
        """Return text, lists and dicts without lines: the canonical form that is hashed."""
        if isinstance(self.content, dict):
            return {name: value.plain() for name, value in self.content.items()}
        if isinstance(self.content, list):
            return [value.plain() for value in self.content]
        return self.content


@dataclass(frozen=True)
class Fields:
    """The named pieces of a mapping after its names were checked."""

    value: Value
    named: dict[str, Value]

    def __getitem__(self, name: str) -> Value:
        return self.named[name]

    def get(self, name: str) -> Value | None:
        """Return the piece, or None when it is absent or written as null."""
        # Every other plain word is text; “null” alone means “not there”, so that a lawyer can show that a date is
        # missing.
        piece = self.named.get(name)
        return None if piece is None or piece.content == "null" else piece

    def text(self, name: str, default: str = "") -> str:
        """Return the text of an optional piece."""
        piece = self.get(name)
        return default if piece is None else piece.text()

    def items(self, name: str) -> list[Value]:
        """Return the list of an optional piece; absent means empty."""
        piece = self.get(name)
        return [] if piece is None else piece.items()


def read_yaml(path: Path, shown: Path | None = None) -> Value:
    """Return the content of one law file with its lines.

    Raises:
        Refused: `law_invalid` with file and line when it cannot be read strictly.
    """
    # Errors name the file as a lawyer knows it, below the folder of laws, and not where this machine keeps it.
    shown = shown or path
    try:
        raw = path.read_bytes()
        if len(raw) > _MAX_BYTES:
            raise law_error(shown, 1, "tệp quá lớn.", "the file is too large.")
        text = raw.decode("utf8")
    except UnicodeDecodeError as error:
        raise law_error(
            shown, 1, "tệp không lưu bằng mã UTF-8; hãy lưu lại với mã UTF-8.", "the file is not UTF-8 text."
        ) from error
    return parse_yaml(text, shown)


def parse_yaml(text: str, shown: Path) -> Value:
    """Return the content of a law file's text with its lines; errors name the file as `shown`.

    Raises:
        Refused: `law_invalid` with file and line when it cannot be read strictly.
    """
    # The parser is the dearest import of all, and whoever finds the law read already never needs it.
    return importlib.import_module("ansinh.law.yaml_text").parse(text, shown)
