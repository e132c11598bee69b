"""Result documents that a provider sends by itself: believed only when signed and fresh, stored before anything reads them.

Applying is the next collection's work, as for every document: a webhook that comes twice, late or never changes nothing.
"""

import datetime
import hashlib
import hmac
import os
import tempfile
from pathlib import Path

from django.db import transaction

from ansinh.base.refusals import Refused
from ansinh.office.security import everything, put_on
from ansinh.payment.archive import Archive
from ansinh.payment.gateways import wire
from ansinh.payment.gateways.rest import Settings
from ansinh.payment.models import PaymentServiceProvider
from ansinh.payment.operations import store_message


def receive(
    *,
    code: str,
    target: str,
    timestamp: str,
    signature: str,
    document_id: str,
    body: bytes,
    archive: Archive,
    at: datetime.datetime,
) -> bool:
    """This will keep a document that a provider sent and return whether it is new.

    Raises:
        Refused: `webhook_not_believed` for an unknown provider, a wrong signature or a stale one: which of them is nobody's
            business; `document_empty`.
    """
    provider = PaymentServiceProvider.objects.filter(code=code, gateway="rest", is_active=True).first()
    fresh = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12
    fresh = fresh and abs(at.timestamp() - int(timestamp)) <= wire.CLOCKS_MAY_DIFFER_S
    if provider is None or not fresh or not _is_signed(provider, target, timestamp, signature, body):
        raise Refused(
            "webhook_not_believed",
            vi="Không xác thực được nơi gửi. Kết quả không được nhận; hãy kiểm tra khoá và đồng hồ.",
            en="The sender could not be verified. Nothing was taken; check the key and the clock.",
        )
    if not body:
        raise Refused("document_empty", vi="Tệp kết quả rỗng.", en="The document is empty.")
    sha256 = hashlib.sha256(body).hexdigest()
    incoming = archive.folder / "incoming"
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=incoming, delete=False) as part:
        part.write(body)
        part.flush()
        os.fsync(part.fileno())
    archive.keep(Path(part.name), sha256)
    with transaction.atomic():
        put_on(everything("system"))
        # The mark that `poll` would give it: what came here is not fetched again.
        stored = store_message(
            provider=provider, name=document_id or sha256, mark=f"{document_id}|{sha256}", sha256=sha256, at=at
        )
    return stored is not None


def _is_signed(provider: PaymentServiceProvider, target: str, timestamp: str, signature: str, body: bytes) -> bool:
    try:
        secret = wire.secret_of(Settings.from_mapping(provider.settings).secret_file)
    except Refused:
        # Without a key nobody can prove anything.
        return False
    right = wire.sign(secret, "POST", target, timestamp, body)
    return hmac.compare_digest(right.encode(), signature.encode("utf8", "replace"))
