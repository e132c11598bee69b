"""One HTTPS conversation with a provider: what is certain and what is not, and that both sides are who they say.

An error before the request could arrive means that nothing was sent; silence after that means UNKNOWN. Nothing is ever
repeated here: whether a request may be repeated is known only where it is made.
"""

import datetime
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3

from ansinh.base.refusals import Refused

# What a person would still call an answer in time; the provider's clock and ours may differ by as much.
CLOCKS_MAY_DIFFER_S = 300
_PIECE = 1 << 16


class Lost(Exception):
    """The request may have arrived, and no answer that can be believed came back."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the other side answered."""

    status: int
    body: bytes

    def json(self) -> Any:
        """Return the body as plain values; None when it is not JSON, which a proxy's page of regret is not."""
        try:
            return json.loads(self.body, parse_float=str)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider is reached and by what both sides know each other.

    `secret` signs requests and answers alike (HMAC-SHA-256); without one nothing is signed, and TLS alone proves the
    provider. `authority` is a file with the certificate authority that may vouch for the provider.
    """

    base_url: str
    key_id: str = ""
    secret: bytes = b""
    authority: Path | None = None
    connect_timeout_s: float = 20
    answer_timeout_s: float = 120
    max_answer_bytes: int = 1 << 30

    @property
    def host(self) -> str:
        """Return the provider's host and port, for messages to people."""
        return urlsplit(self.base_url).netloc

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Said:
        """Ask once and return the answer, whatever its status.

        Raises:
            Refused: `gateway_unreachable` when nothing was sent, `gateway_key_unreadable`.
            Lost: when the request may have arrived.
        """
        at = str(int(datetime.datetime.now(datetime.UTC).timestamp()))
        target = urlsplit(self.base_url).path.rstrip("/") + path
        signature = sign(self.secret, method, target, at, body) if self.secret else ""
        known = {"X-Key-Id": self.key_id, "X-Timestamp": at, "X-Signature": signature} if self.secret else {}
        with self._pool() as pool:
            try:
                answer = pool.request(
                    method, self.base_url.rstrip("/") + path, body=body or None, headers={**known, **(headers or {})},
                    # A redirect would carry our orders to a place that nobody agreed to.
                    redirect=False, retries=False, preload_content=False,
                    timeout=urllib3.Timeout(connect=self.connect_timeout_s, read=self.answer_timeout_s),
                )  # fmt: skip
            except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
                raise unreachable(self.host) from error
            except urllib3.exceptions.SSLError as error:
                raise _stranger(self.host) from error
            except urllib3.exceptions.HTTPError as error:
                raise Lost(str(error)) from error
            said = Said(answer.status, self._body(answer))
        if self.secret:
            self._believe(said, signature, answer.headers)
        return said

    def _pool(self) -> urllib3.PoolManager:
        if urlsplit(self.base_url).scheme == "https":
            return urllib3.PoolManager(
                cert_reqs="CERT_REQUIRED", ca_certs=str(self.authority) if self.authority else None
            )
        return urllib3.PoolManager()

    def _body(self, answer: urllib3.BaseHTTPResponse) -> bytes:
        pieces, size = [], 0
        try:
            for piece in answer.stream(_PIECE, decode_content=False):
                size += len(piece)
                if size > self.max_answer_bytes:
                    raise Lost("the answer has no end")
                pieces.append(piece)
        except urllib3.exceptions.HTTPError as error:
            raise Lost(str(error)) from error
        return b"".join(pieces)

    def _believe(self, said: Said, request: str, headers: Mapping[str, str]) -> None:
        """Refuse an answer that the provider did not sign: a proxy, or somebody who sits between."""
        right = sign_answer(self.secret, request, said.status, said.body)
        if not hmac.compare_digest(right, headers.get("X-Signature", "")):
            # Somebody refused us in words of his own: then our key, or his, is not the agreed one.
            raise login_refused() if said.status == 401 else _stranger(self.host)


def sign(secret: bytes, method: str, target: str, at: str, body: bytes) -> str:
    """Return the signature of a request: over its method, its path with query, the second it was made, and its body."""
    text = f"{method}\n{target}\n{at}\n{hashlib.sha256(body).hexdigest()}"
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def sign_answer(secret: bytes, request: str, status: int, body: bytes) -> str:
    """Return the signature of an answer: bound to its request, so that yesterday's answer proves nothing today."""
    text = f"{request}\n{status}\n{hashlib.sha256(body).hexdigest()}"
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def secret_of(path: Path) -> bytes:
    """Return the shared secret that lies in a file. Raises `Refused` (`gateway_key_unreadable`)."""
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise _key_unreadable(path) from error
    # Shorter than the hash is a word, and words are guessed.
    if len(secret) < 32:
        raise _key_unreadable(path)
    return secret


def checked_url(value: Any) -> str:
    """Return an address that may carry orders: HTTPS, or plain HTTP inside this machine. Raises ValueError."""
    parts = urlsplit(str(value))
    local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise ValueError(value)
    return str(value)


def unreachable(host: str) -> Refused:
    """Return the refusal for a provider that does not answer; nothing was sent."""
    return Refused(
        "gateway_unreachable",
        vi=f"Không kết nối được máy chủ của tổ chức chi trả ({host}). Lần này chưa gửi gì; hãy thử lại.",
        en=f"The provider's server ({host}) cannot be reached. Nothing was sent now; try again.",
        host=host,
    )


def unreadable() -> Refused:
    """Return the refusal for an answer that is none of those agreed."""
    return Refused(
        "gateway_answer_unreadable",
        vi="Không hiểu được câu trả lời của tổ chức chi trả. Chưa có gì thay đổi; hãy báo tổ chức chi trả.",
        en="The provider's answer cannot be understood. Nothing was changed; tell the provider.",
    )


def _stranger(host: str) -> Refused:
    return Refused(
        "gateway_host_key_changed",
        vi="Máy chủ trả lời không chứng minh được là tổ chức chi trả đã thoả thuận. Đừng gửi; hãy gọi tổ chức chi trả để xác minh.",
        en="What answers cannot prove that it is the provider agreed with. Do not send; call the provider to verify.",
        host=host,
    )


def login_refused() -> Refused:
    """Return the refusal for a provider that does not accept our key or name."""
    return Refused(
        "gateway_login_refused",
        vi="Tổ chức chi trả không chấp nhận khoá của đơn vị. Hãy yêu cầu đăng ký lại khoá.",
        en="The provider does not accept our key. Ask to have it registered again.",
    )


def _key_unreadable(path: Path) -> Refused:
    return Refused(
        "gateway_key_unreadable",
        vi="Không đọc được khoá bí mật của cổng kết nối, hoặc khoá quá ngắn. Hãy kiểm tra tệp khoá trong thông số cổng kết nối.",
        en="The secret of the gateway cannot be read or is too short. Check the key file in the gateway settings.",
        path=str(path),
    )
