"""How to reach a provider that speaks our REST interface, and what was agreed with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansinh.payment.gateways import agreement, wire


@dataclass(frozen=True, slots=True)
class Settings:
    """The agreement with one provider.

    `secret_file` holds the shared secret (at least 32 characters) that signs requests, answers and webhooks. `authority`
    is the certificate authority that may vouch for the provider; without it the machine's own list decides.
    """

    base_url: str
    key_id: str
    secret_file: Path
    debtor_name: str
    debtor_account: str
    debtor_agent: str
    authority: Path | None = None
    settled_is_paid: bool = False
    max_instructions: int = 50_000
    max_amount_dong: int = 499_999_999
    # All that one payee receives for several people goes as one order.
    joins_payee: bool = False
    max_inbound_bytes: int = 1 << 30
    connect_timeout_s: float = 20
    transfer_timeout_s: float = 120

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Settings":
        """Return settings from stored JSON values. Raises `Refused` (`gateway_settings_invalid`)."""
        return agreement.read(
            cls,
            values,
            {"base_url": wire.checked_url, "secret_file": Path, "authority": lambda path: path and Path(path)},
        )

    def endpoint(self) -> wire.Endpoint:
        """Return the provider's end of the line. Raises `Refused` (`gateway_key_unreadable`)."""
        return wire.Endpoint(
            self.base_url, self.key_id, wire.secret_of(self.secret_file), self.authority,
            self.connect_timeout_s, self.transfer_timeout_s, self.max_inbound_bytes,
        )  # fmt: skip
