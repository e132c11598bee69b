"""The commands of opening accounts through a bank: consent, the list to the bank, the bank's list back."""

import argparse
import dataclasses
import os
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils import timezone

from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.office.security import acting
from ansinh.people import opening, sheets, verification
from ansinh.project import asking

_SHAPES = {"day": "%d/%m/%Y", "month": "%m/%Y", "year": "%Y"}


def consent(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will keep or withdraw somebody's consent. Raises `Refused`: those of `opening.consent`."""
    with acting(asking.sight_of(arguments.user)):
        changed = opening.consent(
            person_id=arguments.person, bank_bin=arguments.bank, document=arguments.document, is_withdrawn=arguments.withdraw,
            by=arguments.user, at=timezone.localtime(),
        )  # fmt: skip
    return {"person": arguments.person, "bank": arguments.bank, "agrees": not arguments.withdraw, "changed": changed}


def open_file(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will write the list for a bank, of people within the caller's sight; that it was written is in the audit trail.

    Raises:
        Refused: `role_not_allowed`, `area_unknown`, `nothing_to_open`, `file_exists`.
    """
    target, today = Path(arguments.file), timezone.localdate()
    if target.exists():
        raise Refused(
            "file_exists", vi=f"Tệp {target} đã có. Hãy chọn tên khác.", en=f"{target} exists. Choose another name."
        )
    with acting(asking.sight_of(arguments.user)):
        verification.require_officer(arguments.user)
        areas = (
            [office.find_commune(arguments.area, today).id]
            if arguments.area
            else [row.id for row in office.communes_of(office.find_province(arguments.province, today).code, today)]
        )
        people = opening.to_open(area_ids=areas, bank_bin=arguments.bank)
        if not people:
            raise Refused(
                "nothing_to_open",
                vi="Không có ai đã đồng ý mở tài khoản tại ngân hàng này mà chưa có tài khoản.",
                en="Nobody who agreed to an account at this bank is without one.",
            )
        detail = {"people": len(people), "areas": len(areas)}
        audit(
            by=arguments.user,
            action="account.open_file",
            subject=f"bank:{arguments.bank}",
            detail=detail,
            at=timezone.localtime(),
        )
    unfinished = target.with_name(target.name + ".part")
    with xlsxwriter.Workbook(str(unfinished), {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Mở tài khoản")
        for column, title in enumerate(opening.TITLES):
            sheet.write_string(0, column, title)
        for line, one in enumerate(people, 1):
            born = f"{one.birth_date:{_SHAPES[one.birth_precision]}}"
            cells = (
                str(line),
                str(one.person_id),
                one.full_name,
                born,
                one.national_id,
                one.phone,
                one.village,
                one.commune,
            )
            for column, text in enumerate(cells):
                # Text, always: a number would lose its noughts, and a name that begins with “=” would be carried out.
                sheet.write_string(line, column, text)
    os.replace(unfinished, target)
    return {"file": str(target), "people": len(people)}


def opened(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will take a bank's list of opened accounts. Raises `Refused`: `file_missing`, …, and those of `opening.take_opened`."""
    path = Path(arguments.file)
    read = sheets.read(path, sheets.read_bytes(path))
    with acting(asking.sight_of(arguments.user)):
        done = opening.take_opened(
            sheets=read, bank_bin=arguments.bank, file_name=path.name, by=arguments.user, at=timezone.localtime()
        )
    is_english = arguments.lang == "en"
    held = [{"row": row, "reason": why, "message": opening.HELD[why][is_english]} for row, why in done.held]
    return {**dataclasses.asdict(done), "held": held}
