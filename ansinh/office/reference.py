"""The official areas that come with the product, read from `reference/` as rows of the area tables. Pure; no database.

Ids are built from what never changes about a unit (its level, code and first month), so that a longer list of tomorrow
gives every unit of today the same id.
"""

import csv
import datetime
import hashlib
from dataclasses import dataclass
from pathlib import Path

from ansinh.base.names import fold, normalise

FOLDER = Path(__file__).parent / "reference"
_UNITS, _SUCCESSION = FOLDER / "units.csv", FOLDER / "succession_2025-07-01.csv"
_REFORM_DAY = "2025-07-01"
# Part of every area's id: a new level takes a new digit, the old ones never change.
_LEVELS = {"province": 1, "district": 2, "commune": 3}
_KINDS = ("Thành phố", "Tỉnh")


@dataclass(frozen=True)
class Unit:
    """One unit in one period, as the table of areas keeps it."""

    id: int
    code: str
    name: str
    name_fold: str
    kind: str
    level: str
    parent_id: int | None
    valid_from: str | None
    valid_to: str | None
    latitude: str | None
    longitude: str | None


def area_id(level: str, code: str, valid_from: str) -> int:
    """Return the id of a unit: months since 2000 of its first day, its level, its code (`307319777` is phường Vỹ Dạ)."""
    start = datetime.date.fromisoformat(valid_from) if valid_from else None
    # Units known since ever have no first day and count as month 0. Districts of the islands carry a D before their
    # number.
    months = (start.year - 2000) * 12 + start.month if start else 0
    return months * 1_000_000 + _LEVELS[level] * 100_000 + int(code.removeprefix("D"))


def fingerprint() -> str:
    """Return the SHA-256 over both files: equal means that loading again would change nothing."""
    return hashlib.sha256(_UNITS.read_bytes() + _SUCCESSION.read_bytes()).hexdigest()


def units() -> list[Unit]:
    """Return every unit of every period."""
    with open(_UNITS, encoding="utf8", newline="") as file:
        records = list(csv.DictReader(file))
    # A parent is named by its code alone; the level comes from the parent's own line of the same period.
    level_of = {(record["code"], record["valid_from"]): record["level"] for record in records}
    found = []
    for record in records:
        start, parent = record["valid_from"], record["parent_code"]
        name = normalise(record["name"])
        # The list calls them all "province"; which of them are cities, their names say.
        kind = (
            next((k for k in _KINDS if name.startswith(k)), "Tỉnh") if record["level"] == "province" else record["kind"]
        )
        found.append(
            Unit(
                id=area_id(record["level"], record["code"], start),
                code=record["code"],
                name=name,
                name_fold=fold(name),
                kind=kind,
                level=record["level"],
                parent_id=area_id(level_of[parent, start], parent, start) if parent else None,
                valid_from=start or None,
                valid_to=record["valid_to"] or None,
                latitude=record["latitude"] or None,
                longitude=record["longitude"] or None,
            )
        )
    return found


def successions() -> list[tuple[int, int, str, bool]]:
    """Return (old id, new id, whole or part, default) of the reform of 1 July 2025."""
    with open(_SUCCESSION, encoding="utf8", newline="") as file:
        records = list(csv.DictReader(file))
    # Five island districts had no communes; they became special zones whole.
    return [
        (
            area_id("district" if record["old_code"].startswith("D") else "commune", record["old_code"], ""),
            area_id("commune", record["new_code"], _REFORM_DAY),
            record["share"],
            record["is_default"] == "1",
        )
        for record in records
    ]


def extents() -> dict[str, int]:
    """Return the area of each present commune in whole hectares, by code, where it is known."""
    with open(_UNITS, encoding="utf8", newline="") as file:
        return {
            record["code"]: _hectares(record["area_km2"])
            for record in csv.DictReader(file)
            if record["valid_from"] == _REFORM_DAY and record["level"] == "commune" and record["area_km2"]
        }


def _hectares(square_kilometres: str) -> int:
    # By text, so that no binary fraction comes near a number that is compared for being the same everywhere.
    whole, _, decimals = square_kilometres.partition(".")
    return int(whole) * 100 + int((decimals + "00")[:2])
