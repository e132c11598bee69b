"""Every version of every answer of a bank is read: each document here is first accepted by classes of that very version.

The documents are as small as the schemas allow; pyiso20022 and python-iso20022 say that they are of their version.
"""

import importlib
from xml.sax.saxutils import escape

import pytest
from lxml import etree
from python_iso20022.acmt.acmt_024_001_04.models import Acmt02400104
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig

from ansinh.base.refusals import Refused
from ansinh.standards.end_to_end import encode
from ansinh.standards.iso20022.reader import Reading, read
from ansinh.standards.iso20022.results import Profile
from tests.standards.answers import detail, entry, notification, status_line, status_report

A, B, C = (encode(46, item, 1) for item in (1, 2, 3))
NOW = "2026-11-05T09:00:00"
PREFIX = "urn:iso:std:iso:20022:tech:xsd:"


def accepted(name: str, raw: bytes) -> bytes:
    """Return the document once the classes of its own version have read it whole."""
    module = importlib.import_module(f"pyiso20022.{name[:4]}.{name.replace('.', '_')}")
    parser = XmlParser(config=ParserConfig(fail_on_unknown_properties=True))
    parser.from_bytes(raw, module.Document)
    return raw


def document(name: str, inside: str, namespace: str = "") -> bytes:
    """Return a document of this version."""
    return f'<Document xmlns="{namespace or PREFIX + name}">{inside}</Document>'.encode()


FIRST_PAIN = (
    "<pain.002.001.01><GnlInf><PmtInitnStsId>BANK1</PmtInitnStsId><CreDtTm>{now}</CreDtTm><InitgPty><Nm>A</Nm></InitgPty>"
    "</GnlInf><OrgnlGrpRefInfAndSts><GrpId>M1</GrpId><OrgnlMsgTp>pain.001</OrgnlMsgTp></OrgnlGrpRefInfAndSts>"
    "<OrgnlPmtInf><OrgnlTxRefInfAndSts><PmtId><InstrId>{a}</InstrId><EndToEndId>{a}</EndToEndId></PmtId>"
    "<TxSts>RJCT</TxSts><StsRsn>{reason}</StsRsn><OrgnlTxInf><Amt><InstdAmt Ccy='VND'>500000</InstdAmt></Amt></OrgnlTxInf>"
    "</OrgnlTxRefInfAndSts><OrgnlTxRefInfAndSts><PmtId><EndToEndId>{b}</EndToEndId></PmtId><TxSts>ACSP</TxSts>"
    "</OrgnlTxRefInfAndSts></OrgnlPmtInf></pain.002.001.01>"
)
SECOND_PAIN = (
    "<pain.002.001.02><GrpHdr><MsgId>BANK1</MsgId><CreDtTm>{now}</CreDtTm></GrpHdr><OrgnlGrpInfAndSts>"
    "<OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.02</OrgnlMsgNmId></OrgnlGrpInfAndSts><TxInfAndSts>"
    "<OrgnlEndToEndId>{a}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><StsRsn><Cd>{reason}</Cd></StsRsn></StsRsnInf>"
    "<OrgnlTxRef><Amt><InstdAmt Ccy='VND'>500000</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts><TxInfAndSts>"
    "<OrgnlEndToEndId>{b}</OrgnlEndToEndId><TxSts>ACSP</TxSts></TxInfAndSts></pain.002.001.02>"
)


def status_report_of(version: int) -> bytes:
    """Return a pain.002 of this version: one order rejected, one accepted."""
    name = f"pain.002.001.{version:02d}"
    if version > 2:
        return accepted(name, status_report(status_line(A, "RJCT", "AC04"), status_line(B, "ACSP"), version=name[-2:]))
    inside = (FIRST_PAIN if version == 1 else SECOND_PAIN).format(now=NOW, a=A, b=B, reason="AC04")
    namespace = "urn:iso:std:iso:20022:xsd:pain.002.001.01" if version == 1 else ""
    return accepted(name, document(name, inside, namespace))


