"""What banks send back is read tolerantly: each line stands for itself, and nothing is taken for more than it says.

Each test bends one thing in a small right file and says what must still be read.
"""

import datetime
import json
from importlib import resources

import pytest

from ansinh.base.refusals import Refused
from ansinh.standards.end_to_end import encode
from ansinh.standards.iso20022 import codes
from ansinh.standards.iso20022.reader import Reading, read
from ansinh.standards.iso20022.results import Entry, Held, Profile
from tests.standards.answers import detail, entry, notification, status_line, status_report

A, B, C = (encode(46, item, 1) for item in (1, 2, 3))
AGREED = Profile(debit_is_paid=True)


def statuses(raw: bytes, profile: Profile = AGREED) -> list[str]:
    """Return the statuses of all entries."""
    return [entry.status for entry in read(raw, profile).entries]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("RCVD", "RECEIVED"), ("ACTC", "RECEIVED"), ("ACCP", "RECEIVED"), ("PDNG", "RECEIVED"),
        ("ACSP", "ACCEPTED"), ("ACWC", "ACCEPTED"), ("ACWP", "ACCEPTED"), ("BLCK", "ACCEPTED"), ("ACSC", "ACCEPTED"),
        ("ACCC", "PAID"), ("CPUC", "PAID"), ("RJCT", "REJECTED"), ("CANC", "REJECTED"),
    ],
)  # fmt: skip
def test_a_bank_word_becomes_our_word(code: str, status: str) -> None:
    found = read(status_report(status_line(A, code))).entries[0]
    assert (found.end_to_end_id, found.status, found.code, found.amount_dong) == (A, status, code, 500_000)


def test_settled_is_paid_only_where_the_bank_agreed_so() -> None:
    raw = status_report(status_line(A, "ACSC"))
    assert statuses(raw) == ["ACCEPTED"]
    assert statuses(raw, Profile(settled_is_paid=True)) == ["PAID"]


@pytest.mark.parametrize("reason", ["AM05", "DU01", "DU04", "DUPL"])
def test_rejected_as_a_duplicate_is_unknown(reason: str) -> None:
    """The first one may have been paid: taking this for a refusal would pay it twice."""
    found = read(status_report(status_line(A, "RJCT", reason))).entries[0]
    assert (found.status, found.reason_code) == ("UNKNOWN", reason)


def test_a_reason_keeps_its_code_set() -> None:
    rejected = read(status_report(status_line(A, "RJCT", "AC16"))).entries[0]
    returned = read(notification(entry(detail(A, returned="AC16"), direction="CRDT"))).entries[0]
    assert (rejected.reason_set, rejected.reason_code) == ("status", "AC16")
    assert (returned.reason_set, returned.reason_code) == ("return", "AC16")
    assert codes.reason_text("status", "AC16") != codes.reason_text("return", "AC16")
    assert codes.reason_text("status", "ZZ99") is None


def test_a_malformed_reason_of_a_real_bank_is_still_read() -> None:
    line = status_line(A, "RJCT", "AC04").replace("<Rsn><Cd>AC04</Cd></Rsn>", "<Rsn><Rsn>AC04</Rsn></Rsn>")
    assert read(status_report(line)).entries[0].reason_code == "AC04"
    own = status_line(A, "RJCT", "AC04").replace("<Cd>AC04</Cd>", "<Prtry>Z-41 khong ro</Prtry>")
    found = read(status_report(own)).entries[0]
    assert (found.reason_set, found.reason_code) == ("proprietary", "Z-41 khong ro")


def test_an_unknown_status_holds_its_line_only() -> None:
    result = read(status_report(status_line(A, "ACSP"), status_line(B, "WHAT"), status_line(C, "RJCT", "AC01")))
    assert [(e.line, e.end_to_end_id) for e in result.entries] == [(1, A), (3, C)]
    assert result.held == [Held(2, "status_unknown", "WHAT", B)]


@pytest.mark.parametrize(
    ("amount", "reason"),
    [("12..34", "amount_invalid"), ("-5", "amount_invalid"), ("1e3", "amount_invalid"), ("5.000,00", "amount_invalid"),
     ("", "amount_invalid"), ("٥٠", "amount_invalid"), ("500000.50", "amount_not_whole_dong")],
)  # fmt: skip
def test_a_bad_amount_holds_its_line_only(amount: str, reason: str) -> None:
    result = read(status_report(status_line(A, "ACSP"), status_line(B, "ACSP", amount=amount), status_line(C, "ACSP")))
    assert [e.end_to_end_id for e in result.entries] == [A, C]
    assert [(h.line, h.reason) for h in result.held] == [(2, reason)]
    booked = read(notification(entry(detail(A), detail(B, amount), detail(C), amount="1500000")), AGREED)
    assert [e.end_to_end_id for e in booked.entries] == [A, C]
    assert [(h.line, h.reason) for h in booked.held] == [(2, reason)]


