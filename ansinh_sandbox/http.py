"""The sandbox bank over HTTP on 127.0.0.1: our REST interface (signed), and beside it a payment hub after GovStack.

Both end in the same books as the bank's SFTP side. A batch is taken once by its name, whatever the line does.
"""

import csv
import hashlib
import hmac
import io
import json
import signal
import threading
import time
from contextlib import closing
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from sqlite3 import Row
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ansinh_sandbox import books, results, work

_LARGEST = 64 << 20
_CLOCKS_MAY_DIFFER_S = 300


class Bank(ThreadingHTTPServer):
    """The bank's house: one folder, one secret, one file dealt with at a time."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int, secret: bytes) -> None:
        super().__init__(("127.0.0.1", port), _Clerk)
        self.folder, self.secret = folder, secret
        self.lock = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a customer goes away in the middle: tests do that on purpose."""


class _Clerk(BaseHTTPRequestHandler):
    """Answers one request. Whatever starts with /rest must be signed; the hub knows tenants by a header."""

    server: Bank
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: names and accounts do not belong into a log."""

    def do_GET(self) -> None:
        """Answer a question."""
        self._serve()

    def do_POST(self) -> None:
        """Take something in."""
        self._serve()

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LARGEST:
            self._tell(413, {"error": "too_large"})
            self.close_connection = True
            return
        body = self.rfile.read(length)
        path = urlsplit(self.path)
        if path.path.startswith("/rest/"):
            if not self._signed(body):
                self._tell(401, {"error": "signature"})
                return
            self._rest(path.path.removeprefix("/rest"), body)
        elif path.path.startswith("/hub/"):
            if not self.headers.get("Platform-TenantId"):
                self._tell(401, {"error": "tenant"})
                return
            self._hub(path.path.removeprefix("/hub"), parse_qs(path.query), body)
        else:
            self._tell(404, {"error": "path"})

    # ── both sides know each other ───────────────────────────────────────────────────────────────────────────────────

    def _signed(self, body: bytes) -> bool:
        at = self.headers.get("X-Timestamp", "")
        text = f"{self.command}\n{self.path}\n{at}\n{hashlib.sha256(body).hexdigest()}"
        right = hmac.new(self.server.secret, text.encode(), hashlib.sha256).hexdigest()
        fresh = at.isdecimal() and abs(time.time() - int(at)) < _CLOCKS_MAY_DIFFER_S
        return fresh and hmac.compare_digest(right, self.headers.get("X-Signature", ""))

    def _tell(self, status: int, said: Any) -> None:
        self._send(status, said if isinstance(said, bytes) else json.dumps(said).encode())

    def _send(self, status: int, body: bytes) -> None:
        text = f"{self.headers.get('X-Signature', '')}\n{status}\n{hashlib.sha256(body).hexdigest()}"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        # Whoever could not prove himself gets no proof of us either.
        if status != 401:
            proof = hmac.new(self.server.secret, text.encode(), hashlib.sha256).hexdigest()
            self.send_header("X-Signature", proof)
        self.end_headers()
        self.wfile.write(body)

    # ── our REST interface ───────────────────────────────────────────────────────────────────────────────────────────

    def _rest(self, path: str, body: bytes) -> None:
        folder = self.server.folder
        if (self.command, path) == ("GET", "/health"):
            self._tell(200, {"ok": True})
        elif (self.command, path) == ("POST", "/batches"):
            self._take(self.headers.get("Idempotency-Key", ""), ".ndjson", body)
        elif self.command == "GET" and path.startswith("/batches/"):
            self._batch(path.removeprefix("/batches/"))
        elif (self.command, path) == ("GET", "/results"):
            found = sorted((folder / "sftp" / "out").glob("*.ndjson"))
            self._tell(200, {"documents": [{"id": path.name, "sha256": results.sha256(path)} for path in found]})
        elif self.command == "GET" and path.startswith("/results/"):
            name = path.removeprefix("/results/")
            document = folder / "sftp" / "out" / name
            known = "/" not in name and name.endswith(".ndjson") and document.is_file()
            self._tell(200, document.read_bytes()) if known else self._tell(404, {"error": "document"})
        elif path.startswith("/payments/"):
            self._payment(*path.removeprefix("/payments/").partition("/")[::2])
        elif (self.command, path) == ("POST", "/account-holders"):
            self._holders(body)
        else:
            self._tell(404, {"error": "path"})

    def _take(self, name: str, suffix: str, body: bytes) -> None:
        """Take a batch once by its name; the same bytes again are a repetition, other bytes are refused."""
        path = self.server.folder / "sftp" / "in" / f"{name}{suffix}"
        sha256 = hashlib.sha256(body).hexdigest()
        if not name or not name.replace("-", "").isalnum():
            self._tell(400, {"error": "idempotency_key"})
            return
        with self.server.lock:
            known = path.exists()
            if known and path.read_bytes() != body:
                self._tell(409, {"error": "other_content", "sha256": results.sha256(path)})
                return
            if not known:
                path.write_bytes(body)
                work.settle(self.server.folder, [path.name])
        if self._lost():
            return
        self._tell(200 if known else 202, {"batch": name, "sha256": sha256})

    def _batch(self, name: str) -> None:
        path = self.server.folder / "sftp" / "in" / f"{name}.ndjson"
        if "/" in name or not path.is_file():
            self._tell(404, {"error": "batch"})
            return
        with open(path, encoding="utf8") as file:
            head = json.loads(file.readline())
        known = {"batch": name, "sha256": results.sha256(path)}
        self._tell(200, {**known, "created_at": head["created_at"], "execution_date": head["execution_date"]})

    def _lost(self) -> bool:
        """Play the worst moments: the batch is taken, and the line goes dead, or nobody ever answers."""
        control = self.server.folder / "control"
        if (control / "drop_next_rename").exists():
            (control / "drop_next_rename").unlink()
        elif (control / "hang_next_rename").exists():
            (control / "hang_next_rename").unlink()
            time.sleep(30)
        else:
            return False
        self.close_connection = True
        return True

    def _payment(self, name: str, act: str) -> None:
        with closing(books.open_books(self.server.folder)) as ledger:
            if act == "" and self.command == "GET":
                row = books.order(ledger, name)
                self._tell(200, results.payment(row)) if row else self._tell(404, {"error": "payment"})
            elif act == "cancellation" and self.command == "POST":
                outcome = books.cancel(ledger, name)
                if outcome == "cancelled":
                    work.cancelled(self.server.folder, ledger, name)
                self._tell(
                    {"unknown": 404, "too_late": 409, "again": 200, "cancelled": 202}[outcome], {"outcome": outcome}
                )
            else:
                self._tell(404, {"error": "path"})

    def _holders(self, body: bytes) -> None:
        try:
            asked = json.loads(body)["accounts"]
            with closing(books.open_books(self.server.folder)) as ledger:
                names = [books.holder(ledger, one["bank_bin"], one["account_number"]) for one in asked]
        except (ValueError, KeyError, TypeError):
            self._tell(400, {"error": "body"})
            return
        known = [{"status": "RCVC", "name": name} if name else {"status": "RVNM", "name": None} for name in names]
        self._tell(200, {"holders": known})

    # ── a payment hub after GovStack ─────────────────────────────────────────────────────────────────────────────────

    def _hub(self, path: str, query: dict[str, list[str]], body: bytes) -> None:
        if (self.command, path) == ("POST", "/batchtransactions"):
            self._hub_batch(body)
            return
        with closing(books.open_books(self.server.folder)) as ledger:
            if path == "/api/v1/batches":
                files = ledger.execute("select * from files where name like '%.csv' order by id").fetchall()
                self._tell(200, {"totalBatches": len(files), "data": [_summary(ledger, file) for file in files]})
            elif path == "/api/v1/batch/detail":
                page, size = (
                    int(query.get(name, [default])[0]) for name, default in (("pageNo", "0"), ("pageSize", "100"))
                )
                rows = ledger.execute(
                    "select * from instructions where file = ? order by id limit ? offset ?",
                    (query.get("batchId", ["0"])[0], size, page * size),
                ).fetchall()
                (total,) = ledger.execute(
                    "select count(*) from instructions where file = ?", (query.get("batchId", ["0"])[0],)
                ).fetchone()
                self._tell(200, {"content": [results.detail(row) for row in rows], "totalElements": total})
            elif path == "/actuator/health":
                self._tell(200, {"status": "UP"})
            else:
                self._tell(404, {"error": "path"})

    def _hub_batch(self, body: bytes) -> None:
        """Take a CSV once by the client's correlation id; a hub that took it twice would pay twice."""
        head = f"Content-Type: {self.headers.get('Content-Type')}\r\n\r\n".encode()
        parts = message_from_bytes(head + body).get_payload()
        name = self.headers.get("X-CorrelationID", "")
        if not isinstance(parts, list) or not parts or self.headers.get("type") != "csv":
            self._tell(400, {"error": "no file"})
            return
        content = parts[0].get_payload(decode=True)
        columns = next(csv.reader(io.StringIO(content.decode("utf8", "replace"))), [])
        if columns[:3] != ["id", "request_id", "payment_mode"]:
            self._tell(400, {"errorCategory": "Validation", "errorDescription": "file structure"})
            return
        path = self.server.folder / "sftp" / "in" / f"{name}.csv"
        with self.server.lock:
            known = path.exists()
            if known and path.read_bytes() != content:
                self._tell(
                    409, {"errorCode": "duplicate", "errorDescription": "X-CorrelationID was used for another file"}
                )
                return
            if not known:
                path.write_bytes(content)
                work.settle(self.server.folder, [path.name])
        if self._lost():
            return
        with closing(books.open_books(self.server.folder)) as ledger:
            (number,) = ledger.execute("select id from files where name = ?", (path.name,)).fetchone()
        self._tell(200 if known else 202, {"PollingPath": f"/batch/Summary/{number}", "SuggestedCallbackSeconds": 1})


