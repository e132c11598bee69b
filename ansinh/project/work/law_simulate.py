"""`ansinh law simulate`: a change of law tried out on the register, told as tables, a workbook and a picture."""

import argparse
from pathlib import Path
from typing import Any

from django.utils import timezone

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.simulation import Trial, simulate
from ansinh.law.drafts import lay_over, province_of
from ansinh.law.reading import read_yaml
from ansinh.office import queries as office
from ansinh.office.security import acting, everything
from ansinh.project.operator import OPERATOR
from ansinh.reports import simulating
from ansinh.reports.explaining import NEUTRAL_BENEFITS

_MOST_MONTHS = 24


def months_of(text: str | None, today: Month) -> tuple[Month, ...]:
    """Return the months named like `2027-01` or `2027-01..2027-12`; nothing said means the next one.

    Raises:
        Refused: `month_invalid`, `months_out_of_order`, `too_many_months`.
    """
    first_text, dots, last_text = (text or str(today.plus(1))).partition("..")
    first = Month.parse(first_text)
    months = tuple(first.until(Month.parse(last_text) if dots else first))
    if not months:
        raise Refused(
            "months_out_of_order",
            vi=f"Trong “{text}”, tháng cuối đứng trước tháng đầu. Hãy viết như 2027-01..2027-12.",
            en=f"In “{text}” the last month is before the first. Write it like 2027-01..2027-12.",
        )
    if len(months) > _MOST_MONTHS:
        raise Refused(
            "too_many_months",
            vi=f"Mỗi lần mô phỏng nhiều nhất {_MOST_MONTHS} tháng. Hãy chia thành nhiều lần.",
            en=f"At most {_MOST_MONTHS} months can be simulated at once. Ask in parts.",
        )
    return months


def run(arguments: argparse.Namespace) -> dict[str, Any] | str:
    """This will try a change of law out on the register and write nothing to it."""
    at = timezone.localtime()
    months = months_of(arguments.months, Month.of(at.date()))
    change = read_yaml(Path(arguments.change))
    province = _province(arguments.province, province_of(change))
    # A province's own resolutions count when the draft is one of them; otherwise the national law is tried, as it is paid.
    draft = lay_over(change, first_month=months[0])
    # Health data decide what somebody is due; only sums leave, and those of the neutral group as one.
    with acting(everything(OPERATOR, protected=True)):
        communes = (
            [row.id for row in office.communes_of(province, on=at.date())] if province else office.every_commune()
        )
        answer = simulate(Trial(draft, months, communes, at, NEUTRAL_BENEFITS))
    if arguments.export:
        Path(arguments.export).write_bytes(simulating.workbook(answer))
    if arguments.picture:
        Path(arguments.picture).write_text(simulating.picture(answer), encoding="utf8")
    return answer if arguments.json else simulating.as_text(answer)


def _province(asked: str | None, drafted: str) -> str:
    if asked and drafted and asked != drafted:
        raise Refused(
            "province_differs",
            vi=f"Dự thảo là của tỉnh {drafted}, không mô phỏng được cho tỉnh {asked}. Hãy bỏ --province.",
            en=f"The draft is one of province {drafted} and cannot be tried out in {asked}. Leave --province out.",
        )
    return asked or drafted
