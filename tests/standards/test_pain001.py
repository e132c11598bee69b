"""What we send to a bank is strict: the golden bytes, the official schema, and an independent library's reading.

Every wrong field is refused by its own name, and nothing in a file tells why a person is paid.
"""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyiso20022.pain.pain_001_001_09 import Document
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig

from ansinh.base.refusals import Refused
from ansinh.standards.iso20022 import pain001
from ansinh_sandbox import orders as bank
from tests.standards.orders import header, rendered, transfers

GOLDEN = Path(__file__).parent / "golden" / "pain001.xml"


def independent(raw: bytes) -> Document:
    """Read by generated classes of another project, which refuse what they do not know."""
    return XmlParser(config=ParserConfig(fail_on_unknown_properties=True)).from_bytes(raw, Document)


def refusal_of(orders: list[pain001.CreditTransfer], **changes: object) -> Refused:
    """Return how rendering refuses."""
    with pytest.raises(Refused) as caught:
        b"".join(pain001.render(header(orders, **changes), orders))
    assert caught.value.vi and caught.value.en
    return caught.value


def test_the_bytes_are_the_golden_ones() -> None:
    assert rendered(transfers(3)) == GOLDEN.read_bytes()


def test_one_instant_has_one_text_in_every_zone() -> None:
    orders = transfers(3)
    utc = header(orders).created_at.astimezone(datetime.UTC)
    assert b"".join(pain001.render(header(orders, created_at=utc), orders)) == GOLDEN.read_bytes()


def test_the_official_schema_accepts_it() -> None:
    raw = rendered(transfers(1200))
    pain001.validate(raw)
    pain001.validate([raw[:1000], raw[1000:]])


def test_an_independent_library_reads_the_same() -> None:
    orders = transfers(700)
    document = independent(rendered(orders)).cstmr_cdt_trf_initn
    assert int(document.grp_hdr.nb_of_txs) == 700
    assert document.grp_hdr.ctrl_sum == sum(order.amount_dong for order in orders)
    block = document.pmt_inf[0]
    assert (block.pmt_tp_inf.ctgy_purp.cd, block.reqd_exctn_dt.dt.to_date().isoformat()) == ("SSBE", "2026-11-06")
    found = [
        (
            transfer.pmt_id.end_to_end_id,
            int(transfer.amt.instd_amt.value),
            transfer.cdtr_agt.fin_instn_id.clr_sys_mmb_id.mmb_id,
            transfer.cdtr_acct.id.othr.id,
            transfer.cdtr.nm,
            transfer.ultmt_cdtr.nm if transfer.ultmt_cdtr else None,
            transfer.rmt_inf.ustrd[0],
        )
        for transfer in block.cdt_trf_tx_inf
    ]
    assert found == [tuple(order) for order in orders]


NAMES = st.from_regex(r"[A-Z0-9][A-Z0-9 .,'()/+:?-]{0,69}", fullmatch=True)
TRANSFERS = st.builds(
    pain001.CreditTransfer,
    end_to_end_id=st.from_regex(r"[A-Z0-9]{1,16}", fullmatch=True),
    amount_dong=st.integers(1, 10**14),
    bank_bin=st.from_regex(r"[0-9]{6}", fullmatch=True),
    account_number=st.from_regex(r"[A-Z0-9]{4,19}", fullmatch=True),
    payee_name=NAMES,
    beneficiary_name=st.none() | NAMES,
    purpose_text=st.just("TRO CAP XA HOI T11/2026"),
)


@settings(max_examples=60, deadline=None)
@given(orders=st.lists(TRANSFERS, min_size=1, max_size=6, unique_by=lambda order: order.end_to_end_id))
def test_whatever_we_accept_is_valid_and_the_bank_reads_the_same(
    orders: list[pain001.CreditTransfer], tmp_path_factory: pytest.TempPathFactory
) -> None:
    raw = rendered(orders)
    pain001.validate(raw)
    path = tmp_path_factory.mktemp("order") / "order.xml"
    path.write_bytes(raw)
    order = bank.Order()
    rows = list(bank.read(path, order))
    assert (order.count, order.control_sum) == (str(len(orders)), str(sum(o.amount_dong for o in orders)))
    # XML trims nothing here: a name with a blank at its end comes back with it.
    assert rows == [
        (o.end_to_end_id, str(o.amount_dong), "VND", o.bank_bin, o.account_number, o.payee_name) for o in orders
    ]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("end_to_end_id", "AS-1", "end_to_end_id_invalid"),
        ("end_to_end_id", "A" * 17, "end_to_end_id_invalid"),
        ("amount_dong", 0, "amount_invalid"),
        ("amount_dong", -5, "amount_invalid"),
        ("bank_bin", "97041", "bank_bin_invalid"),
        ("account_number", "12 34", "account_number_invalid"),
        ("payee_name", "NGUYỄN THỊ HOA", "payee_name_invalid"),
        ("payee_name", "A" * 71, "payee_name_invalid"),
        ("payee_name", "", "payee_name_invalid"),
        ("payee_name", "A</Nm>", "payee_name_invalid"),
        ("beneficiary_name", "<B>", "beneficiary_name_invalid"),
        ("purpose_text", "TRỢ CẤP", "narrative_invalid"),
        ("purpose_text", "T" * 36, "narrative_invalid"),
        ("purpose_text", "TRO CAP HIV T11/2026", "narrative_reveals_reason"),
        ("purpose_text", "TRO CAP K6 T11/2026", "narrative_reveals_reason"),
        ("purpose_text", "NGUOI KHUYET TAT NANG", "narrative_reveals_reason"),
    ],
)
def test_a_wrong_field_is_refused_by_name(field: str, value: object, reason: str) -> None:
    orders = transfers(3)
    orders[1] = orders[1]._replace(**{field: value})
    refusal = refusal_of(orders)
    assert refusal.reason == reason
    if refusal.details.get("position"):
        assert refusal.details["position"] == 2


