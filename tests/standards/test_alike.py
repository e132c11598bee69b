"""Runs of elements that are alike are read without the parser, and say exactly what the parser would have said."""

import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansinh.standards.end_to_end import encode
from ansinh.standards.iso20022 import alike, reader
from ansinh.standards.iso20022.reader import Reading
from ansinh.standards.iso20022.results import Entry, Held, Profile
from tests.standards.answers import day_statement, detail, entry, notification, status_line, status_report

AGREED = Profile(debit_is_paid=True)


def pieces(raw: bytes, size: int) -> Iterator[bytes]:
    """Yield a file in pieces of this size."""
    return (raw[at : at + size] for at in range(0, len(raw), size))


def everything(raw: bytes, size: int, profile: Profile = AGREED) -> tuple:
    """Return all that a file says, and how many elements the parser itself had to read."""
    reading = Reading(pieces(raw, size), profile)
    said = list(reading)
    rest = (reading.kind, reading.messages, reading.groups, reading.warnings, reading.balances, reading.incomplete)
    return (said, rest), reading._ends


def both_ways(raw: bytes, size: int, profile: Profile = AGREED) -> tuple[int, int]:
    """Read a file with and without runs, compare, and return how many elements the parser read each time."""
    with pytest.MonkeyPatch.context() as patch:
        fast, by_parser = everything(raw, size, profile)
        patch.setattr(reader, "_MOST_UNLIKE", 0)
        slow, all_by_parser = everything(raw, size, profile)
    assert fast == slow
    return by_parser, all_by_parser


def a_line(rng: random.Random, number: int) -> str:
    """Return one status, nearly always as a bank writes it, sometimes as nobody should."""
    name = encode(1, number, 1)
    strange = [
        status_line(name, "RJCT", "AC04"),
        status_line("NOTPROVIDED", "ACSP"),
        status_line(name, "ACSP", amount="500000.50"),
        status_line(name, "ACSP", amount="12 000"),
        status_line(name, "WHAT"),
        status_line(name, "ACSP").replace("VND", "USD"),
        status_line(name, "ACSP").replace("<TxSts>", "<!-- a remark --><TxSts>"),
        status_line(name, "ACSP").replace(name, f"<![CDATA[{name}]]>", 1),
        status_line(name, "ACSP").replace("ACSP", "&#65;CSP"),
        status_line(name, "ACSP").replace("</TxInfAndSts>", "<StsRsnInf/></TxInfAndSts>"),
        f"<!-- {status_line(name, 'ACSP')} -->",
        f"<!-- <TxInfAndSts> -->{status_line(name, 'ACSP')}<!-- </TxInfAndSts> -->",
        f"{status_line(name, 'ACSP')}</OrgnlPmtInfAndSts><OrgnlPmtInfAndSts><PmtInfSts>RJCT</PmtInfSts>",
        status_line(name, "ACSP").replace("<TxSts>ACSP</TxSts>", ""),
        status_line(name, "ACSP").replace("OrgnlEndToEndId>", "OrgnlEndToEndId >"),
    ]
    if rng.random() < 0.15:
        return rng.choice(strange)
    return status_line(name, rng.choice(("ACSP", "ACSC")), amount=str(rng.randrange(1, 10**9)))


