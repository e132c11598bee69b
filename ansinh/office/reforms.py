"""A later reform of communes comes as one file: which unit becomes which, whole or in part. Checked whole before anything is written.

Columns: `old_code`, `old_name`, `new_code`, `new_name`, `new_kind`, `province_code`, `share` (whole, part), `is_default` (1 or empty).
A unit that no line names goes on as it is. Names are compared without tones and case: a code with another name is a mistake.
"""

import csv
import datetime
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from ansinh.base.names import fold, normalise
from ansinh.base.refusals import Refused
from ansinh.office import queries
from ansinh.office.models import Area, AreaSuccession
from ansinh.office.operations import audit
from ansinh.office.reference import area_id

COLUMNS = ("old_code", "old_name", "new_code", "new_name", "new_kind", "province_code", "share", "is_default")
_KINDS = frozenset({"Xã", "Phường", "Đặc khu"})
# A country has some three thousand communes; a file far beyond that is something else.
_MOST_LINES = 50_000


@dataclass(frozen=True)
class Loaded:
    """What a reform's file did: units that end, units that begin, divided ones."""

    day: datetime.date
    ended: int
    begun: int
    divided: int
    was_known: bool


@dataclass(frozen=True)
class _Line:
    number: int
    cells: Mapping[str, str]


def _invalid(line: int | None, vi: str, en: str) -> Refused:
    where_vi, where_en = (f"Dòng {line}: ", f"Line {line}: ") if line else ("", "")
    return Refused("reform_file_invalid", vi=where_vi + vi, en=where_en + en, line=line)


def _lines(content: bytes) -> list[_Line]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid(
            None,
            "Tệp không phải UTF-8. Hãy lưu lại dạng CSV UTF-8.",
            "The file is not UTF-8. Save it as CSV UTF-8.",
        ) from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise _invalid(
            1,
            f"Thiếu cột: {', '.join(missing)}. Tệp cần các cột: {', '.join(COLUMNS)}.",
            f"Columns are missing: {', '.join(missing)}.",
        )
    try:
        found = [
            _Line(reader.line_num, {name: normalise(row[name] or "").strip() for name in COLUMNS})
            for row in reader
            if any((value or "").strip() for value in row.values() if isinstance(value, str))
        ]
    except csv.Error as error:
        raise _invalid(reader.line_num, "Dòng không đọc được.", "The line cannot be read.") from error
    if not found or len(found) > _MOST_LINES:
        raise _invalid(None, "Tệp không có dòng nào, hoặc quá nhiều dòng.", "The file has no line, or too many.")
    return found


def load_reform(
    *, content: bytes, day: datetime.date, by: str, at: datetime.datetime, is_trial: bool = False
) -> Loaded:
    """This will write down a later reform: its units end on the day, their heirs begin. All or nothing; again it changes nothing.

    It moves no person: that is `people.reform`, proposed and carried out by two people.

    Raises:
        Refused: `reform_file_invalid` with the line, `role_not_allowed`, `staff_unknown`.
    """
    if queries.staff(by).role != "administrator":
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không phải quản trị hệ thống. Danh mục địa bàn do quản trị nạp.",
            en=f"“{by}” is no administrator. An administrator loads the list of areas.",
            user=by,
        )
    lines = _lines(content)
    with transaction.atomic():
        known = _already(lines, day)
        if known is not None:
            return known
        olds = {
            unit.code: unit
            for unit in Area.objects.select_for_update().filter(
                level=Area.Level.COMMUNE, valid_to=None, code__in=[line.cells["old_code"] for line in lines]
            )
        }
        provinces = {unit.code: unit for unit in Area.objects.filter(level=Area.Level.PROVINCE, valid_to=None)}
        heirs = _checked(lines, olds, provinces, day)
        divided = sum(1 for line in lines if line.cells["share"] == "part" and line.cells["is_default"] == "1")
        loaded = Loaded(day, len({line.cells["old_code"] for line in lines}), len(heirs), divided, was_known=False)
        if not is_trial:
            _write(lines, olds, heirs, day)
            detail = {"day": day.isoformat(), "ended": loaded.ended, "begun": loaded.begun, "divided": divided}
            audit(by=by, action="area.reform.load", subject=f"reform:{day.isoformat()}", detail=detail, at=at)
    return loaded


def _already(lines: Sequence[_Line], day: datetime.date) -> Loaded | None:
    """Return what is known when exactly these successions were written before, else None."""
    asked = {(line.cells["old_code"], line.cells["new_code"], line.cells["share"]) for line in lines}
    rows = AreaSuccession.objects.filter(new__valid_from=day, old__valid_to=day, old__level=Area.Level.COMMUNE)
    known = set(rows.values_list("old__code", "new__code", "share"))
    if not known or not asked <= known:
        return None
    parts = {old for old, _, share in asked if share == "part"}
    return Loaded(day, len({old for old, _, _ in asked}), len({new for _, new, _ in asked}), len(parts), was_known=True)


