"""Signed files through a real SFTP server to a bank that checks and signs with code of its own; whatever is not right is set aside."""

import json
from pathlib import Path

import pytest

from ansinh.base.refusals import Refused
from ansinh.payment.gateways import Inbound, Receipt
from ansinh.payment.gateways.sftp_iso20022 import Settings
from ansinh_sandbox import signatures
from tests.gateways.bank import Bank, instruction, rendered
from tests.standards.certificates import key_pem, made


@pytest.fixture
def agreed(bank: Bank, tmp_path: Path) -> dict[str, Path]:
    """Both sides have made keys and have each other's certificates."""
    key, certificate = made("CN=So Y te")
    (tmp_path / "ours.key").write_text(key_pem(key))
    (tmp_path / "ours.pem").write_text(certificate)
    (bank.folder / "customer_certificate.pem").write_text(certificate)
    signatures.make_key(bank.folder)
    return {
        "signing_key": tmp_path / "ours.key", "signing_certificate": tmp_path / "ours.pem",
        "bank_certificate": bank.folder / "signing_certificate.pem",
    }  # fmt: skip


def _fetched(bank: Bank, settings: dict[str, Path], store: Path) -> dict[str, Inbound]:
    return {one.name: one for one in bank.gateway(**settings).poll(lambda _: False, store)}


def test_both_sides_sign_and_both_believe(bank: Bank, agreed: dict[str, Path], tmp_path: Path) -> None:
    gateway = bank.gateway(**agreed)
    artefact = rendered(gateway, tmp_path, [instruction(1, "1000")])
    assert gateway.submit(artefact) is Receipt.SENT
    assert gateway.submit(artefact) is Receipt.ALREADY
    assert bank.inbox() == [artefact.name, artefact.name + ".sig.xml"]
    found = _fetched(bank, agreed, tmp_path / "store")
    assert [one.problem for one in found.values()] == [None, None]
    assert all(one.signature for one in found.values())
    [status] = [gateway.parse(one).result() for name, one in found.items() if name.startswith("pain.002")]
    assert [entry.status for entry in status.entries] == ["ACCEPTED"]
    # Whoever agreed on no signatures does not meet them as files.
    assert all(not one.signature and one.problem is None for one in _fetched(bank, {}, tmp_path / "other").values())
    assert len(_fetched(bank, {}, tmp_path / "other")) == 2


@pytest.mark.parametrize(("settings", "code"), [({}, "DS0A"), ({"signing_key": "foreign"}, "DS0B")])
def test_an_order_without_our_signature_is_refused_by_the_bank(
    bank: Bank, agreed: dict[str, Path], tmp_path: Path, settings: dict[str, str], code: str
) -> None:
    sending = {"bank_certificate": agreed["bank_certificate"]}
    if settings:
        key, certificate = made("CN=So Y te")
        (tmp_path / "foreign.key").write_text(key_pem(key))
        (tmp_path / "foreign.pem").write_text(certificate)
        sending |= {"signing_key": tmp_path / "foreign.key", "signing_certificate": tmp_path / "foreign.pem"}
    gateway = bank.gateway(**sending)
    assert gateway.submit(rendered(gateway, tmp_path, [instruction(1, "1000")])) is Receipt.SENT
    [one] = _fetched(bank, agreed, tmp_path / "store").values()
    [group] = gateway.parse(one).result().groups
    assert (group.status, group.reason_code) == ("REJECTED", code)
    assert bank.balances() == {}, "nothing was carried out"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda out, name: (out / f"{name}.sig.xml").unlink(), "signature_missing"),
        (lambda out, name: (out / name).write_bytes((out / name).read_bytes() + b" "), "signature_of_another_file"),
        (lambda out, name: (out / f"{name}.sig.xml").write_bytes(b"x" * 70_000), "signature_hostile"),
        (lambda out, name: (out / f"{name}.sig.xml").write_bytes(b"<a/>"), "signature_invalid"),
        (lambda out, name: (out / name).rename(out / "pain.002_last-month.xml") and (out / f"{name}.sig.xml").rename(out / "pain.002_last-month.xml.sig.xml"), "signature_of_another_file"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_signed_right_is_named(
    bank: Bank, agreed: dict[str, Path], tmp_path: Path, spoil: object, reason: str
) -> None:
    gateway = bank.gateway(**agreed)
    gateway.submit(rendered(gateway, tmp_path, [instruction(1, "1000")]))
    out = bank.folder / "sftp" / "out"
    [name] = [path.name for path in out.glob("pain.002*") if not path.name.endswith(".sig.xml")]
    spoil(out, name)  # type: ignore[operator]
    found = _fetched(bank, agreed, tmp_path / "store")
    problems = [one.problem.reason for one in found.values() if one.problem]
    assert problems == [reason]
    assert len(found) == 2, "the other file is believed all the same"


def test_a_certificate_or_key_of_no_use_stops_everything_by_name(
    bank: Bank, agreed: dict[str, Path], tmp_path: Path
) -> None:
    gateway = bank.gateway(**agreed)
    artefact = rendered(gateway, tmp_path, [instruction(1, "1000")])
    agreed["signing_key"].write_text("-----BEGIN")
    with pytest.raises(Refused) as refusal:
        gateway.submit(artefact)
    assert refusal.value.reason == "signing_key_unreadable"
    assert bank.inbox() == []
    (tmp_path / "token.json").write_text(json.dumps({"module": "/none"}))
    with pytest.raises(Refused) as refusal:
        bank.gateway(**{**agreed, "signing_key": tmp_path / "token.json"}).submit(artefact)
    assert refusal.value.reason == "token_not_configured"
    in_token = bank.gateway(**{**agreed, "signing_key": tmp_path / "token.json"})
    assert (bank.gateway(**agreed).capabilities.can_share_work, in_token.capabilities.can_share_work) == (True, False)
    with pytest.raises(Refused) as refusal:
        bank.gateway(bank_certificate=tmp_path / "none.pem", signing_key=None).submit(artefact)
        _fetched(bank, {"bank_certificate": tmp_path / "none.pem"}, tmp_path / "store")
    assert refusal.value.reason == "signing_key_unreadable"


def test_a_key_without_its_certificate_is_no_agreement() -> None:
    values = {
        "host": "x", "port": 22, "username": "x", "client_key": "x", "host_key": "x", "debtor_name": "X", "debtor_account": "1",
        "debtor_agent": "970415", "signing_key": "/keys/ours.key",
    }  # fmt: skip
    with pytest.raises(Refused) as refusal:
        Settings.from_mapping(values)
    assert refusal.value.details["wrong"] == ["signing_key"]
    made_settings = Settings.from_mapping({**values, "signing_certificate": "/keys/ours.pem"})
    assert made_settings.signing_certificate == Path("/keys/ours.pem")
