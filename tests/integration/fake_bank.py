"""A gateway without a network: files go into a list, answers are written by the test. Rendering and parsing are the real ones."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

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
)
from ansinh.payment.gateways.sftp_iso20022 import Settings, SftpIso20022
from ansinh.standards.iso20022.reader import Reading
from ansinh.standards.iso20022.results import Entry

_REAL = SftpIso20022(
    Settings.from_mapping(
        {
            "host": "127.0.0.1",
            "port": 1,
            "username": "x",
            "client_key": "/none",
            "host_key": "x",
            "debtor_name": "SO Y TE",
            "debtor_account": "999000001",
            "debtor_agent": "970499",
            "debit_is_paid": True,
        }
    )
)


class FakeBank:
    """Keeps what was submitted by name; the next receipts can be chosen."""

    def __init__(self) -> None:
        self.submitted: dict[str, str] = {}
        self.submissions = 0
        self.receipts: list[Receipt] = []
        self.outbox: list[tuple[str, bytes]] = []

    @property
    def capabilities(self) -> Capabilities:
        return _REAL.capabilities

    @property
    def debtor(self) -> Debtor:
        return _REAL.debtor

    def verify(self, queries: Iterable[AccountQuery]) -> Iterator[NameCheck]:
        return _REAL.verify(queries)

    def render(self, batch: Batch, target: BinaryIO) -> Artefact:
        return _REAL.render(batch, target)

    def submit(self, artefact: Artefact) -> Receipt:
        self.submissions += 1
        if self.receipts:
            receipt = self.receipts.pop(0)
            if receipt is not Receipt.SENT:
                return receipt
        known = self.submitted.setdefault(artefact.name, artefact.sha256)
        assert known == artefact.sha256, "the same name always carries the same bytes"
        return Receipt.SENT

    def held(self, name: str) -> Stamp | None:
        return None

    def poll(self, is_stored: Callable[[str], bool], store: Path) -> Iterator[Inbound]:
        for name, raw in self.outbox:
            mark = f"{name}|{len(raw)}"
            if not is_stored(mark):
                (store / name).write_bytes(raw)
                yield Inbound(
                    name=name,
                    path=store / name,
                    sha256=hashlib.sha256(raw).hexdigest(),
                    size=len(raw),
                    origin="test",
                    mark=mark,
                )

    def parse(self, inbound: Inbound) -> Reading:
        return _REAL.parse(inbound)

    def query(self, end_to_end_id: str) -> Entry:
        return _REAL.query(end_to_end_id)

    def ask_holders(self, questions: Sequence[HolderQuestion], message_id: str) -> Receipt:
        return _REAL.ask_holders(questions, message_id)

    def cancel(self, order: SentOrder, why: str) -> Receipt:
        return _REAL.cancel(order, why)

    def health(self) -> Health:
        return Health(True, "")

    def refuses(self, name: str, message_id: str, reason: str = "NARR") -> None:
        """Leave a status report that refuses a whole file without a line for each order."""
        self.outbox.append(
            (
                name,
                f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>{name}</MsgId>'
                f"<CreDtTm>2026-11-22T09:00:00+07:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{message_id}</OrgnlMsgId>"
                f"<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>"
                "</OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>".encode(),
            )
        )

    def says(self, name: str, *results: tuple[Any, ...]) -> None:
        """Leave a status report with (EndToEndId, status, reason) or a notification with (EndToEndId, "DBIT"/"CRDT", amount[, reason])."""
        is_status = results and results[0][1] not in {"DBIT", "CRDT"}
        self.outbox.append((name, (_status_report if is_status else _notification)(name, results).encode()))


def _status_report(name: str, results: tuple[tuple[Any, ...], ...]) -> str:
    lines = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{e2e}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        + (f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else "")
        + "</TxInfAndSts>"
        for e2e, status, reason in results
    )
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>{name}</MsgId>'
        "<CreDtTm>2026-11-22T09:00:00+07:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>X</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09"
        f"</OrgnlMsgNmId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>X</OrgnlPmtInfId>{lines}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    )


def _notification(name: str, results: tuple[tuple[Any, ...], ...]) -> str:
    entries = "".join(_notified(*result) for result in results)
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>{name}</MsgId>'
        f"<CreDtTm>2026-11-22T09:00:00+07:00</CreDtTm></GrpHdr><Ntfctn><Id>{name}</Id><Acct><Id><Othr><Id>999000001</Id></Othr></Id></Acct>"
        f"{entries}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    )


def _notified(e2e: str, side: str, amount: Any, reason: str = "") -> str:
    returned = f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>" if reason else ""
    return (
        f'<Ntry><Amt Ccy="VND">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-22</Dt></BookgDt>'
        f'<NtryDtls><TxDtls><Refs><EndToEndId>{e2e}</EndToEndId></Refs><Amt Ccy="VND">{amount}</Amt>'
        f"<CdtDbtInd>{side}</CdtDbtInd>{returned}</TxDtls></NtryDtls></Ntry>"
    )
