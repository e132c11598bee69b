"""A child is born: a person of its own, member of its parent's household and raised by that parent, from that day."""

import datetime

from django.db import transaction

from ansinh.base.names import fold
from ansinh.base.refusals import Refused
from ansinh.office.operations import audit
from ansinh.people import operations
from ansinh.people.models import Membership, ParentChild, Person
from ansinh.people.queries import unknown_person

# What the child of a member is to the head of the household; of anybody else, nothing is guessed.
_TO_THE_HEAD = {"head": "child", "spouse": "child", "child": "grandchild"}


def record_birth(
    *, parent_id: int, full_name: str, sex: str, birth_date: datetime.date, national_id: str | None, by: str,
    at: datetime.datetime,
) -> int:  # fmt: skip
    """This will add a newborn to the register, the household and the children of the parent; return the child's number.

    Raises:
        Refused: `person_unknown`, `date_in_future`, `birth_date_impossible`, `child_known`, `sex_missing`, and what
            `record_person` refuses.
    """
    with transaction.atomic():
        parent = Person.objects.select_for_update(of=("self",)).filter(pk=parent_id).first()
        if parent is None:
            raise unknown_person(parent_id)
        if birth_date > at.date():
            raise Refused("date_in_future", vi="Ngày sinh không thể ở sau hôm nay.", en="A birth is not in the future.")
        if parent.birth_date >= birth_date:
            raise Refused(
                "birth_date_impossible",
                vi="Con không thể sinh trước cha, mẹ. Hãy kiểm tra ngày sinh và người được chọn.",
                en="A child is not born before its parent. Check the day and the person.",
            )
        if ParentChild.objects.filter(
            parent=parent, child__name_fold=fold(full_name), child__birth_date=birth_date
        ).exists():
            raise Refused(
                "child_known",
                vi=f"{full_name} sinh ngày {birth_date:%d/%m/%Y} đã có trong sổ.",
                en="This child is in the register already.",
            )
        if sex not in Person.Sex.values:
            raise Refused("sex_missing", vi="Hãy chọn giới tính của con.", en="Choose the sex of the child.")
        child = operations.record_person(
            by=by, at=at, full_name=full_name, sex=sex, birth_date=birth_date, area_id=parent.area_id,
            village=parent.village, national_id=national_id or None,
        )  # fmt: skip
        own = Membership.objects.filter(person=parent, valid_to=None).first()
        if own is not None:
            Membership.objects.create(
                household_id=own.household_id, person_id=child,
                relationship=_TO_THE_HEAD.get(own.relationship, "other"), area_id=parent.area_id, valid_from=max(birth_date, own.valid_from),
                recorded_at=at,
            )  # fmt: skip
        ParentChild.objects.create(
            parent=parent, child_id=child, area_id=parent.area_id, valid_from=birth_date, recorded_at=at
        )
        audit(by=by, action="birth_recorded", subject=f"person:{parent_id}", detail={"child": child}, at=at)
    return child