def test_whole_dong_with_decimals_are_whole_dong() -> None:
    assert read(status_report(status_line(A, "ACSP", amount="500000.00"))).entries[0].amount_dong == 500_000


def test_a_booked_debit_is_paid_only_where_the_bank_agreed_so() -> None:
    raw = notification(entry(detail(A)))
    assert statuses(raw, Profile()) == ["ACCEPTED"]
    found = read(raw, AGREED).entries[0]
    assert (found.status, found.end_to_end_id, found.booked_on) == ("PAID", A, datetime.date(2026, 11, 6))


def test_a_debit_that_is_not_ours_confirms_nothing() -> None:
    assert statuses(notification(entry(detail("NOTPROVIDED")), entry(detail("SALARY-7")), entry())) == ["BOOKED"] * 3


def test_a_pending_or_reversed_debit_confirms_nothing() -> None:
    pending = entry(detail(A), state="PDNG")
    reversed_entry = entry(detail(B), more="<RvslInd>true</RvslInd>")
    assert statuses(notification(pending, reversed_entry)) == ["PENDING", "BOOKED"]


def test_money_that_comes_back_is_returned() -> None:
    found = read(notification(entry(detail(A, returned="AC04"), direction="CRDT")), AGREED).entries[0]
    assert (found.status, found.reason_set, found.reason_code, found.credit_debit) == (
        "RETURNED",
        "return",
        "AC04",
        "CRDT",
    )


def test_one_debit_with_many_details_gives_each_detail() -> None:
    result = read(notification(entry(detail(A), detail(B, "250000"), detail(C, "250000"), amount="1000000")), AGREED)
    assert [(e.end_to_end_id, e.amount_dong, e.status) for e in result.entries] == [
        (A, 500_000, "PAID"), (B, 250_000, "PAID"), (C, 250_000, "PAID"),
    ]  # fmt: skip
    assert result.warnings == []


def test_details_that_do_not_add_up_are_shown() -> None:
    result = read(notification(entry(detail(A), detail(B), amount="1000001")))
    assert [notice.reason for notice in result.warnings] == ["details_differ_from_entry"]
    assert result.warnings[0].evidence == {"stated": "1000001", "found": "1000000", "entry": 1}


def test_a_detail_without_amount_may_borrow_it_only_alone() -> None:
    assert read(notification(entry(detail(A, None)))).entries[0].amount_dong == 500_000
    result = read(notification(entry(detail(A, None), detail(B, None), amount="1000000"), entry(detail(C))))
    assert [(e.end_to_end_id, e.amount_dong) for e in result.entries] == [(C, 500_000)]
    assert [h.reason for h in result.held] == ["amount_missing", "amount_missing"]
    assert sorted([line.line for line in (*result.entries, *result.held)]) == [1, 2, 3]


def test_wrong_count_and_sum_are_shown_with_evidence() -> None:
    result = read(status_report(status_line(A, "ACSP"), status_line(B, "ACSP"), count=3, total=1_500_000))
    assert {n.reason: n.evidence for n in result.warnings} == {
        "count_differs": {"stated": 3, "found": 2},
        "control_sum_differs": {"stated": "1500000", "found": 1_000_000},
    }
    assert len(result.entries) == 2 and not result.incomplete
    summary = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>7</Sum></TtlNtries></TxsSummry>"
    booked = read(notification(entry(detail(A)), summary=summary))
    assert [n.reason for n in booked.warnings] == ["count_differs", "control_sum_differs"]


def test_a_file_refused_as_a_whole_says_so_without_lines() -> None:
    group = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>"
    result = read(status_report(group=group))
    assert result.entries == [] and result.held == []
    assert [(g.original_message_id, g.status, g.reason_code) for g in result.groups] == [("M1", "REJECTED", "FF01")]
    again = read(status_report(group=group.replace("FF01", "DU01")))
    assert [g.status for g in again.groups] == ["UNKNOWN"]


