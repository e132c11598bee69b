"""What a command is: name, help, arguments, and the function that does the work.

The function is named as text and imported only when asked for, so that `ansinh law explain` never pays for Django.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Argument = tuple[tuple[str, ...], dict[str, Any]]


@dataclass(frozen=True)
class Command:
    """One command of the contract."""

    name: str
    help: str
    work: str
    arguments: tuple[Argument, ...] = ()
    needs_database: bool = True
    needs_home: bool = True
    # A benchmark runs in a home of its own that is removed afterwards.
    in_fresh_home: bool = False
    group_help: str = ""
    # Arguments of which exactly one must be given.
    one_of: tuple[Argument, ...] = ()

    def load(self) -> Callable[[Any], dict[str, Any] | str]:
        """Import and return the function that does the work."""
        module, _, function = self.work.partition(":")
        return getattr(importlib.import_module(f"ansinh.project.work.{module}"), function)


def argument(*flags: str, **options: Any) -> Argument:
    """Return an argument as argparse takes it: its flags and its options."""
    return flags, options


MONTH = argument("--month", required=True, metavar="NĂM-THÁNG", help="tháng, ví dụ 2026-11")
MONTH_OPTIONAL = argument("--month", default=None, metavar="NĂM-THÁNG", help="tháng, ví dụ 2026-11")
PROVINCE = argument("--province", default=None, metavar="MÃ", help="mã tỉnh, ví dụ 46")
AREA = argument("--area", default=None, metavar="MÃ", help="mã xã, phường")
RUN = argument("run", metavar="KỲ", help="mã kỳ chi trả")
AS_OPTIONAL = argument(
    "--as",
    dest="user",
    default=None,
    metavar="NGƯỜI",
    help="tên đăng nhập của người thực hiện; mặc định người trực máy",
)
AS = argument("--as", dest="user", required=True, metavar="NGƯỜI", help="tên đăng nhập của người thực hiện")
