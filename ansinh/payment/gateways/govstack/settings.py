"""How to reach a payment hub, and what was agreed with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansinh.payment.gateways import agreement, wire


@dataclass(frozen=True, slots=True)
class Settings:
    """The agreement with one hub.

    `tenant` is what the hub calls us (Platform-TenantId). `completed_is_paid`: the hub's COMPLETED means that the payee
    has the money; without this agreement it only means that the hub has carried the order out.
    """

    base_url: str
    tenant: str
    institution: str
    programme: str
    debtor_name: str
    debtor_account: str
    debtor_agent: str
    payment_mode: str = "CLOSEDLOOP"
    authority: Path | None = None
    completed_is_paid: bool = False
    max_instructions: int = 10_000
    max_amount_dong: int = 499_999_999
    # All that one payee receives for several people goes as one order.
    joins_payee: bool = False
    max_inbound_bytes: int = 1 << 30
    page_size: int = 1_000
    connect_timeout_s: float = 20
    transfer_timeout_s: float = 120

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Settings":
        """Return settings from stored JSON values. Raises `Refused` (`gateway_settings_invalid`)."""
        return agreement.read(
            cls, values, {"base_url": wire.checked_url, "authority": lambda path: path and Path(path)}
        )

    def endpoint(self) -> wire.Endpoint:
        """Return the hub's end of the line; a hub signs nothing, so that TLS alone proves it."""
        return wire.Endpoint(
            self.base_url, authority=self.authority, connect_timeout_s=self.connect_timeout_s,
            answer_timeout_s=self.transfer_timeout_s, max_answer_bytes=self.max_inbound_bytes,
        )  # fmt: skip
