"""Writes of people: persons, circumstances, deaths, mandates and financial addresses. Each is one transaction with an audit entry.

Facts are added and closed, never overwritten. Every operation needs a scope (`office.security.acting`) that covers the
person.
"""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from ansinh.base.names import ascii_upper, fold, normalise, sort_key
from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.office.operations import audit
from ansinh.people import banks, circumstances, identifier, queries, transitions
from ansinh.people.models import Bank, Circumstance, FinancialAddress, Mandate, Person, ProtectedCondition
from ansinh.people.remembering import told_at

_ADULT_YEARS = 18
# The states in which a bank and a number must stand; the database holds the same line (`address_has_account_or_none`).
# No law fixes it: long enough for the payee to hear of the change and to object before the money has gone elsewhere.
COOL_OFF_DAYS = 3
_WITH_ACCOUNT = frozenset({transitions.State.COLLECTED, transitions.State.VERIFIED, transitions.State.PAYING})


def load_banks() -> int:
    """This will load the bank directory that comes with the product and return how many banks it has."""
    rows = [Bank(bin=bank.bin, bic=bank.bic, name=bank.name, short_name=bank.short_name) for bank in banks.directory()]
    Bank.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["bin"], update_fields=["bic", "name", "short_name"]
    )
    return len(rows)


def _day(at: datetime.datetime) -> datetime.date:
    """Return the day in Vietnam: until seven in the morning, Greenwich still writes yesterday."""
    return timezone.localdate(at)


def _find(person_id: int) -> Person:
    # The lock lets two officers at one person come after each other; each then sees what the other wrote.
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise queries.unknown_person(person_id)
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


