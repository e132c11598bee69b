"""The newest seal is signed inside a real token (SoftHSM), checked by openssl, and every damage to it is noticed."""

import datetime
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction

from ansinh.base.refusals import Refused
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.ledger import signing
from ansinh.ledger.models import Seal, SealSignature
from ansinh.reports import seal_minutes
from tests.integration.test_payment import AT, World

_MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
_PIN = "246810"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A token in software with one RSA key, in a folder of its own."""
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    (folder / "pin").write_text(_PIN)
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "ansinh", "--pin", _PIN, "--so-pin", "13579111"],
        check=True, capture_output=True,
    )  # fmt: skip
    key = folder / "key.pem"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key],
        check=True,
        capture_output=True,
    )
    subprocess.run(
        ["softhsm2-util", "--import", key, "--token", "ansinh", "--label", "niem-phong", "--id", "01", "--pin", _PIN],
        check=True, capture_output=True,
    )  # fmt: skip
    key.unlink()
    yield {"module": str(_MODULE), "token": "ansinh", "key": "niem-phong", "pin_file": str(folder / "pin")}
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def _described(folder: Path, values: dict[str, Any]) -> signing.Token:
    (folder / "token.json").write_text(json.dumps(values))
    return signing.Token.from_file(folder / "token.json")


def _signed(token: dict[str, str], folder: Path) -> signing.SignedSeal:
    return signing.sign(token=_described(folder, token), by="can.bo", at=AT)


def refused(act: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act(*arguments, **named)
    return refusal.value.reason


def test_the_newest_seal_is_signed_once_and_openssl_agrees(token: dict[str, str], tmp_path: Path) -> None:
    World(tmp_path / "archive")
    row = _signed(token, tmp_path)
    assert row.number == Seal.objects.order_by("-number").values_list("number", flat=True)[0]
    assert _signed(token, tmp_path).signed_at == row.signed_at
    assert SealSignature.objects.count() == 1
    for name, content in (
        ("text", row.text.encode()),
        ("signature", bytes.fromhex(row.signature)),
        ("key", row.public_key.encode()),
    ):
        (tmp_path / name).write_bytes(content)
    check = [
        "openssl",
        "dgst",
        "-sha256",
        "-verify",
        tmp_path / "key",
        "-signature",
        tmp_path / "signature",
        tmp_path / "text",
    ]
    assert subprocess.run(check, capture_output=True, text=True, check=True).stdout.strip() == "Verified OK"
    (tmp_path / "text").write_bytes(row.text.encode().replace(b"transfers", b"transfer"))
    assert subprocess.run(check, capture_output=True, check=False).returncode == 1
    assert not signing.broken_signatures()


def test_a_later_seal_gets_a_signature_of_its_own(token: dict[str, str], tmp_path: Path) -> None:
    world = World(tmp_path / "archive")
    first = _signed(token, tmp_path)
    world.submit()
    second = _signed(token, tmp_path)
    assert second.number > first.number
    assert second.signature != first.signature
    assert not signing.broken_signatures()


def test_a_signature_cannot_be_changed_and_a_forged_one_is_noticed(token: dict[str, str], tmp_path: Path) -> None:
    World(tmp_path / "archive")
    row = _signed(token, tmp_path)
    with pytest.raises((IntegrityError, InternalError, ProgrammingError)), transaction.atomic():
        SealSignature.objects.update(signed_by="ai.do")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_seal SELECT number + 1, first_transfer, last_transfer, transfers, canonical_version, root, chain, sealed_at FROM ledger_seal ORDER BY number DESC LIMIT 1"
        )
    forged = Seal.objects.order_by("-number").first()
    SealSignature.objects.create(
        seal=forged, signature=row.signature, public_key=row.public_key, signed_by="x", signed_at=AT
    )
    assert signing.broken_signatures()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"token": "khac"}, "token_unusable"), ({"key": "khac"}, "token_unusable"), ({"module": "/khong/co.so"}, "token_unusable"),
        ({"pin_file": "/khong/co"}, "token_unusable"), ({"extra": "x"}, "token_not_configured"),
    ],
)  # fmt: skip
def test_a_token_that_cannot_sign_is_refused_by_name_and_nothing_is_signed(
    token: dict[str, str], tmp_path: Path, change: dict[str, str], reason: str
) -> None:
    World(tmp_path / "archive")
    assert refused(_signed, {**token, **change}, tmp_path) == reason
    assert SealSignature.objects.count() == 0


def test_a_wrong_pin_is_refused_without_telling_it(token: dict[str, str], tmp_path: Path) -> None:
    World(tmp_path / "archive")
    (tmp_path / "pin").write_text("000000")
    with pytest.raises(Refused) as refusal:
        _signed({**token, "pin_file": str(tmp_path / "pin")}, tmp_path)
    assert refusal.value.reason == "token_unusable"
    assert "000000" not in json.dumps(refusal.value.details)


def test_nothing_sealed_is_nothing_to_sign(token: dict[str, str], tmp_path: Path) -> None:
    assert refused(_signed, token, tmp_path) == "nothing_sealed"
    assert refused(signing.Token.from_file, tmp_path / "none.json") == "token_not_configured"


def test_the_minutes_are_a_pdf_of_the_books(token: dict[str, str], tmp_path: Path) -> None:
    World(tmp_path / "archive")
    raw = seal_minutes.pdf(_signed(token, tmp_path), books.balances())
    assert raw.startswith(b"%PDF-") and len(raw) > 8_000
    assert ledger.seal(at=datetime.datetime.now(datetime.UTC)) is None
