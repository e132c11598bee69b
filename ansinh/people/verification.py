"""Asking banks whose accounts these are: what is asked, what their answers do, and what waits for a second person.

An equal name verifies; a close one waits until somebody other than who entered the answer has decided, with the ground;
another's name un-verifies. An account that two payees share needs a mandate between them, or a person's word.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from ansinh.base.names import fold
from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.office import queries as office
from ansinh.office.operations import audit
from ansinh.office.staging import stage
from ansinh.people.holders import CLOSE, MATCH, OTHER, compare
from ansinh.people.models import Bank, FinancialAddress, HolderCheck
from ansinh.people.operations import mark_addresses
from ansinh.people.sheets import Sheet
from ansinh.people.transitions import State

# What banks say in their own words, as our findings about a name.
_VERDICTS = {"MATCH": MATCH, "CLOSE_MATCH": CLOSE, "NO_MATCH": OTHER}
_WHO_DECIDES = frozenset({"commune_officer", "department_officer", "department_approver"})
# A name with its wrong account would verify somebody else: these three columns are found by their titles or not at all.
_TITLES = {
    "bank": ("ngan hang", "ma ngan hang", "bin", "ma bin", "bank", "bank code"),
    "number": ("so tai khoan", "stk", "tai khoan", "account", "account number"),
    "name": ("ten chu tai khoan", "chu tai khoan", "ten tai khoan", "ket qua tra ten", "account name", "holder name"),
}


@dataclass(frozen=True)
class Account:
    """An account to ask the bank about."""

    bank_bin: str
    bank: str
    number: str
    person_id: int
    address_id: int = 0
    holder_name: str = ""


@dataclass(frozen=True)
class Answer:
    """One row of a bank's answer: the account and the holder's name, empty when the bank gave none.

    `verdict` is the bank's own finding where it says no name: MATCH, CLOSE_MATCH or NO_MATCH.
    """

    row: int
    bank_bin: str
    number: str
    name: str
    verdict: str = ""


@dataclass(frozen=True)
class Outcome:
    """What the answers did: addresses by status, how many were verified or un-verified, and rows about no account of ours."""

    statuses: Mapping[str, int]
    verified: int
    unverified: int
    waiting: int
    unknown_rows: tuple[int, ...]


@dataclass(frozen=True)
class PendingRow:
    """A close name that waits for a person."""

    id: int
    person_id: int
    full_name: str
    bank_name: str
    kind: str
    bank: str
    number: str
    area: str
    recorded_by: str


def to_ask(area_ids: Sequence[int]) -> list[Account]:
    """This will return the collected accounts of these communes that no answer waits about, by bank and number."""
    names = dict(Bank.objects.values_list("bin", "short_name"))
    rows = (
        FinancialAddress.objects.filter(area_id__in=area_ids, valid_to=None, state=State.COLLECTED)
        .exclude(holdercheck__status=CLOSE)
        .order_by("bank_bin", "number", "id")
    )
    return [
        Account(bank_bin, names.get(bank_bin, ""), number, person_id, address_id, holder_name)
        for bank_bin, number, person_id, address_id, holder_name in rows.values_list(
            "bank_bin", "number", "person_id", "id", "holder_name"
        )
    ]


def read_answers(sheets: Sequence[Sheet], banks: Mapping[str, str], file_name: str) -> list[Answer]:
    """Return the answers of a bank's list; the heading is found by its titles, wherever it stands.

    `banks` maps what a bank is called (BIN, folded name) to its BIN; a row whose bank it lacks keeps an empty BIN.

    Raises:
        Refused: `answers_not_recognised` when no row has the three titles.
    """
    for sheet in sheets:
        for start, row in enumerate(sheet.rows):
            titles = {fold(str(cell or "")): place for place, cell in enumerate(row)}
            places = {what: [titles[word] for word in words if word in titles] for what, words in _TITLES.items()}
            if all(places.values()):
                bank, number, name = (places[what][0] for what in ("bank", "number", "name"))
                return [
                    Answer(line, _bin(_text(cells, bank), banks), _number(_text(cells, number)), _text(cells, name))
                    for line, cells in enumerate(sheet.rows[start + 1 :], start + 2)
                    if _text(cells, number)
                ]
    raise Refused(
        "answers_not_recognised",
        vi=f"Tệp {file_name} không có dòng tiêu đề với đủ ba cột: Ngân hàng, Số tài khoản, Tên chủ tài khoản. Hãy dùng tệp do lệnh hỏi tạo ra.",
        en=f"{file_name} has no heading with the three columns bank, account number and account name.",
        file=file_name,
    )


def _text(cells: Sequence[object], place: int) -> str:
    value = cells[place] if place < len(cells) else None
    # A number in a cell has lost its leading noughts, and perhaps more: as text it finds no account, and is told.
    return "" if value is None else f"{value:.0f}" if isinstance(value, float) else str(value).strip()


def _number(text: str) -> str:
    return "".join(text.split()).lstrip("'").upper()


def _bin(text: str, banks: Mapping[str, str]) -> str:
    return banks.get(text, "") or banks.get(fold(text), "")


def record_answers(*, by: str, at: datetime.datetime, source: str, answers: Iterable[Answer]) -> Outcome:
    """This will compare what a bank says with whose the accounts should be, and move what needs nobody's judgement.

    Promises: the number of statements does not depend on the answers; the same answers again change nothing.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`.
    """
    require_officer(by)
    return _take(by=by, at=at, source=source, listed=list(answers))


def record_findings(*, findings: Mapping[int, tuple[str, str]], source: str, at: datetime.datetime) -> Outcome:
    """This will take what a bank has found out about addresses of ours: by the address's number, its verdict and the name it gave.

    A name is compared by our own rules whatever the verdict; “not checked” says nothing. An address that is no longer current is left alone.
    """
    known = FinancialAddress.objects.filter(pk__in=findings, valid_to=None).values_list("id", "bank_bin", "number")
    listed = [
        Answer(address_id, bank_bin, number, findings[address_id][1], findings[address_id][0])
        for address_id, bank_bin, number in known
        if findings[address_id][1] or findings[address_id][0] in _VERDICTS
    ]
    return _take(by="system", at=at, source=source, listed=listed)


def _take(*, by: str, at: datetime.datetime, source: str, listed: list[Answer]) -> Outcome:
    verdicts = {answer.row: answer.verdict for answer in listed}
    columns = (("row", "integer"), ("bank_bin", "text"), ("number", "text"), ("bank_name", "text"))
    parameters = {"day": at.date(), "by": by, "at": at, "source": source[:60]}
    with transaction.atomic():
        stage("holder_answer", columns, ((a.row, a.bank_bin, a.number, a.name[:140]) for a in listed))
        with connection.cursor() as cursor:
            cursor.execute(statement("people", "holder_answers"), parameters)
            found = cursor.fetchall()
        judged = [_judge(row, verdicts[row[0]], by) for row in found]
        columns = (
            ("address_id", "bigint"), ("person_id", "bigint"), ("area_id", "integer"),
            ("state", "text"), ("status", "text"), ("kind", "text"), ("bank_name", "text"),
        )  # fmt: skip
        stage("holder_judged", columns, judged)
        with connection.cursor() as cursor:
            cursor.execute(statement("people", "keep_holder_checks"), parameters)
        equal = [row[0] for row in judged if row[4] == MATCH and row[3] == State.COLLECTED]
        others = [row[0] for row in judged if row[4] == OTHER and row[3] in {State.VERIFIED, State.PAYING}]
        verified = mark_addresses(equal, State.VERIFIED, by=by, at=at)
        unverified = mark_addresses(others, State.COLLECTED, by=by, at=at)
    answered = {row[0] for row in found}
    return Outcome(
        statuses=Counter(row[4] for row in judged),
        verified=verified,
        unverified=unverified,
        waiting=sum(row[4] == CLOSE for row in judged),
        unknown_rows=tuple(answer.row for answer in listed if answer.row not in answered),
    )


def _judge(
    row: tuple[int, int, int, int, str, str, str, str, bool], verdict: str, by: str
) -> tuple[int, int, int, str, str, str, str]:
    _, address_id, person_id, area_id, state, full_name, bank_name, entered_by, is_shared = row
    found = compare(full_name, bank_name)
    # Without a name the bank's own word counts: it has compared, and says no more.
    said = _VERDICTS[verdict] if verdict in _VERDICTS and not bank_name else found.status
    # One account for two payees may be right (a family) or a theft; no name tells which.
    status, kind = (CLOSE, "shared") if is_shared and said == MATCH else (said, found.kind)
    # An account and the bank's yes from one hand are one person's word: another one looks.
    if status == MATCH and by and by == entered_by and state == State.COLLECTED:
        status, kind = CLOSE, "same_hand"
    return address_id, person_id, area_id, state, status, kind, bank_name


def pending(area_ids: Sequence[int]) -> list[PendingRow]:
    """This will return the close names of these communes that wait for a person, oldest first."""
    rows = HolderCheck.objects.filter(
        area_id__in=area_ids, status=CLOSE, decision="", address__valid_to=None, address__state=State.COLLECTED
    ).select_related("address", "person", "area")
    names = dict(Bank.objects.values_list("bin", "short_name"))
    return [
        PendingRow(
            id=row.id,
            person_id=row.person_id,
            full_name=row.person.full_name,
            bank_name=row.bank_name,
            kind=row.get_kind_display(),
            bank=names.get(row.address.bank_bin, row.address.bank_bin),
            number=row.address.number,
            area=row.area.code,
            recorded_by=row.recorded_by,
        )
        for row in rows.order_by("id")
    ]


def decide(*, by: str, at: datetime.datetime, check: int, is_accepted: bool, note: str) -> None:
    """This will decide about a close name: accepted verifies the account, refused leaves it collected.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`, `check_unknown`, `second_person_required`, `note_missing`, `check_decided`,
            `check_outdated` when the payee's account has changed since.
    """
    require_officer(by)
    if not note.strip():
        raise Refused(
            "note_missing",
            vi="Hãy ghi căn cứ của quyết định, ví dụ: đã đối chiếu sổ tài khoản và căn cước.",
            en="Write down the ground of the decision.",
        )
    with transaction.atomic():
        row = HolderCheck.objects.select_for_update().filter(pk=check, status=CLOSE).first()
        if row is None:
            raise Refused(
                "check_unknown", vi=f"Không có lần tra tên số {check} đang chờ.", en=f"No check {check} waits."
            )
        decision = HolderCheck.Decision.ACCEPTED if is_accepted else HolderCheck.Decision.REFUSED
        if row.decision:
            # The same button twice is one decision; another answer is another matter.
            if (row.decision, row.decided_by) == (decision, by):
                return
            raise Refused(
                "check_decided",
                vi="Lần tra tên này đã có quyết định.",
                en="This check has been decided.",
                by=row.decided_by,
            )
        if by == row.recorded_by:
            raise Refused(
                "second_person_required",
                vi="Người quyết định phải khác người nhập kết quả của ngân hàng. Hãy để người khác quyết định.",
                en="Whoever entered the bank's answer cannot decide about it.",
                user=by,
            )
        current = FinancialAddress.objects.filter(pk=row.address_id, valid_to=None, state=State.COLLECTED).exists()
        if is_accepted and not current:
            raise Refused(
                "check_outdated",
                vi="Tài khoản của người này đã thay đổi từ khi hỏi ngân hàng. Hãy hỏi lại ngân hàng.",
                en="The payee's account has changed since the bank was asked. Ask again.",
            )
        row.decision, row.decided_by, row.decided_at, row.note = decision, by, at, note.strip()[:200]
        row.save(update_fields=["decision", "decided_by", "decided_at", "note"])
        if is_accepted:
            mark_addresses([row.address_id], State.VERIFIED, by=by, at=at)
        detail = {"check": row.id, "kind": row.kind, "accepted": is_accepted}
        audit(by=by, action="holder_decided", subject=f"person:{row.person_id}", detail=detail, at=at)


def require_officer(by: str) -> None:
    """This will see that somebody may verify accounts. Raises `Refused` (`role_not_allowed`, `staff_unknown`)."""
    if office.staff(by).role not in _WHO_DECIDES:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không có quyền xác minh tài khoản. Hãy nhờ cán bộ xã hoặc chuyên viên sở.",
            en=f"“{by}” may not verify accounts.",
            user=by,
        )
