"""A provider's form as data: which columns a sheet of orders has, and how its list of results is read."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from ansinh.base.names import fold
from ansinh.base.refusals import Refused

# What a column may hold; anything else in a form is a mistake of whoever wrote it.
ORDER_FIELDS = frozenset(
    ["position", "end_to_end_id", "payee_name", "bank_bin", "account_number", "amount_dong", "beneficiary_name", "purpose"]
)  # fmt: skip
HEAD_FIELDS = frozenset(["batch", "execution_date", "debtor_name", "debtor_account", "count", "total_dong"])
_RESULT_FIELDS = frozenset(["end_to_end_id", "purpose", "amount", "status", "reason", "booked_on"])
_STATUSES = frozenset(["PAID", "REJECTED", "RETURNED", "RECEIVED", "ACCEPTED"])
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


@dataclass(frozen=True)
class Column:
    """One column of a sheet of orders."""

    heading: str
    value: str
    width: int


@dataclass(frozen=True)
class Template:
    """One form. Headings and words of results are folded: no diacritics, small letters."""

    name: str
    sheet: str
    title: str
    head: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    total: str
    headings: dict[str, tuple[str, ...]]
    words: dict[str, str]
    ends_with: frozenset[str]


@lru_cache(maxsize=32)
def load(name: str) -> Template:
    """Return the form of this name. Raises `Refused` (`template_unknown`, `template_invalid`)."""
    if _NAME.fullmatch(name) is None:
        raise _unknown(name)
    place = resources.files(__package__).joinpath("templates", f"{name}.yaml")
    if not place.is_file():
        raise _unknown(name)
    return _read(name, yaml.safe_load(place.read_text("utf8")))


def _read(name: str, written: Any) -> Template:
    try:
        orders, results = written["orders"], written["results"]
        template = Template(
            name=name, sheet=orders["sheet"], title=orders["title"], total=orders["total"],
            head=tuple((entry["label"], entry["value"]) for entry in orders["head"]),
            columns=tuple(Column(entry["heading"], entry["value"], int(entry["width"])) for entry in orders["columns"]),
            headings={field: tuple(map(fold, said)) for field, said in results["columns"].items()},
            words={fold(word): status for status, words in results["words"].items() for word in words},
            ends_with=frozenset(map(fold, results["ends_with"])),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise _invalid(name, str(error)) from error
    fields = {column.value for column in template.columns}
    # Without these four nobody could pay, and nobody could say which order an answer is about.
    lacking = {"end_to_end_id", "bank_bin", "account_number", "amount_dong"} - fields
    strange = (fields - ORDER_FIELDS) | ({value for _, value in template.head} - HEAD_FIELDS)
    strange |= (template.headings.keys() - _RESULT_FIELDS) | (set(template.words.values()) - _STATUSES)
    if lacking or strange:
        raise _invalid(name, ", ".join(sorted(lacking | strange)))
    return template


def _unknown(name: str) -> Refused:
    return Refused(
        "template_unknown",
        vi=f"Không có mẫu bảng tính “{name}”. Hãy sửa thông số cổng kết nối hoặc thêm mẫu của tổ chức chi trả.",
        en=f"There is no sheet template “{name}”. Correct the gateway settings or add the provider's template.",
        template=name,
    )


def _invalid(name: str, what: str) -> Refused:
    return Refused(
        "template_invalid",
        vi=f"Mẫu bảng tính “{name}” chưa đúng ({what}). Hãy sửa tệp mẫu.",
        en=f"The sheet template “{name}” is not valid ({what}). Correct the file.",
        template=name,
    )
