"""The signature that travels beside a file: XAdES over a manifest that names the file, its size and its SHA-256.

Beside it and not inside: a file of a hundred thousand orders is written and read in a stream, and never lies whole in memory.
Whoever receives both checks the signature with any XAdES library, and the hash with `sha256sum`.
"""

import datetime
import importlib
import re
from dataclasses import dataclass
from typing import Any, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from lxml import etree

from ansinh.base.refusals import Refused

NAMESPACE = "urn:ansinh:file-manifest:1"
SUFFIX = ".sig.xml"
# A signature is a few thousand bytes; more is somebody's attempt to make us read.
MOST_BYTES = 64 * 1024
_METHODS = ("RSA_SHA256", "RSA_SHA384", "RSA_SHA512", "ECDSA_SHA256", "ECDSA_SHA384")
_DIGESTS = ("SHA256", "SHA384", "SHA512")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Key(Protocol):
    """A private RSA key: in a file, or inside a token that signs without giving it away."""

    def sign(self, data: bytes, padding: Any, algorithm: Any) -> bytes:
        """Return the signature of `data` by PKCS#1 v1.5 with SHA-256."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is signed: which file, by the name under which it travels, and exactly which bytes."""

    name: str
    sha256: str
    size: int


def _library() -> tuple[Any, Any]:
    # Few sign, and every command that hands files over would wait for it to be imported.
    return importlib.import_module("signxml"), importlib.import_module("signxml.xades")


def sign(manifest: Manifest, *, key: Key, certificate: str) -> bytes:
    """Return the signature file (XAdES-B, RSA with SHA-256) for a manifest; `certificate` is PEM and goes along."""
    root = etree.Element(f"{{{NAMESPACE}}}FileManifest", nsmap={None: NAMESPACE})
    etree.SubElement(root, f"{{{NAMESPACE}}}File", name=manifest.name, sha256=manifest.sha256, size=str(manifest.size))
    signxml, xades = _library()
    signer = xades.XAdESSigner(
        method=signxml.SignatureConstructionMethod.enveloped,
        signature_algorithm=signxml.SignatureMethod.RSA_SHA256,
        digest_algorithm=signxml.DigestAlgorithm.SHA256,
        data_object_format=xades.XAdESDataObjectFormat(Description="Manifest of a file", MimeType="text/xml"),
    )
    signed = signer.sign(root, key=key, cert=certificate, always_add_key_value=False)
    return etree.tostring(signed, xml_declaration=True, encoding="UTF-8")


def check(raw: bytes, *, certificate: str, at: datetime.datetime) -> Manifest:
    """Return what a signature file says, when it was made with the key of exactly this certificate, which must be in force.

    Raises:
        Refused: `signature_hostile`, `signature_invalid`, `certificate_not_in_force`, `certificate_unreadable`.
    """
    _require_in_force(certificate, at)
    # Before any parser: a signature needs no document type, and what has one is an attack.
    if len(raw) > MOST_BYTES or re.search(rb"<!(?:DOCTYPE|ENTITY)", raw, re.IGNORECASE) or b"\0" in raw:
        raise Refused(
            "signature_hostile",
            vi="Tệp chữ ký có nội dung nguy hiểm hoặc quá lớn. Không đọc; hãy báo tổ chức chi trả gửi lại và báo quản trị hệ thống.",
            en="The signature file is dangerous or too large. It was not read; ask the provider to send it again.",
        )
    signxml, xades = _library()
    config = xades.XAdESSignatureConfiguration(
        signature_methods=frozenset(getattr(signxml.SignatureMethod, name) for name in _METHODS),
        digest_algorithms=frozenset(getattr(signxml.DigestAlgorithm, name) for name in _DIGESTS),
        location="./",
        expect_references=3,
    )
    try:
        # By the certificate that was agreed on: the one that came along is only somebody's word.
        verified = xades.XAdESVerifier().verify(raw, x509_cert=certificate, expect_config=config)
    except (signxml.exceptions.SignXMLException, InvalidSignature, ValueError, KeyError, etree.LxmlError) as error:
        raise _invalid() from error
    # What was signed, and not what the file shows beside it.
    found = [one.signed_xml for one in verified if one.signed_xml is not None]
    manifests = [one for one in found if one.tag == f"{{{NAMESPACE}}}FileManifest"]
    files = manifests[0].findall(f"{{{NAMESPACE}}}File") if len(manifests) == 1 else []
    if len(files) != 1:
        raise _invalid()
    name, sha256, size = (files[0].get(what) or "" for what in ("name", "sha256", "size"))
    if not name or _SHA256.fullmatch(sha256) is None or not (size.isascii() and size.isdigit() and len(size) < 16):
        raise _invalid()
    return Manifest(name, sha256, int(size))


def _require_in_force(certificate: str, at: datetime.datetime) -> None:
    try:
        loaded = x509.load_pem_x509_certificate(certificate.encode())
    except ValueError as error:
        raise Refused(
            "certificate_unreadable",
            vi="Chứng thư số đã khai báo không đọc được. Hãy kiểm tra lại tệp chứng thư.",
            en="The agreed certificate cannot be read. Check its file.",
        ) from error
    if not loaded.not_valid_before_utc <= at <= loaded.not_valid_after_utc:
        raise Refused(
            "certificate_not_in_force",
            vi=f"Chứng thư số hết hiệu lực ngày {loaded.not_valid_after_utc:%d/%m/%Y}. Hãy khai báo chứng thư mới của tổ chức chi trả.",
            en=f"The certificate ended on {loaded.not_valid_after_utc:%d/%m/%Y}. Enter the provider's new one.",
        )


def _invalid() -> Refused:
    return Refused(
        "signature_invalid",
        vi="Chữ ký của tệp không đúng, hoặc không phải của chứng thư đã khai báo. Không đọc tệp; hãy liên hệ tổ chức chi trả.",
        en="The file's signature is wrong, or not made with the agreed certificate. The file was not read; contact the provider.",
    )
