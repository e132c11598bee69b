"""Opening accounts through a bank: whoever agreed stands on a list to the bank, and the bank's list with the new accounts comes back.

The list says no more than a bank needs to open an account, and nothing of a benefit. An account that comes back is collected like any other; whose
it is, is looked at by the name that the bank gave.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from ansinh.base.names import fold
from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.people import operations, queries, verification
from ansinh.people.banks import directory
from ansinh.people.models import AccountConsent, FinancialAddress, Person
from ansinh.people.sheets import Sheet

TITLES = (
    "STT", "Mã hồ sơ", "Họ và tên", "Ngày sinh", "Số định danh", "Điện thoại", "Thôn, tổ", "Xã, phường", "Số tài khoản", "Tên tài khoản",
    "Lý do chưa mở",
)  # fmt: skip
# Found by their titles, wherever a bank has put them.
_COLUMNS = {
    "person": ("ma ho so",), "number": ("so tai khoan", "stk"), "name": ("ten tai khoan", "ten chu tai khoan", "chu tai khoan"),
    "why": ("ly do chua mo", "ly do"),
}  # fmt: skip
_WITHOUT = ("NOT_OPENED", "CANNOT_OPEN")
HELD = {
    "person_unknown": ("không có hồ sơ này trong địa bàn của bạn", "no such record in your area"),
    "no_consent": ("người này chưa đồng ý mở tài khoản tại ngân hàng này", "no consent for this bank"),
    "has_account": ("người này đã có tài khoản khác", "has another account"),
    "account_invalid": ("số tài khoản không đúng dạng", "the account number is not valid"),
    "nothing_said": ("ngân hàng chưa ghi số tài khoản hoặc lý do", "neither an account nor a reason"),
}


@dataclass(frozen=True)
class ToOpen:
    """Somebody who agreed to have an account opened and has none, as a bank needs it."""

    person_id: int
    full_name: str
    birth_date: datetime.date
    birth_precision: str
    national_id: str
    phone: str
    village: str
    commune: str


@dataclass(frozen=True)
class Opened:
    """What a bank's list did: accounts taken, those whose name was equal, what the bank could not open, and rows that are held."""

    rows: int
    collected: int
    verified: int
    unchanged: int
    not_opened: int
    # Accounts that another person must look at, or take by the same list: nobody brings an account and the bank's yes alone.
    waiting: int
    held: tuple[tuple[int, str], ...]


def consent(
    *, person_id: int, bank_bin: str, document: str, is_withdrawn: bool, by: str, at: datetime.datetime
) -> bool:
    """This will keep that somebody agrees to have an account opened at a bank, or no longer; whether anything changed.

    Raises:
        Refused: `role_not_allowed`, `person_unknown`, `area_not_yours`, `bank_unknown`, `document_missing`.
    """
    verification.require_officer(by)
    if bank_bin not in {bank.bin for bank in directory()}:
        raise Refused(
            "bank_unknown",
            vi=f"Mã ngân hàng “{bank_bin}” không có trong danh bạ. Hãy kiểm tra lại mã BIN 6 số.",
            en=f"The bank code “{bank_bin}” is not in the directory.",
        )
    if not document.strip():
        raise Refused(
            "document_missing",
            vi="Hãy ghi giấy đồng ý của người hưởng (số, ngày).",
            en="Name the paper by which the person agrees.",
        )
    with transaction.atomic():
        person = Person.objects.filter(pk=person_id).first()
        if person is None:
            raise queries.unknown_person(person_id)
        office.require_reach(by, person.area_id)
        given = AccountConsent.objects.filter(person=person, bank_bin=bank_bin, withdrawn_at=None)
        if given.exists() is not is_withdrawn:
            return False
        if is_withdrawn:
            given.update(withdrawn_by=by, withdrawn_at=at)
        else:
            AccountConsent.objects.create(
                person=person, bank_bin=bank_bin, document=document.strip()[:120], area_id=person.area_id, recorded_by=by, recorded_at=at
            )  # fmt: skip
        action = "account_consent_withdrawn" if is_withdrawn else "account_consent"
        audit(
            by=by,
            action=action,
            subject=f"person:{person_id}",
            detail={"bank": bank_bin, "document": document[:120]},
            at=at,
        )
    return True