def a_detail(rng: random.Random, number: int) -> str:
    """Return one detail of a statement, nearly always of an order of ours."""
    name, amount = encode(1, number, 1), str(rng.randrange(1, 10**9))
    party = rng.choice(("NGUYEN VAN AN", "Nguyễn Văn An", "A &amp; B", "O'NEIL", "]]&gt;"))
    named = detail(name, amount).replace("</TxDtls>", f"<RltdPties><Cdtr><Nm>{party}</Nm></Cdtr></RltdPties></TxDtls>")
    strange = [
        detail(name, amount, returned="AC04"),
        detail("TIEN DIEN THANG 5", amount),
        detail(name[:-1] + ("0" if name[-1] != "0" else "1"), amount),
        detail(name, None),
        detail(name, "1.5"),
        named.replace("<RltdPties>", "<AmtDtls><TxAmt><Amt Ccy=\"VND\">7</Amt></TxAmt></AmtDtls><RltdPties>"),
        named.replace("<Refs>", f"<Refs><InstrId>{name}</InstrId><TxId>T{number}</TxId>"),
        named.replace(f"<EndToEndId>{name}</EndToEndId>", f"<InstrId>{name}</InstrId>"),
        named.replace("</TxDtls>", "<CdtDbtInd>CRDT</CdtDbtInd></TxDtls>"),
        named.replace("VND", "USD"),
        f"{named}</NtryDtls><NtryDtls>",
        f"{named}<!-- {named} -->",
        f"{named}</NtryDtls></Ntry>{entry(direction='CRDT').removesuffix('</Ntry>')}<NtryDtls>",
    ]  # fmt: skip
    return rng.choice(strange) if rng.random() < 0.15 else named


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32), count=st.integers(0, 60), size=st.sampled_from((1, 7, 100, 333, 4096, 1 << 16)),
    between=st.sampled_from(("", "\n", "\n  ", "\r\n\t")), cut=st.floats(0, 1), is_cut=st.booleans(), kind=st.sampled_from("sdn"),
)  # fmt: skip
def test_runs_change_nothing(
    seed: int, count: int, size: int, between: str, cut: float, is_cut: bool, kind: str
) -> None:
    """Whatever a bank writes, in whatever pieces it comes and wherever it breaks off."""
    rng = random.Random(seed)
    if kind == "s":
        raw = status_report(*(between + a_line(rng, n) for n in range(count)), count=count, total=count * 500000)
    else:
        details = (between + a_detail(rng, n) for n in range(count))
        one = entry(*details, amount=str(count * 500000), more="<NbOfTxs>3</NbOfTxs>")
        raw = (
            notification(one)
            if kind == "n"
            else day_statement(
                one, day="2026-11-06", number=7, account="113", opening=10**9, closing=10**9 - count * 500000
            )
        )
    if is_cut:
        at = round(len(raw) * cut)
        raw = raw[:at] if rng.random() < 0.5 else raw[:at] + rng.choice((b"<", b"\x01", b"&", b"\xff")) + raw[at:]
    both_ways(raw, size)
    both_ways(raw, size, Profile())


@pytest.mark.parametrize("size", [700, 1 << 16])
@pytest.mark.parametrize("between", ["", "\n"])
def test_a_million_of_one_kind_are_hardly_parsed(size: int, between: str) -> None:
    """The parser reads the first of each kind; were the way through runs closed, this test would say so."""
    names = [encode(1, number, 1) for number in range(3000)]
    report = status_report(*(between + status_line(n, "ACSP" if i % 7 else "RJCT") for i, n in enumerate(names)))
    debits = notification(entry(*(between + detail(n, str(i + 1)) for i, n in enumerate(names)), amount="4501500"))
    for raw in (report, debits):
        by_parser, all_by_parser = both_ways(raw, size)
        assert all_by_parser > 3000
        assert by_parser < 30


def test_the_line_of_a_fault_behind_a_run_is_told_right() -> None:
    """An officer looks for the line in her editor, which knows nothing of runs."""
    lines = [f"\n{status_line(encode(1, number, 1), 'ACSP')}" for number in range(400)]
    raw = status_report(*lines).replace(b"</OrgnlPmtInfAndSts>", b"\n   </Wrong>")
    reading = Reading(raw, AGREED)
    assert len(list(reading)) == 400
    assert reading.incomplete
    (warning,) = [one for one in reading.warnings if one.reason == "file_incomplete"]
    assert warning.evidence["found"] == "thẻ mở và thẻ đóng không khớp (dòng 402, cột 12)"


def test_blanks_in_place_of_a_run_never_grow_into_a_text_that_the_parser_refuses() -> None:
    """A statement written in many short lines: what stands in for a run is told apart by an element now and then."""
    names = [encode(1, number, 1) for number in range(3000)]
    raw = notification(entry(*("\n" * 400 + detail(name, "1000") for name in names), amount="3000000"))
    by_parser, all_by_parser = both_ways(raw, 1 << 16)
    assert all_by_parser > 3000
    assert 3 < by_parser < 30


def test_an_element_without_our_name_or_with_more_than_markup_has_no_shape() -> None:
    """What is not understood to the letter is left to the parser."""
    part = {("Id",): alike.NAME, ("Amt",): alike.AMOUNT, ("Day",): alike.DAY, ("Nm",): alike.UNREAD}.get

    def shape(inside: str) -> alike.Shape | None:
        return alike.shape_of(f"<T>{inside}</T>".encode(), lambda path: part(path) or "")

    name = encode(1, 5, 1)
    right = f"<Id>{name}</Id><Amt>5</Amt>"
    found = shape(right + "<Day>2026-11-05T10:00:00</Day><Nm>AN</Nm><Code>X</Code>")
    assert found is not None
    assert (found.own_name, found.own_amount) == (name, 5)
    other = f"<T><Id>{encode(1, 6, 1)}</Id><Amt>70</Amt><Day>%s</Day><Nm>%s</Nm><Code>%s</Code></T>"
    assert alike.run(found, (other % ("2026-11-05T23:59:59", "BINH", "X")).encode(), 0)[1] == [70]
    for day, person, code in (("2026-11-06T10:00:00", "A", "X"), ("2026-11-05", "A", "X"), ("2026-11-05T1:1", "A", "Y"),
                              ("2026-11-05T1:1", "A<B/>", "X"), ("2026-11-05T1:1", "A&amp;B", "X"), ("2026-11-05T1:1", "Ă", "X")):  # fmt: skip
        assert alike.run(found, (other % (day, person, code)).encode(), 0) == ([], [], [])
    for wrong in ("<Id>KHAC</Id><Amt>5</Amt>", f"<Id>{name}</Id>", right + "<Amt>5</Amt>", right + "<!-- -->", right + "x",
                  right.replace("5<", "5.0<"), right + "<![CDATA[x]]>", right + "<Nm>]]&gt;</Nm>", right + "</T><T>"):  # fmt: skip
        assert shape(wrong) is None, wrong


