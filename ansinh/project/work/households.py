"""The commands of households that part and come together."""

import argparse
import dataclasses
from typing import Any

from django.utils import timezone

from ansinh.office.security import acting
from ansinh.people import households
from ansinh.project import asking


def _answer(row: households.ChangeRow) -> dict[str, Any]:
    return {**dataclasses.asdict(row), "persons": list(row.persons), "happened_on": row.happened_on.isoformat()}


def split(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will move members into a household of their own. Raises `Refused`: `date_invalid`, and those of `split_household`."""
    on = asking.day(arguments.on)
    with acting(asking.sight_of(arguments.user)):
        row = households.split_household(
            household=arguments.household, persons=arguments.person, head=arguments.head, head_left=arguments.head_left, on=on,
            document=arguments.document, by=arguments.user, at=timezone.localtime(),
        )  # fmt: skip
    # Money may follow: what the new household's class is, its commune decides.
    return {**_answer(row), "new_household_has_class": False}


def join(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will move a whole household into another. Raises `Refused`: `date_invalid`, and those of `join_household`."""
    on = asking.day(arguments.on)
    with acting(asking.sight_of(arguments.user)):
        return _answer(
            households.join_household(
                household=arguments.household,
                into=arguments.into,
                on=on,
                document=arguments.document,
                by=arguments.user,
                at=timezone.localtime(),
            )
        )


def undo(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will take a change of households back. Raises `Refused`: those of `undo_change`."""
    with acting(asking.sight_of(arguments.user)):
        return _answer(households.undo_change(change=arguments.change, by=arguments.user, at=timezone.localtime()))


def changes(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list the changes of a household, within the caller's sight. Raises `Refused` (`staff_unknown`)."""
    with acting(asking.sight_of(arguments.user)):
        return {"changes": [_answer(row) for row in households.changes_of(arguments.household)]}
