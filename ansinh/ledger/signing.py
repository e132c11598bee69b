"""Signing a seal inside a token: the key never leaves it, and openssl can check the signature.

What is signed is a short text that a person can read; anybody can check it with the certificate's public key. Without a token nothing is signed,
and that is said, never passed over.
"""

import datetime
from dataclasses import dataclass

from ansinh.base.refusals import Refused
from ansinh.ledger.models import Seal, SealSignature
from ansinh.standards.token import Token, is_valid, sign_inside, token_unusable


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
        raise token_unusable("signature does not verify")
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


def broken_signatures() -> list[str]:
    """Return the seals whose signature is not one over the seal as it stands."""
    rows = SealSignature.objects.select_related("seal").order_by("seal_id")
    return [
        f"seal {row.seal_id}"
        for row in rows
        if not is_valid(text_of(row.seal), bytes.fromhex(row.signature), row.public_key)
    ]
