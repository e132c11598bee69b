"""Payment orders to a bank: pain.001.001.09, written strictly, in a stream, the same bytes every time.

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
from xml.sax.saxutils import escape

from lxml import etree

from ansinh.base.refusals import Refused

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
NARRATIVE_LIMIT = 35
_VIETNAM = datetime.timezone(datetime.timedelta(hours=7))
# A file is written and validated in pieces of this many orders, so that memory does not grow with the file.
_PIECE = 500
_SLICE = 1 << 18

# The SWIFT character set without small letters: what every bank on the way carries unchanged. It has no markup in it.
# Fields are joined by a unit separator, which none of them may contain, and checked by one expression.
_NAME = r"[A-Z0-9][A-Z0-9 .,'()/+:?-]{0,69}"
_SOUND = re.compile(
    rf"[A-Z0-9]{{1,16}}\x1f[1-9][0-9]{{0,14}}\x1f[0-9]{{6}}\x1f[A-Z0-9]{{4,19}}\x1f{_NAME}\x1f(?:{_NAME})?\x1f"
)
# The same rules one by one, to name the field that broke; they are only asked when the one expression has failed.
_FIELD_RULES = (
    ("end_to_end_id_invalid", re.compile(r"[A-Z0-9]{1,16}"), "mã đầu cuối", "end-to-end id"),
    ("amount_invalid", re.compile(r"[1-9][0-9]{0,14}"), "số tiền", "amount"),
    ("bank_bin_invalid", re.compile(r"[0-9]{6}"), "mã ngân hàng (BIN)", "bank code (BIN)"),
    ("account_number_invalid", re.compile(r"[A-Z0-9]{4,19}"), "số tài khoản", "account number"),
    ("payee_name_invalid", re.compile(_NAME), "tên người nhận (không dấu)", "payee name (no accents)"),
    ("beneficiary_name_invalid", re.compile(f"(?:{_NAME})?"), "tên đối tượng thụ hưởng", "beneficiary name"),
)
_MESSAGE_ID = re.compile(r"[A-Z0-9][A-Z0-9-]{0,34}")
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
class Debtor:
    """The paying agency: its name, its account, and its bank (by clearing member number, or else by BIC)."""

    name: str
    account_number: str
    agent_member_id: str | None = None
    agent_bic: str | None = None


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
        if _SOUND.fullmatch(joined) is None:
            raise _field_refusal(count + 1, (end_to_end_id, amount, bank_bin, account, payee, beneficiary or ""))
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
        raise _repeated(count - len(seen))
    # The head of the file is gone by now: an iterator that disagrees with it must never get a valid end.
    if (count, total) != (header.count, header.total_dong):
        raise _total_changed(header, count, total)
    yield ("".join(piece) + "</PmtInf></CstmrCdtTrfInitn></Document>\n").encode("ascii")


def validate(pieces: Iterable[bytes] | bytes) -> None:
    """Check a whole file against the official schema, in a stream.

    Raises:
        Refused: `file_breaks_schema` with what the schema says.
    """
    if isinstance(pieces, bytes):
        whole = pieces
        pieces = (whole[at : at + _SLICE] for at in range(0, len(whole), _SLICE))
    for _ in validated(pieces):
        pass


def validated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces unchanged while the official schema reads along; an invalid file never comes to its end.

    Raises:
        Refused: `file_breaks_schema`.
    """
    # The target keeps nothing: libxml2 checks the stream as it passes, and no tree is ever built.
    parser = etree.XMLParser(
        schema=_schema(), target=_Forget(), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
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


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    # ISO publishes the schemas freely; they come with the sepaxml wheel, so that no copy of ours can grow old.
    source = resources.files("sepaxml").joinpath("schemas", "pain.001.001.09.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(source))


def _opening(header: CreditTransferHeader) -> str:
    if _MESSAGE_ID.fullmatch(header.message_id) is None:
        raise Refused(
            "message_id_invalid",
            vi=f"Mã thông điệp “{header.message_id}” phải gồm chữ hoa, số, gạch ngang, tối đa 35 ký tự.",
            en=f"Message id “{header.message_id}” must be capitals, digits and hyphens, at most 35 characters.",
        )
    if header.count < 1:
        raise Refused(
            "batch_is_empty",
            vi="Lô lệnh không có lệnh nào nên không lập tệp. Hãy kiểm tra kỳ chi trả.",
            en="The batch has no instruction, so no file is made. Check the payroll run.",
        )
    debtor = header.debtor
    if re.fullmatch(_NAME, debtor.name) is None or re.fullmatch(r"[A-Z0-9]{4,34}", debtor.account_number) is None:
        raise Refused(
            "debtor_invalid",
            vi="Tên (không dấu) hoặc số tài khoản của cơ quan chi trả chưa đúng. Hãy sửa thông số cổng kết nối.",
            en="The paying agency's name (capitals) or account number is not valid. Correct the gateway settings.",
        )
    # One instant has one text, in whatever zone the database hands it over: the bytes must not depend on it.
    created = header.created_at.astimezone(_VIETNAM) if header.created_at.tzinfo else header.created_at
    sums = f"<NbOfTxs>{header.count}</NbOfTxs><CtrlSum>{header.total_dong}</CtrlSum>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><CstmrCdtTrfInitn>'
        f"<GrpHdr><MsgId>{header.message_id}</MsgId><CreDtTm>{created.isoformat(timespec='seconds')}</CreDtTm>"
        f"{sums}<InitgPty><Nm>{debtor.name}</Nm></InitgPty></GrpHdr>"
        f"<PmtInf><PmtInfId>{header.message_id}</PmtInfId><PmtMtd>TRF</PmtMtd>"
        f"<BtchBookg>{'true' if header.batch_booking else 'false'}</BtchBookg>{sums}"
        f"<PmtTpInf><CtgyPurp><Cd>{header.category_purpose}</Cd></CtgyPurp></PmtTpInf>"
        f"<ReqdExctnDt><Dt>{header.execution_date.isoformat()}</Dt></ReqdExctnDt><Dbtr><Nm>{debtor.name}</Nm></Dbtr>"
        f"<DbtrAcct><Id><Othr><Id>{debtor.account_number}</Id></Othr></Id><Ccy>VND</Ccy></DbtrAcct>"
        f"<DbtrAgt><FinInstnId>{_agent(header)}</FinInstnId></DbtrAgt>\n"
    )


def _agent(header: CreditTransferHeader) -> str:
    debtor = header.debtor
    # Inside Vietnam the clearing number is enough; some banks know themselves only by their BIC.
    if debtor.agent_bic:
        return f"<BICFI>{escape(debtor.agent_bic)}</BICFI>"
    system = f"<ClrSysId><Prtry>{escape(header.clearing_system)}</Prtry></ClrSysId>"
    return f"<ClrSysMmbId>{system}<MmbId>{escape(debtor.agent_member_id or '')}</MmbId></ClrSysMmbId>"


def _field_refusal(position: int, fields: tuple[object, ...]) -> Refused:
    """Name the first field that broke the rule. The value itself is not repeated: it is personal."""
    for (reason, rule, vi, en), value in zip(_FIELD_RULES, fields, strict=True):
        if rule.fullmatch(str(value)) is None:
            return Refused(
                reason,
                vi=f"Lệnh chi thứ {position}: {vi} không đúng dạng ngân hàng nhận được. Hãy sửa rồi lập lại lô lệnh.",
                en=f"Instruction {position}: the {en} is not in a form banks accept. Correct it and rebuild the batch.",
                position=position,
            )
    raise AssertionError("a sound instruction was refused")


def _repeated(times: int) -> Refused:
    return Refused(
        "end_to_end_id_repeated",
        vi="Hai lệnh chi trong một lô có cùng mã đầu cuối. Tệp không được lập. Hãy báo quản trị hệ thống.",
        en="Two instructions of one batch share an end-to-end id. The file was not made. Tell the administrator.",
        repeated=times,
    )


def _total_changed(header: CreditTransferHeader, count: int, total: int) -> Refused:
    return Refused(
        "control_total_changed",
        vi="Số lệnh hoặc tổng tiền khác với số đã duyệt. Tệp không được lập. Hãy kiểm tra lại kỳ chi trả.",
        en="The number or sum of instructions differs from what was approved. No file was made. Check the payroll run.",
        announced={"count": header.count, "total_dong": header.total_dong},
        found={"count": count, "total_dong": total},
    )


def _schema_refusal(message: str) -> Refused:
    return Refused(
        "file_breaks_schema",
        vi="Tệp lệnh chi không đúng chuẩn ISO 20022 nên không được gửi. Hãy báo quản trị hệ thống kèm chi tiết.",
        en="The payment file breaks the ISO 20022 schema and is not sent. Tell the administrator, with the details.",
        schema_says=message.replace(f"{{{NAMESPACE}}}", ""),
    )
