"""Any file a bank may send: MT940 with every line, zips within bounds, messages inside others, answers to questions.

How many entries a file has is counted here by other means than the reader's.
"""

import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from ansinh.base.refusals import Refused
from ansinh.standards.end_to_end import encode
from ansinh.standards.files import FileReading
from ansinh.standards.iso20022.results import Entry, Held, Profile, ReadResult

_MT940 = Path(__file__).parent / "bank_files" / "mt940"
_FILES = sorted(_MT940.glob("*.sta"))
OURS = encode(46, 7, 1)


def read(raw: bytes, **agreed: bool) -> ReadResult:
    return FileReading(raw, Profile(**agreed)).result()


def _statement(*lines: str, currency: str = "VND", opening: str = "1000000,") -> bytes:
    body = "\n".join(lines)
    return f":20:STMT1\n:25:113000012345\n:28C:1/1\n:60F:C261121{currency}{opening}\n{body}\n:62F:C261122{currency}0,\n-".encode()


# ── MT940 ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_there_are_real_files_to_read() -> None:
    assert len(_FILES) >= 15


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_every_line_of_a_real_statement_is_found(path: Path) -> None:
    raw = path.read_bytes()
    found = read(raw)
    assert found.kind == "MT940"
    assert (len(found.entries), found.held) == (len(re.findall(rb"^:61:", raw, re.MULTILINE)), [])
    stated = re.findall(rb"^:61:\d{6}(?:\d{4})?(R?[CD])[A-Z]?([\d,]+)", raw, re.MULTILINE)
    amounts = [Decimal(amount.decode().replace(",", ".")) for _, amount in stated]
    assert [Decimal(entry.amount or 0) for entry in found.entries] == amounts
    assert [entry.credit_debit for entry in found.entries] == [
        "CRDT" if side.endswith(b"C") else "DBIT" for side, _ in stated
    ]


def test_a_debit_with_our_name_is_paid_only_by_agreement() -> None:
    raw = _statement(f":61:2611221122D810000,NTRF{OURS}//X1", ":86:TRO CAP XA HOI")
    (entry,) = read(raw).entries
    assert (entry.end_to_end_id, entry.amount_dong, entry.status) == (OURS, 810_000, "ACCEPTED")
    assert read(raw, debit_is_paid=True).entries[0].status == "PAID"


def test_our_name_is_found_in_the_text_even_over_two_lines_and_two_names_are_none() -> None:
    first = _statement(":61:2611221122D810000,NTRFNONREF//X1", f":86:CHI TRA {OURS[:6]}", f"{OURS[6:]} THANG 11")
    assert read(first).entries[0].end_to_end_id == OURS
    second = _statement(":61:2611221122D810000,NTRFNONREF//X1", f":86:{OURS} {encode(46, 8, 1)}")
    assert read(second).entries[0].end_to_end_id == ""


def test_a_credit_and_a_reversal_never_confirm_anything() -> None:
    for side in ("C", "RC", "RD"):
        (entry,) = read(_statement(f":61:2611221122{side}810000,NTRF{OURS}//X1"), debit_is_paid=True).entries
        assert entry.status == "BOOKED"


def test_one_bad_line_holds_itself_and_999_are_read() -> None:
    lines = [f":61:2611221122D810000,NTRF{encode(46, n, 1)}//X{n}" for n in range(1, 1_000)]
    lines.insert(500, ":61:what is this")
    found = read(_statement(*lines))
    assert (len(found.entries), [held.reason for held in found.held]) == (999, ["line_unreadable"])


def test_a_fraction_of_a_dong_is_held() -> None:
    assert [held.reason for held in read(_statement(f":61:2611221122D810000,50NTRF{OURS}//X1")).held] == [
        "amount_not_whole_dong"
    ]


# ── zips ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def _camt() -> bytes:
    return (Path(__file__).parent / "bank_files" / "camt053_duplicate_same_day.xml").read_bytes()


