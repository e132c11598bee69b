"""The gateway against a real SFTP server with a bank behind it: what is sent arrives once, what comes back is read.

Each fault asserts that it fired.
"""

import hashlib
import io
import os
import stat
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from pyiso20022.camt.camt_054_001_08 import Document as DebitNote
from pyiso20022.pain.pain_002_001_10 import Document as StatusReport
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig

from ansinh.base.refusals import Refused
from ansinh.payment.gateways import AccountQuery, HolderQuestion, Receipt, SentOrder
from ansinh.payment.gateways.sftp_iso20022 import Settings
from ansinh.standards.end_to_end import encode
from ansinh_sandbox.bank import make_keys
from tests.gateways.bank import Bank, Reader, instruction, rendered

EVERY_WAY = ["1000", "2000", "2001", "3000", "4000", "9999"]


def names(count: int) -> list[str]:
    """Return the names of the first attempts."""
    return [encode(46, item, 1) for item in range(1, count + 1)]


def test_every_behaviour_of_the_bank_comes_back_as_our_status(bank: Bank, tmp_path: Path) -> None:
    gateway = bank.gateway()
    orders = [instruction(n, number) for n, number in enumerate(EVERY_WAY, 1)]
    assert gateway.submit(rendered(gateway, tmp_path, orders)) is Receipt.SENT
    reader = Reader(gateway, tmp_path / "store")
    paid, closed, unknown, returned, late, stranger = names(6)
    assert reader.new() == sorted([
        (paid, "ACCEPTED", ""), (returned, "ACCEPTED", ""), (closed, "REJECTED", "AC04"), (unknown, "REJECTED", "AC01"),
        (stranger, "REJECTED", "AC01"), (paid, "PAID", ""), (returned, "PAID", ""),
    ])  # fmt: skip
    assert reader.new() == []
    bank.tick()
    second = reader.new()
    assert [line[:2] for line in second] == sorted([(returned, "RETURNED"), (late, "ACCEPTED"), (late, "PAID")])
    assert {reason for _, status, reason in second if status == "RETURNED"} <= {"AC04", "AC06"}
    bank.tick()
    assert reader.new() == []
    assert bank.balances() == {
        "113000012345": -1_000_000, "970415/1000": 500_000, "970415/3000": 0, "970415/4000": 500_000,
    }  # fmt: skip


def test_an_answer_given_twice_is_known_by_its_bytes(bank: Bank, tmp_path: Path) -> None:
    gateway = bank.gateway()
    assert gateway.submit(rendered(gateway, tmp_path, [instruction(1, "5000")])) is Receipt.SENT
    reader = Reader(gateway, tmp_path / "store")
    assert reader.new() == [(names(1)[0], "ACCEPTED", ""), (names(1)[0], "PAID", "")]
    assert len(reader.names) == 4 and len(reader.by_hash) == 2


def test_submitting_again_sends_nothing_again(bank: Bank, tmp_path: Path) -> None:
    gateway = bank.gateway()
    artefact = rendered(gateway, tmp_path, [instruction(1, "1000")])
    assert [gateway.submit(artefact) for _ in range(3)] == [Receipt.SENT, Receipt.ALREADY, Receipt.ALREADY]
    assert bank.inbox() == ["P46-1.xml"]
    assert bank.balances()["970415/1000"] == 500_000


def test_a_line_that_dies_after_the_rename_is_unknown_then_already(bank: Bank, tmp_path: Path) -> None:
    gateway = bank.gateway()
    artefact = rendered(gateway, tmp_path, [instruction(1, "1000")])
    fault = bank.folder / "control" / "drop_next_rename"
    fault.touch()
    assert gateway.submit(artefact) is Receipt.UNKNOWN
    assert not fault.exists(), "the fault did not fire"
    assert gateway.submit(artefact) is Receipt.ALREADY
    assert Reader(gateway, tmp_path / "store").new() == [(names(1)[0], "ACCEPTED", ""), (names(1)[0], "PAID", "")]
    assert bank.balances()["970415/1000"] == 500_000


def test_a_bank_that_never_answers_the_rename_is_unknown_then_already(bank: Bank, tmp_path: Path) -> None:
    gateway = bank.gateway(transfer_timeout_s=1)
    artefact = rendered(gateway, tmp_path, [instruction(1, "1000")])
    fault = bank.folder / "control" / "hang_next_rename"
    fault.touch()
    assert gateway.submit(artefact) is Receipt.UNKNOWN
    assert not fault.exists(), "the fault did not fire"
    assert bank.gateway().submit(artefact) is Receipt.ALREADY
    assert bank.inbox() == ["P46-1.xml"]


