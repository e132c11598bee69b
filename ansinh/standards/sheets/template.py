"""Which column is what, and what a provider's words mean: one YAML file per provider, agreed and signed, no code.

A mistake in it is refused with the place where it stands. A sheet without a template can still be shown, by the headings
that everybody uses, but nothing has been agreed about it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from ansinh.base.names import fold
from ansinh.base.refusals import Refused
from ansinh.standards.iso20022 import codes
from ansinh.standards.iso20022.results import ACCEPTED, PAID, RECEIVED, REJECTED, RETURNED, UNKNOWN

FIELDS = (
    "end_to_end_id", "account_number", "party_name", "amount", "debit", "credit", "status", "reason", "booked_on",
    "description",
)  # fmt: skip
_KEYS = {"name", "providers", "sheet", "columns", "statuses", "reasons", "currency", "grouping"}
_STATUSES = frozenset({ACCEPTED, PAID, RECEIVED, REJECTED, RETURNED, UNKNOWN})
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_MOST_LETTERS = 64 << 10


@dataclass(frozen=True, slots=True)
class Template:
    """What was agreed with one provider about its sheets. Headings and words are compared folded: no case, no accents.

    `sheet` is the folded name of the sheet, or empty for any. `grouping` is the sign between thousands where amounts are
    written as text; empty means that the sheet must leave no doubt.
    """

    name: str
    providers: tuple[str, ...]
    columns: dict[str, str]
    statuses: dict[str, str]
    reasons: dict[str, str]
    sheet: str = ""
    currency: str = "VND"
    grouping: str = ""
    is_agreed: bool = True


def parse(text: str) -> Template:
    """Return the template that a YAML text declares.

    Raises:
        Refused: `template_invalid`, with what is wrong and where.
    """
    if len(text) > _MOST_LETTERS:
        raise _invalid("longer than 64 KB")
    try:
        found = YAML(typ="safe").load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _invalid(f"line {mark.line + 1}: not YAML" if mark else "not YAML") from None
    if not isinstance(found, dict):
        raise _invalid("not a mapping")
    unknown = sorted(str(key) for key in found.keys() - _KEYS)
    if unknown:
        raise _invalid(f"unknown: {', '.join(unknown)}")
    name = found.get("name")
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise _invalid("name must be small letters, digits and hyphens")
    currency, grouping = found.get("currency", "VND"), found.get("grouping", "")
    if not isinstance(currency, str) or re.fullmatch(r"[A-Z]{3}", currency) is None:
        raise _invalid("currency must be three capitals")
    if grouping not in ("", ".", ","):
        raise _invalid("grouping must be a point or a comma")
    return Template(
        name, tuple(_texts(found.get("providers", []), "providers")), _columns(found.get("columns")),
        _words(found.get("statuses", {}), "statuses", _STATUSES),
        _words(found.get("reasons", {}), "reasons", codes.published(codes.STATUS_SET)),
        fold(str(found.get("sheet", ""))), currency, grouping,
    )  # fmt: skip


@lru_cache(maxsize=1)
def bundled() -> tuple[Template, ...]:
    """Return the templates that come with the program."""
    folder = resources.files(__package__).joinpath("templates")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return tuple(parse(file.read_text("utf8")) for file in files)


def common() -> Template:
    """Return the headings and words that everybody uses, for sheets that no template was agreed for."""
    found = next(template for template in bundled() if template.name == "common")
    # Nobody agreed that the payee has the money when this sheet says so.
    words = {word: ACCEPTED if status == PAID else status for word, status in found.statuses.items()}
    return Template("", (), found.columns, words, found.reasons, is_agreed=False)


def _columns(found: Any) -> dict[str, str]:
    """Return the field of each folded heading."""
    if not isinstance(found, dict) or not found:
        raise _invalid("columns are missing")
    columns: dict[str, str] = {}
    for field, headings in found.items():
        if field not in FIELDS:
            raise _invalid(f"columns: {field} is no field")
        for heading in _texts(headings, f"columns: {field}"):
            if columns.setdefault(fold(heading), field) != field:
                raise _invalid(f"columns: “{heading}” stands for two fields")
    if not {"amount", "debit", "credit"} & set(columns.values()):
        raise _invalid("columns: no amount")
    return columns


def _words(found: Any, where: str, allowed: frozenset[str]) -> dict[str, str]:
    if not isinstance(found, dict):
        raise _invalid(f"{where} must be a mapping")
    words: dict[str, str] = {}
    for meaning, said in found.items():
        if meaning not in allowed:
            raise _invalid(f"{where}: {meaning} is not known")
        for word in _texts(said, f"{where}: {meaning}"):
            if words.setdefault(fold(word), str(meaning)) != meaning:
                raise _invalid(f"{where}: “{word}” has two meanings")
    return words


def _texts(found: Any, where: str) -> list[str]:
    if not isinstance(found, list) or not all(isinstance(one, str) and fold(one) for one in found):
        raise _invalid(f"{where} must be a list of words")
    return found


def _invalid(what: str) -> Refused:
    return Refused(
        "template_invalid",
        vi=f"Mẫu bảng tính chưa đúng ({what}). Hãy sửa tệp mẫu.",
        en=f"The spreadsheet template is not valid ({what}). Correct the template.",
        problem=what,
    )
