"""The commands of a cash point, and of paying again what a bank gave back."""

import argparse
import os
from pathlib import Path
from typing import Any

from django.utils import timezone

from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.office.security import acting
from ansinh.payment import cash, reopening
from ansinh.payment.cash import CashSheet
from ansinh.project import asking
from ansinh.reports import cash_sheet


def _answer(sheet: CashSheet) -> dict[str, Any]:
    left = [row for row in sheet.rows if not row.is_paid]
    return {
        "list": sheet.id,
        "run": sheet.run_code,
        "area": sheet.area_code,
        "number": sheet.number,
        "state": sheet.state,
        "items": len(sheet.rows),
        "drawn_dong": sheet.drawn_dong,
        "paid_dong": sheet.paid_dong,
        "waiting": len(left),
    }


def open_list(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will take a commune's cash items onto a list, and write the sheet to sign when a file is named.

    Raises:
        Refused: those of `cash.open_list`; `file_exists`.
    """
    target = Path(arguments.sheet) if arguments.sheet else None
    if target is not None and target.exists():
        raise Refused(
            "file_exists",
            vi=f"Tệp {target} đã có. Hãy chọn tên khác.",
            en=f"{target} exists. Choose another name.",
        )
    with acting(asking.sight_of(arguments.user)):
        sheet = cash.open_list(run=arguments.run, area=arguments.area, by=arguments.user, at=timezone.localtime())
    answer = _answer(sheet) | {
        "receipts": [{"code": row.code, "payee": row.payee, "amount_dong": row.amount_dong} for row in sheet.rows]
    }
    if target is not None:
        unfinished = target.with_name(target.name + ".part")
        unfinished.write_bytes(cash_sheet.pdf(sheet))
        os.replace(unfinished, target)
        answer["sheet"] = str(target)
    return answer


def pay(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will pay out one receipt to whoever shows the identity number, or enter a pay-out from a signed sheet.

    Raises:
        Refused: those of `cash.pay_out`; `date_invalid`.
    """
    with acting(asking.sight_of(arguments.user)):
        done = cash.pay_out(
            code=arguments.code,
            identity=arguments.identity,
            by=arguments.user,
            at=timezone.localtime(),
            paid_on=asking.day(arguments.paid_on) if arguments.paid_on else None,
            offline=arguments.offline,
            note=arguments.note or "",
        )
    return {"code": done.code, "amount_dong": done.amount_dong, "receiver": done.receiver, "conflict": done.is_conflict}


def close(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will close the commune's list; what was not collected goes back and waits for the next one.

    Raises:
        Refused: those of `cash.close_list`.
    """
    with acting(asking.sight_of(arguments.user)):
        return _answer(
            cash.close_list(run=arguments.run, area=arguments.area, by=arguments.user, at=timezone.localtime())
        )


def uncollected(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list whose cash nobody has collected for three months: a person decides what follows.

    Raises:
        Refused: `area_unknown`, `area_not_yours`, `staff_unknown`.
    """
    today = timezone.localdate()
    with acting(asking.sight_of(arguments.user)):
        if arguments.area:
            areas = [office.find_commune(arguments.area, today).id]
            office.require_reach(arguments.user, areas[0])
        else:
            areas = [row.id for row in office.communes_of(office.find_province(arguments.province, today).code, today)]
        rows = cash.uncollected(areas)
    return {"proposals": [{"person": person, "name": name, "months": months} for person, name, months in rows]}


def reopen(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will propose to pay what ended without money again, or it and what was never sent no more; another approves.

    Raises:
        Refused: those of `reopening.propose`.
    """
    with acting(asking.sight_of(arguments.user)):
        proposed = reopening.propose(
            run=arguments.run,
            beneficiaries=arguments.person or None,
            channel=arguments.channel,
            reason=arguments.reason,
            by=arguments.user,
            at=timezone.localtime(),
        )
        # Everybody is not those who were called back: whoever meant them too must read it.
        left = 0 if arguments.person else reopening.recalled(arguments.run)
    return {"run": arguments.run, "proposed": proposed, "recalled_left_out": left}


def withdraw_reopening(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will take back proposals to pay these people again that nobody has approved.

    Raises:
        Refused: those of `reopening.withdraw`.
    """
    with acting(asking.sight_of(arguments.user)):
        withdrawn = reopening.withdraw(
            run=arguments.run, beneficiaries=arguments.person, by=arguments.user, at=timezone.localtime()
        )
    return {"run": arguments.run, "withdrawn": withdrawn}


def approve_reopening(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will approve the open proposals of a run that somebody else made.

    Raises:
        Refused: those of `reopening.approve`.
    """
    with acting(asking.sight_of(arguments.user)):
        done = reopening.approve(run=arguments.run, by=arguments.user, at=timezone.localtime())
    held = [
        {"person": person, "reason": reason, "message": reopening.HELD_LABELS[reason][0]}
        for person, reason in done.held
    ]
    return {
        "run": arguments.run,
        "account": done.account,
        "cash": done.cash,
        "waived": done.waived,
        "held": held,
    }
