"""`ansinh seed` and `ansinh people …`: lists from the command line into the register and back, and how forms are read."""

import argparse
import datetime
import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.utils import timezone

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.office import operations
from ansinh.office import queries as office
from ansinh.office.security import acting, everything
from ansinh.people import headings, sheets, twins
from ansinh.people.entering import Entry, enter
from ansinh.people.exporting import export_list
from ansinh.people.forms import forget_mapping, keep_mapping, kept_mappings, list_forms
from ansinh.people.held_copy import held_workbook, preview_workbook, write_whole
from ansinh.people.importing import TAKEN, ImportResult
from ansinh.people.importing import import_list as take_list
from ansinh.people.lists import OpenedList, open_list
from ansinh.people.reading import HeldRow
from ansinh.project import asking, shipping
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
    plan = Plan(
        province=arguments.province,
        beneficiaries=arguments.beneficiaries,
        seed=arguments.seed,
        month=month,
        units_of=Month.parse(arguments.units_of) if arguments.units_of else None,
    )
    return seeding.seed(plan, arguments.opened_home.sandbox)


def _tell(rows: int) -> None:
    say(f"  đã đọc {rows} dòng")


def add(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will enter somebody new. Raises `Refused`: `date_invalid`, `area_unknown`, and those of `entering.enter`."""
    born, at = asking.day(arguments.born), timezone.localtime()
    area = office.find_commune(arguments.area, on=timezone.localdate(at))
    entry = Entry(
        full_name=arguments.name, sex=arguments.sex, birth_date=born, area_id=area.id,
        national_id=arguments.national_id, ethnicity=arguments.ethnicity, phone=arguments.phone, village=arguments.village, household=arguments.household,
        relationship=arguments.relationship, is_another=arguments.another,
    )  # fmt: skip
    with acting(asking.sight_of(arguments.user)):
        return {"person": enter(entry, document=arguments.document, by=arguments.user, at=at)}


def import_list(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will take a commune's list into the register, hold what is doubtful, and write the held rows back.

    Raises:
        Refused: `area_unknown`, or why the file is no list (`file_missing`, `file_empty`, `heading_not_found`, …).
    """
    path, at = Path(arguments.file), timezone.localtime()
    content = sheets.read_bytes(path)
    try:
        return _imported(arguments, path, content, at)
    except Refused as refusal:
        # Outside of the transaction that the refusal undid: that the file came must stay known.
        if refusal.reason in sheets.UNOPENED:
            with acting(everything("system")):
                digest = hashlib.sha256(content).hexdigest()
                operations.audit_refused_file(by="system", arrival="list", sha256=digest, refusal=refusal, at=at)
        raise


def _imported(arguments: argparse.Namespace, path: Path, content: bytes, at: datetime.datetime) -> dict[str, Any]:
    with acting(everything("system")):
        operations.load_areas()
        area = office.find_commune(arguments.area, at.date())
        opened = open_list(path.name, content, kept=kept_mappings(area.id), on=at.date(), tell=_tell)
        result = take_list(
            opened.rows,
            area_id=area.id,
            file_sha256=hashlib.sha256(content).hexdigest(),
            is_trial=arguments.dry_run,
            by="system",
            at=at,
        )
        stem = arguments.opened_home.path / "held" / f"{path.stem}-{area.code}"
        held_file: Path | None = None
        preview: dict[str, Any] = {}
        if arguments.dry_run:
            preview = _preview(arguments, opened, result, stem)
        else:
            # Among the new ones alone; the whole register is searched in the night. They are pointed out, not held.
            preview = {"likely_duplicates": twins.find(since=at, at=at) if result.created else 0}
        if result.held and not arguments.dry_run:
            held_file = stem.with_name(stem.name + "-giu-lai.xlsx")
            write_whole(held_file, held_workbook(opened.heading, result.held, arguments.lang))
    return _answer(result, opened, arguments.lang) | {
        "held_file": str(held_file) if held_file else None,
        "dry_run": bool(arguments.dry_run),
        **preview,
    }


def _preview(arguments: argparse.Namespace, opened: OpenedList, result: ImportResult, stem: Path) -> dict[str, Any]:
    """Write every row's fate as a sheet, and return it for programs; a person reads the sheet."""
    path = Path(arguments.preview) if arguments.preview else stem.with_name(stem.name + "-xem-truoc.xlsx")
    write_whole(path, preview_workbook(opened.heading, result.fates, arguments.lang))
    if not arguments.json:
        return {"preview_file": str(path)}
    fates = [
        {"row": row, "fate": verdict}
        if verdict in TAKEN
        else {"row": row, "fate": "held", "reason": verdict, "message": HeldRow(row, verdict).message(arguments.lang)}
        for row, verdict in result.fates.items()
    ]
    return {"preview_file": str(path), "fates": fates}


def _answer(result: ImportResult, opened: OpenedList, language: str) -> dict[str, Any]:
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
        "columns": opened.columns,
        "form_kept": opened.heading.is_kept,
        "codings": [asdict(coding) for coding in opened.codings],
    }


