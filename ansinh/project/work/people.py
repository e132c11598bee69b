"""`ansinh seed` and `ansinh people import`: from the command line to the register."""

import argparse
import hashlib
from pathlib import Path
from typing import Any

from django.utils import timezone

from ansinh.base.months import Month
from ansinh.office import operations
from ansinh.office import queries as office
from ansinh.office.security import acting, everything
from ansinh.people import headings, reading, sheets
from ansinh.people.held_copy import write_held
from ansinh.people.importing import ImportResult
from ansinh.people.importing import import_list as take_list
from ansinh.project import shipping
from ansinh.project.operator import say
from ansinh.project.population import seeding
from ansinh.project.population.generate import Plan

_WITHOUT_DOCUMENT = {
    "vi": "Có người nhận thay nhưng danh sách không kèm giấy tờ; chưa lập uỷ quyền. Hãy bổ sung giấy tờ của người nhận thay.",
    "en": "A delegate is named but no document comes with the list; no mandate was recorded. Add the delegate's document.",
}


def seed(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will fill an empty register with a generated province. Raises `Refused` (`already_seeded`, …)."""
    month = Month.parse(arguments.month) if arguments.month else seeding.DEFAULT_MONTH
    shipping.ensure_law()
    plan = Plan(province=arguments.province, beneficiaries=arguments.beneficiaries, seed=arguments.seed, month=month)
    return seeding.seed(plan, arguments.opened_home.sandbox)


def _tell(rows: int) -> None:
    say(f"  đã đọc {rows} dòng")


def import_list(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will take a commune's list into the register, hold what is doubtful, and write the held rows back.

    Raises:
        Refused: `area_unknown`, or why the file is no list (`file_missing`, `file_empty`, `heading_not_found`, …).
    """
    path = Path(arguments.file)
    at = timezone.localtime()
    with acting(everything("system")):
        operations.load_areas()
        area = office.find_commune(arguments.area, at.date())
        content = sheets.read_bytes(path)
        heading = headings.find(sheets.read(path, content), path.name)
        rows = list(reading.read_rows(heading, at.date(), _tell))
        result = take_list(
            rows,
            area_id=area.id,
            file_sha256=hashlib.sha256(content).hexdigest(),
            is_trial=arguments.dry_run,
            by="system",
            at=at,
        )
        held_file: Path | None = None
        if result.held and not arguments.dry_run:
            held_file = arguments.opened_home.path / "held" / f"{path.stem}-{area.code}-giu-lai.xlsx"
            write_held(held_file, heading, result.held, arguments.lang)
    return _answer(result, arguments.lang) | {
        "held_file": str(held_file) if held_file else None,
        "dry_run": bool(arguments.dry_run),
    }


def _answer(result: ImportResult, language: str) -> dict[str, Any]:
    return {
        "rows": result.rows,
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "held": [{"row": row.row, "reason": row.reason, "message": row.message(language)} for row in result.held],
        "notes": [
            {"row": row, "reason": "delegate_without_document", "message": _WITHOUT_DOCUMENT[language]}
            for row in result.without_document
        ],
    }
