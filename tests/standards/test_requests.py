"""Recalls and account questions are strict: independent libraries read them whole, in the schema's own order.

pyiso20022 and python-iso20022 are generated from the official schemas; what they write back must equal what we wrote.
"""

import dataclasses
import datetime
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pyiso20022.camt.camt_055_001_08 import Document as Recalls
from python_iso20022.acmt.acmt_023_001_04.models import Acmt02300104 as Questions
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.serializers import XmlSerializer

from ansinh.base.refusals import Refused
from ansinh.standards.iso20022 import acmt023, camt055, pain001
from ansinh.standards.iso20022.outgoing import Debtor
from tests.standards.orders import VIETNAM, header, transfers

GOLDEN = Path(__file__).parent / "golden"
AT = datetime.datetime(2026, 11, 5, 8, 30, tzinfo=VIETNAM)
DEBTOR = Debtor("SO Y TE THANH PHO HUE", "113000012345", "970415")
RECALLS = [
    camt055.Recall("AS02W0000639Y1X", 500_000),
    camt055.Recall("AS02W0000638Y1A", 750_000, "DUPL"),
]
QUESTIONS = [
    acmt023.Question("Q46-1", "970415", "113366668888", "H'NHI E BAN"),
    acmt023.Question("Q46-2", "970436", "0071001234567", "THACH SA RA", "046203001234"),
]


def recall_header(recalls: list[camt055.Recall], **changes: Any) -> camt055.RecallHeader:
    """Return the header that belongs to these recalls."""
    total = sum(recall.amount_dong for recall in recalls)
    return replace(
        camt055.RecallHeader("C46-2026-11-1", AT, DEBTOR, "P46-2026-11-970415-1", len(recalls), total), **changes
    )


def recalled(recalls: list[camt055.Recall], **changes: Any) -> bytes:
    """Return the whole request."""
    return b"".join(camt055.render(recall_header(recalls, **changes), recalls))


def asked(questions: list[acmt023.Question], **changes: Any) -> bytes:
    """Return the whole file of questions."""
    own = replace(acmt023.VerificationHeader("V46-2026-11-1", AT, DEBTOR, len(questions)), **changes)
    return b"".join(acmt023.render(own, questions))


def obeys(value: Any) -> Iterator[str]:
    """Yield what breaks the limits that the schema gave to the fields of a generated class."""
    for field in dataclasses.fields(value):
        found, rules = getattr(value, field.name), field.metadata
        for one in found if isinstance(found, list | tuple) else [found]:
            if one is None:
                if rules.get("required"):
                    yield f"{field.name} is missing"
            elif dataclasses.is_dataclass(one):
                yield from obeys(one)
            elif isinstance(one, str) and not (
                rules.get("min_length", 0) <= len(one) <= rules.get("max_length", 1 << 20)
                and re.fullmatch(rules.get("pattern", "(?s:.*)"), one)
            ):
                yield f"{field.name}: {one}"


def same_after_a_round_trip(raw: bytes, kind: type) -> Any:
    """Read with an independent library, look at every limit, write back, and compare: this shows wrong order too."""
    document = XmlParser(config=ParserConfig(fail_on_unknown_properties=True)).from_bytes(raw, kind)
    assert list(obeys(document)) == []
    again = XmlSerializer().render(document, ns_map={None: etree.fromstring(raw).nsmap[None]})

    def plain(text: bytes) -> list[tuple[str, str, dict]]:
        """Return tags, texts and attributes in their order, below the root: one of the libraries renames it."""
        return [
            (etree.QName(element).localname, (element.text or "").strip(), dict(element.attrib))
            for element in etree.fromstring(text).iter()
        ][1:]

    assert plain(again.encode()) == plain(raw)
    return document


def test_recalls_are_read_by_an_independent_library() -> None:
    document = same_after_a_round_trip(recalled(RECALLS), Recalls)
    request = document.cstmr_pmt_cxl_req
    assert (request.ctrl_data.nb_of_txs, request.ctrl_data.ctrl_sum) == ("2", 1_250_000)
    (block,) = request.undrlyg[0].orgnl_pmt_inf_and_cxl
    assert [(tx.orgnl_end_to_end_id, tx.orgnl_instd_amt.value, tx.cxl_rsn_inf[0].rsn.cd) for tx in block.tx_inf] == [
        tuple(recall) for recall in RECALLS
    ]


def test_questions_are_read_by_an_independent_library() -> None:
    document = same_after_a_round_trip(asked(QUESTIONS), Questions)
    found = [
        (
            question.id,
            question.pty_and_acct_id.agt.fin_instn_id.clr_sys_mmb_id.mmb_id,
            question.pty_and_acct_id.acct.id.othr.id,
            question.pty_and_acct_id.pty.nm,
            question.pty_and_acct_id.pty.id.prvt_id.othr[0].id if question.pty_and_acct_id.pty.id else "",
        )
        for question in document.id_vrfctn_req.vrfctn
    ]
    assert found == [tuple(question) for question in QUESTIONS]


