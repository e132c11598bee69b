"""The two documents of our REST interface: orders out, results in. Both are lines of JSON (docs/reference/provider-api.yaml).

A line is a whole: a document that was cut keeps what stands before the cut. The last line says how many there are.
"""

import datetime
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ansinh.payment.gateways import Batch, Instruction
from ansinh.payment.gateways.amounts import NotUnderstood, amount_of
from ansinh.standards.instructions import check_message_id, checked
from ansinh.standards.iso20022.codes import DUPLICATE_REASONS, PROPRIETARY_SET, RETURN_SET, STATUS_SET, statuses
from ansinh.standards.iso20022.results import REJECTED, RETURNED, UNKNOWN, Balance, Entry, GroupStatus, Held, Notice

KIND = "ansinh.results.1"
_PIECE = 500
# Longer than any honest line; a line without end must not fill the memory.
_LINE_LIMIT = 1 << 16
_CODE = re.compile(r"[A-Z0-9]{1,35}")
_SETS = frozenset({STATUS_SET, RETURN_SET, PROPRIETARY_SET})


# ── orders ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def orders(batch: Batch, instructions: Iterable[Instruction]) -> Iterator[bytes]:
    """Yield the batch as lines of JSON: a head, an instruction a line, an end. The same batch gives the same bytes.

    Raises:
        Refused: `message_id_invalid`, and what `instructions.checked` refuses.
    """
    check_message_id(batch.message_id)
    debtor = batch.debtor
    yield _line({
        "document": "orders", "version": 1, "batch": batch.message_id,
        "created_at": batch.created_at.astimezone(datetime.UTC).isoformat(timespec="seconds"),
        "execution_date": batch.execution_date.isoformat(),
        "debtor": {"name": debtor.name, "account_number": debtor.account_number, "agent": debtor.agent_member_id or debtor.agent_bic},
        "count": batch.count, "total_dong": batch.total_dong,
    })  # fmt: skip
    piece: list[bytes] = []
    for order in checked(instructions, batch.count, batch.total_dong):
        piece.append(_line({
            "end_to_end_id": order.end_to_end_id, "amount_dong": order.amount_dong, "bank_bin": order.bank_bin,
            "account_number": order.account_number, "payee_name": order.payee_name,
            "beneficiary_name": order.beneficiary_name, "purpose": order.purpose_text,
        }))  # fmt: skip
        if len(piece) == _PIECE:
            yield b"".join(piece)
            piece.clear()
    yield b"".join(piece) + _line({"end": True, "count": batch.count, "total_dong": batch.total_dong})


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


# ── results ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def results(entries: Iterable[Entry], number: str) -> bytes:
    """Return a document that says what these entries say: how answers to single questions are kept."""
    lines = [_line({"document": "results", "version": 1, "id": number})]
    for entry in entries:
        said: dict[str, Any] = {
            "end_to_end_id": entry.end_to_end_id,
            "status": entry.code,
            "amount_dong": entry.amount_dong,
        }
        if entry.reason_code:
            said |= {"reason_set": entry.reason_set, "reason_code": entry.reason_code}
        if entry.booked_on is not None:
            said["booked_on"] = entry.booked_on.isoformat()
        lines.append(_line(said))
    return b"".join([*lines, _line({"end": True, "count": len(lines) - 1})])