@pytest.mark.parametrize("inside", ["", " ", "\n", "x"])
@pytest.mark.parametrize("name", ["TxInfAndSts", "TxDtls"])
def test_an_element_with_nothing_in_it_is_a_line_like_any_other(name: str, inside: str) -> None:
    """Once it stopped the whole reading, and with it the collecting of everything that came behind it."""
    empty, right = f"<{name}>{inside}</{name}>", encode(1, 5, 1)
    if name == "TxInfAndSts":
        # With a status for all, so that even nothing is an answer.
        whole = "<GrpSts>RJCT</GrpSts>"
        raw = status_report(status_line(right, "ACSP"), empty, status_line(right, "ACSP"), group=whole)
    else:
        raw = notification(entry(detail(right), empty, detail(right)))
    both_ways(raw, 1 << 16)
    (said, _), _ = everything(raw, 1 << 16)
    (without, _), _ = everything(raw.replace(empty.encode(), f"<{name}/>".encode()), 1 << 16)
    assert said == without
    assert len(said) >= 2


@pytest.mark.parametrize("kind", ["names of nobody", "words of their own"])
def test_what_stands_between_the_alike_does_not_make_reading_slow(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each neighbour is looked at a few times at most, and few are learned from: twice as long a file takes twice as long."""
    counted = {"looks": 0, "learned": 0}
    run, compiled = alike.run, alike._compiled.__wrapped__

    def counting_run(*arguments: object) -> tuple:
        found = run(*arguments)
        counted["looks"] += len(found[0]) + 1
        return found

    def counting_compiled(pattern: bytes) -> object:
        counted["learned"] += 1
        return compiled(pattern)

    monkeypatch.setattr(alike, "run", counting_run)
    monkeypatch.setattr(alike, "_compiled", counting_compiled)
    names = [encode(1, number, 1) for number in range(1000)]
    if kind == "names of nobody":
        foreign = [name[:-1] + ("0" if name[-1] != "0" else "1") for name in names]
        raw = notification(entry(*(detail(name) for pair in zip(names, foreign, strict=True) for name in pair)))
    else:
        refused = (status_line(n, "RJCT", "AC04").replace("</Cd>", f"</Cd><X>{n}</X>") for n in names)
        raw = status_report(*(one for n in names for one in (status_line(n, "ACSP"), next(refused))))
    (said, _), _ = everything(raw, 1 << 16)
    assert len(said) == 2000
    assert 0 < counted["learned"] < 100
    assert 1000 < counted["looks"] < 30 * 1000


def _nested_detail() -> bytes:
    odd = detail(NAMES[1], None).replace(
        "</Refs>", f'</Refs><AmtDtls><TxAmt><Amt Ccy="VND">5</Amt>{detail(NAMES[2])}</TxAmt></AmtDtls>'
    )
    return notification(entry(detail(NAMES[0]), odd, *map(detail, NAMES[3:])))


def _detail_in_an_envelope() -> bytes:
    return notification(
        entry(*map(detail, NAMES[:3]), f"<Envelope>{detail(NAMES[3])}</Envelope>", *map(detail, NAMES[4:]))
    )


def _entry_within_an_entry() -> bytes:
    return notification(entry(detail(NAMES[0]), entry(detail(NAMES[1])), detail(NAMES[2]), detail(NAMES[3], None)))


def _line_in_an_envelope() -> bytes:
    lines = [status_line(name, "").replace("<TxSts></TxSts>", "") for name in NAMES]
    lines[3] = f"<Envelope>{lines[3]}</Envelope>"
    return status_report("<PmtInfSts>RJCT</PmtInfSts>", *lines, group="<GrpSts>ACSP</GrpSts>")


def _line_that_lost_its_end() -> bytes:
    lines = [status_line(name, "RJCT") for name in NAMES]
    lines[2] = lines[2].replace("</TxInfAndSts>", "/TxInfAndSts>")
    return status_report("<PmtInfSts>ACCC</PmtInfSts>", *lines)


NAMES = [encode(1, number, 1) for number in range(8)]


@pytest.mark.parametrize(
    ("make", "understood", "held"),
    [(_nested_detail, {0, 3, 4, 5, 6, 7}, 2), (_detail_in_an_envelope, {0, 1, 2, 4, 5, 6, 7}, 1), (_entry_within_an_entry, {0, 2}, 3),
     (_line_in_an_envelope, {0, 1, 2, 4, 5, 6, 7}, 1), (_line_that_lost_its_end, {0, 1}, 5)],
)  # fmt: skip
def test_a_line_where_no_line_stands_is_held_with_what_is_around_it(
    make: Callable[[], bytes], understood: set[int], held: int
) -> None:
    """And nothing of it depends on how the file was cut: what is said of all is known behind it as before it."""
    raw = make()
    both_ways(raw, 1 << 16)
    (whole, rest), _ = everything(raw, 1 << 16)
    for size in (7, 100):
        assert everything(raw, size)[0] == (whole, rest)
    assert {NAMES.index(one.end_to_end_id) for one in whole if isinstance(one, Entry)} == understood
    assert {one.status for one in whole if isinstance(one, Entry)} <= {"PAID", "REJECTED"}
    assert sum(isinstance(one, Held) for one in whole) == held


@pytest.mark.parametrize(
    "raw",
    [notification(entry(detail(NAMES[0])).replace("</NtryDtls>", "</NtryDtls><RvslInd>true</RvslInd>")),
     status_report(status_line(NAMES[0], "ACSP"), "<PmtInfSts>RJCT</PmtInfSts>")],
    ids=["taken back", "refused"],
)  # fmt: skip
def test_what_is_said_of_all_lines_only_behind_them_is_held(raw: bytes) -> None:
    """It may take back what they said, and they have been read."""
    both_ways(raw, 1 << 16)
    (said, _), _ = everything(raw, 1 << 16)
    assert [one.reason for one in said if isinstance(one, Held)] == ["line_misplaced"]


def test_an_amount_in_other_words_is_not_looked_at_beside_a_plain_one() -> None:
    """Wherever it stands: neighbours that differ only there are alike."""
    odd = [
        detail(name).replace("<Amt", f'<AmtDtls><TxAmt><Amt Ccy="VND">{at}-</Amt></TxAmt></AmtDtls><Amt')
        for at, name in enumerate(NAMES)
    ]
    both_ways(notification(entry(*odd)), 1 << 16)
    (said, _), _ = everything(notification(entry(*odd)), 1 << 16)
    assert [(one.status, one.amount_dong) for one in said] == [("PAID", 500_000)] * 8


@pytest.mark.parametrize("encoding", ["us-ascii", "windows-1252"])
def test_a_letter_that_an_encoding_does_not_have_is_the_same_fault_both_ways(encoding: str) -> None:
    """The parser decodes a whole piece before it reads any of it."""
    raw = status_report(*(status_line(name, "ACSP") for name in NAMES)).replace(b"UTF-8", encoding.encode())
    by_parser, all_by_parser = both_ways(raw.replace(b"</OrgnlPmtInfAndSts>", b"\x81</OrgnlPmtInfAndSts>"), 1 << 16)
    assert by_parser == all_by_parser


@pytest.mark.parametrize("size", [50, 1 << 16])
@pytest.mark.parametrize("at", [0, 1, 7])
def test_an_undeclared_entity_is_told_where_it_stands(at: int, size: int) -> None:
    """Wherever the piece ends that it is in: the library takes it for no fault, and would begin a new document behind it."""
    lines = [f"\n{status_line(name, 'ACSP')}" for name in NAMES]
    raw = status_report(*lines)
    cut = raw.index(lines[at].encode()) + 1
    for ending in (len(b"<TxInfAndSts>"), lines[at].index("</TxSts>") - 1):
        damaged = raw[: cut + ending] + b"&nbsp;" + raw[cut + ending :]
        both_ways(damaged, size)
        both_ways(damaged, cut + ending + len(b"&nbsp;"))
        (said, rest), _ = everything(damaged, cut + ending + len(b"&nbsp;"))
        assert [one.end_to_end_id for one in said] == NAMES[:at]
        (warning,) = [one for one in rest[3] if one.reason == "file_incomplete"]
        assert warning.evidence["found"].startswith(f"dùng ký hiệu chưa khai báo (dòng {at + 2}, ")
