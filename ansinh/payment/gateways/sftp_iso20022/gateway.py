"""The gateway to a bank that speaks ISO 20022 over SFTP: files out, files in, nothing in between.

It promises the same bytes for the same batch and a file that the official schema accepts. A bank of this kind cannot be
asked about one order, nor about an account holder: those questions it refuses by name. It may be asked to call an order back.
"""

import asyncio
import datetime
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

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
    limits,
    refuse_unable,
)
from ansinh.payment.gateways.sftp_iso20022 import connection, signatures
from ansinh.payment.gateways.sftp_iso20022.settings import Settings
from ansinh.standards.files import FileReading
from ansinh.standards.instructions import NARRATIVE_LIMIT
from ansinh.standards.iso20022 import acmt023, camt055, pain001
from ansinh.standards.iso20022.results import Entry, Profile


class SftpIso20022:
    """One bank. Holds its settings and no other state; every act is a connection of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._profile = Profile(
            debit_is_paid=settings.debit_is_paid, settled_is_paid=settings.settled_is_paid, recall_is_final=settings.recall_is_final
        )  # fmt: skip

    @property
    def capabilities(self) -> Capabilities:
        """Return what this bank can do."""
        return Capabilities(
            max_instructions=self._settings.max_instructions,
            max_amount_dong=self._settings.max_amount_dong,
            joins_payee=self._settings.joins_payee,
            end_to_end_id_length=16,
            purpose_length=NARRATIVE_LIMIT,
            can_verify=False,
            can_query=False,
            can_cancel=self._settings.takes_recalls,
            gives_result_per_instruction=True,
            gives_statement=True,
            pays_cash=False,
            can_ask_holders=self._settings.takes_inquiries,
            checks_signatures=self._settings.bank_certificate is not None,
            # A token's library is opened by one process, and a copy of that process must not use it.
            can_share_work=not signatures.is_in_token(self._settings),
        )

    @property
    def debtor(self) -> Debtor:
        """Return the paying agency as this bank knows it. A bank code of six digits is a BIN, anything else a BIC."""
        # Told apart by shape, because banks state either and officers copy what they were given into one field.
        name, number, agent = self._settings.debtor_name, self._settings.debtor_account, self._settings.debtor_agent
        is_bin = len(agent) == 6 and agent.isdigit()
        return Debtor(name, number, agent if is_bin else None, None if is_bin else agent)

    def render(self, batch: Batch, target: BinaryIO) -> Artefact:
        """Write the batch as pain.001.001.09 into `target`, schema-checked while it is written. Pure.

        Raises:
            Refused: what `pain001.render` and `pain001.validated` refuse, `amount_over_limit`, `batch_too_large`.
        """
        # By the announced count, before a byte is written; `pain001` holds the real one against it at the end.
        limits.check_count(batch.count, self._settings.max_instructions)
        debtor = batch.debtor
        header = pain001.CreditTransferHeader(
            message_id=batch.message_id,
            created_at=batch.created_at,
            execution_date=batch.execution_date,
            debtor=pain001.Debtor(debtor.name, debtor.account_number, debtor.agent_member_id, debtor.agent_bic),
            count=batch.count,
            total_dong=batch.total_dong,
            clearing_system=self._settings.clearing_system,
            version=self._settings.pain001_version,
        )
        # The schema reads along: a file that breaks it never reaches its end, so it can never be sent by mistake.
        digest, size = hashlib.sha256(), 0
        for piece in pain001.validated(
            pain001.render(header, limits.within(batch.instructions, self._settings.max_amount_dong)), header.version
        ):
            digest.update(piece)
            size += target.write(piece)
        return Artefact(f"{batch.message_id}.xml", None, digest.hexdigest(), size, batch.count, batch.total_dong)

    def submit(self, artefact: Artefact) -> Receipt:
        """Hand the file at `artefact.path` to the bank. Repeating it with the same artefact never sends twice.

        Returns SENT, ALREADY (the bank has exactly these bytes) or UNKNOWN (the connection broke when the file may
        have arrived: submit the same artefact again to find out).

        Raises:
            Refused: `artefact_changed` when the bytes are not the rendered ones; what `connection.send` and `signatures.signed` refuse.
        """
        path = limits.unchanged(artefact)
        # Each act has a loop and a connection of its own: callers are ordinary code, and a connection kept overnight is
        # a dead one.
        return asyncio.run(connection.send(self._settings, artefact, path, signatures.signed(self._settings, artefact)))

    def held(self, name: str) -> Stamp | None:
        """Return the times and the hash of the file that the bank holds under this name. Raises `Refused`: as `poll`."""
        found = asyncio.run(connection.read_back(self._settings, name))
        known = None if found is None else pain001.times(found[0])
        return None if found is None or known is None else Stamp(found[1], *known)

    def poll(self, is_stored: Callable[[str], bool], store: Path) -> Iterator[Inbound]:
        """Fetch the bank's new files into the folder `store`, each named by its SHA-256.

        The same bytes may come under two names: the caller knows them by their hash.

        Raises:
            Refused: what `connection.fetch` refuses, and `signatures.problem_of` when the agreed certificate is of no use.
        """
        # Everything is fetched before the first is handed out, so that the caller's transactions do not hold the bank's
        # line.
        at = datetime.datetime.now(datetime.UTC)
        for inbound in asyncio.run(connection.fetch(self._settings, is_stored, store)):
            yield replace(inbound, problem=signatures.problem_of(self._settings, inbound, at))

    def parse(self, inbound: Inbound) -> FileReading:
        """Read a stored file by the rules agreed with this bank. Iterate, or take `.result()`; iterate only once.

        Raises:
            Refused: `xml_is_hostile`, `zip_is_hostile`, `file_too_large` (while iterating).
        """
        return FileReading(_pieces(inbound.path), self._profile)

    def verify(self, queries: Iterable[AccountQuery]) -> Iterator[NameCheck]:
        """Refuse: this bank says nothing at once (`gateway_cannot_verify`); see `ask_holders`."""
        refuse_unable("verify")

    def ask_holders(self, questions: Sequence[HolderQuestion], message_id: str) -> Receipt:
        """Send a file of questions (acmt.023); the answers (acmt.024) come as a file, named as they were asked.

        Raises:
            Refused: `gateway_cannot_verify` where it was not agreed on; what `acmt023.render` and `submit` refuse.
        """
        if not self._settings.takes_inquiries:
            refuse_unable("verify")
        header = acmt023.VerificationHeader(
            message_id=message_id, created_at=datetime.datetime.now(datetime.UTC), debtor=self._sender(), count=len(questions),
            clearing_system=self._settings.clearing_system,
        )  # fmt: skip
        asked = [acmt023.Question(*question) for question in questions]
        return self._send_request(message_id, b"".join(acmt023.render(header, asked)), len(questions), 0)

    def _sender(self) -> pain001.Debtor:
        debtor = self.debtor
        return pain001.Debtor(debtor.name, debtor.account_number, debtor.agent_member_id, debtor.agent_bic)

    def _send_request(self, message_id: str, body: bytes, count: int, total_dong: int) -> Receipt:
        """Hand a request over as an order file is handed over: once, signed where that was agreed on."""
        with tempfile.TemporaryDirectory(prefix="ansinh-") as folder:
            path = Path(folder) / "request.xml"
            path.write_bytes(body)
            sha256 = hashlib.sha256(body).hexdigest()
            return self.submit(Artefact(f"{message_id}.xml", path, sha256, len(body), count, total_dong))

    def query(self, end_to_end_id: str) -> Entry:
        """Refuse: answers come as files only (`gateway_cannot_query`)."""
        refuse_unable("query")

    def cancel(self, order: SentOrder, why: str) -> Receipt:
        """Send a request to call one order back (camt.055); the bank's answer (camt.029) comes like every other.

        Raises:
            Refused: `gateway_cannot_cancel` where it was not agreed on; what `submit` refuses.
        """
        if not self._settings.takes_recalls:
            refuse_unable("cancel")
        header = camt055.RecallHeader(
            message_id=f"RC{order.end_to_end_id}", created_at=datetime.datetime.now(datetime.UTC),
            debtor=self._sender(),
            original_message_id=order.message_id, count=1, total_dong=order.amount_dong,
            original_name=f"pain.001.001.{self._settings.pain001_version}", clearing_system=self._settings.clearing_system,
        )  # fmt: skip
        body = b"".join(camt055.render(header, [camt055.Recall(order.end_to_end_id, order.amount_dong)]))
        try:
            return self._send_request(header.message_id, body, 1, order.amount_dong)
        except Refused as refusal:
            # The bank has a request about this order, made at another minute: one is enough.
            if refusal.reason != "remote_file_differs":
                raise
            return Receipt.ALREADY

    def health(self) -> Health:
        """Try the connection and both folders, changing nothing. Never raises: the reason is in the answer."""
        try:
            return Health(True, "", asyncio.run(connection.look(self._settings)))
        except Refused as refusal:
            return Health(False, refusal.reason)


def _pieces(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(1 << 16):
            yield piece
