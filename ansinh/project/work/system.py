"""First set-up of a system: areas, its first law, the first administrator, and a number that tells it from others."""

import argparse
from typing import Any

from ansinh.law.package import load_book
from ansinh.office import operations
from ansinh.office.security import acting, everything
from ansinh.project import shipping


def init(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will load areas and laws and create the first administrator, once; a second call changes nothing."""
    package = load_book()
    with acting(everything("system")):
        areas = operations.load_areas()
        operations.ensure_instance_number()
        shipping.ensure_law()
        one_time_password = operations.create_first_administrator()
        law = shipping.state_of_law()
        law["software_has_another"] = shipping.tell_of_another_law()
    answer: dict[str, Any] = {"areas": areas, "law_clauses": len(package.clauses), "law": law}
    if one_time_password:
        answer["administrator"] = {"username": "quantri", "one_time_password": one_time_password}
    return answer
