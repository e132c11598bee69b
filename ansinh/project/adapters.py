"""The adapters by name: one folder each, known here and nowhere else. Needs no database."""

from collections.abc import Mapping
from typing import Any

from ansinh.base.refusals import Refused
from ansinh.payment.gateways import Gateway, govstack, rest, sftp_iso20022, spreadsheet

# One folder an adapter: its settings as they are stored, and the gateway made of them.
GATEWAYS: dict[str, tuple[Any, Any]] = {
    "sftp_iso20022": (sftp_iso20022.Settings, sftp_iso20022.SftpIso20022),
    "spreadsheet": (spreadsheet.Settings, spreadsheet.Spreadsheet),
    "rest": (rest.Settings, rest.Rest),
    "govstack": (govstack.Settings, govstack.GovStack),
}


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
