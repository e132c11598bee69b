"""Signing inside a token (PKCS#11): a smart card, a security module of the state's, or SoftHSM in tests. The key never leaves it."""

import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ansinh.base.refusals import Refused

_NEEDED = frozenset({"module", "token", "key", "pin_file"})


@dataclass(frozen=True)
class Token:
    """Where the key is: the library of its maker, the labels of token and key, and the file that holds the PIN."""

    module: Path
    token: str
    key: str
    pin_file: Path

    @classmethod
    def from_file(cls, path: Path) -> "Token":
        """Return the token that a JSON file describes. Raises `Refused` (`token_not_configured`)."""
        try:
            said = json.loads(path.read_text("utf8"))
        except (OSError, ValueError):
            said = None
        if not isinstance(said, dict) or said.keys() != _NEEDED:
            raise Refused(
                "token_not_configured",
                vi=f"Chưa khai báo thiết bị ký số trong “{path}” (cần: {', '.join(sorted(_NEEDED))}). Chưa ký gì.",
                en=f"No signing token is described in “{path}” (needs: {', '.join(sorted(_NEEDED))}). Nothing was signed.",
                path=str(path),
            )
        return cls(Path(said["module"]), str(said["token"]), str(said["key"]), Path(said["pin_file"]))


def sign_inside(token: Token, text: bytes) -> tuple[bytes, str]:
    """Return the token's signature over a text (RSA PKCS#1 v1.5, SHA-256) and its public key as PEM. Raises `Refused` (`token_unusable`)."""
    # Few sign, and every command that can would wait for it to be imported.
    pkcs11: Any = importlib.import_module("pkcs11")
    encode_rsa_public_key = importlib.import_module("pkcs11.util.rsa").encode_rsa_public_key
    try:
        pin = token.pin_file.read_text("utf8").strip()
        library = pkcs11.lib(str(token.module))
        with library.get_token(token_label=token.token).open(user_pin=pin) as session:
            private = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=token.key)
            public: Any = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=token.key)
            signature = private.sign(text, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)
            key = serialization.load_der_public_key(encode_rsa_public_key(public))
    except (OSError, RuntimeError, pkcs11.PKCS11Error, ValueError) as error:
        raise token_unusable(f"{type(error).__name__} {error}".strip()) from error
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return bytes(signature), pem.decode("ascii")


def is_valid(text: bytes, signature: bytes, public_key: str) -> bool:
    """Return whether the signature over the text is that of this key."""
    try:
        key = serialization.load_pem_public_key(public_key.encode("ascii"))
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def token_unusable(why: str) -> Refused:
    """Return the refusal for a token that did not sign; `why` is its own word."""
    return Refused(
        "token_unusable",
        vi="Không ký được bằng thiết bị ký số. Chưa ký gì; hãy kiểm tra thiết bị, nhãn khoá và mã PIN.",
        en="The signing token could not be used. Nothing was signed; check the token, the key's label and the PIN.",
        token_says=why[:200],
    )