@pytest.mark.parametrize("changes", [{"count": 4}, {"total_dong": 1}])
def test_a_changed_control_total_is_refused(changes: dict[str, int]) -> None:
    assert refusal_of(transfers(3), **changes).reason == "control_total_changed"


def test_an_empty_batch_is_refused() -> None:
    assert refusal_of([]).reason == "batch_is_empty"


def test_the_same_name_twice_is_refused() -> None:
    orders = transfers(3)
    assert refusal_of([*orders, orders[0]]).reason == "end_to_end_id_repeated"


@pytest.mark.parametrize("message_id", ["", "A" * 36, "a", "../A", "A B"])
def test_a_wrong_message_id_is_refused(message_id: str) -> None:
    assert refusal_of(transfers(1), message_id=message_id).reason == "message_id_invalid"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b">500000<", b">5x<"),
        (b"<PmtMtd>TRF</PmtMtd>", b""),
        (b"</Document>", b""),
        (b"<Cd>SSBE</Cd></Purp>", b"<Cd>SSBEX</Cd></Purp>"),
        (b"pain.001.001.09", b"pain.001.001.03"),
    ],
)
def test_an_invalid_file_of_our_own_is_refused(right: bytes, wrong: bytes) -> None:
    raw = rendered(transfers(3))
    assert right in raw
    with pytest.raises(Refused) as caught:
        pain001.validate(raw.replace(right, wrong))
    assert caught.value.reason == "file_breaks_schema"
    assert caught.value.details["schema_says"]


def test_the_schema_reads_the_head_the_end_and_the_first_of_each_form() -> None:
    """A fault in a part that is the same for every order of its form cannot hide behind the orders that are not read."""
    orders = [order._replace(beneficiary_name=None) for order in transfers(3500)]
    # Only one order far behind the first is received for somebody else.
    orders[1700] = orders[1700]._replace(beneficiary_name="THACH SA RA")
    pieces = list(pain001.render(header(orders), orders))
    assert len(pieces) == 9
    assert list(pain001.validated(pieces)) == pieces

    def refused_at(piece: int, right: bytes, wrong: bytes) -> bool:
        assert right in pieces[piece]
        spoiled = [*pieces[:piece], pieces[piece].replace(right, wrong), *pieces[piece + 1 :]]
        try:
            list(pain001.validated(spoiled))
        except Refused as refusal:
            return refusal.reason == "file_breaks_schema"
        return False

    assert refused_at(0, b"<PmtMtd>TRF</PmtMtd>", b"")
    assert refused_at(1, b"<Purp>", b"<Purpose>")
    assert refused_at(4, b"</Nm></UltmtCdtr>", b"</Nm><Nm>X</Nm></UltmtCdtr>")
    assert refused_at(8, b"</Document>", b"")
    # What the other pieces hold is vouched for by the form and by the look at each value: the test above this one.
    assert not refused_at(6, b"<Purp>", b"<Purpose>")


@pytest.mark.parametrize("version", pain001.VERSIONS)
def test_the_longest_and_the_strangest_values_that_we_accept_are_within_the_schema(version: str) -> None:
    """Each value's own rule is narrower than the schema's type for it, so that one look at the form is enough."""
    strange = "0 .,'()/+:?-" * 6
    orders = [
        pain001.CreditTransfer("A" * 16, 10**15 - 1, "000000", "Z" * 19, strange[:70], strange[:70], "T" * 35),
        pain001.CreditTransfer("0", 1, "999999", "0000", "A", None, "T .,/:-"),
    ]
    pain001.validate(b"".join(pain001.render(header(orders, version=version), orders)), version)


def test_the_whole_file_never_lies_in_memory() -> None:
    """Rendering asks for transfers only as it writes them."""
    orders = transfers(2000)
    asked = 0

    def counted() -> Iterator[pain001.CreditTransfer]:
        """Count what is asked for."""
        nonlocal asked
        for order in orders:
            asked += 1
            yield order

    pieces = pain001.validated(pain001.render(header(orders), counted()))
    next(pieces)
    next(pieces)
    assert 0 < asked < 2000
    assert sum(len(piece) for piece in pieces) > 0
    assert asked == 2000