def _summary(ledger: Any, file: Row) -> dict[str, Any]:
    states = dict(
        ledger.execute("select state, count(*) from instructions where file = ? group by state", (file["id"],))
    )
    failed, ongoing = states.get("rejected", 0) + states.get("cancelled", 0), states.get("late", 0)
    total = sum(states.values())
    return {
        "batchId": str(file["id"]), "clientCorrelationId": file["message_id"], "total": total, "ongoing": ongoing,
        "failed": failed, "successful": total - failed - ongoing, "status": "Pending" if ongoing else "Completed",
    }  # fmt: skip


def serve(folder: Path, port: int) -> None:
    """Open the bank until SIGTERM; print one JSON line when it listens."""
    with Bank(folder, port, (folder / "rest_secret").read_bytes().strip()) as bank:
        # From a thread of its own: `shutdown` waits for the loop that a signal has interrupted.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=bank.shutdown, daemon=True).start())
        watching = threading.Thread(target=_watch, args=(bank,), daemon=True)
        watching.start()
        print(
            json.dumps({"port": bank.server_address[1], "secret_file": str(folder / "rest_secret"), "ready": True}),
            flush=True,
        )
        bank.serve_forever(poll_interval=0.05)


def _watch(bank: Bank) -> None:
    """Notice ticks, and the lists that a clerk finds on his desk."""
    request = bank.folder / "control" / "tick"
    while True:
        time.sleep(0.05)
        if request.exists():
            with bank.lock:
                work.tick(bank.folder)
                request.unlink(missing_ok=True)
