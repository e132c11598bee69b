"""Documents that a provider sends by itself: signed and fresh or not at all, stored once, applied like any other."""

import datetime
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from ansinh.office import queries as office
from ansinh.payment import collecting, operations
from ansinh.payment.archive import Archive
from ansinh.payment.gateways import Receipt, wire
from ansinh.payment.gateways.rest import Rest, Settings
from ansinh.payment.models import Message, PaymentItem, PaymentServiceProvider
from ansinh.standards.end_to_end import encode
from tests.integration.test_providers import AMOUNT, Office

_SECRET = b"k" * 64
_PATH = "/api/v1/providers/VI/results"
pytestmark = pytest.mark.usefixtures("database")


class _Deaf(Rest):
    """A gateway whose provider is only heard through the webhook."""

    def submit(self, artefact: Any) -> Receipt:
        return Receipt.SENT

    def poll(self, is_stored: Any, store: Path) -> Iterator[Any]:
        return iter(())


class Wallet:
    """A frozen run paid through a provider that sends webhooks."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(folder)
        secret = folder / "secret"
        secret.write_bytes(_SECRET)
        settings = {
            "base_url": "https://wallet.example/a", "key_id": "hue", "secret_file": str(secret), "debtor_name": "SO Y TE",
            "debtor_account": "113000012345", "debtor_agent": "970415",
        }  # fmt: skip
        self.provider = PaymentServiceProvider.objects.create(code="VI", name="Ví", gateway="rest", settings=settings)
        self.gateway = _Deaf(Settings.from_mapping(settings))
        self.run = self.office.freeze()
        self.office.archive = Archive(folder / "archive")
        self.office.submit(self.run, self.provider, self.gateway)
        self.client = Client(enforce_csrf_checks=True)

    def document(self, *items: int) -> bytes:
        names = [encode(office.instance_number(), item.id, 1) for item in PaymentItem.objects.order_by("id")]
        lines: list[Any] = [{"document": "results", "version": 1, "id": "R1"}]
        lines += [{"end_to_end_id": names[item], "status": "ACCC", "amount_dong": AMOUNT} for item in items]
        lines.append({"end": True, "count": len(items)})
        return "\n".join(map(json.dumps, lines)).encode()

    def send(
        self, body: bytes, *, at: int | None = None, secret: bytes = _SECRET, path: str = _PATH, signed: str = _PATH
    ) -> Any:
        second = str(int(time.time()) if at is None else at)
        return self.client.post(
            path, body, content_type="application/x-ndjson",
            headers={
                "X-Timestamp": second, "X-Signature": wire.sign(secret, "POST", signed, second, body), "X-Document-Id": "R1.ndjson",
            },
        )  # fmt: skip

    def collect(self) -> operations.Collected:
        return collecting.collect(
            provider=self.provider, gateway=self.gateway, archive=self.office.archive,
            at=datetime.datetime.now(datetime.UTC),
        )  # fmt: skip


@pytest.fixture
def wallet(tmp_path: Path) -> Iterator[Wallet]:
    with override_settings(HOME=str(tmp_path)):
        yield Wallet(tmp_path)


def test_a_signed_document_is_stored_once_and_applied_by_the_next_collection(wallet: Wallet) -> None:
    body = wallet.document(0, 1)
    assert (wallet.send(body).status_code, wallet.send(body).status_code) == (202, 200)
    # Nothing moves inside a request.
    assert set(PaymentItem.objects.values_list("status", flat=True)) == {"DUE"}
    assert wallet.collect() == operations.Collected(1, 2, 0)
    assert wallet.send(body).status_code == 200
    assert wallet.collect() == operations.Collected(0, 0, 0)
    assert PaymentItem.objects.filter(status="PAID").count() == 2


def test_what_came_by_webhook_is_not_fetched_again(wallet: Wallet) -> None:
    wallet.send(wallet.document(0))
    message = Message.objects.get()
    assert message.mark == f"R1.ndjson|{message.sha256}"


@pytest.mark.parametrize(
    "fault", ["key", "stale", "future", "other_path", "no_signature", "other_provider", "changed_body"]
)
def test_a_document_that_cannot_be_believed_is_not_even_stored(wallet: Wallet, fault: str) -> None:
    body, now = wallet.document(0), int(time.time())
    answers = {
        "key": lambda: wallet.send(body, secret=b"x" * 64),
        "stale": lambda: wallet.send(body, at=now - 3_600),
        "future": lambda: wallet.send(body, at=now + 3_600),
        "other_path": lambda: wallet.send(body, signed="/api/v1/providers/KHAC/results"),
        "no_signature": lambda: wallet.client.post(_PATH, body, content_type="application/x-ndjson"),
        "other_provider": lambda: wallet.send(body, path="/api/v1/providers/KHAC/results"),
        "changed_body": lambda: wallet.client.post(
            _PATH, body.replace(b"ACCC", b"RJCT"), content_type="application/x-ndjson",
            headers={"X-Timestamp": str(now), "X-Signature": wire.sign(_SECRET, "POST", _PATH, str(now), body)},
        ),
    }  # fmt: skip
    answer = answers[fault]()
    assert answer.status_code == 401
    assert answer.json()["refused"] == "webhook_not_believed"
    assert Message.objects.count() == 0
    assert list((wallet.office.archive.folder / "incoming").glob("*")) == []


def test_a_document_too_large_for_a_webhook_is_refused_without_a_trace(wallet: Wallet) -> None:
    answer = wallet.send(b"x" * 3_000_000)
    assert answer.status_code in (400, 413)
    assert Message.objects.count() == 0


def test_a_provider_whose_key_is_gone_proves_nothing(wallet: Wallet, tmp_path: Path) -> None:
    (tmp_path / "secret").unlink()
    assert wallet.send(wallet.document(0)).status_code == 401


def test_only_post_is_answered(wallet: Wallet) -> None:
    assert wallet.client.get(_PATH).status_code == 405
