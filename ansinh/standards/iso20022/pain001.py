"""Payment orders to a bank: pain.001.001.09 or .11, written strictly, in a stream, the same bytes every time.

It promises that what leaves is valid by the official schema, that count and sum are those announced, and that no text
in it tells why a person is paid. It refuses any character that some bank on the way might change.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from xml.sax.saxutils import escape

from lxml import etree

from ansinh.base.refusals import Refused
from ansinh.standards.instructions import (
    SOUND,
    CreditTransfer,
    check_narrative,
    field_refusal,
    repeated,
    total_changed,
)
from ansinh.standards.iso20022.fields import broken
from ansinh.standards.iso20022.outgoing import Debtor, agent, check_sender, instant

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001."
# What we fill in stands at the same place in both; a bank that asks for the newer one gets the same file under its name.
VERSIONS = ("09", "11")
# A file is written and validated in pieces of this many orders, so that memory does not grow with the file.
_PIECE = 500
_SLICE = 1 << 18
# The head of the file and its first orders are always read by the schema, and so is the first order with one of these.
_ALWAYS = 2
_OPTIONAL = (b"<UltmtCdtr>",)


@dataclass(frozen=True, slots=True)
class CreditTransferHeader:
    """What the file says of itself before the first order.

    `clearing_system` names the number space of the bank codes. The external code list has no Vietnamese entry, so it
    travels as a proprietary word agreed with the bank.
    """

    message_id: str
    created_at: datetime.datetime
    execution_date: datetime.date
    debtor: Debtor
    count: int
    total_dong: int
    batch_booking: bool = True
    category_purpose: str = "SSBE"
    purpose: str = "SSBE"
    clearing_system: str = "NAPAS"
    version: str = "09"


def render(header: CreditTransferHeader, transactions: Iterable[CreditTransfer]) -> Iterator[bytes]:
    """Yield the file piece by piece. The same header and orders always give the same bytes.

    `transactions` may be any tuples in the field order of `CreditTransfer`.

    Raises:
        Refused: `…_invalid` for a field no bank would carry unchanged, `narrative_reveals_reason`,
            `end_to_end_id_repeated`, and `control_total_changed` when count or sum differ from the header.
    """
    # By template and not by an XML library: elements of lxml took eight times as long, and the checked alphabet leaves
    # nothing that a library would have to escape. The schema reads every byte afterwards.
    yield _opening(header).encode("ascii")
    system = f"<ClrSysId><Prtry>{escape(header.clearing_system)}</Prtry></ClrSysId>"
    before_bin = f"</Amt><CdtrAgt><FinInstnId><ClrSysMmbId>{system}<MmbId>"
    after_bin = "</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt>"
    purpose = f"<Purp><Cd>{header.purpose}</Cd></Purp><RmtInf><Ustrd>"
    count, total = 0, 0
    # The bank would reject the second of two equal names, and we would take that for an answer about the first.
    seen: set[str] = set()
    piece: list[str] = []
    for end_to_end_id, amount, bank_bin, account, payee, beneficiary, narrative in transactions:
        # Asked for every order but answered from memory: a run has one or two narratives for a million people.
        check_narrative(narrative)
        joined = f"{end_to_end_id}\x1f{amount}\x1f{bank_bin}\x1f{account}\x1f{payee}\x1f{beneficiary or ''}\x1f"
        if SOUND.fullmatch(joined) is None:
            raise field_refusal(count + 1, (end_to_end_id, amount, bank_bin, account, payee, beneficiary or ""))
        ultimate = f"<UltmtCdtr><Nm>{beneficiary}</Nm></UltmtCdtr>" if beneficiary else ""
        # The allowed alphabet has no markup in it, so nothing needs escaping here.
        piece.append(
            f"<CdtTrfTxInf><PmtId><InstrId>{end_to_end_id}</InstrId><EndToEndId>{end_to_end_id}</EndToEndId></PmtId>"
            f'<Amt><InstdAmt Ccy="VND">{amount}</InstdAmt>{before_bin}{bank_bin}{after_bin}'
            f"<Cdtr><Nm>{payee}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct>{ultimate}"
            f"{purpose}{narrative}</Ustrd></RmtInf></CdtTrfTxInf>\n"
        )
        seen.add(end_to_end_id)
        count += 1
        total += amount
        if len(piece) == _PIECE:
            yield "".join(piece).encode("ascii")
            piece.clear()
    if len(seen) != count:
        raise repeated(count - len(seen))
    # The head of the file is gone by now: an iterator that disagrees with it must never get a valid end.
    if (count, total) != (header.count, header.total_dong):
        raise total_changed((header.count, header.total_dong), count, total)
    yield ("".join(piece) + "</PmtInf></CstmrCdtTrfInitn></Document>\n").encode("ascii")


def validate(pieces: Iterable[bytes] | bytes, version: str = "09") -> None:
    """Check a whole file against the official schema, in a stream.

    Raises:
        Refused: `file_breaks_schema` with what the schema says.
    """
    if isinstance(pieces, bytes):
        whole = pieces
        pieces = (whole[at : at + _SLICE] for at in range(0, len(whole), _SLICE))
    for _ in _read_along(((piece, True) for piece in pieces), version):
        pass


def validated(pieces: Iterable[bytes], version: str = "09") -> Iterator[bytes]:
    """Yield the pieces unchanged while the official schema reads each kind of them; an invalid file never comes to its end.

    Every order is written by one form from values that were looked at one by one, each narrower than the schema's type
    for it. So the schema reads the beginning, the end, and the first piece with a part that only some orders have;
    reading a million orders of the same form again would cost as much as writing them.

    Raises:
        Refused: `file_breaks_schema`.
    """
    yield from _read_along(_marked(pieces), version)


def _read_along(marked: Iterable[tuple[bytes, bool]], version: str) -> Iterator[bytes]:
    # The target keeps nothing: libxml2 checks the stream as it passes, and no tree is ever built.
    parser = etree.XMLParser(
        schema=_schema(version),
        target=_Forget(),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for piece, is_read in marked:
            if is_read:
                parser.feed(piece)
            # A target parser writes schema errors into its log instead of raising them: without this look it accepts
            # all.
            if len(parser.feed_error_log):
                raise _schema_refusal(parser.feed_error_log[0].message)
            yield piece
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _schema_refusal(broken(error, parser)) from error
    if len(parser.feed_error_log):
        raise _schema_refusal(parser.feed_error_log[0].message)


def _marked(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each piece with whether the schema has not read its like: the first two, the last, and new parts of an order."""
    unseen, held = set(_OPTIONAL), None
    for number, piece in enumerate(pieces):
        if held is not None:
            yield held, False
        new = {part for part in unseen if part in piece}
        unseen -= new
        if new or number < _ALWAYS:
            yield piece, True
            held = None
        else:
            # Whether it is the last one shows only when nothing comes behind it.
            held = piece
    if held is not None:
        yield held, True