def test_a_half_upload_of_a_killed_sender_is_replaced(bank: Bank, tmp_path: Path) -> None:
    gateway = bank.gateway()
    artefact = rendered(gateway, tmp_path, [instruction(1, "1000")])
    (bank.folder / "sftp" / "in" / "P46-1.xml.part").write_bytes(b"<Document" * 9999)
    assert gateway.submit(artefact) is Receipt.SENT
    assert bank.inbox() == ["P46-1.xml"]


def test_other_bytes_under_our_name_are_never_replaced(bank: Bank, tmp_path: Path) -> None:
    gateway = bank.gateway()
    first = rendered(gateway, tmp_path, [instruction(1, "1000")])
    assert gateway.submit(first) is Receipt.SENT
    other = rendered(gateway, tmp_path, [instruction(2, "1001")])
    with pytest.raises(Refused) as caught:
        gateway.submit(other)
    assert caught.value.reason == "remote_file_differs"
    arrived = (bank.folder / "sftp" / "in" / "P46-1.xml").read_bytes()
    assert hashlib.sha256(arrived).hexdigest() == first.sha256


def test_the_bank_carries_out_nothing_twice_under_another_name(bank: Bank, tmp_path: Path) -> None:
    """The peers' fault: a retried call pays twice. Here the bank refuses the duplicate, and we read that as unknown."""
    gateway = bank.gateway()
    reader = Reader(gateway, tmp_path / "store")
    gateway.submit(rendered(gateway, tmp_path, [instruction(1, "1000")]))
    assert ("PAID", "") in [line[1:] for line in reader.new()]
    gateway.submit(rendered(gateway, tmp_path, [instruction(1, "1000")], "P46-2"))
    assert reader.new() == [(names(1)[0], "UNKNOWN", "AM05")]
    assert bank.balances()["970415/1000"] == 500_000


def test_changed_bytes_are_not_sent(bank: Bank, tmp_path: Path) -> None:
    gateway = bank.gateway()
    artefact = rendered(gateway, tmp_path, [instruction(1, "1000")])
    assert artefact.path is not None
    artefact.path.write_bytes(artefact.path.read_bytes().replace(b">500000<", b">900000<"))
    for changed in (artefact, replace(artefact, path=None)):
        with pytest.raises(Refused) as caught:
            gateway.submit(changed)
        assert caught.value.reason == "artefact_changed"
    assert bank.inbox() == []


def test_rendering_again_gives_the_same_bytes(bank: Bank, tmp_path: Path) -> None:
    orders = [instruction(n, "1000") for n in range(1, 800)]
    first, again = (rendered(bank.gateway(), tmp_path, orders) for _ in range(2))
    assert first == again
    assert first.count == 799 and first.total_dong == 799 * 500_000


