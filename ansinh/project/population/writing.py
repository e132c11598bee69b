"""Writes a generated population into the register: one COPY and one INSERT … SELECT for each table.

Every row goes through the area fence like any other write. Ids come from the tables' own sequences.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from ansinh.base.names import fold, sort_key
from ansinh.office.staging import stage, take_ids
from ansinh.project.population.generate import Plan, Population
from ansinh.project.population.roster import DAY, MALE

SOURCE = "Dữ liệu giả lập"
# The register of this story begins half a year before the regime, so that everything was known when the first month was
# paid.
_REGISTER_START = np.datetime64("2021-01-01", "D")


@dataclass(frozen=True)
class Ids:
    """The database ids by position."""

    person: np.ndarray
    household: np.ndarray


def _days(values: np.ndarray) -> list[str | None]:
    """Return dates as text, and None where there is none."""
    days = values.astype(DAY)
    return [None if text == "NaT" else text for text in days.astype(str).tolist()]


def _instants(values: np.ndarray, hour: int = 10) -> list[str]:
    """Return office hours of the given days, in Vietnam's time."""
    return [f"{text} {hour:02d}:00:00+07" for text in values.astype(DAY).astype(str).tolist()]


def _insert(table: str, columns: Sequence[tuple[str, str, Sequence[Any]]], tell: Callable[[str], None]) -> int:
    """Write one table and return how many rows it got."""
    count = len(columns[0][2])
    tell(f"{table}: {count} dòng")
    stage(
        "seed_rows",
        [(name, kind) for name, kind, _ in columns],
        zip(*(values for _, _, values in columns), strict=True),
    )
    names = ", ".join(name for name, _, _ in columns)
    # What the fence refuses it refuses aloud; a count that differs would mean a rule or trigger that nobody knows of.
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM seed_rows")
        if cursor.rowcount != count:
            raise AssertionError(f"{table}: {cursor.rowcount} rows written of {count}")
    return count


def _positions(population: Population, table: str, name: str) -> np.ndarray:
    return population.roster.column(table, name).astype(np.int64)


def write(plan: Plan, population: Population, tell: Callable[[str], None]) -> Ids:
    """Write every table of the population and return the ids by position."""
    roster = population.roster
    ids = Ids(
        person=np.array(take_ids("people_person", roster.size("person")), dtype=np.int64),
        household=np.array(take_ids("people_household", roster.size("household")), dtype=np.int64),
    )
    household_area = roster.places.area_ids[_positions(population, "household", "place")]
    household = _positions(population, "person", "household")
    area = household_area[household]
    # Each row names rows that are there already: persons after households, everything else after persons. Writing
    # addresses still draws (the days of collecting), so no other writer may draw before it.
    _write_households(plan, population, ids, household_area, tell)
    _write_persons(population, ids, area, household, tell)
    _write_facts(population, ids, area, tell)
    _write_mandates(population, ids, area, tell)
    _write_decisions(population, ids, area, tell)
    _write_addresses(population, ids, area, tell)
    return ids


def _write_households(
    plan: Plan, population: Population, ids: Ids, area: np.ndarray, tell: Callable[[str], None]
) -> None:
    roster = population.roster
    codes = [roster.places.communes[place].code for place in _positions(population, "household", "place").tolist()]
    numbers = [f"{plan.province}{code}-{serial:06d}" for serial, code in enumerate(codes, 1)]
    _insert(
        "people_household",
        [
            ("id", "bigint", ids.household.tolist()),
            ("code", "text", numbers),
            ("area_id", "int", area.tolist()),
            ("village", "text", population.villages.tolist()),
        ],
        tell,
    )
    poverty = roster.column("household", "poverty")
    classed = np.flatnonzero(poverty != "none")
    decided = np.full(len(classed), _REGISTER_START)
    _insert(
        "poverty_householdclass",
        [
            ("household_id", "bigint", ids.household[classed].tolist()),
            ("poverty_class", "text", poverty[classed].tolist()),
            ("area_id", "int", area[classed].tolist()),
            ("decision_number", "text", [f"{SOURCE}"] * len(classed)),
            ("valid_from", "date", _days(decided)),
            ("recorded_at", "timestamptz", _instants(decided)),
        ],
        tell,
    )


def _write_persons(
    population: Population, ids: Ids, area: np.ndarray, household: np.ndarray, tell: Callable[[str], None]
) -> None:
    roster, specials = population.roster, population.specials
    born = roster.column("person", "born").astype(DAY)
    # Each name is folded once, however many people share it.
    folded = {name: (fold(name), sort_key(name)) for name in dict.fromkeys(population.names.tolist())}
    died = np.full(len(born), np.datetime64("NaT", "D"))
    died[specials.dead] = specials.death_days
    told: list[str | None] = [None] * len(born)
    # Known only after the month began, as late news is: the run must find it by itself.
    for person in specials.dead.tolist():
        told[person] = f"{roster.month.astype(DAY) + 1} 08:00:00+07"
    # Nobody is registered before they are born.
    since = np.maximum(born, _REGISTER_START)
    _insert(
        "people_person",
        [
            ("id", "bigint", ids.person.tolist()),
            ("full_name", "text", population.names.tolist()),
            ("name_fold", "text", [folded[name][0] for name in population.names.tolist()]),
            ("name_sort_key", "text", [folded[name][1] for name in population.names.tolist()]),
            ("sex", "text", np.where(roster.column("person", "sex") == MALE, "male", "female").tolist()),
            ("birth_date", "date", _days(born)),
            ("birth_precision", "text", ["day"] * len(born)),
            ("death_date", "date", _days(died)),
            ("death_recorded_at", "timestamptz", told),
            ("national_id", "text", population.national_ids.tolist()),
            ("ethnicity", "text", population.ethnicity.tolist()),
            ("phone", "text", population.phones.tolist()),
            ("area_id", "int", area.tolist()),
            ("village", "text", population.villages[household].tolist()),
            ("recorded_at", "timestamptz", _instants(since, 8)),
        ],
        tell,
    )
    _insert(
        "people_membership",
        [
            ("household_id", "bigint", ids.household[household].tolist()),
            ("person_id", "bigint", ids.person.tolist()),
            ("relationship", "text", roster.column("person", "relationship").tolist()),
            ("area_id", "int", area.tolist()),
            ("valid_from", "date", _days(since)),
        ],
        tell,
    )


