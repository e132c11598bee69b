"""The published result of the poverty review of 2022 for Huế, shared among the communes of today.

Published for the end of 2022: 329,290 households, 11,735 poor, 10,854 near-poor. How they spread over the communes is
invented.
"""

import numpy as np

from ansinh.base.dong import largest_remainder
from ansinh.poverty.models import PovertyReview
from ansinh.project.population.generate import Plan
from ansinh.project.population.places import HUE, Places

YEAR, HOUSEHOLDS, POOR, NEAR_POOR = 2022, 329_290, 11_735, 10_854
# So many beneficiaries stand for the province as it is; a smaller demonstration shows a review of its own size.
_WHOLE_PROVINCE = 60_000


def _scaled(published: int, beneficiaries: int) -> int:
    share = min(beneficiaries, _WHOLE_PROVINCE)
    # Half is added before the whole division, which rounds to the nearest without a fraction.
    return (published * share * 2 + _WHOLE_PROVINCE) // (2 * _WHOLE_PROVINCE)


def _spread(total: int, weights: np.ndarray) -> list[int]:
    # Weights become whole numbers first: shares of whole numbers add up to the published total, rounded fractions do
    # not.
    return largest_remainder([int(weight) for weight in np.rint(weights * 1_000_000)], total)


def write_review(plan: Plan, places: Places) -> dict[str, int]:
    """Write the review of each commune and return the totals; provinces without a published figure get none."""
    if plan.province != HUE:
        return {}
    households, poor, near_poor = (
        _scaled(published, plan.beneficiaries) for published in (HOUSEHOLDS, POOR, NEAR_POOR)
    )
    source = "Kết quả công bố cuối năm 2022 của Thừa Thiên Huế; phân bổ theo xã là giả lập"
    if plan.beneficiaries < _WHOLE_PROVINCE:
        source += f"; thu nhỏ theo tỷ lệ {plan.beneficiaries}/{_WHOLE_PROVINCE}"
    columns = (
        _spread(households, places.people_weight),
        _spread(poor, places.poor_weight),
        _spread(near_poor, places.poor_weight),
    )
    PovertyReview.objects.bulk_create(
        PovertyReview(area_id=area, year=YEAR, households=a, poor_households=b, near_poor_households=c, source=source)
        for area, a, b, c in zip(places.area_ids.tolist(), *columns, strict=True)
    )
    return {"year": YEAR, "households": households, "poor": poor, "near_poor": near_poor}
