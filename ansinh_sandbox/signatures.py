"""Signatures of the sandbox bank: its own beside every answer, and the customer's beside every order, where they were agreed on.

`signing_key.pem` and `signing_certificate.pem` in the bank's folder switch the first on, `customer_certificate.pem` the second.
"""

import datetime
import hashlib
import importlib
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

SUFFIX = ".sig.xml"
_NAMESPACE = "urn:ansinh:file-manifest:1"


def _library() -> tuple[Any, Any]:
    # The bank opens with every command that sends or collects, and seldom signs.
    return importlib.import_module("signxml"), importlib.import_module("signxml.xades")


def make_key(folder: Path) -> None:
    """Make the bank's signing key and its certificate, once."""
    if (folder / "signing_key.pem").exists():
        return
    key, name = (
        rsa.generate_private_key(65537, 2048),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sandbox bank")]),
    )
    since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = (
        built.serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + datetime.timedelta(days=730))
    )
    kinds = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (folder / "signing_certificate.pem").write_bytes(certificate)
    (folder / "signing_key.pem").touch(0o600)
    (folder / "signing_key.pem").write_bytes(key.private_bytes(*kinds))


def sign_beside(path: Path, name: str, folder: Path) -> None:
    """Put the bank's signature over a finished file where it lies beside the name that the file will have."""
    if not (folder / "signing_key.pem").exists():
        return
    content = path.read_bytes()
    manifest = etree.Element(f"{{{_NAMESPACE}}}FileManifest", nsmap={None: _NAMESPACE})
    digest = hashlib.sha256(content).hexdigest()
    etree.SubElement(manifest, f"{{{_NAMESPACE}}}File", name=name, sha256=digest, size=str(len(content)))
    key, certificate = (folder / "signing_key.pem").read_bytes(), (folder / "signing_certificate.pem").read_text()
    signxml, xades = _library()
    signed = xades.XAdESSigner(method=signxml.SignatureConstructionMethod.enveloped).sign(
        manifest, key=key, cert=certificate, always_add_key_value=False
    )
    (path.parent / f"{name}{SUFFIX}").write_bytes(etree.tostring(signed))


def problem(path: Path) -> str:
    """Return the code by which an order file is refused for its signature: DS0A none, DS0B not right; nothing when it is right."""
    agreed, beside = path.parents[2] / "customer_certificate.pem", path.with_name(path.name + SUFFIX)
    if not agreed.exists():
        return ""
    if not beside.exists():
        return "DS0A"
    signxml, xades = _library()
    try:
        verified = xades.XAdESVerifier().verify(beside.read_bytes(), x509_cert=agreed.read_text())
    except (signxml.exceptions.SignXMLException, signxml.InvalidInput, ValueError, etree.LxmlError):
        return "DS0B"
    [file] = verified[0].signed_xml.findall(f"{{{_NAMESPACE}}}File")
    with open(path, "rb") as content:
        found = (path.name, hashlib.file_digest(content, "sha256").hexdigest(), str(path.stat().st_size))
    return "" if found == (file.get("name"), file.get("sha256"), file.get("size")) else "DS0B"