class Results:
    """A document of results while it is read: iterate, once, for entries and held lines.

    `settled_is_paid`: the bilateral rule that “settled” (ACSC) means that the payee has the money.
    """

    def __init__(self, pieces: Iterable[bytes], *, settled_is_paid: bool = False) -> None:
        self._pieces = pieces
        self._words = {**statuses(), "ACSC": "PAID"} if settled_is_paid else statuses()
        self.kind = "unknown"
        self.message_id = ""
        self.groups: list[GroupStatus] = []
        self.warnings: list[Notice] = []
        # A provider of this kind tells results, not what lies on our account.
        self.balances: list[Balance] = []
        self.incomplete = False
        self._count = 0
        self._total: int | None = 0

    def __iter__(self) -> Iterator[Entry | Held]:
        """Yield each result as its line passes."""
        ended = False
        for raw in _lines(self._pieces):
            if not raw.strip():
                continue
            if ended:
                # What stands behind the end was not counted by whoever wrote the end.
                self._count += 1
                yield Held(self._count, "behind_the_end", raw[:80].decode("utf8", "replace"))
                continue
            values = _values(raw)
            if self.kind == "unknown":
                if not self._opened(values):
                    yield Held(1, "message_unknown" if values else "format_unknown", raw[:80].decode("utf8", "replace"))
                    return
            elif values is not None and values.get("end") is True:
                ended = True
                self._compare(values)
            elif values is not None and "batch" in values and "end_to_end_id" not in values:
                self._group(values)
            else:
                self._count += 1
                yield self._entry(values, raw)
        if self.kind == "unknown":
            yield Held(1, "format_unknown")
        elif not ended:
            self.incomplete = True
            self.warnings.append(Notice("file_incomplete", {"read": self._count}))

    def _opened(self, values: dict[str, Any] | None) -> bool:
        if values is None or values.get("document") != "results":
            return False
        self.kind = KIND
        self.message_id = str(values.get("id", ""))[:70]
        if values.get("version") != 1:
            self.warnings.append(Notice("version_unknown", {"version": str(values.get("version"))[:20]}))
        return True

    def _compare(self, end: dict[str, Any]) -> None:
        if end.get("count") != self._count:
            self.incomplete = True
            self.warnings.append(Notice("count_differs", {"stated": str(end.get("count"))[:20], "found": self._count}))
        if self._total is not None and "total_dong" in end and end["total_dong"] != self._total:
            self.warnings.append(
                Notice("control_sum_differs", {"stated": str(end["total_dong"])[:20], "found": self._total})
            )

    def _group(self, values: dict[str, Any]) -> None:
        """Keep what is said of a whole batch."""
        code = str(values.get("status", ""))
        reason_set, reason_code = _reason(values)
        status = _without_duplicates(self._words.get(code, ""), reason_code)
        self.groups.append(GroupStatus(str(values["batch"])[:35], "", status, code[:20], reason_set, reason_code))

    def _entry(self, values: dict[str, Any] | None, raw: bytes) -> Entry | Held:
        try:
            if values is None:
                raise NotUnderstood("line_unreadable", raw[:80].decode("utf8", "replace"))
            return self._understood(values)
        except NotUnderstood as problem:
            self._total = None
            name = values.get("end_to_end_id") if values is not None else None
            return Held(self._count, problem.reason, problem.evidence, name[:35] if isinstance(name, str) else "")

    def _understood(self, values: dict[str, Any]) -> Entry:
        name = values.get("end_to_end_id")
        if not isinstance(name, str) or not name:
            raise NotUnderstood("reference_missing", name)
        amount, text, currency = amount_of(values.get("amount_dong"), str(values.get("currency", "VND")))
        code = str(values.get("status", ""))
        # RTRN is our word for money that came back after it had been paid; ISO has a message of its own for it.
        status = RETURNED if code == "RTRN" else self._words.get(code)
        if status is None:
            raise NotUnderstood("status_unknown" if code else "status_missing", code)
        reason_set, reason_code = _reason(values)
        if self._total is not None:
            self._total = None if amount is None else self._total + amount
        return Entry(
            self._count, name[:35], amount, text, currency, _without_duplicates(status, reason_code), reason_set, reason_code,
            _day(values.get("booked_on")), "CRDT" if status == RETURNED else "DBIT", "status", code[:20],
        )  # fmt: skip


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut the pieces into lines, a mark of byte order taken off; a line without end is cut where it becomes absurd."""
    rest, first = b"", True
    for piece in pieces:
        if first:
            piece, first = piece.removeprefix(b"\xef\xbb\xbf"), False
        whole = (rest + piece).split(b"\n")
        rest = whole.pop()
        yield from whole
        if len(rest) > _LINE_LIMIT:
            yield rest
            rest = b""
    if rest:
        yield rest


def _values(raw: bytes) -> dict[str, Any] | None:
    """Return the object of one line; None for anything else, however it is broken."""
    if len(raw) > _LINE_LIMIT:
        return None
    try:
        # A name that stands twice in one object says two things: neither is believed.
        found = json.loads(raw, parse_float=str, parse_constant=str, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def _reason(values: dict[str, Any]) -> tuple[str, str]:
    code, named = values.get("reason_code"), values.get("reason_set", STATUS_SET)
    if not isinstance(code, str) or not code:
        return "", ""
    if named not in _SETS or _CODE.fullmatch(code) is None:
        return PROPRIETARY_SET, code[:35]
    return named, code


def _without_duplicates(status: str, reason_code: str) -> str:
    # “Rejected as a duplicate” says nothing of the first one: taking it for a refusal would pay that one again.
    return UNKNOWN if status == REJECTED and reason_code in DUPLICATE_REASONS else status


def _day(value: Any) -> datetime.date | None:
    if value is None:
        return None
    try:
        return datetime.date.fromisoformat(str(value)[:10])
    except ValueError:
        raise NotUnderstood("date_invalid", value) from None