@pytest.mark.parametrize("version", range(1, 15))
def test_every_status_report_is_read_the_same(version: int) -> None:
    result = read(status_report_of(version))
    assert (result.kind, result.messages, result.message_id) == (f"pain.002.001.{version:02d}", 1, "BANK1")
    assert [(e.end_to_end_id, e.status, e.reason_set, e.reason_code) for e in result.entries] == [
        (A, "REJECTED", "status", "AC04"),
        (B, "ACCEPTED", "", ""),
    ]
    assert (result.held, result.warnings) == ([], [])


def test_a_malformed_status_report_of_a_real_bank_is_read() -> None:
    """No namespace, and the reason inside itself."""
    line = status_line(A, "RJCT", "TRJT").replace("<Rsn><Cd>TRJT</Cd></Rsn>", "<Rsn><Rsn>TRJT</Rsn></Rsn>")
    raw = status_report(line).replace(f' xmlns="{PREFIX}pain.002.001.10"'.encode(), b"")
    result = read(raw)
    assert (result.kind, [n.reason for n in result.warnings]) == ("pain.002", ["namespace_unknown"])
    (found,) = result.entries
    assert (found.end_to_end_id, found.status, found.reason_set, found.reason_code) == (A, "REJECTED", "status", "TRJT")


STATEMENTS = [("camt.052", "BkToCstmrAcctRpt", "Rpt"), ("camt.053", "BkToCstmrStmt", "Stmt"), ("camt.054", "BkToCstmrDbtCdtNtfctn", "Ntfctn")]  # fmt: skip


@pytest.mark.parametrize("version", range(1, 13))
@pytest.mark.parametrize(("message", "root", "part"), STATEMENTS)
def test_every_statement_is_read_the_same(message: str, root: str, part: str, version: int) -> None:
    name = f"{message}.001.{version:02d}"
    root = f"{root}V01" if version == 1 else root
    state = "BOOK" if version < 7 else "<Cd>BOOK</Cd>"
    code = "<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>"
    # In the first version the details stand in the entry itself, and the amount in its own place.
    own = (
        "<AmtDtls><TxAmt><Amt Ccy='VND'>{}</Amt></TxAmt></AmtDtls>"
        if version < 3
        else "<Amt Ccy='VND'>{}</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
    )
    details = "".join(
        f"<TxDtls><Refs><EndToEndId>{one}</EndToEndId></Refs>{own.format(amount)}</TxDtls>"
        for one, amount in ((A, 500_000), (B, 250_000))
    )
    details = details if version == 1 else f"<NtryDtls>{details}</NtryDtls>"
    ntry = (
        f"<Ntry><Amt Ccy='VND'>750000</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>{state}</Sts>"
        f"<BookgDt><Dt>2026-11-06</Dt></BookgDt>{code}{details}</Ntry>"
    )
    account = "<Acct><Id>{}</Id></Acct>".format(
        "<PrtryAcct><Id>1</Id></PrtryAcct>" if version == 1 else "<Othr><Id>1</Id></Othr>"
    )
    day = f"<Dt><Dt>{NOW[:10]}</Dt></Dt>"
    balance = f"<Bal><Tp>{'<Cd>CLBD</Cd>' if version == 1 else '<CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry>'}</Tp><Amt Ccy='VND'>1</Amt><CdtDbtInd>CRDT</CdtDbtInd>{day}</Bal>"
    balance = balance if message == "camt.053" else ""
    inside = (
        f"<{root}><GrpHdr><MsgId>BANK2</MsgId><CreDtTm>{NOW}</CreDtTm></GrpHdr><{part}><Id>1</Id><CreDtTm>{NOW}</CreDtTm>"
        f"{account}{balance}{ntry}</{part}></{root}>"
    )
    result = read(accepted(name, document(name, inside)), Profile(debit_is_paid=True))
    assert (result.kind, [(e.end_to_end_id, e.amount_dong, e.status) for e in result.entries]) == (
        name,
        [(A, 500_000, "PAID"), (B, 250_000, "PAID")],
    )
    assert (result.held, result.warnings) == ([], [])


