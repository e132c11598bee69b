"""Writes of poverty classes and review results. Each is one transaction, names who does it, and takes the clock.

A new class ends the one before; it never changes what held earlier.
"""

import datetime

from django.db import transaction

from ansinh.base.refusals import Refused
from ansinh.office.operations import audit
from ansinh.people.models import Household
from ansinh.people.remembering import told_at
from ansinh.poverty.models import HouseholdClass, PovertyClass, PovertyReview

LONGEST_NUMBER = 60


def record_class(
    *,
    by: str,
    at: datetime.datetime,
    household_id: int,
    poverty_class: str,
    decision_number: str,
    valid_from: datetime.date,
) -> int:
    """This will give a household a class from a day on, by a decision, and end the class before; it returns the new row's number.

    Raises:
        Refused: `household_unknown`, `class_unknown`, `decision_number_missing`, `decision_number_too_long`,
            `class_overlaps` (one already begins then or later).
    """
    if poverty_class not in PovertyClass.values:
        raise Refused(
            "class_unknown", vi=f"Không có kết quả “{poverty_class}”.", en=f"There is no class “{poverty_class}”."
        )
    if not decision_number.strip():
        raise Refused(
            "decision_number_missing",
            vi="Chưa ghi số quyết định của chủ tịch xã. Hãy ghi số quyết định.",
            en="The number of the commune's decision is missing. Write it.",
        )
    if len(decision_number.strip()) > LONGEST_NUMBER:
        raise Refused(
            "decision_number_too_long",
            vi=f"Số quyết định dài quá {LONGEST_NUMBER} ký tự. Hãy chỉ ghi số quyết định, ví dụ 118/QĐ-UBND.",
            en=f"The decision's number has more than {LONGEST_NUMBER} characters. Write the number alone.",
        )
    with transaction.atomic():
        household = Household.objects.select_for_update().filter(pk=household_id).first()
        if household is None:
            raise Refused(
                "household_unknown", vi="Không tìm thấy hộ này trong địa bàn.", en="No such household in your area."
            )
        # The household's row was locked above, so that two decisions about it come after each other: the second meets
        # the first here, not the database's rule of one current class.
        standing = HouseholdClass.objects.filter(household_id=household_id)
        if standing.filter(valid_from__gte=valid_from).exists():
            raise Refused(
                "class_overlaps",
                vi="Hộ đã có kết quả từ ngày này hoặc muộn hơn. Hãy kiểm tra lại ngày của quyết định.",
                en="The household already has a class from that day or later. Check the decision's date.",
            )
        told_at(at)
        # "Not poor" is a class too: a household that left poverty has a decision that says so, not a gap.
        standing.filter(valid_to=None).update(valid_to=valid_from)
        added = HouseholdClass.objects.create(
            household_id=household_id,
            poverty_class=poverty_class,
            area_id=household.area_id,
            decision_number=decision_number.strip(),
            valid_from=valid_from,
            recorded_at=at,
        )
        detail = {"class": poverty_class, "decision": decision_number.strip()}
        audit(by=by, action="poverty_class_recorded", subject=f"household:{household_id}", detail=detail, at=at)
    return added.id


def publish_review(
    *, by: str, at: datetime.datetime, area_id: int, year: int, households: int, poor: int, near_poor: int, source: str
) -> None:
    """This will record the result of one commune's yearly review.

    Raises:
        Refused: `review_counts_impossible`, `review_already_published`.
    """
    # A household is poor or near-poor, never both: the two are counted apart and fit into the whole.
    if min(households, poor, near_poor) < 0 or poor + near_poor > households:
        raise Refused(
            "review_counts_impossible",
            vi="Số hộ nghèo và cận nghèo không thể nhiều hơn tổng số hộ. Hãy kiểm tra lại.",
            en="Poor and near-poor households cannot outnumber all households. Check the figures.",
        )
    with transaction.atomic():
        # Published is published: a second result for the same year would leave two truths, and no one could tell which
        # was read.
        if PovertyReview.objects.filter(area_id=area_id, year=year).exists():
            raise Refused(
                "review_already_published",
                vi=f"Kết quả rà soát năm {year} của xã này đã được công bố.",
                en=f"The review of {year} of this commune was already published.",
            )
        PovertyReview.objects.create(
            area_id=area_id,
            year=year,
            households=households,
            poor_households=poor,
            near_poor_households=near_poor,
            source=source,
        )
        audit(by=by, action="poverty_review_published", subject=f"area:{area_id}", detail={"year": year}, at=at)
