"""`ansinh seed`: a province of generated people in one transaction, once per system.

The very same request again changes nothing and gets the same answer (without the one-time passwords, which nobody
kept).
"""

import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np

from ansinh.base.dong import percent_texts
from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.office import factors, operations, queries
from ansinh.office.security import acting, everything
from ansinh.payroll import retroactivity
from ansinh.people.models import Person
from ansinh.people.operations import load_banks
from ansinh.project.operator import say
from ansinh.project.population import book, offices, review, writing
from ansinh.project.population.bounds import check_size
from ansinh.project.population.generate import Plan, Population, generate
from ansinh.project.population.places import places_of

# The first full month under NĐ 335/2026, with arrears back to July.
DEFAULT_MONTH = Month(2026, 11)
# The pension and the communes of today both begin in July 2025; the months drawn as settled must lie behind that.
_FIRST_MONTH, _LAST_MONTH = Month(2025, 9), Month(2035, 12)


def _tell(line: str) -> None:
    say(f"  {line}")


def _check(plan: Plan) -> None:
    check_size(plan.beneficiaries)
    if not _FIRST_MONTH <= plan.month <= _LAST_MONTH:
        raise Refused(
            "month_out_of_range",
            vi=f"Dân số giả lập chỉ sinh cho các tháng từ {_FIRST_MONTH.vi} đến {_LAST_MONTH.vi}. Hãy sửa --month.",
            en=f"A population is generated only for months from {_FIRST_MONTH} to {_LAST_MONTH}. Change --month.",
            month=str(plan.month),
        )
    if plan.seed < 0:
        raise Refused(
            "seed_negative", vi="Hạt giống phải là số không âm.", en="The seed must not be negative.", seed=plan.seed
        )


def _parameters(plan: Plan) -> dict[str, Any]:
    units = {} if plan.units_of is None else {"units_of": str(plan.units_of)}
    return {
        "province": plan.province,
        "beneficiaries": plan.beneficiaries,
        "seed": plan.seed,
        "month": str(plan.month),
        **units,
    }


def _answer_of_before(plan: Plan) -> dict[str, Any] | None:
    """Return the answer of the same request made before, None when the register is empty. Refuses anything else."""
    stored = queries.setting("seed")
    if stored is not None:
        before = json.loads(stored)
        if before["parameters"] == _parameters(plan):
            return before["answer"]
    if stored is None and not Person.objects.exists():
        return None
    # Never beside people who are there, generated or real: invented names among real ones could be paid.
    raise Refused(
        "already_seeded",
        vi="Hệ thống này đã có dân cư. Hãy dùng thư mục dữ liệu khác bằng --home để sinh dân số giả lập khác.",
        en="This system already holds people. Use another data folder (--home) to generate a different population.",
        before=json.loads(stored)["parameters"] if stored else None,
    )


def seed(plan: Plan, sandbox: Path) -> dict[str, Any]:
    """This will fill an empty register with a generated province and return what it holds.

    Promises: the same people for the same plan, whatever the clock says; all or nothing.

    Raises:
        Refused: `already_seeded`, `area_unknown`, `beneficiaries_out_of_range`, `month_out_of_range`.
    """
    _check(plan)
    # Protected, because HIV status is written too; the fence asks for the permission on writing as on reading.
    with acting(everything("system", protected=True)):
        operations.load_areas()
        operations.ensure_instance_number()
        load_banks()
        before = _answer_of_before(plan)
        if before is not None:
            return before
        # Asked before the generator is made: it takes the code as a number, and "xx" must be refused, not crash.
        units_of = plan.units_of or plan.month
        queries.find_province(plan.province, units_of.first_day)
        retroactivity.begin_first_fill()
        rng = plan.generator()
        places = places_of(plan.province, units_of, rng)
        _tell(f"sinh dân số giả lập: {places.province.name}, {plan.beneficiaries} đối tượng")
        population = generate(plan, places, rng, _tell)
        # The plan's own time, not the clock's: the same request tomorrow gives the same rows.
        at = datetime.datetime.combine(
            plan.month.first_day, datetime.time(8), datetime.timezone(datetime.timedelta(hours=7))
        )
        offices.write_hardship(places)
        offices.write_provider()
        agencies = offices.write_agencies(places, at)
        ids = writing.write(plan, population, _tell)
        answer = _summary(plan, population, ids) | {"poverty_review": review.write_review(plan, places)}
        staff = offices.write_staff(places, agencies, at)
        # Invented people have no telephones: a demonstration asks for no second factor unless somebody has said so.
        if queries.setting(factors.SETTING) is None:
            operations.record_setting(name=factors.SETTING, value=factors.OFF, by="system", at=at)
        kept = answer | {"staff": [person | {"one_time_password": None} for person in staff]}
        # The bank's book is written last: without it the transaction must not commit.
        book.write_book(sandbox, population)
        text = json.dumps({"parameters": _parameters(plan), "answer": kept}, ensure_ascii=False)
        operations.record_setting(name="seed", value=text, by="system", at=at)
    return answer | {"staff": staff}


def _summary(plan: Plan, population: Population, ids: writing.Ids) -> dict[str, Any]:
    roster, addresses = population.roster, population.addresses
    # Counted from what was drawn, not from the shares asked for: a slip in the draws shows here.
    state = addresses.state[: population.ordinary_payees]
    behaviour = addresses.behaviour[: population.ordinary_payees]
    is_good = np.isin(behaviour, ["ok", "late", "twice"])
    paid = int((np.isin(state, ["PAYING", "VERIFIED"]) & is_good).sum())
    without = int(np.isin(state, ["NOT_OPENED", "CANNOT_OPEN"]).sum())
    counts = [paid, len(state) - paid - without, without]
    benefits, numbers = np.unique(roster.column("decision", "benefit").astype(str), return_counts=True)
    shown = ("paid_by_account", "collected_not_yet_paid", "not_opened_or_cannot_open")
    return {
        **_parameters(plan),
        "persons": roster.size("person"),
        "beneficiaries": len(np.unique(roster.column("decision", "person").astype(np.int64))),
        "households": roster.size("household"),
        "payees": len(population.payees),
        "ordinary_payees": population.ordinary_payees,
        "decisions": dict(zip(benefits.tolist(), numbers.tolist(), strict=True)),
        "mandates": roster.size("mandate"),
        "funnel": {
            name: {"count": count, "percent": text}
            for name, count, text in zip(shown, counts, percent_texts(counts), strict=True)
        },
        "held_on_purpose": {
            "unknown_fact": len(population.specials.unknown),
            "died_last_month": len(population.specials.dead),
        },
        "example_person": int(ids.person[population.specials.example]),
    }
