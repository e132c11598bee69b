"""Writes of people: persons, circumstances, deaths, mandates and financial addresses. Each is one transaction with an audit entry.

Facts are added and closed, never overwritten. Every operation needs a scope (`office.security.acting`) that covers the person.
"""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from ansinh.base.names import ascii_upper, fold, normalise, sort_key
from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.office.operations import audit
from ansinh.people import banks, circumstances, identifier, transitions
from ansinh.people.models import Bank, Circumstance, FinancialAddress, Mandate, Person, ProtectedCondition

_ADULT_YEARS = 18
_WITH_ACCOUNT = frozenset({transitions.State.COLLECTED, transitions.State.VERIFIED, transitions.State.PAYING})


def load_banks() -> int:
    """This will load the bank directory that comes with the product and return how many banks it has."""
    rows = [Bank(bin=bank.bin, bic=bank.bic, name=bank.name, short_name=bank.short_name) for bank in banks.directory()]
    Bank.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["bin"], update_fields=["bic", "name", "short_name"]
    )
    return len(rows)


def _find(person_id: int) -> Person:
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise Refused(
            "person_unknown",
            vi=f"Không tìm thấy người mang mã {person_id} trong địa bàn của anh/chị. Hãy tra cứu lại.",
            en=f"No person with number {person_id} in your area. Search again.",
            person=person_id,
        )
    return person


def _check_identity(national_id: str | None, sex: str, birth_date: datetime.date, on: datetime.date) -> None:
    if birth_date > on or birth_date.year < 1900:
        raise Refused(
            "birth_date_impossible",
            vi=f"Ngày sinh {birth_date:%d/%m/%Y} không thể có. Hãy kiểm tra giấy tờ.",
            en=f"The birth date {birth_date.isoformat()} is impossible. Check the papers.",
        )
    if national_id is None:
        return
    said = identifier.read(national_id)
    if said is None:
        raise Refused(
            "national_id_invalid",
            vi="Số định danh phải đủ 12 chữ số và đúng cấu trúc. Hãy xem lại thẻ căn cước.",
            en="The national id must have 12 digits in the right structure. Check the card.",
        )
    if said.sex != sex or said.birth_year != birth_date.year:
        raise Refused(
            "national_id_contradicts",
            vi="Số định danh không khớp giới tính hoặc năm sinh. Hãy đối chiếu với thẻ căn cước.",
            en="The national id contradicts the sex or the year of birth. Compare with the card.",
        )
    if Person.objects.filter(national_id=national_id).exists():
        raise Refused(
            "national_id_taken",
            vi="Số định danh này đã thuộc về một người trong sổ. Hãy tra cứu người đó trước khi thêm.",
            en="This national id already belongs to somebody in the register. Look that person up first.",
        )


def record_person(
    *,
    by: str,
    at: datetime.datetime,
    full_name: str,
    sex: str,
    birth_date: datetime.date,
    area_id: int,
    birth_precision: str = "day",
    national_id: str | None = None,
    ethnicity: str = "",
    phone: str = "",
    village: str = "",
) -> int:
    """This will add a person to the register and return their number.

    Raises:
        Refused: `name_missing`, `birth_date_impossible`, `national_id_invalid`, `national_id_contradicts`, `national_id_taken`.
    """
    name = normalise(full_name)
    if not fold(name):
        raise Refused(
            "name_missing", vi="Chưa ghi họ tên. Hãy ghi đầy đủ.", en="The name is missing. Write it in full."
        )
    with transaction.atomic():
        _check_identity(national_id, sex, birth_date, at.date())
        person = Person.objects.create(
            full_name=name,
            name_fold=fold(name),
            name_sort_key=sort_key(name),
            sex=sex,
            birth_date=birth_date,
            birth_precision=birth_precision,
            national_id=national_id,
            ethnicity=ethnicity,
            phone=phone,
            area_id=area_id,
            village=village,
            recorded_at=at,
        )
        audit(by=by, action="person_recorded", subject=f"person:{person.id}", detail={}, at=at)
    return person.id