@pytest.mark.parametrize(("name", "raw"), [("camt055.xml", recalled(RECALLS)), ("acmt023.xml", asked(QUESTIONS))])
def test_the_bytes_are_the_golden_ones(name: str, raw: bytes) -> None:
    assert raw == (GOLDEN / name).read_bytes()


def test_a_bic_stands_in_for_the_clearing_number() -> None:
    by_bic = Debtor("SO Y TE", "113000012345", agent_bic="ICBVVNVX")
    assert b"<BICFI>ICBVVNVX</BICFI>" in recalled(RECALLS, debtor=by_bic)
    same_after_a_round_trip(recalled(RECALLS, debtor=by_bic), Recalls)


@pytest.mark.parametrize("version", pain001.VERSIONS)
def test_both_versions_of_an_order_file_are_valid(version: str) -> None:
    orders = transfers(1200)
    raw = b"".join(pain001.render(header(orders, version=version), orders))
    pain001.validate(raw, version)
    assert raw.count(b"<CdtTrfTxInf>") == 1200
    other = "11" if version == "09" else "09"
    with pytest.raises(Refused) as caught:
        pain001.validate(raw, other)
    assert caught.value.reason == "file_breaks_schema"


def test_the_newer_version_differs_in_its_name_only() -> None:
    orders = transfers(3)
    newer = b"".join(pain001.render(header(orders, version="11"), orders))
    assert newer.replace(b"pain.001.001.11", b"pain.001.001.09") == (GOLDEN / "pain001.xml").read_bytes()
    with pytest.raises(Refused) as refusal:
        next(pain001.render(header(orders, version="12"), orders))
    assert refusal.value.reason == "version_not_written"


@pytest.mark.parametrize(
    ("recalls", "changes", "reason"),
    [
        ([], {}, "batch_is_empty"),
        (RECALLS, {"message_id": "a b"}, "message_id_invalid"),
        (RECALLS, {"original_message_id": "<x>"}, "message_id_invalid"),
        (RECALLS, {"debtor": Debtor("Sở Y tế", "113000012345", "970415")}, "debtor_invalid"),
        (RECALLS, {"count": 3}, "control_total_changed"),
        (RECALLS, {"total_dong": 1}, "control_total_changed"),
        ([*RECALLS, RECALLS[0]], {}, "end_to_end_id_repeated"),
        ([RECALLS[0]._replace(end_to_end_id="AS-1")], {}, "end_to_end_id_invalid"),
        ([RECALLS[0]._replace(amount_dong=0)], {}, "amount_invalid"),
        ([RECALLS[0]._replace(reason_code="XXXX")], {}, "cancellation_reason_unknown"),
        ([RECALLS[0]._replace(reason_code="<Cd>")], {}, "cancellation_reason_unknown"),
    ],
)
def test_a_wrong_recall_is_refused_by_name(recalls: list[camt055.Recall], changes: dict, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        recalled(recalls, **changes)
    assert caught.value.reason == reason and caught.value.vi and caught.value.en


@pytest.mark.parametrize(
    ("questions", "changes", "reason"),
    [
        ([], {}, "batch_is_empty"),
        (QUESTIONS, {"count": 3}, "question_count_changed"),
        ([QUESTIONS[0], QUESTIONS[0]], {}, "question_id_repeated"),
        ([QUESTIONS[0]._replace(question_id="q 1")], {}, "question_id_invalid"),
        ([QUESTIONS[0]._replace(bank_bin="97041")], {}, "bank_bin_invalid"),
        ([QUESTIONS[0]._replace(account_number="1&2")], {}, "account_number_invalid"),
        ([QUESTIONS[0]._replace(payee_name="Nguyễn")], {}, "payee_name_invalid"),
        ([QUESTIONS[0]._replace(citizen_number="123")], {}, "citizen_number_invalid"),
    ],
)
def test_a_wrong_question_is_refused_by_name(questions: list[acmt023.Question], changes: dict, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        asked(questions, **changes)
    assert caught.value.reason == reason and caught.value.vi and caught.value.en


def test_many_are_written_as_a_stream() -> None:
    many = [camt055.Recall(f"AS{n:013d}", n + 1) for n in range(1200)]
    pieces = list(camt055.render(recall_header(many), many))
    assert len(pieces) == 4 and b"".join(pieces).count(b"<TxInf>") == 1200
    questions = [QUESTIONS[0]._replace(question_id=f"Q{n}") for n in range(1200)]
    assert asked(questions).count(b"<Vrfctn>") == 1200