def map_columns(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will keep which column of a commune's form holds what, for the next list of the same form.

    Raises:
        Refused: `area_unknown`, `mapping_word_invalid`, `mapping_field_unknown`, `mapping_title_unknown`,
            `mapping_incomplete`, `heading_ambiguous`, or why the file is no list.
    """
    path, at = Path(arguments.file), timezone.localtime()
    said: dict[str, str] = {}
    for word in arguments.set:
        title, sign, meant = word.rpartition("=")
        if not (sign and title.strip() and meant.strip()):
            raise Refused(
                "mapping_word_invalid",
                vi=f'“{word}” chưa đúng. Hãy viết: --set "tên cột=trường", ví dụ "Người được lĩnh=họ và tên".',
                en=f'“{word}” is not right. Write: --set "title=field", like "Người được lĩnh=name".',
            )
        said[title.strip()] = meant.strip()
    with acting(everything("system")):
        operations.load_areas()
        area = office.find_commune(arguments.area, at.date())
        found = sheets.read_list(path.name, sheets.read_bytes(path))
        mapping, heading = headings.map_columns(found, said, path.name)
        form = keep_mapping(mapping, area_id=area.id, by="system", at=at)
        titles = {field: heading.titles[place] for field, place in heading.columns.items()}
    return {"form": form, "area": area.code, "columns": titles}


def mappings(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list the forms that an area has explained. Raises `Refused` (`area_unknown`)."""
    with acting(everything("system")):
        area = office.find_commune(arguments.area, timezone.localdate())
        forms = list_forms(area.id)
    return {
        "area": area.code,
        "forms": [
            {"form": row.id, "columns": row.columns, "by": row.recorded_by, "at": row.recorded_at.isoformat()}
            for row in forms
        ],
    }


def unmap_columns(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will forget what was said about a form. Raises `Refused` (`area_unknown`, `list_form_unknown`)."""
    at = timezone.localtime()
    with acting(everything("system")):
        area = office.find_commune(arguments.area, at.date())
        forget_mapping(arguments.form, area_id=area.id, by="system", at=at)
    return {"form": arguments.form, "area": area.code, "forgotten": True}


def export(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will write an area's people as a list in the form that import reads. Raises `Refused` (`area_unknown`)."""
    at = timezone.localtime()
    with acting(everything("system")):
        area = office.find_commune(arguments.area, at.date())
        exported = export_list(area_id=area.id, kind=arguments.format, by="system", at=at)
    name = f"danh-sach-{area.code}.{arguments.format}"
    path = Path(arguments.to) if arguments.to else arguments.opened_home.path / "lists" / name
    write_whole(path, exported.content)
    left_out = [
        {"reason": reason, "people": count, "message": HeldRow(0, reason).message(arguments.lang)}
        for reason, count in exported.left_out.items()
    ]
    return {"file": str(path), "area": area.code, "people": exported.people, "left_out": left_out}