def test_a_zip_of_two_statements_is_read_as_both() -> None:
    found = read(zipped(a=_camt(), b=_statement(f":61:2611221122D810000,NTRF{OURS}//X1")))
    assert found.kind == "camt.053.001.02"
    assert (found.messages, len(found.entries)) == (2, 3)
    assert [entry.line for entry in found.entries] == [1, 2, 3]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (zipped(a=zipped(b=zipped(c=b"x"))), "zip_is_hostile"),
        (zipped(**{"../../etc/passwd": _camt()}), "zip_is_hostile"),
        (zipped(**{f"f{n}": b"x" for n in range(300)}), "zip_is_hostile"),
        (zipped(bomb=b"<a>" + b" " * (32 << 20)), "zip_is_hostile"),
        (zipped(a=b'<!DOCTYPE x [<!ENTITY a "b">]><Document/>'), "xml_is_hostile"),
    ],
    ids=["nested twice", "path", "many", "bomb", "entities"],
)
def test_a_hostile_zip_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(raw)
    assert refusal.value.reason == reason


def test_a_damaged_zip_is_held() -> None:
    whole = zipped(a=_camt())
    found = read(whole[: len(whole) // 2])
    assert (found.kind, [held.reason for held in found.held]) == ("unknown", ["zip_damaged"])
    assert len(read(zipped(a=zipped(b=_camt()))).entries) == 2


# ── messages inside messages ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_message_in_cdata_is_found() -> None:
    inner = _camt().decode()
    found = read(f"<Envelope><Payload><![CDATA[{inner}]]></Payload></Envelope>".encode())
    assert (found.kind, len(found.entries)) == ("camt.053.001.02", 2)
    assert "message_in_an_envelope" in {notice.reason for notice in found.warnings}


def test_a_hostile_message_in_cdata_is_refused() -> None:
    with pytest.raises(Refused):
        read(
            b'<Envelope><![CDATA[<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><Document><BkToCstmrStmt>&a;</BkToCstmrStmt></Document>]]></Envelope>'
        )


# ── answers to questions ─────────────────────────────────────────────────────────────────────────────────────────────


def test_account_verification_answers_are_read() -> None:
    reports = "".join(
        f"<Rpt><OrgnlId>Q{n}</OrgnlId><Vrfctn>{answer}</Vrfctn>{f'<Rsn><Cd>{code}</Cd></Rsn>' if code else ''}</Rpt>"
        for n, (answer, code) in enumerate([("true", ""), ("false", "PN01"), ("false", "PN02"), ("perhaps", "")])
    )
    found = read(
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:acmt.024.001.04"><IdVrfctnRpt><Assgnmt><MsgId>V1</MsgId></Assgnmt>'
        f"{reports}</IdVrfctnRpt></Document>".encode()
    )
    assert (found.kind, found.message_id) == ("acmt.024.001.04", "V1")
    told = [(entry.end_to_end_id, entry.status, entry.reason_set, entry.reason_code) for entry in found.entries]
    assert told == [
        ("Q0", "MATCH", "", ""), ("Q1", "NO_MATCH", "verification", "PN01"), ("Q2", "CLOSE_MATCH", "verification", "PN02"),
    ]  # fmt: skip
    assert [held.reason for held in found.held] == ["answer_missing"]


def test_answers_to_a_recall_are_read() -> None:
    def line(code: str, reason: str) -> str:
        return (
            f"<TxInfAndSts><OrgnlEndToEndId>{OURS}</OrgnlEndToEndId><TxCxlSts>{code}</TxCxlSts>"
            f"<CxlStsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></CxlStsRsnInf></TxInfAndSts>"
        )

    found = read(
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.029.001.09"><RsltnOfInvstgtn><Assgnmt><Id>C1</Id></Assgnmt>'
        f"<CxlDtls>{line('ACCR', 'DUPL')}{line('RJCR', 'NARR')}{line('XXXX', 'NARR')}</CxlDtls></RsltnOfInvstgtn></Document>".encode()
    )
    assert found.kind == "camt.029.001.09"
    told = [(entry.status, entry.reason_set, entry.reason_code) for entry in found.entries]
    assert told == [("CANCELLED", "cancellation_answer", "DUPL"), ("NOT_CANCELLED", "cancellation_answer", "NARR")]
    assert [held.reason for held in found.held] == ["status_unknown"]
    assert all(isinstance(one, Entry | Held) for one in found.entries)
