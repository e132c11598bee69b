"""What every page shows around its content: who is signed in, the pages of their persona, the language switch."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from ansinh.entitlement import releases
from ansinh.web import access
from ansinh.web.labels import role_label


@dataclass(frozen=True)
class Link:
    """One entry of the navigation."""

    text: str
    address: str
    is_current: bool


def _navigation(role: str | None, path: str) -> list[Link]:
    # A page that the role may not open is not offered; that it cannot be opened either is for the page to say.
    entries = [
        (access.MONTH_ROLES, _("Kỳ chi trả"), "/ky-chi-tra/"),
        (access.MONTH_ROLES, _("Độ phủ tài khoản"), "/do-phu/"),
        (access.PERSON_ROLES, _("Chi tiền mặt"), "/tien-mat/"),
        (access.PERSON_ROLES, _("Thu thập tài khoản"), "/tai-khoan/"),
        (access.PERSON_ROLES, _("Tra cứu người"), "/nguoi/"),
        (access.EVENT_ROLES, _("Biến động"), "/bien-dong/"),
        (access.DUPLICATE_ROLES, _("Hồ sơ trùng"), "/trung-lap/"),
        (access.LIST_ROLES, _("Nhập danh sách"), "/danh-sach/"),
        (access.AREA_ROLES, _("Xã bị chia"), "/dia-ban/"),
        # Who may see the laws finds the simulation there: eleven entries were two lines on a desktop.
        (access.SIMULATION_ROLES - access.LAW_ROLES, _("Mô phỏng luật"), "/luat/mo-phong/"),
        (access.LAW_ROLES, _("Bộ luật"), "/bo-luat/"),
    ]
    shown = [Link(text, address, path.startswith(address)) for roles, text, address in entries if role in roles]
    # Staff find the public figures at the foot of every page.
    return shown or [Link(_("Công khai"), "/cong-khai/", path.startswith("/cong-khai/"))]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what the base template needs, plain values only."""
    member = getattr(request, "staff", None)
    return {
        "staff": member,
        "staff_role": role_label(member.role) if member else "",
        # Under every page of an office: by which law it is paid here, and whether two people answer for it.
        "law_in_force": releases.in_force() if member else None,
        "navigation": _navigation(member.role if member else None, request.path),
        # A page answered to a POST has no address of its own to come back to.
        "here": request.get_full_path() if request.method == "GET" else request.path,
    }