def _write_facts(population: Population, ids: Ids, area: np.ndarray, tell: Callable[[str], None]) -> None:
    roster = population.roster
    born = roster.column("person", "born").astype(DAY)
    person = _positions(population, "circumstance", "person")
    since = np.maximum(roster.column("circumstance", "since").astype(DAY), born[person])
    # What holds from this month on was announced in the middle of the month before.
    told = np.minimum(since, (roster.month - 1).astype(DAY) + 14)
    _insert(
        "people_circumstance",
        [
            ("person_id", "bigint", ids.person[person].tolist()),
            ("kind", "text", roster.column("circumstance", "kind").tolist()),
            ("value", "text", roster.column("circumstance", "value").tolist()),
            ("area_id", "int", area[person].tolist()),
            ("valid_from", "date", _days(since)),
            ("valid_to", "date", _days(roster.column("circumstance", "until"))),
            ("source", "text", [SOURCE] * len(person)),
            ("recorded_at", "timestamptz", _instants(told)),
        ],
        tell,
    )
    person = _positions(population, "protected", "person")
    since = np.maximum(roster.column("protected", "since").astype(DAY), born[person])
    _insert(
        "people_protectedcondition",
        [
            ("person_id", "bigint", ids.person[person].tolist()),
            ("kind", "text", ["hiv"] * len(person)),
            ("value", "text", ["true"] * len(person)),
            ("area_id", "int", area[person].tolist()),
            ("valid_from", "date", _days(since)),
            ("recorded_at", "timestamptz", _instants(since)),
        ],
        tell,
    )


def _write_mandates(population: Population, ids: Ids, area: np.ndarray, tell: Callable[[str], None]) -> None:
    roster = population.roster
    given, held = _positions(population, "mandate", "beneficiary"), _positions(population, "mandate", "payee")
    since = roster.column("mandate", "since").astype(DAY)
    communes = {unit.id: unit.name for unit in roster.places.communes}
    _insert(
        "people_mandate",
        [
            ("beneficiary_id", "bigint", ids.person[given].tolist()),
            ("payee_id", "bigint", ids.person[held].tolist()),
            ("kind", "text", roster.column("mandate", "kind").tolist()),
            ("document", "text", [f"{SOURCE} số {number}" for number in range(1, len(given) + 1)]),
            ("certifier", "text", [f"UBND {communes[unit]}" for unit in area[given].tolist()]),
            ("area_id", "int", area[given].tolist()),
            ("valid_from", "date", _days(since)),
        ],
        tell,
    )
    parent, child = _positions(population, "parent_child", "parent"), _positions(population, "parent_child", "child")
    _insert(
        "people_parentchild",
        [
            ("parent_id", "bigint", ids.person[parent].tolist()),
            ("child_id", "bigint", ids.person[child].tolist()),
            ("area_id", "int", area[child].tolist()),
            ("valid_from", "date", _days(roster.column("parent_child", "since"))),
        ],
        tell,
    )


def _write_decisions(population: Population, ids: Ids, area: np.ndarray, tell: Callable[[str], None]) -> None:
    roster = population.roster
    person = _positions(population, "decision", "person")
    signed = roster.column("decision", "signed").astype(DAY)
    numbers = [f"{serial}/QĐ-UBND" for serial in range(1, len(person) + 1)]
    _insert(
        "entitlement_decision",
        [
            ("person_id", "bigint", ids.person[person].tolist()),
            ("benefit", "text", roster.column("decision", "benefit").tolist()),
            ("number", "text", numbers),
            ("signed_on", "date", _days(signed)),
            ("start_month", "date", _days(roster.column("decision", "start"))),
            ("end_month", "date", _days(roster.column("decision", "end"))),
            ("area_id", "int", area[person].tolist()),
            ("recorded_at", "timestamptz", _instants(signed)),
        ],
        tell,
    )


def _write_addresses(population: Population, ids: Ids, area: np.ndarray, tell: Callable[[str], None]) -> None:
    roster, addresses, payees = population.roster, population.addresses, population.payees
    named = population.has_account
    # Collected during the year and a half before the month, and known before it begins.
    since = (roster.month - 2).astype(DAY) - roster.rng.integers(0, 540, len(payees))
    _insert(
        "people_financialaddress",
        [
            ("person_id", "bigint", ids.person[payees].tolist()),
            ("state", "text", addresses.state.tolist()),
            ("reason", "text", addresses.reason.tolist()),
            ("bank_bin", "text", addresses.bank.tolist()),
            ("number", "text", np.where(named, population.account_numbers, "").tolist()),
            ("holder_name", "text", np.where(named, population.holder_names, "").tolist()),
            ("area_id", "int", area[payees].tolist()),
            ("valid_from", "date", _days(since)),
            ("recorded_at", "timestamptz", _instants(since)),
        ],
        tell,
    )
