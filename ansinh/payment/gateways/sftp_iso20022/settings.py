"""How to reach one bank and what was agreed with it.

Keys only: there is no password, and no host is trusted at first sight.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ansinh.base.refusals import Refused
from ansinh.standards.iso20022.pain001 import VERSIONS

PATHS = ("client_key", "signing_key", "signing_certificate", "bank_certificate")


@dataclass(frozen=True, slots=True)
class Settings:
    """The agreement with one bank, as the provider's settings hold it.

    `host_key` is the bank's public key line (`ssh-ed25519 AAAA…`); any other key refuses the connection. `inbox` is the
    bank's folder for our orders, `outbox` the one it answers in. `debit_is_paid` and `settled_is_paid` are the
    bilateral rules of `standards.iso20022.results.Profile`. `max_amount_dong` is the channel's limit for one order.
    """

    host: str
    port: int
    username: str
    client_key: Path
    host_key: str
    debtor_name: str
    debtor_account: str
    debtor_agent: str
    # Relative to where the bank lets us in: most lock a customer into a folder of its own.
    inbox: str = "in"
    outbox: str = "out"
    debit_is_paid: bool = False
    settled_is_paid: bool = False
    # Not in ISO's external list, which has no Vietnamese entry; each bank may name the number space differently.
    clearing_system: str = "NAPAS"
    # Which pain.001 the bank asks for: 09 or 11.
    pain001_version: str = "09"
    max_instructions: int = 1_000_000
    # NAPAS 247 carries less than 500 million đồng an order; larger sums need another channel.
    max_amount_dong: int = 499_999_999
    # All that one payee receives for several people goes as one order.
    joins_payee: bool = False
    max_inbound_bytes: int = 2 << 30
    # The bank takes requests to call orders back (camt.055); and whether its yes means that the order will never be carried out.
    takes_recalls: bool = False
    # It answers questions about account holders (acmt.023) with a file (acmt.024).
    takes_inquiries: bool = False
    recall_is_final: bool = False
    # Our signing key (PEM, or the JSON that describes a token) with its certificate: every file is then signed. The bank's
    # certificate: nothing of the bank is then believed without its signature. Paths; the files never lie in the database.
    signing_key: Path | None = None
    signing_certificate: Path | None = None
    bank_certificate: Path | None = None
    connect_timeout_s: int = 20
    transfer_timeout_s: int = 600

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Settings":
        """Return settings from stored JSON values.

        Raises:
            Refused: `gateway_settings_invalid` naming what is missing or unknown.
        """
        # An unknown name is refused: a mistyped `debit_is_paid` would else silently fall back to its default.
        known = {field.name for field in fields(cls)}
        needed = {"host", "port", "username", "client_key", "host_key", "debtor_name", "debtor_account", "debtor_agent"}
        missing, unknown = sorted(needed - values.keys()), sorted(values.keys() - known)
        wrong = [] if "port" in missing or _is_port(values["port"]) else ["port"]
        if bool(values.get("signing_key")) != bool(values.get("signing_certificate")):
            wrong.append("signing_key")
        if values.get("pain001_version", "09") not in VERSIONS:
            wrong.append("pain001_version")
        if missing or unknown or wrong:
            raise Refused(
                "gateway_settings_invalid",
                vi=f"Thông số cổng kết nối thiếu {missing}, có mục lạ {unknown} hoặc giá trị sai {wrong}. Hãy sửa lại.",
                en=f"The gateway settings lack {missing}, have unknown {unknown} or wrong {wrong}. Correct them.",
                missing=missing,
                unknown=unknown,
                wrong=wrong,
            )
        paths = {name: Path(values[name]) for name in PATHS if values.get(name)}
        return cls(**{**values, **paths, "port": int(values["port"])})


def _is_port(value: Any) -> bool:
    written = str(value)
    return written.isascii() and written.isdecimal() and 0 < int(written) < 1 << 16