class _Forget:
    """A parser target that keeps nothing."""

    def close(self) -> None:
        """Return nothing: the verdict is in the parser's log."""


@lru_cache(maxsize=2)
def _schema(version: str) -> etree.XMLSchema:
    # ISO publishes the schemas freely; they come with the sepaxml wheel, so that no copy of ours can grow old.
    source = resources.files("sepaxml").joinpath("schemas", f"pain.001.001.{version}.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(source))


def times(head: bytes) -> tuple[datetime.datetime, datetime.date] | None:
    """Return when a file of ours was created and when it is to be executed, from its first bytes; None when it is not one."""
    text = head.decode("ascii", "replace")
    created = re.search(r"<CreDtTm>([0-9T:+-]{19,25})</CreDtTm>", text)
    execution = re.search(r"<ReqdExctnDt><Dt>([0-9-]{10})</Dt></ReqdExctnDt>", text)
    try:
        if created is None or execution is None:
            return None
        return datetime.datetime.fromisoformat(created[1]), datetime.date.fromisoformat(execution[1])
    except ValueError:
        return None


def _opening(header: CreditTransferHeader) -> str:
    if header.version not in VERSIONS:
        raise Refused(
            "version_not_written",
            vi=f"Không lập được pain.001.001.{header.version}. Hãy chọn một trong: {', '.join(VERSIONS)}.",
            en=f"pain.001.001.{header.version} is not written. Choose one of: {', '.join(VERSIONS)}.",
        )
    check_sender(header.message_id, header.debtor, header.count)
    debtor = header.debtor
    sums = f"<NbOfTxs>{header.count}</NbOfTxs><CtrlSum>{header.total_dong}</CtrlSum>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{_NAMESPACE}{header.version}"><CstmrCdtTrfInitn>'
        f"<GrpHdr><MsgId>{header.message_id}</MsgId><CreDtTm>{instant(header.created_at)}</CreDtTm>"
        f"{sums}<InitgPty><Nm>{debtor.name}</Nm></InitgPty></GrpHdr>"
        f"<PmtInf><PmtInfId>{header.message_id}</PmtInfId><PmtMtd>TRF</PmtMtd>"
        f"<BtchBookg>{'true' if header.batch_booking else 'false'}</BtchBookg>{sums}"
        f"<PmtTpInf><CtgyPurp><Cd>{header.category_purpose}</Cd></CtgyPurp></PmtTpInf>"
        f"<ReqdExctnDt><Dt>{header.execution_date.isoformat()}</Dt></ReqdExctnDt><Dbtr><Nm>{debtor.name}</Nm></Dbtr>"
        f"<DbtrAcct><Id><Othr><Id>{debtor.account_number}</Id></Othr></Id><Ccy>VND</Ccy></DbtrAcct>"
        f"<DbtrAgt><FinInstnId>{agent(debtor, header.clearing_system)}</FinInstnId></DbtrAgt>\n"
    )


def _schema_refusal(message: str) -> Refused:
    return Refused(
        "file_breaks_schema",
        vi="Tệp lệnh chi không đúng chuẩn ISO 20022 nên không được gửi. Hãy báo quản trị hệ thống kèm chi tiết.",
        en="The payment file breaks the ISO 20022 schema and is not sent. Tell the administrator, with the details.",
        schema_says=re.sub(r"\{[^}]*\}", "", message),
    )
