"""The commands about changes of life: tell, take an agency's list, list with effect and deadline, decide, what a date brings."""

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from django.utils import timezone

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement import agency_lists, events
from ansinh.office.security import Scope, acting
from ansinh.people.sheets import read_bytes, read_list
from ansinh.project import asking
from ansinh.reports.explaining import benefit_name


def _sight_of(user: str) -> Scope:
    # Told and decided by whoever may not see protected data, too: none of it travels as an event.
    return dataclasses.replace(asking.sight_of(user), protected=False)


def as_json(row: events.EventRow) -> dict[str, Any]:
    """Return an event as plain values; a benefit by the name that is told of it beside a person."""
    plain = dataclasses.asdict(row)
    if row.kind in {events.GRANT, events.STOP}:
        plain["value"] = benefit_name(row.value, "vi")
    for name in ("happened_on", "recorded_on", "due_on"):
        plain[name] = plain[name].isoformat() if plain[name] else None
    return plain


def record(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will keep what is told of a person. Raises `Refused`: those of `events.record`; `date_invalid`."""
    day = asking.day(arguments.on)
    with acting(_sight_of(arguments.user)):
        row = events.record(
            person_id=arguments.person, kind=arguments.kind, value=arguments.value, happened_on=day, source="commune",
            document=arguments.document, by=arguments.user, at=timezone.localtime(),
            details={
                "village": arguments.village, "cause": arguments.cause, "sex": arguments.sex, "national_id": arguments.national_id, "name": arguments.name,
                "birth_date": arguments.born, "mandate": arguments.mandate, "certifier": arguments.certifier, "until": arguments.until,
            },
        )  # fmt: skip
    return as_json(row)


def take_list(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will take an agency's list, row by row. Raises `Refused`: those of `agency_lists.take`, and why the file is no list."""
    path = Path(arguments.file)
    sheets = read_list(path.name, read_bytes(path))
    with acting(_sight_of(arguments.user)):
        taken = agency_lists.take(
            sheets, kind=arguments.kind, value=arguments.value, source=arguments.source,
            document=arguments.document or path.name, by=arguments.user, at=timezone.localtime(),
        )  # fmt: skip
    return {
        "rows": taken.rows,
        "told": taken.told,
        "known": taken.known,
        "held": [
            {"row": row.row, "reason": row.reason, "message": agency_lists.REASONS[row.reason][0]} for row in taken.held
        ],
    }


def list_events(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list the open events of the caller's area."""
    today = timezone.localdate()
    with acting(_sight_of(arguments.user)):
        rows = events.events(today=today, late=arguments.late, limit=1000)
    return {"events": [as_json(row) for row in rows], "late": sum(row.is_late for row in rows)}


def decide(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will accept or refuse an event. Raises `Refused`: those of `events.decide`; `decision_missing`."""
    if arguments.accept is None:
        raise Refused("decision_missing", vi="Hãy ghi --accept hoặc --refuse.", en="Give --accept or --refuse.")
    with acting(_sight_of(arguments.user)):
        row = events.decide(
            event_id=arguments.event, is_accepted=arguments.accept, note=arguments.note, by=arguments.user, at=timezone.localtime()
        )  # fmt: skip
    return as_json(row)


def arriving(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list whose sum changes in the month because a date arrives. Raises `Refused` (`month_invalid`, `staff_unknown`)."""
    month = Month.parse(arguments.month)
    sight = _sight_of(arguments.user)
    with acting(sight):
        rows = events.arriving(month=month, areas=sorted(sight.areas or ()), at=timezone.localtime())
    return {"month": str(month), "people": [dataclasses.asdict(row) for row in rows]}
