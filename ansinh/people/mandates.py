"""Who receives for whom: a guardian or a delegate is named by identity number, enters the register when unknown, and ends by a paper.

Whoever receives for another is a payee like every other: with an account of their own to be collected, verified and paid to.
"""

import datetime

from django.db import transaction
from django.db.models import Q

from ansinh.base.names import fold, normalise
from ansinh.base.refusals import Refused
from ansinh.office.operations import audit
from ansinh.office.security import everything, put_on
from ansinh.people import operations
from ansinh.people.models import FinancialAddress, Mandate, Person
from ansinh.people.queries import unknown_person
from ansinh.people.remembering import told_at


def appoint(
    *, beneficiary_id: int, national_id: str, full_name: str, sex: str, birth_date: datetime.date | None, kind: str, certifier: str,
    document: str, valid_from: datetime.date, valid_to: datetime.date | None, by: str, at: datetime.datetime,
) -> int:  # fmt: skip
    """This will let the person of this identity number receive for the beneficiary, and return that person's number.

    Somebody whom no commune knows enters the register with name, sex and day of birth, in the beneficiary's commune. Leaves the caller's
    sight widened: a delegate may live anywhere.

    Raises:
        Refused: `person_unknown`, `payee_name_differs`, `payee_incomplete`, and what `record_person` and `record_mandate` refuse.
    """
    with transaction.atomic():
        beneficiary = Person.objects.filter(pk=beneficiary_id).first()
        if beneficiary is None:
            raise unknown_person(beneficiary_id)
        put_on(everything(by))
        payee = Person.objects.filter(national_id=national_id, merged_into=None).first() if national_id else None
        if payee is not None and payee.name_fold != fold(full_name):
            raise Refused(
                "payee_name_differs",
                vi="Số định danh này thuộc người có họ tên khác. Hãy đối chiếu căn cước của người nhận thay.",
                en="This identity number belongs to somebody of another name. Compare the payee's card.",
            )
        if payee is None and not (national_id and normalise(full_name) and birth_date and sex in Person.Sex.values):
            raise Refused(
                "payee_incomplete",
                vi="Người nhận thay chưa có trong sổ. Hãy ghi đủ họ tên, số định danh, giới tính và ngày sinh.",
                en="The payee is not in the register. Give name, identity number, sex and day of birth.",
            )
        payee_id = payee.id if payee is not None else operations.record_person(
            by=by, at=at, full_name=full_name, sex=sex, birth_date=birth_date or valid_from, area_id=beneficiary.area_id, national_id=national_id
        )  # fmt: skip
        operations.record_mandate(
            by=by, at=at, beneficiary_id=beneficiary_id, payee_id=payee_id, kind=kind, document=document, certifier=certifier,
            valid_from=valid_from, valid_to=valid_to,
        )  # fmt: skip
        ask_for_account(person_id=payee_id, by=by, at=at)
    return payee_id


def ask_for_account(*, person_id: int, by: str, at: datetime.datetime) -> None:
    """This will put a payee of whom nothing is known yet among those to be asked for an account."""
    if not FinancialAddress.objects.filter(person_id=person_id, valid_to=None).exists():
        operations.set_financial_address(by=by, at=at, person_id=person_id, state="NOT_OPENED")


def end(*, beneficiary_id: int, on: datetime.date, document: str, by: str, at: datetime.datetime) -> None:
    """This will end the mandate by which somebody receives for the beneficiary, from a day on, by a paper.

    Raises:
        Refused: `person_unknown`, `no_mandate` when none stands on that day.
    """
    with transaction.atomic():
        if not Person.objects.filter(pk=beneficiary_id).exists():
            raise unknown_person(beneficiary_id)
        standing = Mandate.objects.select_for_update().filter(
            Q(valid_to=None) | Q(valid_to__gt=on), beneficiary_id=beneficiary_id, valid_from__lt=on
        )
        row = standing.order_by("-valid_from").first()
        if row is None:
            raise Refused(
                "no_mandate",
                vi=f"Ngày {on:%d/%m/%Y} không có ai nhận thay người này. Hãy kiểm tra lại ngày.",
                en=f"Nobody receives for this person on {on}. Check the day.",
            )
        told_at(at)
        row.valid_to = on
        row.save(update_fields=["valid_to"])
        detail = {"payee": row.payee_id, "on": on.isoformat(), "document": document.strip()[:200]}
        audit(by=by, action="mandate_ended", subject=f"person:{beneficiary_id}", detail=detail, at=at)
