"""What may leave for the public: totals and shares from which no person can be told.

Promises: no count from 1 to 4 is shown, nor can it be got back by subtracting what is shown from a total.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ansinh.base.months import Month
from ansinh.reports.funnel import AreaCoverage, CoverageReport, Money, Stages

# The usual threshold of official statistics; a lower one lets neighbours recognise a person, a higher one hides whole
# communes.
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
    areas: Sequence[AreaCoverage],
    is_telling: Callable[[AreaCoverage], bool],
    parts: Callable[[AreaCoverage], tuple[int, ...]],
) -> set[str]:
    """Return the codes of the communes whose figure must be left out.

    When one alone is too small, or a few that are few even together, subtracting the others from the total would show
    them: the next smallest go with them, until those left out hide one another.

    Args:
        parts: the counts of a commune that its figure and the total would tell.
    """
    codes = {area.code for area in areas if is_telling(area)}
    together = [sum(column) for column in zip(*(parts(area) for area in areas if area.code in codes), strict=True)]
    # An empty commune hides nobody. One whose payees are all on one side hides little, and comes last.
    others = (area for area in areas if area.code not in codes and area.stages.payees)
    for area in sorted(others, key=lambda area: (min(parts(area)) == 0, min(parts(area)), area.code)):
        # Two communes left out that share two payees have one each; from five on, no count from 1 to 4 is certain.
        if not codes or (len(codes) > 1 and min(together) >= SMALLEST_SHOWN):
            break
        codes.add(area.code)
        together = [one + other for one, other in zip(together, parts(area), strict=True)]
    return codes


def publish(report: CoverageReport) -> PublishedCoverage:
    """Return the report with every telling figure left out.

    A province in which one stage of the funnel tells shows none of the three.
    """
    payees_hidden = hidden(report.areas, lambda area: _is_small(area.stages.payees), lambda area: (area.stages.payees,))

    def tells(area: AreaCoverage) -> bool:
        stages = area.stages
        return area.code in payees_hidden or _is_small(stages.paid) or _is_small(stages.payees - stages.paid)

    # A share is hidden on its own account too: 7.50 % of 40 people is three people.
    # Both sides of it can tell, the paid and the others, so those left out must be enough of either.
    percent_hidden = hidden(report.areas, tells, lambda area: (area.stages.paid, area.stages.payees - area.stages.paid))
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
    # One small stage and the two others with their sum would tell it: all three go.
    if any(_is_small(count) for count in (stages.paid, stages.collected, stages.without_account)):
        stages = Stages(0, 0, 0, {})
    # Reasons are few per kind; the public page needs none of them.
    stages = Stages(stages.paid, stages.collected, stages.without_account, {})
    return PublishedCoverage(report.month, report.province_code, report.province_name, stages, report.money, areas)