def test_the_answers_of_the_bank_are_what_an_independent_library_understands(bank: Bank, tmp_path: Path) -> None:
    gateway = bank.gateway()
    gateway.submit(rendered(gateway, tmp_path, [instruction(n, number) for n, number in enumerate(EVERY_WAY, 1)]))
    bank.tick()
    parser = XmlParser(config=ParserConfig(fail_on_unknown_properties=True))
    files = sorted((bank.folder / "sftp" / "out").iterdir())
    kinds = {"pain.002": StatusReport, "camt.054": DebitNote}
    assert [path.name[:8] for path in files] == ["camt.054"] * 3 + ["pain.002"] * 2
    for path in files:
        parser.from_bytes(path.read_bytes(), kinds[path.name[:8]])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"port": 1}, "gateway_unreachable"),
        (
            {"host_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFgGlfL3MRy+lqpPG0yPv56YIH5YJ2OwroT0zzLvU7B5"},
            "gateway_host_key_changed",
        ),
        ({"host_key": "nonsense"}, "gateway_key_unreadable"),
        ({"client_key": Path("/nonexistent/key")}, "gateway_key_unreadable"),
        ({"inbox": "elsewhere"}, "gateway_folder_missing"),
    ],
)
def test_a_connection_that_is_not_as_agreed_is_refused(
    bank: Bank, tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    gateway = bank.gateway(**changes)
    assert (gateway.health().is_reachable, gateway.health().reason) == (False, reason)
    artefact = rendered(gateway, tmp_path, [instruction(1, "1000")])
    with pytest.raises(Refused) as caught:
        gateway.submit(artefact)
    assert caught.value.vi and caught.value.en
    assert bank.inbox() == []


def test_a_key_that_the_bank_does_not_know_is_refused(bank: Bank, tmp_path: Path) -> None:
    foreign = Path(make_keys(tmp_path / "foreign")["client_key"])
    assert bank.gateway(client_key=foreign).health().reason == "gateway_login_refused"
    assert bank.gateway().health().is_reachable


def test_what_cannot_be_done_is_said_beforehand_and_refused_by_name(bank: Bank) -> None:
    gateway = bank.gateway()
    able = gateway.capabilities
    assert (able.can_verify, able.can_query, able.can_cancel, able.pays_cash) == (False, False, False, False)
    for name, act in {
        "verify": lambda: gateway.verify([AccountQuery("970415", "1000")]),
        "query": lambda: gateway.query(names(1)[0]),
        "cancel": lambda: gateway.cancel(SentOrder(names(1)[0], 1, "P1"), "death"),
    }.items():
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.reason == f"gateway_cannot_{name}"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"max_amount_dong": 499_999}, "amount_over_limit"), ({"max_instructions": 1}, "batch_too_large")],
)
def test_what_the_channel_does_not_carry_is_refused(
    bank: Bank, tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(Refused) as caught:
        rendered(bank.gateway(**changes), tmp_path, [instruction(1, "1000"), instruction(2, "1001")])
    assert caught.value.reason == reason


def test_names_from_the_bank_never_become_paths(bank: Bank, tmp_path: Path) -> None:
    out, store = bank.folder / "sftp" / "out", tmp_path / "store"
    for name in ("..%2f..%2fetc", "-rf", "a b.xml", "half.xml.part", ".hidden", "good.xml"):
        (out / name).write_bytes(b"<Document/>")
    (out / "folder").mkdir()
    os.symlink("/etc/passwd", out / "link.xml")
    found = list(bank.gateway().poll(lambda name: False, store))
    # A name is only noted; hidden and half-written files, folders and links are left alone.
    assert sorted(inbound.name for inbound in found) == ["-rf", "a b.xml", "good.xml"]
    assert [path.name for path in store.iterdir()] == [hashlib.sha256(b"<Document/>").hexdigest()]


def test_a_file_beyond_the_limit_is_left_where_it_is(bank: Bank, tmp_path: Path) -> None:
    (bank.folder / "sftp" / "out" / "big.xml").write_bytes(b"x" * 2000)
    assert list(bank.gateway(max_inbound_bytes=1999).poll(lambda name: False, tmp_path / "store")) == []


def test_a_file_that_the_bank_no_longer_gives_does_not_hold_up_the_others(bank: Bank, tmp_path: Path) -> None:
    out = bank.folder / "sftp" / "out"
    for name in ("a.xml", "b.xml"):
        (out / name).write_bytes(name.encode())

    def is_stored(name: str) -> bool:
        # Asked between the listing and the opening: the moment at which a bank's archiver comes by.
        (out / "a.xml").unlink(missing_ok=True)
        return False

    found = list(bank.gateway().poll(is_stored, tmp_path / "store"))
    assert not (out / "a.xml").exists(), "the fault did not fire"
    assert [inbound.name for inbound in found] == ["b.xml"]


def test_a_folder_of_answers_that_the_bank_does_not_have_is_named(bank: Bank, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        list(bank.gateway(outbox="nowhere").poll(lambda name: False, tmp_path / "store"))
    assert (caught.value.reason, caught.value.details["folder"]) == ("gateway_folder_missing", "nowhere")


@pytest.mark.parametrize("port", ["ssh", "", None, -22, 0, 65536, "２２"])
def test_a_port_that_is_none_is_named(bank: Bank, port: object) -> None:
    stored = {**asdict(bank.settings()), "client_key": str(bank.client_key)}
    assert Settings.from_mapping({**stored, "port": str(bank.port)}) == bank.settings()
    with pytest.raises(Refused) as caught:
        Settings.from_mapping({**stored, "port": port})
    assert (caught.value.reason, caught.value.details["wrong"]) == ("gateway_settings_invalid", ["port"])


def test_settings_say_what_is_missing_or_unknown() -> None:
    with pytest.raises(Refused) as caught:
        Settings.from_mapping({"host": "bank", "password": "123"})
    assert caught.value.details["unknown"] == ["password"]
    assert "host_key" in caught.value.details["missing"]


def test_a_bank_that_has_a_bic_is_named_by_it(bank: Bank) -> None:
    gateway = bank.gateway(debtor_agent="ICBVVNVX")
    assert (gateway.debtor.agent_bic, gateway.debtor.agent_member_id) == ("ICBVVNVX", None)
    assert bank.gateway().debtor.agent_member_id == "970415"


def test_keys_are_readable_by_their_owner_only(bank: Bank) -> None:
    for name in ("host_key", "client_key"):
        assert stat.S_IMODE((bank.folder / name).stat().st_mode) == 0o600


def test_a_broken_file_is_refused_as_a_whole_by_the_bank(bank: Bank, tmp_path: Path) -> None:
    gateway = bank.gateway()
    artefact = rendered(gateway, tmp_path, [instruction(1, "1000")])
    assert artefact.path is not None
    artefact.path.write_bytes(artefact.path.read_bytes()[:-40])
    with open(artefact.path, "rb") as file:
        digest = hashlib.file_digest(io.BytesIO(file.read()), "sha256").hexdigest()
    broken = replace(artefact, sha256=digest, size=artefact.size - 40)
    assert gateway.submit(broken) is Receipt.SENT
    inbound = next(iter(gateway.poll(lambda name: False, tmp_path / "store")))
    result = gateway.parse(inbound).result()
    assert [(group.status, group.reason_code) for group in result.groups] == [("REJECTED", "FF01")]
    assert bank.balances() == {}


def test_an_order_is_called_back_by_message_while_it_waits_and_not_after_it_was_paid(
    bank: Bank, tmp_path: Path
) -> None:
    gateway = bank.gateway(takes_recalls=True)
    assert gateway.capabilities.can_cancel
    artefact = rendered(gateway, tmp_path, [instruction(1, "4000"), instruction(2, "1000")])
    gateway.submit(artefact)
    waiting, paid = (SentOrder(name, 500_000, "P46-1") for name in names(2))
    stranger = SentOrder(names(3)[2], 500_000, "P46-1")
    assert [gateway.cancel(order, "đã mất") for order in (waiting, paid, stranger)] == [Receipt.SENT] * 3
    assert gateway.cancel(waiting, "đã mất") is Receipt.ALREADY
    said = {}
    for inbound in gateway.poll(lambda _: False, tmp_path / "store"):
        if inbound.name.startswith("camt.029"):
            for entry in gateway.parse(inbound).result().entries:
                said[entry.end_to_end_id] = (entry.kind, entry.status, entry.reason_code)
    assert said == {
        waiting.end_to_end_id: ("cancellation", "CANCELLED", ""),
        paid.end_to_end_id: ("cancellation", "NOT_CANCELLED", ""),
        stranger.end_to_end_id: ("cancellation", "NOT_CANCELLED", "NOOR"),
    }
    # Where the bank's yes is agreed to be final, the order ends by it.
    agreed = bank.gateway(takes_recalls=True, recall_is_final=True)
    [ended] = [
        entry.status
        for inbound in agreed.poll(lambda _: False, tmp_path / "again")
        for entry in agreed.parse(inbound).result().entries
        if entry.end_to_end_id == waiting.end_to_end_id and entry.kind == "cancellation"
    ]
    assert ended == "REJECTED"
    bank.tick()
    assert bank.balances()["970415/1000"] == 500_000
    assert "970415/4000" not in bank.balances(), "what was called back is never paid"


def test_whose_account_it_is_is_asked_by_a_file_and_told_by_one(bank: Bank, tmp_path: Path) -> None:
    gateway = bank.gateway(takes_inquiries=True)
    assert gateway.capabilities.can_ask_holders
    asked = [
        HolderQuestion("Q1", "970415", "1000", "H'NHI E BAN"), HolderQuestion("Q2", "970415", "1000", "NGUYEN THI LAN"),
        HolderQuestion("Q3", "970415", "77777777", "NGUYEN THI LAN"),
    ]  # fmt: skip
    assert gateway.ask_holders(asked, "INQ1") is Receipt.SENT
    [inbound] = gateway.poll(lambda _: False, tmp_path / "store")
    found = gateway.parse(inbound).result()
    assert found.kind == "acmt.024.001.04"
    told = [(entry.end_to_end_id, entry.kind, entry.status, entry.reason_code) for entry in found.entries]
    assert told == [
        ("Q1", "verification", "MATCH", ""), ("Q2", "verification", "NO_MATCH", "PN01"),
        ("Q3", "verification", "NOT_CHECKED", "AC01"),
    ]  # fmt: skip
    with pytest.raises(Refused) as refusal:
        bank.gateway().ask_holders(asked, "INQ2")
    assert refusal.value.reason == "gateway_cannot_verify"
