"""The gateway to a payment hub after GovStack: a batch is one request, its fate is asked for.

A hub of this kind takes a request twice if it is sent twice, unless it was set up not to. Whoever wants to be paid through
must therefore refuse a correlation id that it knows: the conformance kit asks exactly that.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import urllib3

from ansinh.base.refusals import Refused
from ansinh.payment.gateways import (
    AccountQuery,
    Artefact,
    Batch,
    Capabilities,
    Debtor,
    Health,
    HolderQuestion,
    Inbound,
    NameCheck,
    Receipt,
    SentOrder,
    Stamp,
    downloads,
    limits,
    refuse_unable,
    wire,
)
from ansinh.payment.gateways.govstack.documents import Transfers, orders
from ansinh.payment.gateways.govstack.settings import Settings
from ansinh.standards.instructions import NARRATIVE_LIMIT
from ansinh.standards.iso20022.results import Entry

# Always the same, so that the same batch makes the same request.
_BOUNDARY = "ansinh-batch-boundary-8f1d"


class GovStack:
    """One hub. Holds its settings and no other state."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def capabilities(self) -> Capabilities:
        """Return what this hub can do."""
        return Capabilities(
            max_instructions=self._settings.max_instructions,
            max_amount_dong=self._settings.max_amount_dong,
            joins_payee=self._settings.joins_payee,
            end_to_end_id_length=16,
            purpose_length=NARRATIVE_LIMIT,
            can_verify=False,
            can_query=False,
            can_cancel=False,
            gives_result_per_instruction=True,
            gives_statement=False,
            pays_cash=False,
        )

    @property
    def debtor(self) -> Debtor:
        """Return the paying agency as this hub knows it."""
        return Debtor(self._settings.debtor_name, self._settings.debtor_account, self._settings.debtor_agent)

    def render(self, batch: Batch, target: BinaryIO) -> Artefact:
        """Write the batch as the hub's CSV into `target`. Pure.

        Raises:
            Refused: what `documents.orders` refuses, `amount_over_limit`, `batch_too_large`.
        """
        limits.check_count(batch.count, self._settings.max_instructions)
        digest, size = hashlib.sha256(), 0
        within = limits.within(batch.instructions, self._settings.max_amount_dong)
        for piece in orders(batch, within, self._settings.payment_mode):
            digest.update(piece)
            size += target.write(piece)
        return Artefact(f"{batch.message_id}.csv", None, digest.hexdigest(), size, batch.count, batch.total_dong)

    def submit(self, artefact: Artefact) -> Receipt:
        """Hand the batch over under its own name as the correlation id.

        Raises:
            Refused: `artefact_changed`, `remote_file_differs`, `gateway_unreachable` and its kin; nothing was sent.
        """
        content = limits.unchanged(artefact).read_bytes()
        name = artefact.name.removesuffix(".csv")
        body, kind = urllib3.encode_multipart_formdata({"data": (artefact.name, content, "text/csv")}, _BOUNDARY)
        headers = {
            "Content-Type": kind, "X-CorrelationID": name, "type": "csv", "Purpose": "ANSINH", "filename": artefact.name,
            "X-Registering-Institution-ID": self._settings.institution, "X-Program-ID": self._settings.programme,
        }  # fmt: skip
        try:
            said = self._ask("POST", "/batchtransactions", body, headers)
        except wire.Lost:
            return Receipt.UNKNOWN
        if said.status == 401:
            raise wire.login_refused()
        if said.status == 409:
            raise limits.remote_differs(artefact.name)
        answer = said.json()
        taken = isinstance(answer, dict) and bool(answer.get("PollingPath"))
        if said.status in (200, 202) and taken:
            return Receipt.ALREADY if said.status == 200 else Receipt.SENT
        return Receipt.REFUSED if said.status in (400, 413, 422) else Receipt.UNKNOWN

    def held(self, name: str) -> Stamp | None:
        """Return None: a hub tells the state of a batch, not its bytes."""
        return None

    def poll(self, is_stored: Callable[[str], bool], store: Path) -> Iterator[Inbound]:
        """Ask for every batch of ours whose summary has changed, and store what the hub says of its transfers."""
        listed = self._answer(f"/api/v1/batches?registeringInstituteId={quote(self._settings.institution)}")
        summaries = listed.get("data", []) if isinstance(listed, dict) else []
        for summary in summaries if isinstance(summaries, list) else []:
            counts = "|".join(
                str(summary.get(name)) for name in ("batchId", "total", "ongoing", "failed", "successful")
            )
            if is_stored(counts):
                continue
            content = list(self._transfers(str(summary.get("batchId", ""))))
            # One document a state of the batch; the summary is kept beside what it sums up.
            body = json.dumps({"summary": summary, "content": content}, ensure_ascii=False, sort_keys=True).encode()
            name = f"{summary.get('clientCorrelationId', '')}.json"
            yield downloads.keep(body, name, counts, store, self._settings.base_url)

    def _transfers(self, batch: str) -> Iterator[Any]:
        page = 0
        while True:
            found = self._answer(
                f"/api/v1/batch/detail?batchId={quote(batch)}&pageNo={page}&pageSize={self._settings.page_size}"
            )
            content = found.get("content") if isinstance(found, dict) else None
            if not isinstance(content, list):
                raise wire.unreadable()
            yield from content
            if len(content) < self._settings.page_size:
                return
            page += 1

    def parse(self, inbound: Inbound) -> Transfers:
        """Read a stored document. Pure."""
        return Transfers(downloads.pieces(inbound.path), completed_is_paid=self._settings.completed_is_paid)

    def verify(self, queries: Iterable[AccountQuery]) -> Iterator[NameCheck]:
        """Refuse: a hub knows identifiers, not account holders (`gateway_cannot_verify`)."""
        refuse_unable("verify")

    def ask_holders(self, questions: Sequence[HolderQuestion], message_id: str) -> Receipt:
        """Refuse: questions by file are not of this kind of provider (`gateway_cannot_verify`)."""
        refuse_unable("verify")

    def query(self, end_to_end_id: str) -> Entry:
        """Refuse: a hub is asked for batches (`gateway_cannot_query`)."""
        refuse_unable("query")

    def cancel(self, order: SentOrder, why: str) -> Receipt:
        """Refuse: what was handed over cannot be called back here (`gateway_cannot_cancel`)."""
        refuse_unable("cancel")

    def health(self) -> Health:
        """Try the connection, changing nothing. Never raises: the reason is in the answer."""
        try:
            self._answer("/actuator/health")
        except Refused as refusal:
            return Health(False, refusal.reason)
        return Health(True, "")

    def _ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> wire.Said:
        return self._settings.endpoint().ask(
            method, path, body, {"Platform-TenantId": self._settings.tenant, **(headers or {})}
        )

    def _answer(self, path: str) -> Any:
        try:
            said = self._ask("GET", path)
        except wire.Lost as lost:
            raise wire.unreachable(self._settings.endpoint().host) from lost
        if said.status == 401:
            raise wire.login_refused()
        answer = said.json()
        if said.status != 200 or answer is None:
            raise wire.unreadable()
        return answer
