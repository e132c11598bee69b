"""The account funnel by group of benefits and by reason, at the ends of months: who is still paid in cash, and why."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from ansinh.base.statements import statement
from ansinh.law.package import LawBook

# Groups of benefits as people speak of them; what is none of these is “other”. Never finer: one of assistance's groups is protected.
GROUPS = ("assistance", "pension", "care", "merit", "other")


@dataclass(frozen=True)
class GroupRow:
    """The funnel of one group at the end of one day: beneficiaries by the account of whoever receives, and why there is none."""

    day: datetime.date
    group: str
    payees: int
    paying: int
    collected: int
    not_opened: int
    cannot_open: int
    reasons: dict[str, int]


def group_of(procedure: str) -> str:
    """Return the group to which a benefit's procedure belongs."""
    if procedure.startswith("merit"):
        return "merit"
    return procedure if procedure in GROUPS else "other"


def by_group(law: LawBook, area_ids: Sequence[int], days: Sequence[datetime.date]) -> list[GroupRow]:
    """This will return the funnel of each group in these communes at the end of each day; empty groups are left out."""
    named = {benefit.code: group_of(benefit.group) for benefit in law.benefits}
    parameters = {"areas": list(area_ids), "days": list(days), "benefits": list(named), "groups": list(named.values())}
    found: dict[tuple[datetime.date, str], tuple[dict[str, int], dict[str, int]]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        # Behind the fences the planner expects next to nobody, and would read all accounts anew for each beneficiary
        # and day: 13 seconds for a province of 1,200 instead of a fortieth of one.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(statement("reports", "funnel_by_group"), parameters)
        told = cursor.fetchall()
        cursor.execute("SET LOCAL enable_nestloop = on")
    for day, group, state, reason, number in told:
        states, reasons = found.setdefault((day, group), ({}, {}))
        states[state] = states.get(state, 0) + number
        if reason:
            reasons[reason] = reasons.get(reason, 0) + number
    return [
        GroupRow(
            day, group, sum(states.values()), states.get("PAYING", 0), states.get("COLLECTED", 0) + states.get("VERIFIED", 0),
            states.get("NOT_OPENED", 0), states.get("CANNOT_OPEN", 0), reasons,
        )
        for (day, group), (states, reasons) in sorted(found.items(), key=lambda one: (one[0][0], GROUPS.index(one[0][1])))
    ]  # fmt: skip
