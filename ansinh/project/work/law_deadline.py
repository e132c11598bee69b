"""`ansinh law deadline`: by which day a step of a procedure must be done. Needs no database and no Django.

A name may be a step (counted from the day of receipt) or a report or list (the next one due after that day). What nobody
compared with the official text is listed beside the answer.
"""

import argparse
import datetime
import re
from typing import Any

from ansinh.base.refusals import Refused
from ansinh.law.package import default_laws
from ansinh.law.procedure.deadlines import as_plain, deadline, next_date
from ansinh.law.procedure.loading import load_procedure


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will say the latest day of the step, its clause, the holidays left out, and what is not verified.

    Raises:
        Refused: `date_invalid`; `unknown_step`; `step_not_in_force`; `calendar_missing`.
    """
    received = _day(arguments.received)
    law = load_procedure(default_laws())
    # Steps and dates share one list of names, so that an officer need not know which of the two a deadline is.
    if any(rule.name == arguments.step for rule in law.dates):
        return as_plain(next_date(law, arguments.step, received))
    return as_plain(deadline(law, arguments.step, received))


def _day(text: str) -> datetime.date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused(
        "date_invalid",
        vi=f"Ngày “{text}” không đúng. Hãy ghi một ngày có thật như 2026-11-22.",
        en=f"The day “{text}” is not valid. Write a real day like 2026-11-22.",
        date=text,
    )