PARTY = "<Pty><Nm>BANK</Nm></Pty>"


def recall_answer(version: int, status: str, details: str) -> bytes:
    """Return a camt.029 of this version."""
    name = f"camt.029.001.{version:02d}"
    case = f"<RslvdCase><Id>C1</Id><Cretr>{PARTY}</Cretr></RslvdCase>"
    return accepted(
        name,
        document(
            name,
            f"<RsltnOfInvstgtn><Assgnmt><Id>BANK3</Id><Assgnr>{PARTY}</Assgnr><Assgne>{PARTY}</Assgne>"
            f"<CreDtTm>{NOW}</CreDtTm></Assgnmt>{case if version < 5 else ''}<Sts><Conf>{status}</Conf></Sts>{details}</RsltnOfInvstgtn>",
        ),
    )


def recalled(end_to_end_id: str, code: str, reason: str = "", amount: str = "500000") -> str:
    """Return one order's answer."""
    why = f"<CxlStsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></CxlStsRsnInf>" if reason else ""
    word = f"<TxCxlSts>{code}</TxCxlSts>" if code else ""
    return (
        f"<TxInfAndSts><OrgnlInstrId>{end_to_end_id}</OrgnlInstrId><OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId>"
        f"{word}{why}<OrgnlInstdAmt Ccy='VND'>{amount}</OrgnlInstdAmt></TxInfAndSts>"
    )


def block(*lines: str, code: str = "") -> str:
    """Return the answers to the orders of one file."""
    word = f"<PmtInfCxlSts>{code}</PmtInfCxlSts>" if code else ""
    return f"<CxlDtls><OrgnlPmtInfAndSts><OrgnlPmtInfId>M1</OrgnlPmtInfId>{word}{''.join(lines)}</OrgnlPmtInfAndSts></CxlDtls>"


@pytest.mark.parametrize("version", range(3, 14))
def test_every_recall_answer_is_read_the_same(version: int) -> None:
    details = block(recalled(A, "ACCR"), recalled(B, "RJCR", "CUST"), recalled(C, "PDCR"), code="PACR")
    result = read(recall_answer(version, "PECR", details))
    assert (result.kind, result.message_id) == (f"camt.029.001.{version:02d}", "BANK3")
    assert [
        (e.end_to_end_id, e.status, e.reason_set, e.reason_code, e.amount_dong, e.kind) for e in result.entries
    ] == [
        (A, "CANCELLED", "", "", 500_000, "cancellation"),
        (B, "NOT_CANCELLED", "cancellation_answer", "CUST", 500_000, "cancellation"),
        (C, "PENDING", "", "", 500_000, "cancellation"),
    ]
    assert [(g.payment_information_id, g.status, g.code) for g in result.groups] == [("M1", "", "PACR")]
    assert (result.held, result.warnings) == ([], [])


def test_a_recall_answer_is_never_news_about_a_payment() -> None:
    """Only the money itself settles a recall; and an answer that is not understood holds its line only."""
    result = read(
        recall_answer(9, "CNCL", block(recalled(A, ""), recalled(B, "ACCR", amount="x").replace(">x<", ">1.5<")))
    )
    assert [(e.end_to_end_id, e.status) for e in result.entries] == [(A, "CANCELLED")]
    assert [(h.line, h.reason) for h in result.held] == [(2, "amount_not_whole_dong")]
    partly = read(recall_answer(9, "PECR", block(recalled(A, ""))))
    assert [(h.reason, h.evidence) for h in partly.held] == [("status_unknown", "PECR")]


