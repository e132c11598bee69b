"""Signatures beside the files of one bank: ours over what leaves, the bank's over what comes, both over the exact bytes.

Our key is a file outside the database, or lies in a token that signs without giving it away.
"""

import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ansinh.base.refusals import Refused
from ansinh.payment.gateways import Artefact, Inbound
from ansinh.payment.gateways.sftp_iso20022.settings import Settings
from ansinh.standards import file_signature
from ansinh.standards.file_signature import Key, Manifest
from ansinh.standards.token import Token, sign_inside


class _InToken:
    """A key that stays in its token; it signs by PKCS#1 v1.5 with SHA-256, as the books' seal is signed."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def sign(self, data: bytes, padding: Any, algorithm: Any) -> bytes:
        """Return the signature that the token makes."""
        return sign_inside(self._token, data)[0]


def signed(settings: Settings, artefact: Artefact) -> bytes | None:
    """Return the signature file for what we send; None when no signatures were agreed on.

    Raises:
        Refused: `signing_key_unreadable`, `token_not_configured`, `token_unusable`.
    """
    if settings.signing_key is None or settings.signing_certificate is None:
        return None
    certificate = _read(settings.signing_certificate)
    manifest = Manifest(artefact.name, artefact.sha256, artefact.size)
    return file_signature.sign(manifest, key=_key(settings.signing_key), certificate=certificate)


def is_in_token(settings: Settings) -> bool:
    """Return whether what we send is signed inside a token."""
    return settings.signing_key is not None and settings.signing_key.suffix == ".json"


def _key(path: Path) -> Key:
    if path.suffix == ".json":
        return _InToken(Token.from_file(path))
    try:
        key = load_pem_private_key(_read(path).encode(), password=None)
    except (ValueError, TypeError) as error:
        raise _unreadable(path) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise _unreadable(path)
    return key


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> Refused:
    return Refused(
        "signing_key_unreadable",
        vi=f"Không đọc được khoá hoặc chứng thư số “{path.name}”. Chưa gửi, chưa nhận gì; hãy kiểm tra tệp trong thông số kết nối.",
        en=f"The key or certificate “{path.name}” cannot be read. Nothing was sent or taken; check the gateway's settings.",
    )


def problem_of(settings: Settings, inbound: Inbound, at: datetime.datetime) -> Refused | None:
    """Return why a file of the bank must not be believed; None when its signature is right, or none was agreed on.

    Raises:
        Refused: `signing_key_unreadable`, `certificate_unreadable`, `certificate_not_in_force`: then nothing of the bank can be judged.
    """
    if settings.bank_certificate is None:
        return None
    certificate = _read(settings.bank_certificate)
    if not inbound.signature:
        return Refused(
            "signature_missing",
            vi=f"Tệp “{inbound.name}” không có chữ ký số kèm theo. Không đọc; hãy yêu cầu tổ chức chi trả ký và gửi lại.",
            en=f"“{inbound.name}” came without a signature. It was not read; ask the provider to sign it and send it again.",
        )
    try:
        manifest = file_signature.check(inbound.signature, certificate=certificate, at=at)
    except Refused as refusal:
        if refusal.reason.startswith("certificate_"):
            raise
        return refusal
    if (manifest.name, manifest.sha256, manifest.size) != (inbound.name, inbound.sha256, inbound.size):
        return Refused(
            "signature_of_another_file",
            vi=f"Chữ ký kèm tệp “{inbound.name}” là của một tệp khác. Không đọc; hãy báo tổ chức chi trả.",
            en=f"The signature beside “{inbound.name}” is that of another file. It was not read; tell the provider.",
        )
    return None