def record_circumstance(
    *,
    by: str,
    at: datetime.datetime,
    person_id: int,
    kind: str,
    value: str,
    valid_from: datetime.date,
    valid_to: datetime.date | None = None,
    source: str = "",
) -> int:
    """This will add one fact about a person for a period and return its number; what it contradicts is superseded, not erased.

    Promises: "as known on a day" can still be answered for every day before `at`. HIV status goes to the protected table.

    Raises:
        Refused: `person_unknown`, `circumstance_impossible`, `period_impossible`.
    """
    if not circumstances.is_possible(kind, value):
        raise Refused(
            "circumstance_impossible",
            vi=f"Giá trị “{value}” không hợp lệ cho “{kind}”. Hãy chọn trong danh mục.",
            en=f"“{value}” is not a possible value of “{kind}”. Choose from the list.",
            kind=kind,
            value=value,
        )
    if valid_to is not None and valid_to <= valid_from:
        raise Refused(
            "period_impossible",
            vi="Ngày kết thúc phải sau ngày bắt đầu. Hãy sửa lại thời hạn.",
            en="The end must lie after the beginning. Correct the period.",
        )
    with transaction.atomic():
        person = _find(person_id)
        new = circumstances.Period(value, valid_from, valid_to)
        model: Any = ProtectedCondition if kind == "hiv" else Circumstance
        extra = {} if kind == "hiv" else {"source": source}
        standing = model.objects.select_for_update().filter(person_id=person_id, kind=kind, superseded_at=None)
        for old in standing:
            period = circumstances.Period(old.value, old.valid_from, old.valid_to)
            if not circumstances.overlaps(period, new):
                continue
            model.objects.filter(pk=old.pk).update(superseded_at=at)
            kept = {} if kind == "hiv" else {"source": old.source}
            for part in circumstances.remainders(period, new):
                model.objects.create(
                    person_id=person_id,
                    kind=kind,
                    value=part.value,
                    area_id=person.area_id,
                    valid_from=part.valid_from,
                    valid_to=part.valid_to,
                    recorded_at=at,
                    **kept,
                )
        added = model.objects.create(
            person_id=person_id,
            kind=kind,
            value=value,
            area_id=person.area_id,
            valid_from=valid_from,
            valid_to=valid_to,
            recorded_at=at,
            **extra,
        )
        # The trail says that a protected fact changed, never what it says.
        detail = {} if kind == "hiv" else {"kind": kind, "value": value}
        audit(by=by, action="circumstance_recorded", subject=f"person:{person_id}", detail=detail, at=at)
    return added.id


def record_death(*, by: str, at: datetime.datetime, person_id: int, death_date: datetime.date) -> None:
    """This will record a death and end every mandate given or held by the person on the day after.

    Raises:
        Refused: `person_unknown`, `death_date_impossible`, `death_already_recorded` (with another date).
    """
    with transaction.atomic():
        person = _find(person_id)
        if death_date > at.date() or death_date < person.birth_date:
            raise Refused(
                "death_date_impossible",
                vi=f"Ngày mất {death_date:%d/%m/%Y} không thể có. Hãy kiểm tra giấy chứng tử.",
                en=f"The date of death {death_date.isoformat()} is impossible. Check the certificate.",
            )
        if person.death_date is not None:
            if person.death_date == death_date:
                return
            raise Refused(
                "death_already_recorded",
                vi=f"Ngày mất {person.death_date:%d/%m/%Y} đã được ghi. Hãy đính chính bằng văn bản.",
                en=f"The death was already recorded for {person.death_date.isoformat()}. Correct it by a document.",
            )
        Person.objects.filter(pk=person_id).update(death_date=death_date, death_recorded_at=at)
        after = death_date + datetime.timedelta(days=1)
        standing = Mandate.objects.filter(
            Q(beneficiary_id=person_id) | Q(payee_id=person_id), Q(valid_to=None) | Q(valid_to__gt=after)
        )
        # A mandate that was to begin only after the death never begins: its period becomes empty.
        standing.filter(valid_from__gte=after).update(valid_to=F("valid_from"))
        standing.filter(valid_from__lt=after).update(valid_to=after)
        audit(
            by=by,
            action="death_recorded",
            subject=f"person:{person_id}",
            detail={"death_date": death_date.isoformat()},
            at=at,
        )


def _years_old(birth_date: datetime.date, on: datetime.date) -> int:
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def _check_mandate(beneficiary: Person, payee: Person, document: str, valid_from: datetime.date) -> None:
    if beneficiary.id == payee.id:
        raise Refused(
            "mandate_names_self", vi="Người nhận thay phải là người khác.", en="The payee must be somebody else."
        )
    if not normalise(document):
        raise Refused(
            "mandate_without_document",
            vi="Chưa có giấy tờ uỷ quyền hoặc giám hộ. Hãy ghi số và ngày của giấy tờ.",
            en="The document of the mandate is missing. Write its number and date.",
        )
    if payee.death_date is not None or beneficiary.death_date is not None:
        raise Refused(
            "mandate_of_deceased",
            vi="Một trong hai người đã mất; không lập uỷ quyền được.",
            en="One of the two is deceased.",
        )
    if _years_old(payee.birth_date, valid_from) < _ADULT_YEARS:
        raise Refused(
            "payee_is_minor",
            vi="Người nhận thay chưa đủ 18 tuổi. Hãy chọn người thành niên.",
            en="The payee is under 18. Choose an adult.",
        )