def test_an_answer_to_the_whole_request_says_so_without_lines() -> None:
    result = read(recall_answer(9, "RJCR", ""))
    assert (result.entries, result.held) == ([], [])
    assert [(g.status, g.code) for g in result.groups] == [("NOT_CANCELLED", "RJCR")]
    oldest = (
        "<camt.029.001.01><Assgnmt><Id>BANK3</Id><Assgnr>ABCDVNVX</Assgnr><Assgne>ABCDVNVX</Assgne>"
        f"<CreDtTm>{NOW}</CreDtTm></Assgnmt><RslvdCase><Id>C1</Id><Cretr>ABCDVNVX</Cretr></RslvdCase>"
        "<Sts><RjctdCxl><RsnCd>CUST</RsnCd></RjctdCxl></Sts></camt.029.001.01>"
    )
    first = read(accepted("camt.029.001.01", document("camt.029.001.01", oldest)))
    assert first.kind == "camt.029.001.01"
    assert [(g.original_message_id, g.status, g.reason_set, g.reason_code) for g in first.groups] == [
        ("C1", "NOT_CANCELLED", "cancellation_answer", "CUST")
    ]


def answer(question: str, verdict: str, reason: str = "", name: str = "") -> str:
    """Return one answer about an account."""
    why = f"<Rsn><Cd>{reason}</Cd></Rsn>" if reason else ""
    holder = f"<UpdtdPtyAndAcctId><Pty><Nm>{escape(name)}</Nm></Pty></UpdtdPtyAndAcctId>" if name else ""
    return f"<Rpt><OrgnlId>{question}</OrgnlId><Vrfctn>{verdict}</Vrfctn>{why}{holder}</Rpt>"


def verification(*answers: str, version: str = "04") -> bytes:
    """Return an acmt.024."""
    return document(
        f"acmt.024.001.{version}",
        f"<IdVrfctnRpt><Assgnmt><MsgId>BANK4</MsgId><CreDtTm>{NOW}</CreDtTm><Assgnr>{PARTY}</Assgnr><Assgne>{PARTY}</Assgne>"
        f"</Assgnmt>{''.join(answers)}</IdVrfctnRpt>",
    )


def test_answers_about_accounts_are_read() -> None:
    raw = verification(
        answer("Q1", "true", name="NGUYEN VAN AN"), answer("Q2", "false", "PN01"), answer("Q3", "false", "PN02", "N*** V** A**"),
        answer("Q4", "true", "PN02"), answer("Q5", "false", "PI01"), answer("Q6", "false", "AC01"), answer("Q7", "0"),
    )  # fmt: skip
    XmlParser(config=ParserConfig(fail_on_unknown_properties=True)).from_bytes(raw, Acmt02400104)
    result = read(raw)
    assert (result.kind, result.message_id) == ("acmt.024.001.04", "BANK4")
    assert [(e.end_to_end_id, e.status, e.reason_code, e.party_name) for e in result.entries] == [
        ("Q1", "MATCH", "", "NGUYEN VAN AN"),
        ("Q2", "NO_MATCH", "PN01", ""),
        ("Q3", "CLOSE_MATCH", "PN02", "N*** V** A**"),
        ("Q4", "CLOSE_MATCH", "PN02", ""),
        ("Q5", "NO_MATCH", "PI01", ""),
        ("Q6", "NOT_CHECKED", "AC01", ""),
        ("Q7", "NOT_CHECKED", "", ""),
    ]
    assert {e.reason_set for e in result.entries if e.reason_code} == {"verification"}
    assert (result.held, result.warnings) == ([], [])


@pytest.mark.parametrize("version", ["01", "02", "03", "04", "05"])
def test_an_unclear_answer_holds_its_line_only(version: str) -> None:
    raw = verification(
        answer("Q1", "true"), answer("Q2", "maybe"), answer("Q3", ""), answer("Q4", "false"), version=version
    )
    result = read(raw)
    assert [e.end_to_end_id for e in result.entries] == ["Q1", "Q4"]
    assert [(h.line, h.reason) for h in result.held] == [(2, "answer_missing"), (3, "answer_missing")]
    assert [n.reason for n in result.warnings] == (["version_unknown"] if version == "05" else [])


