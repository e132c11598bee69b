"""HTTPS to a provider: a real TLS server on this machine. Whoever cannot prove who they are is sent nothing, and that is named."""

import datetime
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ansinh.base.refusals import Refused
from ansinh.payment.gateways.wire import Endpoint
from tests.standards.certificates import key_pem, made


class Server:
    """A provider's server with a certificate; it counts what it was asked."""

    def __init__(self, folder: Path, *, until: datetime.datetime | None = None) -> None:
        key, self.certificate = made("CN=Bank", until=until)
        self.authority = folder / f"{id(self)}.pem"
        self.authority.write_text(self.certificate)
        (folder / "server.key").write_text(key_pem(key))
        self.asked: list[bytes] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                return

            def do_POST(self) -> None:
                server.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.authority, folder / "server.key")
        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    @property
    def port(self) -> int:
        return self.http.server_port

    def close(self) -> None:
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[list[Server]]:
    until = datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)
    made_servers = [Server(tmp_path), Server(tmp_path, until=until)]
    yield made_servers
    for server in made_servers:
        server.close()


def test_the_provider_that_was_agreed_on_is_answered(servers: list[Server]) -> None:
    right, _ = servers
    said = Endpoint(f"https://127.0.0.1:{right.port}", authority=right.authority).ask("POST", "/batches", b"orders")
    assert (said.status, right.asked) == (200, [b"orders"])


@pytest.mark.parametrize("who", ["nobody vouches", "another authority", "ended", "another name"])
def test_whoever_cannot_prove_it_is_sent_nothing(servers: list[Server], who: str) -> None:
    right, ended = servers
    server = ended if who == "ended" else right
    host = "localhost" if who == "another name" else "127.0.0.1"
    authority = {"nobody vouches": None, "another authority": ended.authority}.get(who, server.authority)
    with pytest.raises(Refused) as refusal:
        Endpoint(f"https://{host}:{server.port}", authority=authority).ask("POST", "/batches", b"orders")
    assert refusal.value.reason == "gateway_host_key_changed"
    assert server.asked == []
