"""Where sheets of one provider lie, and in which form they are written and read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansinh.payment.gateways import agreement


@dataclass(frozen=True, slots=True)
class Settings:
    """The agreement with one provider. `outgoing` is where sheets wait to be handed over, `incoming` what came back."""

    outgoing: Path
    incoming: Path
    debtor_name: str
    debtor_account: str
    debtor_agent: str
    template: str = "mau-chung"
    max_instructions: int = 10_000
    max_amount_dong: int = 499_999_999
    # All that one payee receives for several people goes as one order.
    joins_payee: bool = False

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Settings":
        """Return settings from stored JSON values. Raises `Refused` (`gateway_settings_invalid`)."""
        return agreement.read(cls, values, {"outgoing": Path, "incoming": Path})
