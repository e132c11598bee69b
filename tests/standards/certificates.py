"""Keys and certificates for tests: RSA, made here, in force for a year around November 2026."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def made(name: str, *, until: datetime.datetime | None = None) -> tuple[rsa.RSAPrivateKey, str]:
    """Return a fresh key and its certificate as PEM."""
    key, subject = rsa.generate_private_key(65537, 2048), x509.Name.from_rfc4514_string(name)
    since = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    built = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).not_valid_before(since)
    built = built.not_valid_after(until or datetime.datetime(2027, 6, 1, tzinfo=datetime.UTC))
    return key, built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key: rsa.RSAPrivateKey) -> str:
    """Return a private key as PEM, unprotected: for a test's own folder."""
    kinds = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*kinds).decode()
