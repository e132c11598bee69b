"""What may leave for the public: totals and shares from which no person can be told.

Promises: no count from 1 to 4 is shown, nor can it be got back by subtracting what is shown from a total.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ansinh.base.months import Month
from ansinh.reports.funnel import AreaCoverage, CoverageReport, Money, Stages

SMALLEST_SHOWN = 5


@dataclass(frozen=True)
class PublishedArea:
    """One commune as the public sees it; None stands for a figure that would show too few people."""

    code: str
    name: str
    payees: int | None
    paid_percent: str | None


@dataclass(frozen=True)
class PublishedCoverage:
    """One month of one province as the public sees it."""

    month: Month
    province_code: str
    province_name: str
    stages: Stages
    money: Money
    areas: tuple[PublishedArea, ...]


def _is_small(count: int) -> bool:
    return 0 < count < SMALLEST_SHOWN


def hidden(
    areas: Sequence[AreaCoverage], is_telling: Callable[[AreaCoverage], bool], size: Callable[[AreaCoverage], int]
) -> set[str]:
    """Return the codes of the communes whose figure must be left out.

    When exactly one is too small, subtracting the others from the total would show it; the next smallest goes with it.
    """
    codes = {area.code for area in areas if is_telling(area)}
    if len(codes) == 1:
        rest = sorted(
            (area for area in areas if area.code not in codes and size(area) > 0),
            key=lambda area: (size(area), area.code),
        )
        codes |= {area.code for area in rest[:1]}
    return codes


def publish(report: CoverageReport) -> PublishedCoverage:
    """Return the report with every telling figure left out.

    A province so small that its own totals tell is not published by commune at all, and its stages are merged.
    """
    payees_hidden = hidden(report.areas, lambda area: _is_small(area.stages.payees), lambda area: area.stages.payees)

    def tells(area: AreaCoverage) -> bool:
        stages = area.stages
        return area.code in payees_hidden or _is_small(stages.paid) or _is_small(stages.payees - stages.paid)

    # A share is hidden on its own account too: 7.50 % of 40 people is three people.
    percent_hidden = hidden(report.areas, tells, lambda area: area.stages.paid)
    areas = tuple(
        PublishedArea(
            code=area.code,
            name=area.name,
            payees=None if area.code in payees_hidden else area.stages.payees,
            paid_percent=None if area.code in percent_hidden or not area.stages.payees else area.stages.percents[0],
        )
        for area in report.areas
    )
    stages = report.stages
    if any(_is_small(count) for count in (stages.paid, stages.collected, stages.without_account)):
        stages = Stages(0, 0, 0, {})
    # Reasons are few per kind; the public page needs none of them.
    stages = Stages(stages.paid, stages.collected, stages.without_account, {})
    return PublishedCoverage(report.month, report.province_code, report.province_name, stages, report.money, areas)
