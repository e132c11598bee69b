"""The commands of collecting accounts: campaign, progress on any day, one payee's account or reason, the form to print."""

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from django.utils import timezone

from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.office.security import acting
from ansinh.people import campaigns
from ansinh.people.held_copy import write_whole
from ansinh.project import asking
from ansinh.reports import account_form


def open_campaign(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will open a campaign. Raises `Refused`: those of `campaigns.open_campaign`; `date_invalid`."""
    due = asking.day(arguments.due)
    with acting(asking.sight_of(arguments.user)):
        row = campaigns.open_campaign(
            name=arguments.name, province=arguments.province, due_on=due, target_per_mille=arguments.target,
            by=arguments.user, at=timezone.localtime(),
        )  # fmt: skip
    return dataclasses.asdict(row) | {"opened_on": row.opened_on.isoformat(), "due_on": row.due_on.isoformat()}


def progress(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will show the funnel of the caller's communes on a day, beside the newest campaign's target."""
    day = asking.day(arguments.on) if arguments.on else timezone.localdate()
    with acting(asking.sight_of(arguments.user)):
        member = office.staff(arguments.user)
        rows = campaigns.progress(sorted(office.scope_of(member).areas or ()), day)
        above = office.area(member.area_id) if member.area_id else None
        while above is not None and above.parent_id is not None:
            above = office.area(above.parent_id)
        campaign = campaigns.newest_campaign(above.id) if above else None
    target = campaign.target_per_mille if campaign else None
    return {
        "on": day.isoformat(),
        "campaign": campaign.name if campaign else None,
        "due_on": campaign.due_on.isoformat() if campaign else None,
        "target_per_mille": target,
        "is_over": campaign is not None and day > campaign.due_on,
        "communes": [
            dataclasses.asdict(row)
            | {"per_mille": row.per_mille, "reached": target is not None and row.per_mille >= target}
            for row in rows
        ],
    }


def collect(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will keep a payee's account as collected. Raises `Refused`: those of `campaigns.collect`."""
    with acting(asking.sight_of(arguments.user)):
        campaigns.collect(
            person_id=arguments.person, bank_bin=arguments.bank, number=arguments.number, qr=arguments.qr, by=arguments.user, at=timezone.localtime()
        )  # fmt: skip
    return {"person": arguments.person, "state": "COLLECTED"}


def cannot(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will keep why a payee has no account. Raises `Refused`: those of `campaigns.cannot`."""
    with acting(asking.sight_of(arguments.user)):
        campaigns.cannot(
            person_id=arguments.person, reason=arguments.reason, by=arguments.user, at=timezone.localtime()
        )
    return {"person": arguments.person, "state": "CANNOT_OPEN", "reason": arguments.reason}


def form(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will write the form of a commune as a PDF. Raises `Refused`: `area_unknown`, `area_not_yours`, `file_exists`."""
    target, today = Path(arguments.to), timezone.localdate()
    if target.exists():
        raise Refused(
            "file_exists", vi=f"Tệp {target} đã có. Hãy chọn tên khác.", en=f"{target} exists. Choose another name."
        )
    with acting(asking.sight_of(arguments.user)):
        area = office.find_commune(arguments.area, today)
        campaigns.require_collector(arguments.user, area.id)
        rows = account_form.rows_of(area.id, today)
    write_whole(target, account_form.pdf(area.name, area.code, today, rows))
    return {"form": str(target), "people": len(rows)}
