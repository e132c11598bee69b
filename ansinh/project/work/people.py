"""`ansinh seed` and `ansinh people import`: from the command line to the register."""

import argparse
from typing import Any

from ansinh.base.months import Month
from ansinh.project.population import seeding
from ansinh.project.population.generate import Plan


def seed(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will fill an empty register with a generated province. Raises `Refused` (`already_seeded`, …)."""
    month = Month.parse(arguments.month) if arguments.month else seeding.DEFAULT_MONTH
    plan = Plan(province=arguments.province, beneficiaries=arguments.beneficiaries, seed=arguments.seed, month=month)
    return seeding.seed(plan, arguments.opened_home.sandbox)
