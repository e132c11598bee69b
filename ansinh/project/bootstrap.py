"""Where ports meet adapters: which gateway speaks to which provider, and where the archive lies."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from ansinh.base.refusals import Refused
from ansinh.payment.archive import Archive
from ansinh.payment.gateways import Gateway, govstack, rest, sftp_iso20022, spreadsheet
from ansinh.payment.models import PaymentServiceProvider
from ansinh.project import sandbox
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


# One folder an adapter: its settings as they are stored, and the gateway made of them.
GATEWAYS: dict[str, tuple[Any, Any]] = {
    "sftp_iso20022": (sftp_iso20022.Settings, sftp_iso20022.SftpIso20022),
    "spreadsheet": (spreadsheet.Settings, spreadsheet.Spreadsheet),
    "rest": (rest.Settings, rest.Rest),
    "govstack": (govstack.Settings, govstack.GovStack),
}


def archive() -> Archive:
    """Return the archive of this home."""
    return Archive(Path(settings.HOME) / "archive")


def gateway_of(kind: str, settings: Mapping[str, Any]) -> Gateway:
    """Return the gateway of this kind with these settings.

    Raises:
        Refused: `gateway_unknown`, `gateway_settings_invalid`, `template_unknown`.
    """
    if kind not in GATEWAYS:
        raise Refused(
            "gateway_unknown",
            vi=f"Cổng kết nối “{kind}” chưa được hỗ trợ. Hãy chọn một trong: {', '.join(GATEWAYS)}.",
            en=f"The gateway “{kind}” is not supported. Choose one of: {', '.join(GATEWAYS)}.",
            gateway=kind,
        )
    settings_of, made_of = GATEWAYS[kind]
    gateway: Gateway = made_of(settings_of.from_mapping(settings))
    return gateway


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
