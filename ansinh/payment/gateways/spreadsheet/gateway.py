"""The gateway to a provider that is served by hand: sheets in a folder, and people who say what became of them.

It promises that a sheet is never overwritten, and that nobody's silence counts as a delivery: until somebody has noted
the hand-over, the batch is UNKNOWN.
"""

import contextlib
import datetime
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    downloads,
    limits,
    refuse_unable,
)
from ansinh.payment.gateways.spreadsheet import cover, orders, template
from ansinh.payment.gateways.spreadsheet.results import ResultSheet
from ansinh.payment.gateways.spreadsheet.settings import Settings
from ansinh.people.sheets import MOST_BYTES
from ansinh.standards.instructions import NARRATIVE_LIMIT
from ansinh.standards.iso20022.results import Entry

# Beside each sheet: who handed it over, and when.
_HANDED = ".da-giao.json"
_SUFFIXES = frozenset({".xlsx", ".xls", ".csv"})


class Spreadsheet:
    """One provider. Holds its settings and no other state."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._template = template.load(settings.template)

    @property
    def capabilities(self) -> Capabilities:
        """Return what this provider can do."""
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
        """Return the paying agency as this provider knows it."""
        return Debtor(self._settings.debtor_name, self._settings.debtor_account, self._settings.debtor_agent)

    def render(self, batch: Batch, target: BinaryIO) -> Artefact:
        """Write the batch as a sheet into `target`. Pure.

        Raises:
            Refused: what `orders.sheet` refuses, `amount_over_limit`, `batch_too_large`.
        """
        limits.check_count(batch.count, self._settings.max_instructions)
        within = limits.within(batch.instructions, self._settings.max_amount_dong)
        content = orders.sheet(batch, within, self._template)
        target.write(content)
        sha256 = hashlib.sha256(content).hexdigest()
        return Artefact(f"{batch.message_id}.xlsx", None, sha256, len(content), batch.count, batch.total_dong)

    def submit(self, artefact: Artefact) -> Receipt:
        """Lay the sheet and its cover ready. ALREADY once its hand-over is noted, UNKNOWN before.

        Raises:
            Refused: `artefact_changed`, `remote_file_differs`, `gateway_folder_missing`.
        """
        content = limits.unchanged(artefact).read_bytes()
        place = self._folder(self._settings.outgoing) / artefact.name
        if place.exists():
            if hashlib.sha256(place.read_bytes()).hexdigest() != artefact.sha256:
                raise limits.remote_differs(artefact.name)
        else:
            _write(place.with_suffix(".pdf"), cover.pdf(artefact, self.debtor))
            _write(place, content)
        return Receipt.ALREADY if self._handed_over(artefact) else Receipt.UNKNOWN

    def hand_over(self, artefact: Artefact, *, by: str, at: datetime.datetime, evidence: str) -> None:
        """Note that the sheet was handed over. Repeating it changes nothing.

        Raises:
            Refused: `artefact_not_laid_ready`, `remote_file_differs`.
        """
        place = self._settings.outgoing / artefact.name
        if not place.is_file():
            raise Refused(
                "artefact_not_laid_ready",
                vi=f"Chưa có tệp “{artefact.name}” trong thư mục chờ giao. Hãy gửi lệnh chi trước.",
                en=f"There is no file “{artefact.name}” waiting to be handed over. Submit the run first.",
                name=artefact.name,
            )
        if hashlib.sha256(place.read_bytes()).hexdigest() != artefact.sha256:
            raise limits.remote_differs(artefact.name)
        if not self._handed_over(artefact):
            noted = {"sha256": artefact.sha256, "by": by, "at": at.isoformat(), "evidence": evidence}
            _write(place.with_name(artefact.name + _HANDED), json.dumps(noted, ensure_ascii=False).encode())

    def _handed_over(self, artefact: Artefact) -> bool:
        with contextlib.suppress(OSError, ValueError):
            noted = json.loads((self._settings.outgoing / (artefact.name + _HANDED)).read_text("utf8"))
            return isinstance(noted, dict) and noted.get("sha256") == artefact.sha256
        return False

    @property
    def incoming(self) -> Path:
        """Return the folder of lists that two people agreed to. Raises `Refused` (`gateway_folder_missing`)."""
        return self._folder(self._settings.incoming)

    def waiting_folder(self, name: str) -> Path:
        """Return the folder, inside that of lists, where one waits for a second person; made when missing."""
        folder = self.incoming / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def held(self, name: str) -> Stamp | None:
        """Return None: a sheet in the folder is compared as it is, never taken over."""
        return None

    def poll(self, is_stored: Callable[[str], bool], store: Path) -> Iterator[Inbound]:
        """Take every list that was agreed to and that the caller does not have. Raises `Refused` (`gateway_folder_missing`)."""
        for path in sorted(self._folder(self._settings.incoming).iterdir()):
            # A link would lead out of the folder; what is larger than any list is none.
            if path.is_symlink() or not path.is_file() or path.suffix.lower() not in _SUFFIXES:
                continue
            stat = path.stat()
            mark = f"{path.name}|{stat.st_size}|{stat.st_mtime_ns}"
            if stat.st_size <= MOST_BYTES and not is_stored(mark):
                yield downloads.keep(path.read_bytes(), path.name, mark, store, str(self._settings.incoming))

    def parse(self, inbound: Inbound) -> ResultSheet:
        """Read a stored list. Pure."""
        return ResultSheet(inbound.path, self._template, inbound.name)

    def verify(self, queries: Iterable[AccountQuery]) -> Iterator[NameCheck]:
        """Refuse: holders are asked by their own lists (`gateway_cannot_verify`)."""
        refuse_unable("verify")

    def ask_holders(self, questions: Sequence[HolderQuestion], message_id: str) -> Receipt:
        """Refuse: questions by file are not of this kind of provider (`gateway_cannot_verify`)."""
        refuse_unable("verify")

    def query(self, end_to_end_id: str) -> Entry:
        """Refuse: a clerk is telephoned (`gateway_cannot_query`)."""
        refuse_unable("query")

    def cancel(self, order: SentOrder, why: str) -> Receipt:
        """Refuse: a clerk is telephoned (`gateway_cannot_cancel`)."""
        refuse_unable("cancel")

    def health(self) -> Health:
        """Look whether both folders are there. Never raises: the reason is in the answer."""
        for folder in (self._settings.outgoing, self._settings.incoming):
            if not folder.is_dir():
                return Health(False, "gateway_folder_missing")
        return Health(True, "", (str(self._settings.outgoing), str(self._settings.incoming)))

    def _folder(self, folder: Path) -> Path:
        if not folder.is_dir():
            raise Refused(
                "gateway_folder_missing",
                vi=f"Không có thư mục “{folder}”. Hãy sửa thông số cổng kết nối hoặc tạo thư mục.",
                en=f"There is no folder “{folder}”. Correct the gateway settings or create it.",
                folder=str(folder),
            )
        return folder


def _write(place: Path, content: bytes) -> None:
    """Write whole or not at all; two that write the same file at once, threads too, each have a part of their own."""
    with (
        contextlib.ExitStack() as undo,
        tempfile.NamedTemporaryFile(dir=place.parent, prefix=f"{place.name}.", suffix=".part", delete=False) as part,
    ):
        undo.callback(os.unlink, part.name)
        part.write(content)
        part.flush()
        os.fsync(part.fileno())
        # What is laid ready is for the people who hand it over, not for our process alone.
        os.fchmod(part.fileno(), 0o640)
        os.replace(part.name, place)
        undo.pop_all()
