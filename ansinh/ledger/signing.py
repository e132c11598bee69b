"""Signing a seal inside a token (PKCS#11): a smart card, a security module of the state's, or SoftHSM in tests.

The key never leaves the token. What is signed is a short text that a person can read; anybody can check it with the
certificate's public key and openssl. Without a token nothing is signed, and that is said, never passed over.
"""

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pkcs11
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pkcs11.util.rsa import encode_rsa_public_key

from ansinh.base.refusals import Refused
from ansinh.ledger.models import Seal, SealSignature

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


@dataclass(frozen=True)
class SignedSeal:
    """A seal with its signature: `text` is what was signed, `signature` is hexadecimal, `public_key` PEM."""

    number: int
    transfers: int
    last_transfer: int
    root: str
    chain: str
    sealed_at: datetime.datetime
    text: str
    signature: str
    public_key: str
    signed_by: str
    signed_at: datetime.datetime


def text_of(seal: Seal) -> bytes:
    """Return what is signed: the seal's figures, a line each."""
    return (
        f"ANSINH SEAL 1\nnumber {seal.number}\nfirst {seal.first_transfer}\nlast {seal.last_transfer}\n"
        f"transfers {seal.transfers}\nroot {seal.root}\nchain {seal.chain}\n"
    ).encode("ascii")


def sign(*, token: Token, by: str, at: datetime.datetime) -> SignedSeal:
    """This will sign the newest seal and keep the signature beside it; one that is signed already is returned as it is.

    Raises:
        Refused: `nothing_sealed`, `token_unusable`.
    """
    seal = Seal.objects.order_by("-number").first()
    if seal is None:
        raise Refused(
            "nothing_sealed", vi="Sổ chưa có niêm phong nào để ký.", en="There is no seal to sign.",
        )  # fmt: skip
    known = SealSignature.objects.filter(seal=seal).first()
    if known is not None:
        return _shown(known)
    signature, public_key = sign_inside(token, text_of(seal))
    # A token that signs wrongly, or with another key than it shows, is found out now and not by an auditor.
    if not is_valid(text_of(seal), signature, public_key):
        raise _unusable("signature does not verify")
    return _shown(
        SealSignature.objects.create(
            seal=seal, signature=signature.hex(), public_key=public_key, signed_by=by, signed_at=at
        )
    )


def _shown(row: SealSignature) -> SignedSeal:
    seal = row.seal
    return SignedSeal(
        seal.number, seal.transfers, seal.last_transfer, seal.root, seal.chain, seal.sealed_at, text_of(seal).decode("ascii"),
        row.signature, row.public_key, row.signed_by, row.signed_at,
    )  # fmt: skip


def sign_inside(token: Token, text: bytes) -> tuple[bytes, str]:
    """Return the token's signature over a text (RSA PKCS#1 v1.5, SHA-256) and its public key as PEM. Raises `Refused` (`token_unusable`)."""
    try:
        pin = token.pin_file.read_text("utf8").strip()
        library = pkcs11.lib(str(token.module))
        with library.get_token(token_label=token.token).open(user_pin=pin) as session:
            private = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=token.key)
            public: Any = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=token.key)
            signature = private.sign(text, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)
            key = serialization.load_der_public_key(encode_rsa_public_key(public))
    except (OSError, RuntimeError, pkcs11.PKCS11Error, ValueError) as error:
        raise _unusable(f"{type(error).__name__} {error}".strip()) from error
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


def broken_signatures() -> list[str]:
    """Return the seals whose signature is not one over the seal as it stands."""
    rows = SealSignature.objects.select_related("seal").order_by("seal_id")
    return [
        f"seal {row.seal_id}"
        for row in rows
        if not is_valid(text_of(row.seal), bytes.fromhex(row.signature), row.public_key)
    ]


def _unusable(why: str) -> Refused:
    return Refused(
        "token_unusable",
        vi="Không ký được bằng thiết bị ký số. Chưa ký gì; hãy kiểm tra thiết bị, nhãn khoá và mã PIN.",
        en="The signing token could not be used. Nothing was signed; check the token, the key's label and the PIN.",
        token_says=why[:200],
    )
