"""What the sandbox bank writes into its outbox: pain.002.001.10 and camt.054.001.08, in a stream.

A file appears under its final name only when it is whole.
"""

import datetime
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from sqlite3 import Row
from xml.sax.saxutils import escape

from ansinh_sandbox import signatures

_VIETNAM = datetime.timezone(datetime.timedelta(hours=7))
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}">'
# As return reasons (camt), not as refusals (pain.002): the same code says something else there.
_RETURN_REASONS = ("AC06", "AC04")


def now() -> datetime.datetime:
    """Return the bank's clock: Vietnam, whole seconds."""
    return datetime.datetime.now(_VIETNAM).replace(microsecond=0)


def name(kind: str, message_id: str, number: int, part: str = "") -> str:
    """Return the name of an answer file. What the customer wrote is reduced to harmless characters."""
    return f"{kind}_{re.sub('[^A-Za-z0-9-]', '', message_id)[:40] or 'UNREADABLE'}_{number}{part}.xml"


def write(folder: Path, file_name: str, pieces: Iterable[str]) -> str:
    """Write a file as `.part`, then give it its name."""
    # The customer may look into the folder at any moment: a half answer under its final name would be taken for a whole
    # one.
    part = folder / f"{file_name}.part"
    with open(part, "w", encoding="utf8") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    # The signature first: whoever finds the file finds its signature beside it.
    signatures.sign_beside(part, file_name, folder.parents[1])
    os.replace(part, folder / file_name)
    return file_name


def status_report(file: Row, number: str, rows: Iterable[Row], accepted: int, rejected: int) -> Iterator[str]:
    """Yield a pain.002: the status of the whole and of each order. A file rejected as a whole names no order."""
    code = file["rejected"]
    # PART is the standard's word for a file of which some orders were taken and some refused.
    status = "RJCT" if code or not accepted else ("PART" if rejected else "ACSP")
    reason = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""
    known = f"<OrgnlNbOfTxs>{file['count']}</OrgnlNbOfTxs>" if str(file["count"]).isdecimal() else ""
    # What the customer wrote goes back only in a form that the schema allows: the bank must not fall over a customer's
    # file.
    if re.fullmatch(r"[0-9]{1,15}", file["control_sum"]):
        known += f"<OrgnlCtrlSum>{file['control_sum']}</OrgnlCtrlSum>"
    yield HEAD.format(kind="pain.002.001.10")
    yield f"<CstmrPmtStsRpt><GrpHdr><MsgId>{number}</MsgId><CreDtTm>{now().isoformat()}</CreDtTm></GrpHdr>"
    original = escape(file["message_id"])[:35] or "UNREADABLE"
    yield f"<OrgnlGrpInfAndSts><OrgnlMsgId>{original}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{known}"
    yield f"<GrpSts>{status}</GrpSts>{reason}</OrgnlGrpInfAndSts>"
    if not code:
        yield f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{escape(file['information_id'])}</OrgnlPmtInfId>"
        yield f"<PmtInfSts>{status}</PmtInfSts>\n"
        for row in rows:
            yield _status_line(row)
        yield "</OrgnlPmtInfAndSts>"
    yield "</CstmrPmtStsRpt></Document>\n"


def _status_line(row: Row) -> str:
    end_to_end_id = escape(row["end_to_end_id"])
    why = f"<StsRsnInf><Rsn><Cd>{row['reason']}</Cd></Rsn></StsRsnInf>" if row["reason"] else ""
    amount = f'<InstdAmt Ccy="VND">{row["amount"]}</InstdAmt>' if row["amount"] is not None else ""
    reference = f"<OrgnlTxRef><Amt>{amount}</Amt></OrgnlTxRef>" if amount else ""
    return (
        f"<TxInfAndSts><OrgnlInstrId>{end_to_end_id}</OrgnlInstrId><OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId>"
        f"<TxSts>{'RJCT' if row['reason'] else 'ACSP'}</TxSts>{why}{reference}</TxInfAndSts>\n"
    )


def debit_note(file: Row, number: str, rows: Iterable[Row], count: int, total: int) -> Iterator[str]:
    """Yield a camt.054 of the debits: one booked entry with details when the payer asked for batch booking."""
    yield from _note_head(file, number, 1 if file["batch_booking"] else count, total)
    # One entry with a million details: real banks do this for salaries, and it is what a reader chokes on first.
    if file["batch_booking"]:
        batch = f"<Btch><MsgId>{escape(file['message_id'])}</MsgId><NbOfTxs>{count}</NbOfTxs></Btch>"
        yield entry_head(total, "DBIT", "DMCT") + batch
        for row in rows:
            yield detail(row, "DBIT", "")
        yield "</NtryDtls></Ntry>"
    else:
        for row in rows:
            yield entry_head(row["amount"], "DBIT", "DMCT") + detail(row, "DBIT", "") + "</NtryDtls></Ntry>\n"
    yield "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n"


def return_note(file: Row, number: str, rows: Iterable[Row], count: int, total: int, seed: int) -> Iterator[str]:
    """Yield a camt.054 of money that came back after it had been paid, each with its return reason."""
    yield from _note_head(file, number, count, total)
    for row in rows:
        # The same order always comes back for the same reason, so that a demonstration can be repeated.
        reason = _RETURN_REASONS[zlib.crc32(f"{seed}/{row['end_to_end_id']}".encode()) % len(_RETURN_REASONS)]
        information = f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>"
        yield entry_head(row["amount"], "CRDT", "RRTN") + detail(row, "CRDT", information) + "</NtryDtls></Ntry>\n"
    yield "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n"


def _note_head(file: Row, number: str, entries: int, total: int) -> Iterator[str]:
    at = now().isoformat()
    yield HEAD.format(kind="camt.054.001.08")
    yield f"<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>{number}</MsgId><CreDtTm>{at}</CreDtTm></GrpHdr>"
    yield f"<Ntfctn><Id>{number}</Id><CreDtTm>{at}</CreDtTm>"
    yield f"<Acct><Id><Othr><Id>{escape(file['debtor'])}</Id></Othr></Id><Ccy>VND</Ccy></Acct>"
    yield f"<TxsSummry><TtlNtries><NbOfNtries>{entries}</NbOfNtries><Sum>{total}</Sum></TtlNtries></TxsSummry>\n"


def entry_head(amount: int, direction: str, family: str) -> str:
    """Return the beginning of a booked entry, up to its details."""
    today = now().date().isoformat()
    return (
        f'<Ntry><Amt Ccy="VND">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{today}</Dt></BookgDt><ValDt><Dt>{today}</Dt></ValDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly>"
        f"<Cd>ICDT</Cd><SubFmlyCd>{family}</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls>"
    )


def detail(row: Row, direction: str, information: str) -> str:
    """Return the details of one order in an entry."""
    return (
        f"<TxDtls><Refs><AcctSvcrRef>SB{row['id']}</AcctSvcrRef><EndToEndId>{escape(row['end_to_end_id'])}</EndToEndId>"
        f'</Refs><Amt Ccy="VND">{row["amount"]}</Amt><CdtDbtInd>{direction}</CdtDbtInd><RltdPties>'
        f"<Cdtr><Pty><Nm>{escape(row['payee'])}</Nm></Pty></Cdtr><CdtrAcct><Id><Othr><Id>{escape(row['number'])}</Id>"
        f"</Othr></Id></CdtrAcct></RltdPties>{information}</TxDtls>\n"
    )
