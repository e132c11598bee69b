"""Keys and certificates for tests: RSA, made here, in force since January 2026 and for a year from now, for 127.0.0.1 where they serve."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def made(name: str, *, until: datetime.datetime | None = None) -> tuple[rsa.RSAPrivateKey, str]:
    """Return a fresh key and its certificate as PEM."""
    key, subject = rsa.generate_private_key(65537, 2048), x509.Name.from_rfc4514_string(name)
    since = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    built = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).not_valid_before(since)
    built = built.not_valid_after(until or datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=365))
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    built = built.add_extension(here, critical=False).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    return key, built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key: rsa.RSAPrivateKey) -> str:
    """Return a private key as PEM, unprotected: for a test's own folder."""
    kinds = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*kinds).decode()
