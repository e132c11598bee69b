"""MT940 and MT942: every line is found, stands for itself, and is taken for no more than it says.

The files here are written by hand in SWIFT's grammar; files of real banks are read in test_bank_files.
"""

import datetime
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansinh.standards.end_to_end import encode
from ansinh.standards.iso20022.results import Profile, ReadResult
from ansinh.standards.mt940 import Mt940Reading, looks_like

A, B = (encode(46, item, 1) for item in (1, 2))
AGREED = Profile(debit_is_paid=True)


def statement(
    *lines: str, opening: str = "C261105VND2000000,", closing: str = "", head: str = "", end: str = "-"
) -> bytes:
    """Return an MT940 with these lines."""
    close = [f":62F:{closing}"] if closing else []
    fields = [":20:STMT1", ":25:113000012345", ":28C:1/1", f":60F:{opening}", *lines, *close, end]
    return (head + "\r\n".join(fields) + "\r\n").encode()


def interim(*lines: str, sums: tuple[str, ...] = ()) -> bytes:
    """Return an MT942 with these lines."""
    fields = [":20:STMT2", ":25:113000012345", ":28C:1/1", ":34F:VND0,", ":13D:2611050900+0700", *lines, *sums, "-"]
    return "\r\n".join(fields).encode()


def read(raw: bytes, profile: Profile = AGREED) -> ReadResult:
    """Return everything that the file says."""
    return Mt940Reading([raw], profile).result()


def test_a_line_says_what_it_says() -> None:
    raw = statement(f":61:2611051106D500000,NTRF{A}//FT1", ":86:TRO CAP XA HOI", closing="C261106VND1500000,")
    result = read(raw)
    (found,) = result.entries
    assert (result.kind, result.messages, result.message_id, result.warnings) == ("MT940", 1, "STMT1", [])
    assert (found.end_to_end_id, found.amount_dong, found.currency, found.status) == (A, 500_000, "VND", "PAID")
    assert (found.booked_on, found.credit_debit, found.kind, found.code) == (
        datetime.date(2026, 11, 6), "DBIT", "entry", "NTRF",
    )  # fmt: skip
    assert read(raw, Profile()).entries[0].status == "ACCEPTED"


@pytest.mark.parametrize(
    "text",
    [f":86:/EREF/{A}/REMI/X", f":86:166?20EREF+{A}?21SVWZ+X", f":86:XXX {A[:7]}\r\n{A[7:]} YYY", f":86:?20AB {A[:9]}?21{A[9:]} Z"],
)  # fmt: skip
def test_our_name_is_found_wherever_banks_put_it(text: str) -> None:
    assert [e.end_to_end_id for e in read(statement(":61:2611051106D500000,NTRFNONREF", text)).entries] == [A]


def test_a_whole_batch_is_named_and_confirms_nobody() -> None:
    (found,) = read(statement(":61:2611051106D1500000,NTRFNONREF", ":86:LO AS0046R000001P01B00\r\n01 3 LENH")).entries
    assert (found.end_to_end_id, found.status, found.amount_dong) == ("AS0046R000001P01B0001", "BOOKED", 1_500_000)


def test_two_of_our_names_in_one_line_name_neither() -> None:
    result = read(statement(f":61:2611051106D500000,NTRF{A}", f":86:{B}"))
    assert [(e.end_to_end_id, e.status) for e in result.entries] == [("", "BOOKED")]


@pytest.mark.parametrize(
    ("mark", "kind", "text", "status", "side"),
    [
        ("C", "NRTI", "", "RETURNED", "CRDT"),
        ("C", "NTRF", "/RTRN/AC04/", "RETURNED", "CRDT"),
        ("C", "NTRF", "", "BOOKED", "CRDT"),
        ("RD", "NTRF", "", "BOOKED", "CRDT"),
        ("RC", "NTRF", "", "BOOKED", "DBIT"),
        ("D", "NTRF", "", "PAID", "DBIT"),
    ],
)
def test_only_money_that_comes_back_as_a_return_is_returned(
    mark: str, kind: str, text: str, status: str, side: str
) -> None:
    lines = [f":61:2611051106{mark}500000,{kind}{A}", *([f":86:{text}"] if text else [])]
    (found,) = read(statement(*lines)).entries
    assert (found.status, found.credit_debit) == (status, side)
    assert (found.reason_set, found.reason_code) == (("return", "AC04") if "RTRN" in text else ("", ""))


def test_a_return_of_something_else_is_not_ours() -> None:
    assert [e.status for e in read(statement(":61:2611051106C500000,NRTINONREF")).entries] == ["BOOKED"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (":61:garbled", "line_unreadable"),
        (":61:", "line_unreadable"),
        (":61:2611051106D1.000,NTRFX", "line_unreadable"),
        (":61:2611051106D1,,5NTRFX", "amount_invalid"),
        (":61:2611051106D٥٠٠,NTRFX", "amount_invalid"),
        (":61:2611051106D500,50NTRFX", "amount_not_whole_dong"),
        (":61:2613451106D500,NTRFX", "date_invalid"),
        (":61:2611051345D500,NTRFX", "date_invalid"),
    ],
)
def test_a_bad_line_holds_itself_only(line: str, reason: str) -> None:
    result = read(
        statement(f":61:2611051106D1000,NTRF{A}", line, f":61:2611051106D2000,00NTRF{B}", closing="C261106VND1,")
    )
    assert [(e.line, e.end_to_end_id, e.amount_dong) for e in result.entries] == [(1, A, 1000), (3, B, 2000)]
    assert [(h.line, h.reason) for h in result.held] == [(2, reason)]
    # With a line missing, the balance proves nothing and is not compared.
    assert result.warnings == []


