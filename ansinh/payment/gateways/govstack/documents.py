"""The two documents of a payment hub: a CSV of orders out, pages of transfers in.

A hub writes amounts as numbers with a point, some of them through 32-bit floats; they are read as text, and what is no
whole đồng is held.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from ansinh.payment.gateways import Batch, Instruction
from ansinh.payment.gateways.amounts import NotUnderstood, amount_of
from ansinh.standards.instructions import check_message_id, checked
from ansinh.standards.iso20022.codes import DUPLICATE_REASONS, PROPRIETARY_SET, STATUS_SET, meaning
from ansinh.standards.iso20022.results import (
    ACCEPTED,
    PAID,
    RECEIVED,
    REJECTED,
    UNKNOWN,
    Balance,
    Entry,
    GroupStatus,
    Held,
    Notice,
)

KIND = "govstack.batch"
# The order that ph-ee-bulk-processor demands (schema/Transaction.java).
COLUMNS = ("id", "request_id", "payment_mode", "account_number", "amount", "currency", "note")
_PIECE = 500


def orders(batch: Batch, instructions: Iterable[Instruction], payment_mode: str) -> Iterator[bytes]:
    """Yield the batch as the hub's CSV. An account is written as bank and number with a hyphen between.

    Raises:
        Refused: `message_id_invalid`, and what `instructions.checked` refuses.
    """
    check_message_id(batch.message_id)
    yield (",".join(COLUMNS) + "\n").encode()
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    for number, order in enumerate(checked(instructions, batch.count, batch.total_dong), 1):
        # Never a formula: the checked alphabet begins with a letter or a digit.
        account = f"{order.bank_bin}-{order.account_number}"
        table.writerow(
            (number, order.end_to_end_id, payment_mode, account, order.amount_dong, "VND", order.purpose_text)
        )
        if number % _PIECE == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


class Transfers:
    """The pages of one batch while they are read: iterate, once, for entries and held lines."""

    def __init__(self, pieces: Iterable[bytes], *, completed_is_paid: bool = False) -> None:
        self._raw = pieces
        self._words = {
            "COMPLETED": PAID if completed_is_paid else ACCEPTED, "FAILED": REJECTED, "IN_PROGRESS": RECEIVED,
            "UNKNOWN": UNKNOWN,
        }  # fmt: skip
        self.kind = "unknown"
        self.message_id = ""
        self.groups: list[GroupStatus] = []
        self.warnings: list[Notice] = []
        # A provider of this kind tells results, not what lies on our account.
        self.balances: list[Balance] = []
        self.incomplete = False

    def __iter__(self) -> Iterator[Entry | Held]:
        """Yield each transfer that the hub tells of."""
        raw = b"".join(self._raw)
        document = _document(raw)
        if document is None:
            yield Held(1, "format_unknown", raw[:80].decode("utf8", "replace"))
            return
        summary, transfers = document.get("summary"), document.get("content")
        if not isinstance(summary, dict) or not isinstance(transfers, list):
            yield Held(1, "message_unknown", raw[:80].decode("utf8", "replace"))
            return
        self.kind, self.message_id = KIND, str(summary.get("clientCorrelationId", ""))[:70]
        # The hub's own two answers about one batch often disagree; what is missing is asked for again.
        if summary.get("total") != len(transfers):
            self.incomplete = True
            self.warnings.append(
                Notice("count_differs", {"stated": str(summary.get("total"))[:20], "found": len(transfers)})
            )
        for line, transfer in enumerate(transfers, 1):
            told = transfer if isinstance(transfer, dict) else {}
            try:
                yield self._entry(line, told)
            except NotUnderstood as problem:
                name = _name(told)
                yield Held(line, problem.reason, problem.evidence, name[:35] if isinstance(name, str) else "")

    def _entry(self, line: int, transfer: dict[str, Any]) -> Entry:
        name = _name(transfer)
        if not isinstance(name, str) or not name:
            raise NotUnderstood("reference_missing", name)
        amount, text, currency = amount_of(transfer.get("amount"), str(transfer.get("currency", "VND")))
        word = str(transfer.get("status", ""))
        if word not in self._words:
            raise NotUnderstood("status_unknown" if word else "status_missing", word)
        reason_set, reason_code = _reason(transfer.get("errorInformation")) if word == "FAILED" else ("", "")
        status = self._words[word]
        # “Failed as a duplicate” says nothing of the first one: taking it for a refusal would pay that one again.
        if status == REJECTED and reason_code in DUPLICATE_REASONS:
            status = UNKNOWN
        return Entry(
            line, name[:35], amount, text, currency, status, reason_set, reason_code, None, "DBIT", "status", word,
        )  # fmt: skip


def _name(transfer: dict[str, Any]) -> object:
    return transfer.get("clientCorrelationId") or transfer.get("requestId")


def _document(raw: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(raw.removeprefix(b"\xef\xbb\xbf"), parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _reason(error: Any) -> tuple[str, str]:
    """Return the reason of a failure: an ISO code where the hub passes the bank's on, else the hub's own word."""
    if isinstance(error, dict):
        error = error.get("errorCode")
    code = str(error or "")[:35]
    if not code:
        return "", ""
    return (STATUS_SET if meaning(STATUS_SET, code) is not None else PROPRIETARY_SET), code