def to_open(*, area_ids: Sequence[int], bank_bin: str) -> list[ToOpen]:
    """Return the living of these communes who agreed to an account at this bank and have none, by commune, village and name."""
    found = AccountConsent.objects.filter(area_id__in=area_ids, bank_bin=bank_bin, withdrawn_at=None)
    found = found.filter(person__death_date=None, person__merged_into=None)
    has_one = FinancialAddress.objects.filter(valid_to=None).exclude(state__in=_WITHOUT).values("person_id")
    rows = found.exclude(person_id__in=has_one).select_related("person", "area")
    return [
        ToOpen(
            row.person_id, row.person.full_name, row.person.birth_date, row.person.birth_precision, row.person.national_id or "",
            row.person.phone, row.person.village, row.area.name,
        )
        for row in rows.order_by("area__code", "person__village", "person__name_sort_key", "person_id")
    ]  # fmt: skip


def take_opened(*, sheets: Sequence[Sheet], bank_bin: str, file_name: str, by: str, at: datetime.datetime) -> Opened:
    """This will take the accounts that a bank has opened, row by row; a row that is not sure is held, and the others go on.

    The same list again changes nothing.

    Raises:
        Refused: `answers_not_recognised`, `role_not_allowed`, `staff_unknown`.
    """
    verification.require_officer(by)
    rows = _rows(sheets, file_name)
    fates: list[tuple[int, str]] = []
    names: list[verification.Answer] = []
    with transaction.atomic():
        agreed = set(
            AccountConsent.objects.filter(bank_bin=bank_bin, withdrawn_at=None).values_list("person_id", flat=True)
        )
        for line, said in rows:
            fate = _take(said, bank_bin, agreed, by, at)
            fates.append((line, fate))
            if fate in ("collected", "unchanged") and said["name"]:
                names.append(verification.Answer(line, bank_bin, said["number"], said["name"]))
        outcome = verification.record_answers(by=by, at=at, source=file_name, answers=names) if names else None
        counts = {fate: sum(one == fate for _, one in fates) for fate in ("collected", "unchanged", "not_opened")}
        detail = {"bank": bank_bin, "rows": len(rows), **counts}
        audit(by=by, action="accounts_opened", subject=f"bank:{bank_bin}", detail=detail, at=at)
    held = tuple((line, fate) for line, fate in fates if fate in HELD)
    return Opened(
        len(rows),
        counts["collected"],
        outcome.verified if outcome else 0,
        counts["unchanged"],
        counts["not_opened"],
        outcome.waiting if outcome else 0,
        held,
    )


def _take(said: Mapping[str, str], bank_bin: str, agreed: set[int], by: str, at: datetime.datetime) -> str:
    text = said["person"]
    person = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
    if not Person.objects.filter(pk=person).exists():
        return "person_unknown"
    if person not in agreed:
        return "no_consent"
    if not said["number"]:
        return "not_opened" if said["why"] else "nothing_said"
    now = FinancialAddress.objects.filter(person_id=person, valid_to=None).first()
    if now is not None and now.number:
        return "unchanged" if (now.bank_bin, now.number) == (bank_bin, said["number"]) else "has_account"
    try:
        with transaction.atomic():
            operations.set_financial_address(
                by=by, at=at, person_id=person, state="COLLECTED", bank_bin=bank_bin, number=said["number"]
            )
    except Refused:
        return "account_invalid"
    return "collected"


def _rows(sheets: Sequence[Sheet], file_name: str) -> list[tuple[int, dict[str, str]]]:
    for sheet in sheets:
        for start, row in enumerate(sheet.rows):
            titles = {fold(str(cell or "")): place for place, cell in enumerate(row)}
            places = {
                what: next((titles[word] for word in words if word in titles), None) for what, words in _COLUMNS.items()
            }
            if places["person"] is not None and places["number"] is not None:
                found = [
                    (line, {what: _text(cells, place) for what, place in places.items()})
                    for line, cells in enumerate(sheet.rows[start + 1 :], start + 2)
                ]
                return [(line, said | {"number": said["number"].upper()}) for line, said in found if said["person"]]
    raise Refused(
        "answers_not_recognised",
        vi=f"Tệp {file_name} không có dòng tiêu đề với hai cột Mã hồ sơ và Số tài khoản. Hãy dùng tệp do lệnh account open-file tạo ra.",
        en=f"{file_name} has no heading with the columns record and account number.",
        file=file_name,
    )


def _text(cells: Sequence[object], place: int | None) -> str:
    value = cells[place] if place is not None and place < len(cells) else None
    text = "" if value is None else f"{value:.0f}" if isinstance(value, float) else str(value)
    return " ".join(text.split()).lstrip("'")