def _national_id_taken() -> Refused:
    return Refused(
        "national_id_taken",
        vi="Số định danh này đã thuộc về một người trong sổ. Hãy tra cứu người đó trước khi thêm; "
        "nếu không thấy, người đó ở sổ của xã khác, hãy làm thủ tục chuyển nơi cư trú.",
        en="This national id already belongs to somebody in the register. Look that person up first; "
        "if you cannot find them, another commune keeps them: follow the transfer procedure.",
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
        Refused: `name_missing`, `birth_date_impossible`, `national_id_invalid`, `national_id_contradicts`,
            `national_id_taken`.
    """
    name = normalise(full_name)
    if not fold(name):
        raise Refused(
            "name_missing", vi="Chưa ghi họ tên. Hãy ghi đầy đủ.", en="The name is missing. Write it in full."
        )
    with transaction.atomic():
        _check_identity(national_id, sex, birth_date, _day(at))
        try:
            # Asking first would not do: the fence hides who has the number elsewhere, the database's own rule sees
            # everybody. The savepoint keeps the caller's transaction usable after the refusal.
            with transaction.atomic():
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
        except IntegrityError as error:
            raise _national_id_taken() from error
        audit(by=by, action="person_recorded", subject=f"person:{person.id}", detail={}, at=at)
    return person.id


def _check_period(valid_from: datetime.date, valid_to: datetime.date | None) -> None:
    if valid_to is not None and valid_to <= valid_from:
        raise Refused(
            "period_impossible",
            vi="Ngày kết thúc phải sau ngày bắt đầu. Hãy sửa lại thời hạn.",
            en="The end must lie after the beginning. Correct the period.",
        )


def _table_of(kind: str) -> Any:
    # HIV status must never touch the open table, not even for a moment: a backup would keep what was there.
    return ProtectedCondition if kind == "hiv" else Circumstance


def _add_fact(person: Person, kind: str, period: circumstances.Period, source: str, at: datetime.datetime) -> int:
    # A protected fact carries no source: the name of a hospital's ward would tell it again.
    extra = {} if kind == "hiv" else {"source": source}
    added = _table_of(kind).objects.create(
        person_id=person.id,
        kind=kind,
        value=period.value,
        area_id=person.area_id,
        valid_from=period.valid_from,
        valid_to=period.valid_to,
        recorded_at=at,
        **extra,
    )
    return added.id


def _supersede(person: Person, kind: str, new: circumstances.Period, at: datetime.datetime) -> None:
    """Mark what the new period contradicts as replaced, and say again what it leaves uncovered.

    Cutting the old row short instead would be one statement less and would lose what was known before `at`, from which
    arrears and recoveries are computed.
    """
    for old in _table_of(kind).objects.select_for_update().filter(person_id=person.id, kind=kind, superseded_at=None):
        period = circumstances.Period(old.value, old.valid_from, old.valid_to)
        if not circumstances.overlaps(period, new):
            continue
        _table_of(kind).objects.filter(pk=old.pk).update(superseded_at=at)
        for part in circumstances.remainders(period, new):
            _add_fact(person, kind, part, getattr(old, "source", ""), at)


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

    Promises: "as known on a day" can still be answered for every day before `at`. HIV status goes to the protected
    table.

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
    _check_period(valid_from, valid_to)
    with transaction.atomic():
        person = _find(person_id)
        new = circumstances.Period(value, valid_from, valid_to)
        _supersede(person, kind, new, at)
        added = _add_fact(person, kind, new, source, at)
        # The trail says that a protected fact changed, never what it says.
        detail = {} if kind == "hiv" else {"kind": kind, "value": value}
        audit(by=by, action="circumstance_recorded", subject=f"person:{person_id}", detail=detail, at=at)
    return added


def record_death(*, by: str, at: datetime.datetime, person_id: int, death_date: datetime.date) -> None:
    """This will record a death and end every mandate given or held by the person on the day after.

    Raises:
        Refused: `person_unknown`, `death_date_impossible`, `death_already_recorded` (with another date).
    """
    with transaction.atomic():
        person = _find(person_id)
        if death_date > _day(at) or death_date < person.birth_date:
            raise Refused(
                "death_date_impossible",
                vi=f"Ngày mất {death_date:%d/%m/%Y} không thể có. Hãy kiểm tra giấy chứng tử.",
                en=f"The date of death {death_date.isoformat()} is impossible. Check the certificate.",
            )
        if person.death_date is not None:
            # The same certificate a second time is no news; `death_recorded_at` must keep the first instant, because
            # what was paid before it was paid in good faith.
            if person.death_date == death_date:
                return
            raise Refused(
                "death_already_recorded",
                vi=f"Ngày mất {person.death_date:%d/%m/%Y} đã được ghi. Hãy đính chính bằng văn bản.",
                en=f"The death was already recorded for {person.death_date.isoformat()}. Correct it by a document.",
            )
        told_at(at)
        Person.objects.filter(pk=person_id).update(death_date=death_date, death_recorded_at=at)
        after = death_date + datetime.timedelta(days=1)
        standing = Mandate.objects.filter(
            Q(beneficiary_id=person_id) | Q(payee_id=person_id), Q(valid_to=None) | Q(valid_to__gt=after)
        )
        # A mandate that was to begin only after the death never begins: its period becomes empty. `standing` is asked
        # anew by each of the two statements; what the first one emptied begins too late for the second.
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


def _check_mandate_kind(kind: str) -> None:
    # The database takes any word, and a page that cannot name it would fail for this person from then on.
    if kind not in Mandate.Kind.values:
        raise Refused(
            "mandate_kind_unknown",
            vi=f"Không có loại uỷ quyền “{kind}”. Hãy chọn trong danh mục.",
            en=f"There is no kind of mandate “{kind}”. Choose from the list.",
            kinds=list(Mandate.Kind.values),
        )


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
    # Of age on the day the mandate begins, not today: a guardian may be appointed ahead of a birthday.
    if _years_old(payee.birth_date, valid_from) < _ADULT_YEARS:
        raise Refused(
            "payee_is_minor",
            vi="Người nhận thay chưa đủ 18 tuổi. Hãy chọn người thành niên.",
            en="The payee is under 18. Choose an adult.",
        )


def _end_mandate_before(beneficiary_id: int, valid_from: datetime.date) -> None:
    standing = (
        Mandate.objects.select_for_update()
        .filter(beneficiary_id=beneficiary_id)
        .filter(Q(valid_to=None) | Q(valid_to__gt=valid_from))
    )
    # Ending a mandate before it began would erase it; which of two documents counts is for a person to say.
    if standing.filter(valid_from__gte=valid_from).exists():
        raise Refused(
            "mandate_overlaps",
            vi="Đã có uỷ quyền bắt đầu từ ngày này hoặc sau đó. Hãy chọn ngày bắt đầu muộn hơn.",
            en="A mandate already begins on that day or later. Choose a later beginning.",
        )
    # Also when the new one is for a while only: the old one does not come back by itself, a document must say so.
    standing.update(valid_to=valid_from)


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
        Refused: `person_unknown`, `mandate_kind_unknown`, `period_impossible`, `mandate_names_self`,
            `mandate_without_document`, `mandate_of_deceased`, `payee_is_minor`, `mandate_overlaps` (the one before
            began later).
    """
    _check_mandate_kind(kind)
    _check_period(valid_from, valid_to)
    with transaction.atomic():
        beneficiary, payee = _find(beneficiary_id), _find(payee_id)
        _check_mandate(beneficiary, payee, document, valid_from)
        told_at(at)
        _end_mandate_before(beneficiary_id, valid_from)
        mandate = Mandate.objects.create(
            beneficiary_id=beneficiary_id,
            payee_id=payee_id,
            kind=kind,
            document=normalise(document),
            certifier=normalise(certifier),
            area_id=beneficiary.area_id,
            valid_from=valid_from,
            valid_to=valid_to,
            recorded_at=at,
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

    Promises: exactly one current row; the rows before stay as history. Verifying or paying keeps the account that was
    collected.

    Raises:
        Refused: `person_unknown`, `address_move_forbidden`, `bank_unknown`, `account_invalid`, `reason_missing`.
    """
    with transaction.atomic():
        person = _find(person_id)
        current = FinancialAddress.objects.select_for_update().filter(person_id=person_id, valid_to=None).first()
        transitions.require(current.state if current else None, state)
        # What the bank confirmed is the account it was asked about: a caller's other number is ignored here, on
        # purpose.
        if state in {transitions.State.VERIFIED, transitions.State.PAYING} and current is not None:
            bank_bin, number, holder_name = current.bank_bin, current.number, holder_name or current.holder_name
        _check_address(state, reason, bank_bin, number)
        if state in {transitions.State.NOT_OPENED, transitions.State.CANNOT_OPEN}:
            bank_bin = number = holder_name = ""
        # The old row is closed first: at no moment may a payee have two current addresses, the database refuses it.
        if current is not None:
            FinancialAddress.objects.filter(pk=current.pk).update(valid_to=_day(at))
        # As banks write names, so that what they answer can be compared letter by letter.
        holder = ascii_upper(holder_name or person.full_name) if number else ""
        added = FinancialAddress.objects.create(
            person_id=person_id,
            state=state,
            reason=reason if state == transitions.State.CANNOT_OPEN else "",
            bank_bin=bank_bin,
            number=number,
            holder_name=holder,
            area_id=person.area_id,
            valid_from=_day(at),
            recorded_at=at,
            cooling_until=_cooling_until(person_id, bank_bin, number, at) if number else None,
        )
        audit(
            by=by,
            action="address_moved",
            subject=f"person:{person_id}",
            detail={"state": state, "reason": reason},
            at=at,
        )
    return added.id


def _cooling_until(person_id: int, bank_bin: str, number: str, at: datetime.datetime) -> datetime.date | None:
    """Return the day from which an account may be used: some days after a change, at once for a first account."""
    rows = FinancialAddress.objects.filter(person_id=person_id)
    known = rows.filter(bank_bin=bank_bin, number=number).order_by("id").first()
    if known is not None:
        return known.cooling_until
    # Only who was payable elsewhere has something to lose; whoever's first account is corrected has not.
    was_payable = rows.filter(state__in=[transitions.State.VERIFIED, transitions.State.PAYING]).exists()
    return _day(at) + datetime.timedelta(days=COOL_OFF_DAYS) if was_payable else None


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

    Promises: two statements, however many there are; an address that moved on in the meantime, or is there already,
    stays as it is, so that the same answer a second time changes nothing.
    """
    if state not in _WITH_ACCOUNT:
        raise ValueError(f"{state} is decided person by person")
    # An answer that names nobody moves nobody, and leaves no entry in the trail that says otherwise.
    if not ids:
        return 0
    parameters = {
        "ids": list(ids),
        "state": str(state),
        # The edges come from the one table of the funnel, so that a batch can never go where one person may not.
        "sources": transitions.sources_of(state),
        "at": at,
        "day": _day(at),
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