def test_a_balance_that_is_not_reached_is_shown() -> None:
    result = read(statement(f":61:2611051106D500000,NTRF{A}", closing="C261106VND1500001,"))
    assert [(n.reason, n.evidence) for n in result.warnings] == [
        ("balance_differs", {"stated": "1500001", "found": "1500000"})
    ]


def test_a_statement_without_its_end_is_incomplete() -> None:
    result = read(statement(f":61:2611051106D500000,NTRF{A}"))
    assert result.incomplete and [n.reason for n in result.warnings] == ["file_incomplete"]
    assert len(result.entries) == 1


def test_during_the_day_nothing_is_booked_yet() -> None:
    lines = (f":61:2611051106D500000,NTRF{A}", f":61:2611051106C7,NTRF{B}")
    result = read(interim(*lines, sums=(":90D:1VND500000,", ":90C:2VND8,")))
    assert (result.kind, [e.status for e in result.entries], result.incomplete) == (
        "MT942",
        ["PENDING", "PENDING"],
        False,
    )
    assert [n.reason for n in result.warnings] == ["count_differs", "control_sum_differs"]
    assert [e.amount_dong for e in result.entries] == [500_000, 7]


def test_blocks_around_messages_say_which_they_are() -> None:
    line, head = f":61:2611051106D500000,NTRF{A}", "{{1:F01ICBVVNVXAXXX0000000000}}{{2:O{}1200ICBVVNVX}}{{4:\r\n"
    closing = "C261106VND1500000,"
    booked = statement(line, closing=closing, head=head.format(940), end="-}{5:{CHK:1}}")
    running = statement(line, closing=closing, head=head.format(942), end="-}")
    assert looks_like(booked) and looks_like(running)
    result = read(booked + running + booked)
    assert [e.status for e in result.entries] == ["PAID", "PENDING", "PAID"]
    assert (result.messages, result.held, result.incomplete) == (3, [], False)
    in_one_line = booked.replace(b"{4:\r\n", b"{4:")
    assert [e.status for e in read(in_one_line).entries] == ["PAID"]


def test_the_year_of_an_entry_is_the_nearest() -> None:
    raw = statement(
        ":61:2612310102D1,NTRFX", ":61:2701021231D1,NTRFX", ":61:260301    D1,NTRFX", ":61:2402280229D1,NTRFX"
    )
    assert [str(e.booked_on) for e in read(raw).entries] == ["2027-01-02", "2026-12-31", "2026-03-01", "2024-02-29"]


def test_other_currencies_are_shown_never_applied() -> None:
    found = read(statement(":61:2611051106D0012,50NTRFX", opening="C261105EUR100,")).entries[0]
    assert (found.amount_dong, found.amount, found.currency) == (None, "12.50", "EUR")


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pieces_of_any_size_read_like_the_whole(size: int) -> None:
    raw = statement(
        f":61:2611051106D1,NTRF{A}", ":86:Trợ cấp", f":61:2611051106D2,NTRF{B}", closing="C261106VND1999997,"
    )
    pieces = (raw[at : at + size] for at in range(0, len(raw), size))
    assert Mt940Reading(pieces, AGREED).result() == read(raw)


def test_old_letters_and_long_texts_do_no_harm() -> None:
    raw = statement(f":61:2611051106D1,NTRF{A}", ":86:" + "x" * 100_000, *["y" * 80] * 5000).replace(
        b"xx", b"\xd0\xff", 1
    )
    assert [e.end_to_end_id for e in read(raw).entries] == [A]
    assert read(b":61:" + b"9" * 3_000_000).held[0].reason == "line_unreadable"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(raw: bytes) -> None:
    for tried in (raw, b":20:X\n:60F:C261105VND1,\n:61:" + raw, b":20:X\n:60F:" + raw, b":20:X\n:90D:" + raw):
        read(tried)


def test_what_a_line_says_never_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        read(statement(":61:NGUYEN VAN AN", f":61:2611051106D1,NTRF{A}"))
    assert caplog.records == []


def test_a_held_line_keeps_the_name_that_could_be_read() -> None:
    """In the line or in the free words below it; two names are none."""
    for line, name in (
        (f":61:2611051106D500,50NTRF{A}", A),
        (f":61:2611051106D500,50NTRFX\n:86:{A}", A),
        (":61:2611051106D500,50NTRFX", ""),
    ):
        (held,) = read(f":20:S\n:60F:C261105VND9,\n{line}\n:62F:C261106VND9,\n-\n".encode()).held
        assert (held.reason, held.end_to_end_id) == ("amount_not_whole_dong", name)
