"""Providers that are served by hand: noting a hand-over, taking a list of results in, and the second person's agreement.

What one person typed or carried moves no money: the list is applied only when another person has agreed to its sums.
"""

import contextlib
import datetime
import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from ansinh.base.refusals import Refused
from ansinh.office import operations as office
from ansinh.office import queries as office_queries
from ansinh.office.security import everything, put_on
from ansinh.payment import operations
from ansinh.payment.archive import Archive
from ansinh.payment.gateways import Gateway, Inbound, Receipt
from ansinh.payment.gateways.spreadsheet import Spreadsheet
from ansinh.payment.models import PaymentBatch, PaymentServiceProvider
from ansinh.people.sheets import read_bytes
from ansinh.standards.iso20022.results import Entry, Held

_ROLES = frozenset({"department_officer", "department_approver"})
_WAITING = "cho-duyet"


@dataclass(frozen=True)
class Received:
    """A list that waits for a second person: how many rows, how many of them are held, and the sum of each status."""

    name: str
    sha256: str
    lines: int
    held: int
    sums_dong: dict[str, int]


def batch(message_id: str) -> PaymentBatch:
    """Return the batch of this name. Raises `Refused` (`batch_unknown`)."""
    found = PaymentBatch.objects.select_related("provider", "run").filter(message_id=message_id).first()
    if found is None:
        raise Refused(
            "batch_unknown",
            vi=f"Không có lô lệnh “{message_id}”. Hãy xem mã lô trên bản giao nhận.",
            en=f"There is no batch “{message_id}”. See the name on its cover.",
            batch=message_id,
        )
    return found


def _spreadsheet(gateway: Gateway) -> Spreadsheet:
    if not isinstance(gateway, Spreadsheet):
        raise Refused(
            "provider_not_by_hand",
            vi="Tổ chức chi trả này nối mạng trực tiếp, không giao nhận bằng tay. Hãy dùng lệnh collect.",
            en="This provider is connected; nothing goes by hand. Use collect.",
        )
    return gateway


def _require_role(by: str) -> None:
    if office_queries.staff(by).role not in _ROLES:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không thuộc bộ phận chi trả của Sở nên không làm việc này được.",
            en=f"“{by}” is not of the department that pays and may not do this.",
        )


def hand_over(
    *, batch: PaymentBatch, gateway: Gateway, archive: Archive, evidence: str, by: str, at: datetime.datetime
) -> Receipt:
    """This will note that the sheet of a batch was handed over, on what evidence and by whom; the batch is then sent.

    Raises:
        Refused: `provider_not_by_hand`, `role_not_allowed`, `artefact_not_laid_ready`, `remote_file_differs`.
    """
    sheets = _spreadsheet(gateway)
    with transaction.atomic():
        put_on(everything(by))
        _require_role(by)
        office_queries.require_reach(by, batch.run.area_id)
        artefact = operations.render(batch=batch, gateway=gateway, archive=archive)
    sheets.hand_over(artefact, by=by, at=at, evidence=evidence)
    return operations.send(batch=batch, artefact=artefact, gateway=gateway, by=by, at=at)


def receive(
    *, provider: PaymentServiceProvider, gateway: Gateway, file: Path, by: str, at: datetime.datetime
) -> Received:
    """This will take a list of results in and say what it would do; nothing is applied yet.

    Raises:
        Refused: `provider_not_by_hand`, `role_not_allowed`, `results_unreadable`, and what `sheets.read` refuses.
    """
    sheets = _spreadsheet(gateway)
    content = read_bytes(file)
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        lines = list(sheets.parse(Inbound(file.name, file, sha256, len(content), provider.code)))
        _require_results(file.name, lines)
    except Refused as refusal:
        with transaction.atomic():
            put_on(everything(by))
            office.audit_refused_file(by=by, arrival=f"results {provider.code}", sha256=sha256, refusal=refusal, at=at)
        raise
    entries = [line for line in lines if isinstance(line, Entry)]
    sums = Counter()  # type: ignore[var-annotated]
    for entry in entries:
        sums[entry.status] += entry.amount_dong or 0
    name = f"{sha256[:16]}{file.suffix.lower()}"
    waiting = sheets.waiting_folder(_WAITING)
    with transaction.atomic():
        put_on(everything(by))
        _require_role(by)
        detail = {"sha256": sha256, "lines": len(lines), "sums_dong": dict(sums), "file": file.name[:80]}
        office.audit(by=by, action="payment.results.receive", subject=provider.code, detail=detail, at=at)
        _write(waiting / name, content)
        _write(waiting / f"{name}.json", json.dumps({"by": by, "at": at.isoformat()}).encode())
    return Received(name, sha256, len(lines), len(lines) - len(entries), dict(sums))


def _require_results(name: str, lines: list[Entry | Held]) -> None:
    if not any(isinstance(line, Entry) for line in lines):
        reason = next((line.reason for line in lines if isinstance(line, Held)), "")
        raise Refused(
            "results_unreadable",
            vi=f"Tệp {name} không có dòng kết quả nào đọc được ({reason}). Hãy xin tổ chức chi trả danh sách có mã lệnh.",
            en=f"{name} has no result that can be read ({reason}). Ask the provider for a list with the names of orders.",
        )


def confirm(*, provider: PaymentServiceProvider, gateway: Gateway, name: str, by: str, at: datetime.datetime) -> str:
    """This will let another person agree to a list, so that the next collection applies it.

    Raises:
        Refused: `provider_not_by_hand`, `role_not_allowed`, `results_unknown`, `second_person_needed`.
    """
    sheets = _spreadsheet(gateway)
    waiting = sheets.waiting_folder(_WAITING)
    place = waiting / Path(name).name
    noted = None
    with contextlib.suppress(OSError, ValueError):
        noted = json.loads((waiting / f"{place.name}.json").read_text("utf8"))
    if noted is None or not place.is_file():
        raise Refused(
            "results_unknown",
            vi=f"Không có danh sách kết quả “{name}” đang chờ duyệt.",
            en=f"No list of results “{name}” waits.",
            name=name,
        )
    with transaction.atomic():
        put_on(everything(by))
        _require_role(by)
        if noted.get("by") == by:
            raise Refused(
                "second_person_needed",
                vi="Người nhận danh sách không được tự duyệt. Hãy để người khác đối chiếu số tiền rồi duyệt.",
                en="Whoever took the list in may not agree to it. Let somebody else compare its sums.",
            )
        # The trail before the move: a kill between them leaves a list that can be confirmed again.
        office.audit(by=by, action="payment.results.confirm", subject=provider.code, detail={"name": place.name}, at=at)
    os.replace(place, sheets.incoming / place.name)
    return place.name


def _write(place: Path, content: bytes) -> None:
    part = place.with_name(f"{place.name}.{os.getpid()}.part")
    with open(part, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, place)