def record_mandate(
    *,
    by: str,
    at: datetime.datetime,
    beneficiary_id: int,
    payee_id: int,
    kind: str,
    document: str,
    valid_from: datetime.date,
    valid_to: datetime.date | None = None,
    certifier: str = "",
) -> int:
    """This will let one person receive for another, by a document, and end the mandate that stood before.

    Raises:
        Refused: `person_unknown`, `mandate_names_self`, `mandate_without_document`, `mandate_of_deceased`, `payee_is_minor`,
            `mandate_overlaps` (the one before began later).
    """
    with transaction.atomic():
        beneficiary, payee = _find(beneficiary_id), _find(payee_id)
        _check_mandate(beneficiary, payee, document, valid_from)
        standing = (
            Mandate.objects.select_for_update()
            .filter(beneficiary_id=beneficiary_id)
            .filter(Q(valid_to=None) | Q(valid_to__gt=valid_from))
        )
        if standing.filter(valid_from__gte=valid_from).exists():
            raise Refused(
                "mandate_overlaps",
                vi="Đã có uỷ quyền bắt đầu từ ngày này hoặc sau đó. Hãy chọn ngày bắt đầu muộn hơn.",
                en="A mandate already begins on that day or later. Choose a later beginning.",
            )
        standing.update(valid_to=valid_from)
        mandate = Mandate.objects.create(
            beneficiary_id=beneficiary_id,
            payee_id=payee_id,
            kind=kind,
            document=normalise(document),
            certifier=normalise(certifier),
            area_id=beneficiary.area_id,
            valid_from=valid_from,
            valid_to=valid_to,
        )
        audit(
            by=by,
            action="mandate_recorded",
            subject=f"person:{beneficiary_id}",
            detail={"payee": payee_id, "kind": kind},
            at=at,
        )
    return mandate.id


def set_financial_address(
    *,
    by: str,
    at: datetime.datetime,
    person_id: int,
    state: str,
    reason: str = "",
    bank_bin: str = "",
    number: str = "",
    holder_name: str = "",
) -> int:
    """This will move a payee's address along one edge of the funnel and return the number of the new row.

    Promises: exactly one current row; the rows before stay as history. Verifying or paying keeps the account that was collected.

    Raises:
        Refused: `person_unknown`, `address_move_forbidden`, `bank_unknown`, `account_invalid`, `reason_missing`.
    """
    with transaction.atomic():
        person = _find(person_id)
        current = FinancialAddress.objects.select_for_update().filter(person_id=person_id, valid_to=None).first()
        transitions.require(current.state if current else None, state)
        if state in {transitions.State.VERIFIED, transitions.State.PAYING} and current is not None:
            bank_bin, number, holder_name = current.bank_bin, current.number, holder_name or current.holder_name
        _check_address(state, reason, bank_bin, number)
        if state in {transitions.State.NOT_OPENED, transitions.State.CANNOT_OPEN}:
            bank_bin = number = holder_name = ""
        if current is not None:
            FinancialAddress.objects.filter(pk=current.pk).update(valid_to=at.date())
        holder = ascii_upper(holder_name or person.full_name) if number else ""
        added = FinancialAddress.objects.create(
            person_id=person_id,
            state=state,
            reason=reason if state == transitions.State.CANNOT_OPEN else "",
            bank_bin=bank_bin,
            number=number,
            holder_name=holder,
            area_id=person.area_id,
            valid_from=at.date(),
            recorded_at=at,
        )
        audit(
            by=by,
            action="address_moved",
            subject=f"person:{person_id}",
            detail={"state": state, "reason": reason},
            at=at,
        )
    return added.id


def _check_address(state: str, reason: str, bank_bin: str, number: str) -> None:
    if state == transitions.State.CANNOT_OPEN and reason not in FinancialAddress.CannotOpenReason.values:
        raise Refused(
            "reason_missing",
            vi="Hãy chọn lý do không mở được tài khoản.",
            en="Choose the reason why no account can be opened.",
            reasons=list(FinancialAddress.CannotOpenReason.values),
        )
    if state not in _WITH_ACCOUNT:
        return
    if not Bank.objects.filter(pk=bank_bin).exists():
        raise Refused(
            "bank_unknown",
            vi=f"Không có ngân hàng mang mã {bank_bin}. Hãy chọn trong danh mục.",
            en=f"No bank has the BIN {bank_bin}.",
        )
    if not (4 <= len(number) <= 19 and number.isascii() and number.isalnum() and number == number.upper()):
        raise Refused(
            "account_invalid",
            vi="Số tài khoản phải có từ 4 đến 19 chữ số hoặc chữ in hoa. Hãy đối chiếu với sổ tài khoản.",
            en="An account number has 4 to 19 digits or capital letters. Compare with the account papers.",
        )


def mark_addresses(ids: Sequence[int], state: str, *, by: str, at: datetime.datetime) -> int:
    """This will move many addresses at once after a bank's answer and return how many moved.

    Promises: two statements, however many there are; an address that moved on in the meantime, or is there already, stays as
    it is, so that the same answer a second time changes nothing.
    """
    if state not in _WITH_ACCOUNT:
        raise ValueError(f"{state} is decided person by person")
    if not ids:
        return 0
    parameters = {
        "ids": list(ids),
        "state": str(state),
        "sources": transitions.sources_of(state),
        "at": at,
        "day": at.date(),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement("people", "mark_addresses"), parameters)
        moved = cursor.rowcount
        if moved:
            audit(
                by=by,
                action="addresses_moved",
                subject="addresses",
                detail={"state": str(state), "count": moved},
                at=at,
            )
    return moved
