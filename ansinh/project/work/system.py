"""First set-up of a system: areas, the first administrator, and a number that tells this system from others."""

import argparse
from typing import Any

from ansinh.law.package import load_book
from ansinh.office import operations
from ansinh.office.security import acting, everything


def init(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will load areas and laws and create the first administrator, once; a second call changes nothing."""
    package = load_book()
    with acting(everything("system")):
        areas = operations.load_areas()
        operations.ensure_instance_number()
        one_time_password = operations.create_first_administrator()
    answer: dict[str, Any] = {"areas": areas, "law_clauses": len(package.clauses)}
    if one_time_password:
        answer["administrator"] = {"username": "quantri", "one_time_password": one_time_password}
    return answer
