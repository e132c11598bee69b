"""What can go wrong between us and a bank, each named, with what the officer does about it.

All of them mean that this attempt sent nothing. What is uncertain is not a refusal but a receipt: UNKNOWN.
"""

from ansinh.base.refusals import Refused
from ansinh.payment.gateways.sftp_iso20022.settings import Settings


def unreachable(settings: Settings) -> Refused:
    """Return the refusal for a bank that does not answer, or stopped answering before anything counted."""
    return Refused(
        "gateway_unreachable",
        vi=f"Không kết nối được máy chủ ngân hàng ({settings.host}:{settings.port}). Lần này chưa gửi gì; hãy thử lại.",
        en=f"The bank's server ({settings.host}:{settings.port}) cannot be reached. Nothing was sent now; try again.",
        host=settings.host,
        port=settings.port,
    )


# Never overridable from a page: an officer under pressure would confirm it, and the month would go to whoever answered.
def host_key_changed(settings: Settings) -> Refused:
    """Return the refusal for a server whose key is not the agreed one: perhaps it is not the bank."""
    return Refused(
        "gateway_host_key_changed",
        vi="Khoá của máy chủ không phải khoá đã thoả thuận. Đừng gửi; hãy gọi ngân hàng để xác minh khoá mới.",
        en="The server does not have the key agreed with the bank. Do not send; call the bank to verify its new key.",
        host=settings.host,
    )


def login_refused(settings: Settings) -> Refused:
    """Return the refusal for a bank that does not accept our key."""
    return Refused(
        "gateway_login_refused",
        vi="Ngân hàng không chấp nhận khoá đăng nhập của đơn vị. Hãy gửi khoá công khai cho ngân hàng đăng ký lại.",
        en="The bank does not accept our login key. Send the public key to the bank to be registered again.",
        username=settings.username,
    )


def key_unreadable(settings: Settings) -> Refused:
    """Return the refusal for a key of our own, or an agreed key of the bank, that cannot be used."""
    return Refused(
        "gateway_key_unreadable",
        vi="Không đọc được khoá kết nối ngân hàng. Hãy kiểm tra tệp khoá và khoá máy chủ trong thông số cổng kết nối.",
        en="The connection keys cannot be read. Check the key file and the host key in the gateway settings.",
        client_key=str(settings.client_key),
    )


# Two different files under one derived name mean that one system sent what another made, or a restored backup. Neither
# overwriting nor another name is safe; only a person who compares both can tell.
def remote_file_differs(name: str) -> Refused:
    """Return the refusal for a name of ours under which the bank holds other bytes."""
    return Refused(
        "remote_file_differs",
        vi=f"Ngân hàng đã có tệp “{name}” với nội dung khác. Không gửi gì thêm; hãy đối chiếu với ngân hàng.",
        en=f"The bank already holds a file “{name}” with other content. Nothing was sent; compare with the bank.",
        name=name,
    )


def file_not_taken(name: str) -> Refused:
    """Return the refusal for a bank that answers but does not take the file."""
    return Refused(
        "gateway_refused_file",
        vi=f"Máy chủ ngân hàng không nhận tệp “{name}”. Hãy hỏi ngân hàng về quyền ghi và dung lượng thư mục.",
        en=f"The bank's server does not take the file “{name}”. Ask the bank about permission and space in the folder.",
        name=name,
    )


def folder_missing(folder: str) -> Refused:
    """Return the refusal for an agreed folder that the bank does not have."""
    return Refused(
        "gateway_folder_missing",
        vi=f"Máy chủ ngân hàng không có thư mục “{folder}”. Hãy sửa thông số cổng kết nối hoặc hỏi ngân hàng.",
        en=f"The bank's server has no folder “{folder}”. Correct the gateway settings or ask the bank.",
        folder=folder,
    )