def test_a_truncated_file_keeps_what_was_readable() -> None:
    whole = status_report(*(status_line(encode(46, n, 1), "ACSP") for n in range(3000)), count=3000)
    cut = whole[: len(whole) // 2]
    result = read(cut)
    assert result.incomplete
    assert len(result.entries) == cut.count(b"</TxInfAndSts>") > 1000
    assert {notice.reason for notice in result.warnings} == {"file_incomplete", "count_differs"}
    # Every prefix of a small file is read without an error and never invents a line.
    small = notification(entry(detail(A)), entry(detail(B)))
    for length in range(len(small)):
        part = read(small[:length], AGREED)
        assert [e.end_to_end_id for e in part.entries] == [A, B][: small[:length].count(b"</TxDtls>")]
        assert part.incomplete or part.kind == "unknown"


def test_damage_in_the_middle_is_incomplete_not_silent() -> None:
    result = read(status_report(status_line(A, "ACSP"), "<broken", status_line(B, "ACSP")))
    assert [e.end_to_end_id for e in result.entries] == [A]
    assert result.incomplete


@pytest.mark.parametrize("version", ["03", "10", "14"])
def test_every_version_is_read_the_same(version: str) -> None:
    result = read(status_report(status_line(A, "RJCT", "AC04"), version=version))
    assert (result.kind, result.version, result.entries[0].status) == (f"pain.002.001.{version}", version, "REJECTED")
    assert result.warnings == []


def test_an_unknown_version_is_read_with_a_notice() -> None:
    result = read(notification(entry(detail(A)), version="77"))
    assert [n.reason for n in result.warnings] == ["version_unknown"]
    assert len(result.entries) == 1


def test_an_unknown_message_is_quarantined() -> None:
    raw = b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.026.001.07"><UblToApply/></Document>'
    result = read(raw)
    assert (result.kind, result.messages, result.held) == ("unknown", 0, [Held(1, "message_unknown", "")])


@pytest.mark.parametrize("raw", [b"", b" \n", b"STT;Ho ten;So tien", b"\x00\x01\x02", b"PK\x03\x04"])
def test_what_is_not_xml_is_unknown(raw: bytes) -> None:
    result = read(raw)
    assert (result.kind, [h.reason for h in result.held]) == ("unknown", ["format_unknown"])


def test_an_envelope_with_two_messages_is_read_whole() -> None:
    first, second = status_report(status_line(A, "ACSP")), notification(entry(detail(A)))
    raw = b"<Envelope>" + first.split(b"?>", 1)[1] + second + b"</Envelope>"
    result = read(raw, AGREED)
    assert (result.messages, [e.status for e in result.entries], result.kind) == (
        2,
        ["ACCEPTED", "PAID"],
        "pain.002.001.10",
    )


@pytest.mark.parametrize("size", [1, 3, 64])
def test_blank_pieces_before_the_declaration_change_nothing(size: int) -> None:
    raw = status_report(status_line(A, "ACSP"))
    assert raw.startswith(b"<?xml")
    blank = b"\r\n " * 100 + raw
    assert Reading((blank[at : at + size] for at in range(0, len(blank), size)), AGREED).result() == read(raw, AGREED)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))


@pytest.mark.parametrize(
    "raw",
    [
        b'<!DOCTYPE D [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>',
        f'<?xml version="1.0"?><!-- a --><!DOCTYPE D [<!ENTITY l0 "ha">{LAUGHS}]><Document>&l8;</Document>'.encode(),
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE D SYSTEM "http://127.0.0.1/x.dtd"><Document/>'.encode("utf-16"),
        '<!DOCTYPE D [<!ENTITY x "y">]><Document/>'.encode("utf-16-le"),
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE D+AD4-<Document/>',
        b"<!--" + b"x" * 70_000 + b'--><!DOCTYPE D [<!ENTITY x "y">]><Document/>',
        b"\xef\xbb\xbf<!DOCTYPE D><Document/>",
    ],
)  # fmt: skip
def test_a_harmful_file_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused) as caught:
        read(raw)
    assert caught.value.reason == "xml_is_hostile"


def test_an_entity_without_declaration_is_only_a_broken_file() -> None:
    result = read(status_report(status_line(A, "ACSP"), "&evil;", status_line(B, "ACSP")))
    assert result.incomplete and [e.end_to_end_id for e in result.entries] == [A]


def test_endless_depth_is_only_a_broken_file() -> None:
    result = read(status_report(status_line(A, "ACSP"), "<a>" * 100_000))
    assert result.incomplete and len(result.entries) == 1


