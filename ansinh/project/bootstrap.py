"""Where ports meet adapters: which gateway speaks to which provider, and where the archive lies."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from ansinh.payment.archive import Archive
from ansinh.payment.gateways import Gateway
from ansinh.payment.models import PaymentServiceProvider
from ansinh.project import sandbox
from ansinh.project.adapters import gateway_of
from ansinh.project.home import Home

SANDBOX = "SANDBOX"
# What was agreed with the sandbox bank: a booked debit notice with our EndToEndId means that the payee has the money.
_SANDBOX_AGREEMENT: dict[str, Any] = {
    "host": "127.0.0.1",
    "username": "ansinh",
    "debtor_name": "SO Y TE - CHI TRA AN SINH XA HOI",
    "debtor_account": "9999000000001",
    "debtor_agent": "970499",
    "debit_is_paid": True,
}


def archive() -> Archive:
    """Return the archive of this home."""
    return Archive(Path(settings.HOME) / "archive")


@contextlib.contextmanager
def gateway_to(provider: PaymentServiceProvider) -> Iterator[Gateway]:
    """Open the adapter that speaks to this provider for the length of the block; the sandbox bank is started when needed.

    Raises:
        Refused: `gateway_unknown`, `gateway_settings_invalid`, `sandbox_bank_unavailable`.
    """
    if provider.code != SANDBOX:
        yield gateway_of(provider.gateway, provider.settings)
        return
    home = Home(Path(settings.HOME))
    with sandbox.running(home) as bank:
        sandbox.wait_until_idle(home)
        yield gateway_of(provider.gateway, {**_SANDBOX_AGREEMENT, **bank})