def _checked(
    lines: Sequence[_Line], olds: Mapping[str, Area], provinces: Mapping[str, Area], day: datetime.date
) -> dict[str, Area]:
    """Return the new units by code, unsaved, after every rule held."""
    heirs: dict[str, Area] = {}
    shares: dict[str, list[_Line]] = {}
    for line in lines:
        cells = line.cells
        _check_old(line, olds, day)
        province = provinces.get(cells["province_code"])
        if province is None:
            raise _invalid(
                line.number, f"Không có tỉnh mang mã “{cells['province_code']}”.", "The province is unknown."
            )
        if cells["share"] not in {"whole", "part"} or cells["is_default"] not in {"", "0", "1"}:
            raise _invalid(
                line.number,
                "Cột share là whole hoặc part; cột is_default là 1 hoặc để trống.",
                "share is whole or part; is_default is 1 or empty.",
            )
        if (
            cells["new_kind"] not in _KINDS
            or not (cells["new_code"].isascii() and cells["new_code"].isdigit())
            or len(cells["new_code"]) != 5
            or not cells["new_name"]
        ):
            raise _invalid(
                line.number,
                "Đơn vị mới cần mã 5 chữ số, tên và loại (Xã, Phường, Đặc khu).",
                "A new unit needs a code of 5 digits, a name and a kind.",
            )
        heir = Area(
            id=area_id("commune", cells["new_code"], day.isoformat()),
            code=cells["new_code"],
            name=cells["new_name"],
            name_fold=fold(cells["new_name"]),
            kind=cells["new_kind"],
            level=Area.Level.COMMUNE,
            parent=province,
            valid_from=day,
        )
        other = heirs.setdefault(heir.code, heir)
        if (other.name_fold, other.kind, other.parent_id) != (heir.name_fold, heir.kind, heir.parent_id):
            raise _invalid(
                line.number,
                f"Mã mới {heir.code} mang hai tên, loại hoặc tỉnh khác nhau trong tệp.",
                f"The new code {heir.code} has two names, kinds or provinces in the file.",
            )
        shares.setdefault(cells["old_code"], []).append(line)
    for of_old in shares.values():
        _check_shares(of_old)
    kept = Area.objects.filter(code__in=heirs, level=Area.Level.COMMUNE, valid_to=None).exclude(code__in=olds)
    for unit in kept:
        raise _invalid(
            None,
            f"Mã mới {unit.code} đang là của {unit.name}, mà tệp không cho đơn vị này kết thúc.",
            f"The new code {unit.code} belongs to {unit.name}, which the file does not end.",
        )
    return heirs


def _check_old(line: _Line, olds: Mapping[str, Area], day: datetime.date) -> None:
    old = olds.get(line.cells["old_code"])
    if old is None or (old.valid_from is not None and old.valid_from >= day):
        raise _invalid(
            line.number,
            f"Không có xã, phường nào mang mã “{line.cells['old_code']}” ngay trước ngày {day:%d/%m/%Y}.",
            f"No commune carries the code “{line.cells['old_code']}” before {day}.",
        )
    # Without tones, case and the word for the kind: lists write “P. Vỹ Dạ” and “Phường Vĩ Dạ” alike.
    if fold(line.cells["old_name"]).split()[-1:] != old.name_fold.split()[-1:]:
        raise _invalid(
            line.number,
            f"Mã {old.code} là {old.name}, trong tệp lại ghi “{line.cells['old_name']}”. Hãy kiểm tra mã hoặc tên.",
            f"Code {old.code} is {old.name}, and the file says “{line.cells['old_name']}”.",
        )


def _check_shares(lines: Sequence[_Line]) -> None:
    first, code = lines[0], lines[0].cells["old_code"]
    words = [line.cells["share"] for line in lines]
    targets = {line.cells["new_code"] for line in lines}
    if words == ["whole"]:
        return
    defaults = sum(line.cells["is_default"] == "1" for line in lines)
    if set(words) != {"part"} or len(lines) < 2 or len(targets) != len(lines) or defaults != 1:
        raise _invalid(
            first.number,
            f"Đơn vị {code} phải chuyển toàn bộ (một dòng whole), hoặc chia cho từ hai đơn vị khác nhau (các dòng part, đúng một dòng is_default = 1).",
            f"Unit {code} goes whole (one line), or in parts to two or more different units with exactly one default.",
        )


def _write(lines: Sequence[_Line], olds: Mapping[str, Area], heirs: Mapping[str, Area], day: datetime.date) -> None:
    Area.objects.filter(pk__in=[unit.id for unit in olds.values()]).update(valid_to=day)
    Area.objects.bulk_create(heirs.values())
    AreaSuccession.objects.bulk_create(
        AreaSuccession(
            old=olds[line.cells["old_code"]],
            new=heirs[line.cells["new_code"]],
            share=line.cells["share"],
            is_default=line.cells["share"] == "whole" or line.cells["is_default"] == "1",
        )
        for line in lines
    )