def test_pieces_of_any_size_read_like_the_whole() -> None:
    raw = notification(
        entry(detail(A), detail(B), amount="1000000"), entry(detail(C, returned="AC06"), direction="CRDT")
    )
    whole = read(raw, AGREED)
    for size in (1, 7, 64):
        pieces = (raw[at : at + size] for at in range(0, len(raw), size))
        assert Reading(pieces, AGREED).result() == whole


def test_every_reason_text_belongs_to_a_code_and_tells_what_to_do() -> None:
    table = json.loads(resources.files(codes.__package__).joinpath("reasons.json").read_text("utf8"))
    for name in (codes.STATUS_SET, codes.RETURN_SET):
        for code, sentence in table[name].items():
            assert len(code) == 4 and sentence.endswith(".")
            assert codes.reason_text(name, code) == sentence
    for code in ("AC01", "AC04", "AC06", "AM09", "BE01", "MD07", "RR04", "TM01"):
        assert codes.reason_text("status", code) and codes.reason_text("return", code)


def test_a_namespace_of_any_text_is_only_unknown() -> None:
    """One wrong letter in it, and no name can be made of it."""
    raw = notification(entry(detail(A))).replace(b"urn:iso:std", b"urn:i}o:std")
    result = read(raw, AGREED)
    assert (result.kind, len(result.entries), result.warnings[0].reason) == ("camt.054", 1, "namespace_unknown")


def test_an_entry_is_a_plain_tuple() -> None:
    """Others copy entries into the database by position."""
    assert Entry._fields[:7] == (
        "line", "end_to_end_id", "amount_dong", "amount", "currency", "status", "reason_set",
    )  # fmt: skip


ROOTS = [
    *(
        f"<{name}/>"
        for name in ("GrpHdr", "Assgnmt", "Rpt", "TxDtls", "TxInfAndSts", "Ntry", "Bal", "OrgnlPmtInfAndSts")
    ),
    *(f"<{name}><BkToCstmrStmt><GrpHdr/><Stmt/></BkToCstmrStmt></{name}>" for name in ("TxDtls", "Ntry", "Bal", "Rpt")),
    *(f"<{name}><CstmrPmtStsRpt><GrpHdr/></CstmrPmtStsRpt></{name}>" for name in ("TxInfAndSts", "OrgnlPmtInfAndSts")),
    "<TxInfAndSts><RsltnOfInvstgtn><Assgnmt/></RsltnOfInvstgtn></TxInfAndSts>",
    "<Rpt><IdVrfctnRpt><Assgnmt/></IdVrfctnRpt></Rpt>",
]


@pytest.mark.parametrize("raw", ROOTS)
def test_a_part_of_a_message_in_place_of_a_file_is_only_odd(raw: str) -> None:
    """Nothing around it, nothing in it: it is held, or nothing."""
    result = read(raw.encode())
    assert {entry.status for entry in result.entries} <= {"UNKNOWN"}
    assert result.held or result.messages


RECALL = (
    "<Document><RsltnOfInvstgtn><Assgnmt><Id>A</Id></Assgnmt><CxlDtls><TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId>"
    "<TxCxlSts>XYZ</TxCxlSts></TxInfAndSts></CxlDtls></RsltnOfInvstgtn></Document>"
)
ANSWER = (
    "<Document><IdVrfctnRpt><Assgnmt/><Rpt><OrgnlId>{}</OrgnlId><Vrfctn>XYZ</Vrfctn></Rpt></IdVrfctnRpt></Document>"
)


@pytest.mark.parametrize(
    "raw",
    [status_report(status_line(A, "XYZ")), status_report(status_line(A, "ACSP", amount="1.234.567")),
     status_report(status_line(A, "XYZ").replace(f"<OrgnlEndToEndId>{A}<", "<OrgnlEndToEndId>NOTPROVIDED<")),
     status_report("<PmtInfSts>RJCT</PmtInfSts>", f"<Envelope>{status_line(A, 'ACSP')}</Envelope>"),
     notification(entry(detail(A, "1.234.567"))), notification(entry(detail(A, None), detail(B), amount="1000000")),
     notification(entry(detail(B)).replace("<NtryDtls>", f"<X>{detail(A)}</X><NtryDtls>")),
     RECALL.format(A).encode(), ANSWER.format(A).encode()],
)  # fmt: skip
def test_a_held_line_keeps_the_name_that_could_be_read(raw: bytes) -> None:
    """Without it nobody can say which payment it speaks of."""
    assert [held.end_to_end_id for held in read(raw).held] == [A]
