"""Questions about single payments on real PostgreSQL, answered by the real sandbox over HTTP: asked, stopped, and settled."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.office.models import AuditEvent
from ansinh.payment import asking, collecting, operations, queries
from ansinh.payment.models import PaymentItem
from ansinh.people.models import FinancialAddress
from ansinh.project import conformance_sandboxes as sandboxes
from ansinh.standards.end_to_end import encode
from tests.integration.fake_bank import FakeBank
from tests.integration.test_providers import AT, Office, sound

pytestmark = pytest.mark.usefixtures("database")


class Wallet:
    """A run whose second woman's account is one that the wallet answers late."""

    def __init__(self, folder: Path, sandbox: Any) -> None:
        self.sandbox, self.office = sandbox, Office(folder)
        self.gateway = sandbox.gateway
        FinancialAddress.objects.update(bank_bin="970415", number="1000")
        FinancialAddress.objects.filter(person=self.office.people[1]).update(number="4000")
        self.provider = self.office.provider("VI")
        self.run = self.office.freeze()
        assert self.office.submit(self.run, self.provider, self.gateway).sent == 4

    def ask(self, **changes: Any) -> int:
        right = {"run": self.run, "provider": self.provider, "gateway": self.gateway, "archive": self.office.archive}
        return asking.enquire(**{**right, "by": "operator", "at": AT, **changes})

    def recall(self, *people: int, **changes: Any) -> dict[str, int]:
        right = {"run": self.run, "provider": self.provider, "gateway": self.gateway, "beneficiaries": list(people)}
        return asking.recall(**{**right, "reason": "đã mất", "by": "can.bo", "at": AT, **changes})

    def collect(self) -> operations.Collected:
        # By the wall's clock: the sandbox books today.
        return collecting.collect(
            provider=self.provider, gateway=self.gateway, archive=self.office.archive, at=timezone.now()
        )

    def statuses(self) -> list[str]:
        return list(PaymentItem.objects.order_by("beneficiary_id").values_list("status", flat=True))


@pytest.fixture
def wallet(tmp_path: Path) -> Iterator[Wallet]:
    with sandboxes.ours("rest", tmp_path / "kit") as sandbox:
        made = Wallet(tmp_path, sandbox)
        yield made
    assert sound()


def refused(act: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act(*arguments, **named)
    return refusal.value.reason


def test_what_has_no_answer_is_asked_about_and_settled_like_any_other_news(wallet: Wallet) -> None:
    # No result document was fetched: all that is known comes from the questions.
    assert wallet.ask() == 4
    poll = wallet.gateway.poll
    wallet.gateway.poll = lambda is_stored, store: iter(())
    assert wallet.collect().applied == 4
    assert wallet.statuses() == ["PAID", "RECEIVED", "PAID", "PAID"]
    wallet.gateway.poll = poll
    # The documents say the same once more, and change nothing.
    wallet.collect()
    assert wallet.statuses() == ["PAID", "RECEIVED", "PAID", "PAID"]
    assert AuditEvent.objects.get(action="payment.enquire").detail == {"asked": 4, "answered": 4}
    assert wallet.ask() == 1


def test_a_payment_that_nobody_knows_stays_unknown(wallet: Wallet) -> None:
    wallet.collect()
    item = PaymentItem.objects.get(status="DUE")
    name = encode(office.instance_number(), item.id, item.attempt)
    query = wallet.gateway.query
    wallet.gateway.query = lambda end_to_end_id: query(f"{name[:-1]}{'0' if name[-1] != '0' else '1'}")
    assert wallet.ask() == 0
    assert wallet.collect().applied == 0
    assert PaymentItem.objects.get(id=item.id).inflight_dong > 0


def test_a_waiting_payment_is_stopped_and_one_that_was_made_is_not(wallet: Wallet) -> None:
    late, paid = wallet.office.people[1].id, wallet.office.people[0].id
    assert wallet.recall(late, paid) == {"sent": 1, "already": 0, "unknown": 0, "refused": 1, "stopped": 0, "others": 0}
    # A recall moves nothing: the result does.
    assert wallet.statuses() == ["DUE"] * 4
    wallet.collect()
    assert wallet.statuses() == ["PAID", "REJECTED", "PAID", "PAID"]
    assert refused(wallet.recall, late) == "nothing_to_recall"
    assert queries.unknown_count() == 0


def test_a_recall_needs_a_reason_a_role_and_a_provider_that_can(wallet: Wallet) -> None:
    late = wallet.office.people[1].id
    assert refused(wallet.recall, late, reason=" ") == "reason_missing"
    assert refused(wallet.recall, late, by="soan.luat") == "role_not_allowed"
    assert refused(wallet.recall, late, gateway=FakeBank()) == "gateway_cannot_cancel"
    assert refused(wallet.recall) == "nothing_to_recall"
    assert refused(wallet.ask, gateway=FakeBank()) == "gateway_cannot_query"
    assert not AuditEvent.objects.filter(action__in=["payment.recall", "payment.enquire"]).exists()
