"""The commands of a reform of areas: propose, carry out, place the households of divided communes, load a later reform."""

import argparse
import csv
import dataclasses
import datetime
import io
from pathlib import Path
from typing import Any

from django.utils import timezone

from ansinh.base.refusals import Refused
from ansinh.office import operations as office_operations
from ansinh.office import queries as office
from ansinh.office import reforms
from ansinh.office.security import acting, everything
from ansinh.people import reform
from ansinh.people.sheets import read_bytes
from ansinh.project import asking
from ansinh.project.operator import OPERATOR

_ANY_NUMBER = 10**6


def _as_json(planned: reform.ReformPlan) -> dict[str, Any]:
    persons, households = planned.moving
    waiting_persons, waiting_households = planned.waiting
    return {
        "day": planned.day.isoformat(),
        "province": planned.province_code,
        "name": planned.province_name,
        "old_units": len(planned.units),
        "divided_units": sum(not unit.is_whole for unit in planned.units),
        "persons": persons,
        "households": households,
        "waiting_persons": waiting_persons,
        "waiting_households": waiting_households,
        "units": [dataclasses.asdict(unit) for unit in planned.units],
    }


def reform_plan(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will show what a reform moves and what waits, and propose it unless it is only looked at.

    Raises:
        Refused: those of `people.reform.propose`; `user_missing`, `date_invalid`.
    """
    day = asking.day(arguments.on)
    with acting(everything(OPERATOR)):
        office_operations.load_areas()
        if arguments.dry_run:
            return _as_json(reform.plan(day=day, province=arguments.province)) | {"proposed": False}
        if not arguments.user:
            raise Refused(
                "user_missing",
                vi="Hãy ghi --as NGƯỜI để đề nghị, hoặc --dry-run để chỉ xem.",
                en="Give --as USER to propose, or --dry-run to look only.",
            )
        planned = reform.propose(day=day, province=arguments.province, by=arguments.user, at=timezone.localtime())
    return _as_json(planned) | {"proposed": True}


def apply(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will carry out a proposed reform. Raises `Refused`: those of `people.reform.carry_out`; `date_invalid`."""
    day = asking.day(arguments.on)
    with acting(everything(OPERATOR)):
        done = reform.carry_out(day=day, province=arguments.province, by=arguments.user, at=timezone.localtime())
    return {"day": day.isoformat(), "province": arguments.province, **dataclasses.asdict(done)}


def _divided(arguments: argparse.Namespace, day: datetime.date) -> list[office.AreaRow]:
    province = office.find_province(arguments.province, on=day)
    units = office.split_units(province.id, day)
    if arguments.unit is None:
        return units
    chosen = [unit for unit in units if unit.code == arguments.unit]
    if not chosen:
        raise Refused(
            "unit_not_divided",
            vi=f"Xã mã “{arguments.unit}” không bị chia ngày {day:%d/%m/%Y}. Các xã bị chia: "
            f"{'; '.join(f'{unit.name} ({unit.code})' for unit in units) or 'không có'}.",
            en=f"Unit “{arguments.unit}” was not divided on {day}.",
            unit=arguments.unit,
        )
    return chosen


def splits(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will list the households of divided communes that wait, with the heirs among which to choose.

    Raises:
        Refused: `area_unknown`, `unit_not_divided`, `date_invalid`.
    """
    day = asking.day(arguments.on)
    with acting(everything(OPERATOR)):
        units = _divided(arguments, day)
        rows = reform.waiting_households(
            [unit.id for unit in units], village=arguments.village, limit=max(0, arguments.limit)
        )
        heirs = {unit.code: office.heirs_of(unit.id) for unit in units}
    return {
        "units": [
            {
                "code": unit.code,
                "name": unit.name,
                "heirs": [{"code": heir.code, "name": heir.name} for heir in heirs[unit.code]],
            }
            for unit in units
        ],
        "waiting": [
            {
                "household": row.code, "unit": row.old_code, "village": row.village, "head": row.head, "members": row.members
            }
            for row in rows
        ],
    }  # fmt: skip


def decide_split(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will put households of divided communes into the heirs that a person chose.

    Raises:
        Refused: those of `people.reform.decide`; `choice_missing`, `file_unusable`, `unit_not_divided`, `date_invalid`.
    """
    day = asking.day(arguments.on)
    with acting(asking.sight_of(arguments.user)):
        chosen = _chosen(arguments, day)
        moved = reform.decide(heirs=chosen, by=arguments.user, at=timezone.localtime())
    return {"decided": len(chosen), "moved": moved}


def _chosen(arguments: argparse.Namespace, day: datetime.date) -> dict[int, str]:
    """Return the heir's code by household id, as the caller's sight reaches."""
    if arguments.file:
        wanted = _file(Path(arguments.file))
    elif arguments.to and arguments.household:
        wanted = dict.fromkeys(arguments.household, arguments.to)
    elif arguments.to and arguments.unit and arguments.village is not None:
        units = _divided(arguments, day)
        rows = reform.waiting_households([unit.id for unit in units], village=arguments.village, limit=_ANY_NUMBER)
        return {row.id: arguments.to for row in rows}
    else:
        raise Refused(
            "choice_missing",
            vi="Hãy ghi --file TỆP.csv, hoặc --to MÃ cùng --household MÃ_HỘ, hoặc --to MÃ cùng --unit MÃ và --village THÔN.",
            en="Give --file, or --to with --household, or --to with --unit and --village.",
        )
    ids = reform.household_ids(wanted)
    return {ids[code]: heir for code, heir in wanted.items()}


def _file(path: Path) -> dict[str, str]:
    try:
        text = read_bytes(path).decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row)]
        return {row[0].strip(): row[1].strip() for row in rows if row[0].strip() != "ho"}
    except (UnicodeDecodeError, csv.Error, IndexError) as error:
        raise Refused(
            "file_unusable",
            vi=f"Tệp {path} không đọc được. Cần CSV UTF-8 hai cột: mã hộ, mã xã mới.",
            en=f"{path} cannot be read. It takes CSV UTF-8 of two columns: household, new commune.",
        ) from error


def load_reform(arguments: argparse.Namespace) -> dict[str, Any]:
    """This will take the list of a later reform. Raises `Refused`: those of `office.reforms.load_reform`; `date_invalid`."""
    content = read_bytes(Path(arguments.file))
    with acting(everything(OPERATOR)):
        office_operations.load_areas()
        loaded = reforms.load_reform(
            content=content,
            day=asking.day(arguments.on),
            by=arguments.user,
            at=timezone.localtime(),
            is_trial=arguments.dry_run,
        )
    return {**dataclasses.asdict(loaded), "day": loaded.day.isoformat(), "written": not arguments.dry_run}
