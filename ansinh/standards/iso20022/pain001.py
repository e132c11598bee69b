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
from typing import NamedTuple

from lxml import etree

from ansinh.base.refusals import Refused
from ansinh.standards.iso20022.outgoing import (
    ACCOUNT_NUMBER,
    BANK_BIN,
    DONG,
    END_TO_END_ID,
    NAME,
    Debtor,
    agent,
    check_sender,
    field_refusal,
    instant,
    member,
    repeated,
    total_changed,
)

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001."
# What we fill in stands at the same place in both; a bank that asks for the newer one gets the same file under its name.
VERSIONS = ("09", "11")
NARRATIVE_LIMIT = 35
# A file is written and validated in pieces of this many orders, so that memory does not grow with the file.
_PIECE = 500
_SLICE = 1 << 18

# Fields are joined by a unit separator, which none of them may contain, and checked by one expression.
_SOUND = re.compile(rf"{END_TO_END_ID}\x1f{DONG}\x1f{BANK_BIN}\x1f{ACCOUNT_NUMBER}\x1f{NAME}\x1f(?:{NAME})?\x1f")
# The same rules one by one, to name the field that broke; they are only asked when the one expression has failed.
_FIELD_RULES = (
    ("end_to_end_id_invalid", re.compile(END_TO_END_ID), "mã đầu cuối", "end-to-end id"),
    ("amount_invalid", re.compile(DONG), "số tiền", "amount"),
    ("bank_bin_invalid", re.compile(BANK_BIN), "mã ngân hàng (BIN)", "bank code (BIN)"),
    ("account_number_invalid", re.compile(ACCOUNT_NUMBER), "số tài khoản", "account number"),
    ("payee_name_invalid", re.compile(NAME), "tên người nhận (không dấu)", "payee name (no accents)"),
    ("beneficiary_name_invalid", re.compile(f"(?:{NAME})?"), "tên đối tượng thụ hưởng", "beneficiary name"),
)
_NARRATIVE = re.compile(r"[A-Z0-9][A-Z0-9 .,/:-]{0,34}")
# A bank clerk, a neighbour who sees the telephone: none may learn of illness, disability or poverty from us.
_TELLING = re.compile(
    r"\b(HIV|AIDS|K ?[1-8][A-Z]?|C1|C2[ACD]|NCC|NHIEM|KHUYET TAT|TAN TAT|TAM THAN|MO COI|NGHEO|DON THAN|BENH"
    r"|THUONG BINH|LIET SI)\b"
)


class CreditTransfer(NamedTuple):
    """One order: who gets how much, where. Names are capitals without accents; amounts are whole đồng."""

    end_to_end_id: str
    amount_dong: int
    bank_bin: str
    account_number: str
    payee_name: str
    beneficiary_name: str | None
    purpose_text: str


@dataclass(frozen=True, slots=True)
class CreditTransferHeader:
    """What the file says of itself before the first order.

    `clearing_system` names the number space of the bank codes, in the word agreed with the bank; `version` is one of
    `VERSIONS`.
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
    # Everything around a bank's number is the same for all orders, so it is made once.
    before, after = member("\x1f", header.clearing_system).split("\x1f")
    before_bin, after_bin = f"</Amt><CdtrAgt><FinInstnId>{before}", f"{after}</FinInstnId></CdtrAgt>"
    purpose = f"<Purp><Cd>{header.purpose}</Cd></Purp><RmtInf><Ustrd>"
    count, total = 0, 0
    # The bank would reject the second of two equal names, and we would take that for an answer about the first.
    seen: set[str] = set()
    piece: list[str] = []
    for end_to_end_id, amount, bank_bin, account, payee, beneficiary, narrative in transactions:
        # Asked for every order but answered from memory: a run has one or two narratives for a million people.
        check_narrative(narrative)
        joined = f"{end_to_end_id}\x1f{amount}\x1f{bank_bin}\x1f{account}\x1f{payee}\x1f{beneficiary or ''}\x1f"
        if _SOUND.fullmatch(joined) is None:
            fields = (end_to_end_id, amount, bank_bin, account, payee, beneficiary or "")
            raise field_refusal(count + 1, _FIELD_RULES, fields)
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
        raise total_changed((header.count, header.total_dong), (count, total))
    yield ("".join(piece) + "</PmtInf></CstmrCdtTrfInitn></Document>\n").encode("ascii")


def validate(pieces: Iterable[bytes] | bytes, version: str = "09") -> None:
    """Check a whole file against the official schema of this version, in a stream.

    Raises:
        Refused: `file_breaks_schema` with what the schema says.
    """
    if isinstance(pieces, bytes):
        whole = pieces
        pieces = (whole[at : at + _SLICE] for at in range(0, len(whole), _SLICE))
    for _ in validated(pieces, version):
        pass


def validated(pieces: Iterable[bytes], version: str = "09") -> Iterator[bytes]:
    """Yield the pieces unchanged while the official schema reads along; an invalid file never comes to its end.

    Raises:
        Refused: `file_breaks_schema`.
    """
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
        for piece in pieces:
            parser.feed(piece)
            # A target parser writes schema errors into its log instead of raising them: without this look it accepts
            # all.
            if len(parser.feed_error_log):
                raise _schema_refusal(parser.feed_error_log[0].message)
            yield piece
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _schema_refusal(str(error)) from error
    if len(parser.feed_error_log):
        raise _schema_refusal(parser.feed_error_log[0].message)


@lru_cache(maxsize=256)
def check_narrative(text: str) -> None:
    """Refuse a payment text that a bank would change, or that tells why the person is paid.

    Raises:
        Refused: `narrative_invalid`, `narrative_reveals_reason`.
    """
    if _NARRATIVE.fullmatch(text) is None:
        raise Refused(
            "narrative_invalid",
            vi=f"Nội dung “{text}” phải là chữ hoa không dấu, tối đa {NARRATIVE_LIMIT} ký tự. Hãy sửa nội dung.",
            en=f"The payment text “{text}” must be plain capitals, at most {NARRATIVE_LIMIT} characters. Change it.",
            text=text,
        )
    if _TELLING.search(text):
        raise Refused(
            "narrative_reveals_reason",
            vi="Nội dung chuyển tiền làm lộ lý do hưởng. Hãy dùng lời trung tính như “TRO CAP XA HOI T11/2026”.",
            en="The payment text reveals why the person is paid. Use neutral words like “TRO CAP XA HOI T11/2026”.",
        )


class _Forget:
    """A parser target that keeps nothing."""

    def close(self) -> None:
        """Return nothing: the verdict is in the parser's log."""


@lru_cache(maxsize=2)
def _schema(version: str) -> etree.XMLSchema:
    # ISO publishes the schemas freely; they come with the sepaxml wheel, so that no copy of ours can grow old.
    source = resources.files("sepaxml").joinpath("schemas", f"pain.001.001.{version}.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(source))


def _opening(header: CreditTransferHeader) -> str:
    check_sender(header.message_id, header.debtor, header.count)
    if header.version not in VERSIONS:
        raise ValueError(f"pain.001.001.{header.version} is not written here")
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
        schema_says=re.sub(r"\{urn:[^}]*\}", "", message),
    )
