"""Signatures beside files: ours is believed by an independent look, and nothing else than the agreed key's is."""

import base64
import datetime
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from ansinh.base.refusals import Refused
from ansinh.standards.file_signature import NAMESPACE, Manifest, check, sign
from tests.standards.certificates import made

AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
FILE = Manifest("P01B0001.xml", hashlib.sha256(b"x").hexdigest(), 1)
DS = "{http://www.w3.org/2000/09/xmldsig#}"


@pytest.fixture(scope="module")
def ours() -> tuple:
    return made("CN=So Y te", until=datetime.datetime(2027, 6, 1, tzinfo=datetime.UTC))


def test_what_we_sign_says_what_was_signed(ours: tuple) -> None:
    key, certificate = ours
    assert check(sign(FILE, key=key, certificate=certificate), certificate=certificate, at=AT) == FILE


def test_plain_cryptography_agrees_without_the_library_that_signed(ours: tuple) -> None:
    key, certificate = ours
    signed = etree.fromstring(sign(FILE, key=key, certificate=certificate))
    info = etree.tostring(signed.find(f".//{DS}SignedInfo"), method="c14n")
    value = base64.b64decode(signed.find(f".//{DS}SignatureValue").text)
    public = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    public.verify(value, info, padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr, call-arg]
    assert signed.find(".//{http://uri.etsi.org/01903/v1.3.2#}SigningCertificateV2") is not None


def _wrapped(raw: bytes, _: tuple) -> bytes:
    """The signed manifest is moved aside, and another one stands where a careless reader looks."""
    signed = etree.fromstring(raw)
    forged = etree.Element(f"{{{NAMESPACE}}}FileManifest")
    etree.SubElement(forged, f"{{{NAMESPACE}}}File", name="evil.xml", sha256="0" * 64, size="1")
    forged.append(signed)
    return etree.tostring(forged)


@pytest.mark.parametrize(
    ("bend", "reason"),
    [
        (lambda raw, other: raw.replace(b"P01B0001", b"P01B0002"), "signature_invalid"),
        (lambda raw, other: raw.replace(FILE.sha256.encode(), b"0" * 64), "signature_invalid"),
        (lambda raw, other: raw.replace(b"SigningTime>20", b"SigningTime>21"), "signature_invalid"),
        (lambda raw, other: sign(FILE, key=other[0], certificate=other[1]), "signature_invalid"),
        (_wrapped, "signature_invalid"),
        (lambda raw, other: raw[:-40], "signature_invalid"),
        (lambda raw, other: b"", "signature_invalid"),
        (lambda raw, other: b"<FileManifest xmlns='urn:ansinh:file-manifest:1'/>", "signature_invalid"),
        (lambda raw, other: raw.replace(b"<FileManifest", b"<!DOCTYPE x [<!ENTITY a 'b'>]><FileManifest"), "signature_hostile"),
        (lambda raw, other: raw + b" " * 70_000, "signature_hostile"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(ours: tuple, bend: object, reason: str) -> None:
    key, certificate = ours
    raw = bend(sign(FILE, key=key, certificate=certificate), made("CN=So Y te"))  # type: ignore[operator]
    with pytest.raises(Refused) as refusal:
        check(raw, certificate=certificate, at=AT)
    assert refusal.value.reason == reason


def test_a_weak_method_is_not_believed(ours: tuple) -> None:
    key, certificate = ours
    raw = sign(FILE, key=key, certificate=certificate)
    weak = raw.replace(b"2001/04/xmldsig-more#rsa-sha256", b"2000/09/xmldsig#rsa-sha1")
    assert weak != raw
    with pytest.raises(Refused):
        check(weak, certificate=certificate, at=AT)


@pytest.mark.parametrize("days", [-800, 400])
def test_a_certificate_that_is_not_in_force_is_refused(ours: tuple, days: int) -> None:
    key, certificate = ours
    with pytest.raises(Refused) as refusal:
        check(
            sign(FILE, key=key, certificate=certificate), certificate=certificate, at=AT + datetime.timedelta(days=days)
        )
    assert refusal.value.reason == "certificate_not_in_force"


def test_a_certificate_that_is_none_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        check(b"", certificate="-----BEGIN", at=AT)
    assert refusal.value.reason == "certificate_unreadable"
