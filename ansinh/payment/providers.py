"""Who pays people out: adding a provider, saying which banks it serves, closing nothing that still has money.

How a provider is reached is decided by an administrator; every change is in the audit trail, without the settings' secrets,
which lie in files and never in the database.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from ansinh.base.refusals import Refused
from ansinh.office import operations as office
from ansinh.office import queries as office_queries
from ansinh.payment.models import PaymentServiceProvider
from ansinh.people.banks import directory

_CODE = re.compile(r"[A-Z0-9]{2,12}")
_ADMINISTRATORS = frozenset({"administrator"})


def provider(code: str) -> PaymentServiceProvider:
    """Return the provider of this code. Raises `Refused` (`provider_unknown`)."""
    found = PaymentServiceProvider.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(PaymentServiceProvider.objects.order_by("id").values_list("code", flat=True))
        raise Refused(
            "provider_unknown",
            vi=f"Không có tổ chức chi trả “{code}”. Đang khai báo: {known or 'chưa có'}.",
            en=f"There is no provider “{code}”. Known: {known or 'none'}.",
            provider=code,
        )
    return found


def set_provider(
    *,
    code: str,
    name: str,
    gateway: str,
    settings: Mapping[str, Any],
    banks: Sequence[str],
    by: str,
    at: datetime.datetime,
) -> tuple[PaymentServiceProvider, bool]:
    """This will add a provider or change one, and return it with whether it is new.

    Promises: items that a provider already pays out stay with it, whatever its banks become.

    Raises:
        Refused: `role_not_allowed`, `staff_unknown`, `provider_code_invalid`, `bank_unknown`.
    """
    if office_queries.staff(by).role not in _ADMINISTRATORS:
        raise Refused(
            "role_not_allowed",
            vi=f"“{by}” không phải quản trị viên nên không khai báo tổ chức chi trả được.",
            en=f"“{by}” is no administrator and may not set up providers.",
        )
    if _CODE.fullmatch(code) is None:
        raise Refused(
            "provider_code_invalid",
            vi=f"Mã “{code}” phải gồm 2 đến 12 chữ hoa hoặc số.",
            en=f"The code “{code}” must be 2 to 12 capitals or digits.",
        )
    known = {bank.bin for bank in directory()}
    strange = sorted(set(banks) - known)
    if strange:
        raise Refused(
            "bank_unknown",
            vi=f"Mã ngân hàng {', '.join(strange)} không có trong danh bạ. Hãy kiểm tra lại mã BIN.",
            en=f"The bank codes {', '.join(strange)} are not in the directory. Check the BIN.",
            banks=strange,
        )
    with transaction.atomic():
        row, is_new = PaymentServiceProvider.objects.update_or_create(
            code=code,
            defaults={"name": name, "gateway": gateway, "settings": dict(settings), "banks": sorted(set(banks))},
        )
        detail = {"gateway": gateway, "banks": row.banks, "settings": sorted(settings)}
        office.audit(by=by, action="payment.provider", subject=code, detail=detail, at=at)
    return row, is_new