def wrapped(*messages: bytes, as_cdata: bool = True) -> bytes:
    """Return an envelope that carries messages as text."""
    texts = (message.decode() for message in messages)
    inside = "".join(f"<Payload>{f'<![CDATA[{text}]]>' if as_cdata else escape(text)}</Payload>" for text in texts)
    return f'<?xml version="1.0"?><Envelope xmlns="urn:x"><Header><Id>7</Id></Header>{inside}</Envelope>'.encode()


@pytest.mark.parametrize("as_cdata", [True, False])
def test_messages_inside_text_are_read(as_cdata: bool) -> None:
    first = status_report(status_line(A, "ACSP"), status_line(B, "RJCT", "AC04"), version="03")
    second = notification(entry(detail(C)), entry(detail("X"), amount="bad"))
    result = read(wrapped(first, second, as_cdata=as_cdata))
    assert (result.kind, result.messages, result.message_id) == ("pain.002.001.03", 2, "BANK1")
    assert [(e.line, e.end_to_end_id) for e in result.entries] == [(1, A), (2, B), (3, C), (4, "X")]
    raw = wrapped(first, second)
    for size in (1, 100):
        assert Reading(raw[at : at + size] for at in range(0, len(raw), size)).result().entries == result.entries


def test_a_large_message_inside_text_is_read() -> None:
    """More than the ten megabytes at which the parser would give up."""
    lines = [status_line(encode(46, n, 1), "ACSP") for n in range(60_000)]
    assert sum(map(len, lines)) > 10_000_000
    result = read(wrapped(status_report(*lines)))
    assert (len(result.entries), result.held, result.incomplete) == (60_000, [], False)


def test_text_inside_text_and_foreign_text_are_not_messages() -> None:
    inner = wrapped(status_report(status_line(A, "ACSP"))).decode().replace("]]>", "]]]]><![CDATA[>")
    twice = f"<E><P><![CDATA[{inner}]]></P></E>".encode()
    assert read(twice).kind == "unknown"
    foreign = read(b"<E><P><![CDATA[<html>hello</html>]]></P></E>")
    assert (foreign.kind, [h.reason for h in foreign.held]) == ("unknown", ["message_unknown"])


def test_harm_inside_text_is_refused() -> None:
    harmful = b'<!DOCTYPE D [<!ENTITY x "y">]><Document>&x;</Document>'
    with pytest.raises(Refused) as caught:
        read(wrapped(harmful))
    assert caught.value.reason == "xml_is_hostile"


def test_a_cut_message_inside_text_is_incomplete() -> None:
    whole = status_report(status_line(A, "ACSP"), status_line(B, "ACSP"))
    cut = whole[: whole.index(B.encode())]
    result = read(wrapped(cut))
    assert ([e.end_to_end_id for e in result.entries], result.incomplete) == ([A], True)


def test_a_business_header_around_a_document_changes_nothing() -> None:
    head = (
        '<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><Fr><FIId><FinInstnId><BICFI>ICBVVNVX</BICFI>'
        "</FinInstnId></FIId></Fr><To><OrgId><Nm>SO Y TE</Nm></OrgId></To><BizMsgIdr>B1</BizMsgIdr>"
        f"<MsgDefIdr>camt.054.001.08</MsgDefIdr><CreDt>{NOW}Z</CreDt></AppHdr>"
    )
    body = notification(entry(detail(A))).decode()
    result = read(f"<BizMsg>{head}{body}</BizMsg>".encode())
    assert (result.kind, result.message_id, [e.end_to_end_id for e in result.entries]) == (
        "camt.054.001.08",
        "BANK2",
        [A],
    )
    assert etree.fromstring(body).tag.endswith("}Document")
