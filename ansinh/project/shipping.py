"""The law that comes with the software: the first law of a new system, and nothing but a proposal to an older one."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from ansinh.entitlement import operations, releases
from ansinh.law.archive import archive_hash, read_files
from ansinh.law.changes import changes
from ansinh.law.package import default_laws
from ansinh.project.operator import say


def ensure_law() -> None:
    """This will record the shipped law on a system that knows no law yet; afterwards only two people change what is in force."""
    # Reading the whole folder takes a second; nearly every call finds a law.
    if not releases.is_any_known():
        operations.ship_law(files=read_files(default_laws()), at=timezone.localtime())


def state_of_law() -> dict[str, Any]:
    """Return which law payrolls use and whether two people stand behind it."""
    current = releases.in_force()
    if current is None:
        return {"hash": None, "state": None, "released_by_two": False}
    return {
        "hash": current.hash,
        "label": current.label,
        "state": current.state,
        "released_by_two": current.is_released_by_two,
    }


def is_another_law(files: Mapping[str, str]) -> bool:
    """Return whether these files say anything else than the law in force; comments and cases are no difference."""
    current = releases.in_force()
    if current is None or current.hash == archive_hash(files):
        return current is None
    return any(change.subject != "case" for change in changes(releases.files_of(current.hash), files))


def tell_of_another_law() -> bool:
    """Say so when the software has come with another law than the one in force, and return whether it has."""
    is_another = is_another_law(read_files(default_laws()))
    if is_another:
        say(
            "Luật kèm theo phần mềm khác với luật đang dùng. Kỳ chi trả vẫn tính theo luật đang dùng cho đến khi người soạn luật trình"
            " (ansinh law submit) và người thẩm định pháp lý chấp nhận (ansinh law review)."
        )
    return is_another
