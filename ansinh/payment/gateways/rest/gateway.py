"""The gateway to a provider that speaks our REST interface: orders by POST, results as documents that never change.

A provider may also send each result document to our webhook; it is the same document, so that a lost, doubled or late
webhook costs nothing: what `poll` finds is known by its hash.
"""

import datetime
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

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
from ansinh.payment.gateways.rest.documents import Results, orders
from ansinh.payment.gateways.rest.settings import Settings
from ansinh.standards.instructions import NARRATIVE_LIMIT
from ansinh.standards.iso20022.results import UNKNOWN, Entry

_NDJSON = "application/x-ndjson"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,80}")
_PORTION = 500


class Rest:
    """One provider. Holds its settings and no other state."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def capabilities(self) -> Capabilities:
        """Return what this provider can do."""
        return Capabilities(
            max_instructions=self._settings.max_instructions,
            max_amount_dong=self._settings.max_amount_dong,
            joins_payee=self._settings.joins_payee,
            end_to_end_id_length=16,
            purpose_length=NARRATIVE_LIMIT,
            can_verify=True,
            can_query=True,
            can_cancel=True,
            gives_result_per_instruction=True,
            gives_statement=False,
            pays_cash=False,
        )

    @property
    def debtor(self) -> Debtor:
        """Return the paying agency as this provider knows it."""
        return Debtor(self._settings.debtor_name, self._settings.debtor_account, self._settings.debtor_agent)

    def render(self, batch: Batch, target: BinaryIO) -> Artefact:
        """Write the batch as a document of orders into `target`. Pure.

        Raises:
            Refused: what `documents.orders` refuses, `amount_over_limit`, `batch_too_large`.
        """
        limits.check_count(batch.count, self._settings.max_instructions)
        digest, size = hashlib.sha256(), 0
        for piece in orders(batch, limits.within(batch.instructions, self._settings.max_amount_dong)):
            digest.update(piece)
            size += target.write(piece)
        return Artefact(f"{batch.message_id}.ndjson", None, digest.hexdigest(), size, batch.count, batch.total_dong)

    def submit(self, artefact: Artefact) -> Receipt:
        """Hand the orders over under the batch's name, which the provider takes once.

        Raises:
            Refused: `artefact_changed`, `remote_file_differs`, `gateway_unreachable` and its kin; nothing was sent.
        """
        body = limits.unchanged(artefact).read_bytes()
        headers = {"Content-Type": _NDJSON, "Idempotency-Key": artefact.name.removesuffix(".ndjson")}
        try:
            said = self._ask("POST", "/batches", body, headers)
        except wire.Lost:
            return Receipt.UNKNOWN
        answer = said.json()
        held = answer.get("sha256") if isinstance(answer, dict) else None
        if said.status in (200, 202) and held == artefact.sha256:
            return Receipt.ALREADY if said.status == 200 else Receipt.SENT
        if said.status == 409:
            raise limits.remote_differs(artefact.name)
        # The provider's own “no” is certain; its failures, and a “yes” to other bytes, are not.
        return Receipt.REFUSED if said.status in (400, 413, 422) else Receipt.UNKNOWN

    def held(self, name: str) -> Stamp | None:
        """Return what the provider holds under this name. Raises `Refused`: as `poll`."""
        said = self._ask_surely("GET", f"/batches/{name.removesuffix('.ndjson')}")
        answer = said.json()
        if said.status != 200 or not isinstance(answer, dict):
            return None
        try:
            created = datetime.datetime.fromisoformat(str(answer.get("created_at")))
            execution = datetime.date.fromisoformat(str(answer.get("execution_date")))
        except ValueError:
            return None
        return Stamp(str(answer.get("sha256")), created, execution)

    def poll(self, is_stored: Callable[[str], bool], store: Path) -> Iterator[Inbound]:
        """Fetch the documents that the caller does not have into `store`, each named by its SHA-256."""
        listed = self._answer("GET", "/results")
        for place in listed.get("documents", []) if isinstance(listed, dict) else []:
            name, sha256 = str(place.get("id", "")), str(place.get("sha256", ""))
            mark = f"{name}|{sha256}"
            if _NAME.fullmatch(name) is None or is_stored(mark):
                continue
            try:
                said = self._ask("GET", f"/results/{name}")
            except wire.Lost as lost:
                raise wire.unreachable(self._settings.endpoint().host) from lost
            # A document that is listed and cannot be had waits for the next poll; the others do not wait for it.
            if said.status == 200:
                yield downloads.keep(said.body, name, mark, store, self._settings.base_url)

    def parse(self, inbound: Inbound) -> Results:
        """Read a stored document. Pure."""
        return Results(downloads.pieces(inbound.path), settled_is_paid=self._settings.settled_is_paid)

    def verify(self, queries: Iterable[AccountQuery]) -> Iterator[NameCheck]:
        """Ask whose accounts these are; as many answers as questions, in their order.

        Raises:
            Refused: `gateway_answer_unreadable`, `gateway_unreachable`.
        """
        asked = iter(queries)
        while portion := list(islice(asked, _PORTION)):
            body = json.dumps({"accounts": [query._asdict() for query in portion]}).encode()
            answer = self._answer("POST", "/account-holders", body)
            holders = answer.get("holders") if isinstance(answer, dict) else None
            if not isinstance(holders, list) or len(holders) != len(portion):
                raise wire.unreadable()
            for holder in holders:
                yield _name_check(holder)

    def ask_holders(self, questions: Sequence[HolderQuestion], message_id: str) -> Receipt:
        """Refuse: questions by file are not of this kind of provider (`gateway_cannot_verify`)."""
        refuse_unable("verify")

    def query(self, end_to_end_id: str) -> Entry:
        """Ask what became of one instruction; one that the provider does not know is UNKNOWN, never “not sent”."""
        said = self._ask_surely("GET", f"/payments/{end_to_end_id}")
        unknown = Entry(1, end_to_end_id, None, None, "", UNKNOWN, "", "", None, "DBIT", "status", "")
        if said.status == 404:
            return unknown
        if said.status != 200:
            raise wire.unreadable()
        document = [b'{"document":"results","version":1,"id":"query"}\n', said.body.replace(b"\n", b" ")]
        (found,) = list(Results(document, settled_is_paid=self._settings.settled_is_paid)) or [unknown]
        return found if isinstance(found, Entry) and found.end_to_end_id == end_to_end_id else unknown

    def cancel(self, order: SentOrder, why: str) -> Receipt:
        """Ask to stop one instruction. SENT means that it was asked; only a result says that it was stopped."""
        body = json.dumps({"reason": why[:105]}).encode()
        try:
            said = self._ask("POST", f"/payments/{order.end_to_end_id}/cancellation", body)
        except wire.Lost:
            return Receipt.UNKNOWN
        words = {202: Receipt.SENT, 200: Receipt.ALREADY, 404: Receipt.REFUSED, 409: Receipt.REFUSED}
        return words.get(said.status, Receipt.UNKNOWN)

    def health(self) -> Health:
        """Try the connection, changing nothing. Never raises: the reason is in the answer."""
        try:
            said = self._ask_surely("GET", "/health")
        except Refused as refusal:
            return Health(False, refusal.reason)
        return Health(said.status == 200, "" if said.status == 200 else "gateway_unreachable")

    def _ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> wire.Said:
        return self._settings.endpoint().ask(method, path, body, headers or {"Content-Type": "application/json"})

    def _ask_surely(self, method: str, path: str, body: bytes = b"") -> wire.Said:
        """Ask what changes nothing: no answer is then as good as no connection."""
        try:
            return self._ask(method, path, body)
        except wire.Lost as lost:
            raise wire.unreachable(self._settings.endpoint().host) from lost

    def _answer(self, method: str, path: str, body: bytes = b"") -> Any:
        said = self._ask_surely(method, path, body)
        answer = said.json()
        if said.status != 200 or answer is None:
            raise wire.unreadable()
        return answer


def _name_check(holder: Any) -> NameCheck:
    """Return what the provider says of one account; anything that is not one of the agreed words proves nothing."""
    if not isinstance(holder, dict):
        return NameCheck("RVNA", None, False)
    name = holder.get("name") if isinstance(holder.get("name"), str) and holder["name"].strip() else None
    word = holder.get("status") if holder.get("status") in {"RVNM", "RVNA"} else ("RCVC" if name else "RVNA")
    return NameCheck(word, name if word == "RCVC" else None, "*" in (name or ""))
