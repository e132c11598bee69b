"""The sandboxes that the conformance kit knows without being told: ours, one for each kind of gateway, and a bank's by file.

Each of ours is a program of its own, in a folder of its own, and ends with the run.
"""

import contextlib
import csv
import datetime
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from ansinh.base.refusals import Refused
from ansinh.payment.conformance import forging
from ansinh.payment.conformance.sandbox import Account, Sandbox
from ansinh.payment.gateways import Artefact, Gateway
from ansinh.payment.gateways import govstack as hub
from ansinh.payment.gateways import rest as rest_interface
from ansinh.payment.gateways import sftp_iso20022 as sftp
from ansinh.payment.gateways import spreadsheet as by_hand
from ansinh.payment.gateways.sftp_iso20022.settings import PATHS
from ansinh.project import children
from ansinh.project.adapters import GATEWAYS

KINDS = ("spreadsheet", "sftp_iso20022", "rest", "govstack")
_BANK = "970415"
_BEHAVIOURS = {
    "ok": ("1000", "ok"), "leading_noughts": ("0001000", "ok"), "closed": ("2000", "reject_AC04"),
    "unknown": ("2001", "reject_AC01"), "returned": ("3000", "return_after_paid"), "late": ("4000", "late"),
    "twice": ("5000", "twice"),
}  # fmt: skip
_DEBTOR = {"debtor_name": "SO Y TE", "debtor_account": "113000012345", "debtor_agent": _BANK}
_HOLDER = "H'NHI E BAN"
_NOWHERE = 1
# Every kind of gateway can send one order for all that one payee receives, where that was agreed on.
_JOINED = {"joined": {"joins_payee": True}}


@contextlib.contextmanager
def ours(kind: str, work: Path) -> Iterator[Sandbox]:
    """Open our own sandbox of this kind in the folder `work` for the length of the block."""
    folder = work / "bank"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "accounts.csv", "w", encoding="utf8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["bin", "number", "holder_name", "behaviour"])
        table.writerows([_BANK, number, _HOLDER, behaviour] for number, behaviour in _BEHAVIOURS.values())
    accounts = {name: Account(_BANK, number, _HOLDER) for name, (number, _) in _BEHAVIOURS.items()}
    files = work / "files"
    files.mkdir(exist_ok=True)
    make = {"sftp_iso20022": _sftp, "rest": _rest, "govstack": _govstack, "spreadsheet": _spreadsheet}[kind]
    with make(folder, work) as values:
        for behaviour in values.pop("without", ()):
            del accounts[behaviour]
        yield Sandbox(kind=kind, accounts=accounts, work=files, **values)


def _keys(folder: Path, *more: str) -> dict[str, Any]:
    """Let our sandbox bank make its keys in a folder; returns where the customer's lies, and the bank's own."""
    command = [sys.executable, "-m", "ansinh_sandbox.bank", "keys", "--folder", str(folder), *more]
    process = children.start(command, pipe_output=True)
    assert process.stdout is not None
    with process.stdout:
        known: dict[str, Any] = json.loads(process.stdout.readline())
    process.wait(60)
    return known


@contextlib.contextmanager
def _program(folder: Path, action: str, *keys: str) -> Iterator[dict[str, Any]]:
    """Run our sandbox bank for the length of the block; yields how to reach it."""
    known = _keys(folder, *keys)
    command = [sys.executable, "-m", "ansinh_sandbox.bank", action, "--folder", str(folder)]
    process = children.start(command, pipe_output=True, log=folder / "log")
    assert process.stdout is not None
    try:
        with process.stdout:
            yield {**known, **json.loads(process.stdout.readline())}
    finally:
        children.stop(process)


def _tick(folder: Path) -> Callable[[], None]:
    """Return how time passes in our sandbox: by a note that goes away once it has."""

    def pass_by() -> None:
        note = folder / "control" / "tick"
        note.touch()
        deadline = time.monotonic() + 20
        while note.exists() and time.monotonic() < deadline:
            time.sleep(0.02)

    return pass_by


def _common(folder: Path) -> dict[str, Any]:
    control = folder / "control"
    faults = {"drop": control / "drop_next_rename", "hang": control / "hang_next_rename"}
    return {"let_time_pass": _tick(folder), "faults": faults}


@contextlib.contextmanager
def _sftp(folder: Path, work: Path) -> Iterator[dict[str, Any]]:
    with _program(folder, "serve", "--signing") as bank:
        right = sftp.Settings.from_mapping({
            "host": "127.0.0.1", "port": bank["port"], "username": "ansinh", "client_key": bank["client_key"],
            "host_key": bank["host_key"], "debit_is_paid": True, "takes_recalls": True, "recall_is_final": True, **_DEBTOR,
        })  # fmt: skip
        stranger, ours = work / "stranger", work / "ours"
        other = _keys(stranger, "--signing")
        _keys(ours, "--signing")
        signed, by_stranger = _signing_keys(ours), _signing_keys(stranger)
        agreed = {**signed, "bank_certificate": folder / "signing_certificate.pem"}
        yield {
            "make": lambda **changes: sftp.SftpIso20022(replace(right, **changes)),
            "forge": forging.ISO20022,
            "variants": {
                "unreachable": {"port": _NOWHERE}, "stranger": {"host_key": other["host_key"]},
                "refuses_us": {"client_key": Path(other["client_key"])}, "without_agreement": {"debit_is_paid": False}, **_JOINED,
                "signed": agreed, "unsigned": {}, "signed_by_a_stranger": by_stranger,
                "bank_is_a_stranger": {**agreed, "bank_certificate": by_stranger["signing_certificate"]},
            },
            "spoils": _spoils(folder / "sftp" / "out"),
            "demanding_signatures": partial(_demanding, signed["signing_certificate"], folder / "customer_certificate.pem"),
            **_common(folder),
        }  # fmt: skip


def _signing_keys(folder: Path) -> dict[str, Path]:
    return {"signing_key": folder / "signing_key.pem", "signing_certificate": folder / "signing_certificate.pem"}


@contextlib.contextmanager
def _demanding(certificate: Path, agreed: Path) -> Iterator[None]:
    """Let our sandbox bank refuse what its customer has not signed, for the length of the block."""
    shutil.copy2(certificate, agreed)
    try:
        yield
    finally:
        agreed.unlink()


def _spoils(out: Path) -> dict[str, Callable[[str], str]]:
    """Return how an answer that lies in a folder is spoilt; each returns the name under which it lies then."""

    def beside(name: str) -> Path:
        """Return where the signature of a file lies."""
        return out / f"{name}.sig.xml"

    def unsigned(name: str) -> str:
        """Take its signature away."""
        beside(name).rename(out.parent / f"{name}.aside")
        return name

    def signed_again(name: str) -> str:
        """Put the signature back."""
        (out.parent / f"{name}.aside").rename(beside(name))
        return name

    def altered(name: str) -> str:
        """Change the file under its signature."""
        with open(out / name, "ab") as file:
            file.write(b" ")
        return name

    def replayed(name: str) -> str:
        """Let it come once more, with its signature, as if it were new."""
        shutil.copy2(out / name, out / f"again_{name}")
        shutil.copy2(beside(name), beside(f"again_{name}"))
        return f"again_{name}"

    return {"unsigned": unsigned, "signed_again": signed_again, "altered": altered, "replayed": replayed}


@contextlib.contextmanager
def _rest(folder: Path, work: Path) -> Iterator[dict[str, Any]]:
    with _program(folder, "serve-http") as bank:
        right = rest_interface.Settings.from_mapping({
            "base_url": f"http://127.0.0.1:{bank['port']}/rest", "key_id": "kit", "secret_file": bank["secret_file"], **_DEBTOR,
        })  # fmt: skip
        other = work / "other_secret"
        other.write_text("0" * 64)
        with _impostor() as port:
            yield {
                "make": lambda **changes: rest_interface.Rest(replace(right, **changes)),
                "forge": forging.REST,
                "variants": {
                    "unreachable": {"base_url": f"http://127.0.0.1:{_NOWHERE}/rest"},
                    "stranger": {"base_url": f"http://127.0.0.1:{port}/rest"}, "refuses_us": {"secret_file": other}, **_JOINED,
                },
                **_common(folder),
            }  # fmt: skip


@contextlib.contextmanager
def _impostor() -> Iterator[int]:
    """Run somebody who answers “taken” to everything and cannot sign it."""
    program = (
        "import http.server,sys\n"
        "class H(http.server.BaseHTTPRequestHandler):\n"
        "    def do_POST(self):\n"
        "        self.rfile.read(int(self.headers['Content-Length'] or 0)); self.send_response(202); self.end_headers(); self.wfile.write(b'{}')\n"
        "    do_GET = do_POST\n"
        "    def log_message(self, *a): pass\n"
        "s = http.server.HTTPServer(('127.0.0.1', 0), H); print(s.server_address[1], flush=True); s.serve_forever()\n"
    )
    process = children.start([sys.executable, "-c", program], pipe_output=True)
    assert process.stdout is not None
    try:
        with process.stdout:
            yield int(process.stdout.readline())
    finally:
        children.stop(process)


@contextlib.contextmanager
def _govstack(folder: Path, work: Path) -> Iterator[dict[str, Any]]:
    with _program(folder, "serve-http") as bank:
        right = hub.Settings.from_mapping({
            "base_url": f"http://127.0.0.1:{bank['port']}/hub", "tenant": "ansinh", "institution": "46", "programme": "ASXH",
            "completed_is_paid": True, **_DEBTOR,
        })  # fmt: skip
        yield {
            "make": lambda **changes: hub.GovStack(replace(right, **changes)),
            "forge": forging.GOVSTACK,
            "variants": {
                "unreachable": {"base_url": f"http://127.0.0.1:{_NOWHERE}/hub"}, "refuses_us": {"tenant": ""},
                "without_agreement": {"completed_is_paid": False}, **_JOINED,
            },
            # A hub tells the state of a batch, never that money came back, and says it once.
            "without": ("returned", "twice"),
            **_common(folder),
        }  # fmt: skip


@contextlib.contextmanager
def _spreadsheet(folder: Path, work: Path) -> Iterator[dict[str, Any]]:
    outgoing, incoming = work / "outgoing", work / "incoming"
    outgoing.mkdir(exist_ok=True)
    incoming.mkdir(exist_ok=True)
    right = by_hand.Settings.from_mapping({"outgoing": str(outgoing), "incoming": str(incoming), **_DEBTOR})
    (folder / "sftp" / "in").mkdir(parents=True, exist_ok=True)

    def clerk(action: str) -> None:
        """Let the bank's clerk work, and carry his lists back."""
        process = children.start(
            [sys.executable, "-m", "ansinh_sandbox.bank", action, "--folder", str(folder)], pipe_output=True
        )
        assert process.stdout is not None
        with process.stdout:
            process.stdout.read()
        process.wait(60)
        for path in (folder / "sftp" / "out").glob("*.xlsx"):
            if not (incoming / path.name).exists():
                shutil.copy2(path, incoming / path.name)

    def deliver(artefact: Artefact) -> None:
        """Carry the sheet to the bank and note that it was handed over."""
        gateway = by_hand.Spreadsheet(right)
        gateway.hand_over(artefact, by="kit", at=datetime.datetime.now(datetime.UTC), evidence="kit")
        shutil.copy2(outgoing / artefact.name, folder / "sftp" / "in" / artefact.name)
        clerk("settle")

    yield {
        "make": lambda **changes: by_hand.Spreadsheet(replace(right, **changes)),
        "forge": forging.SPREADSHEET,
        "variants": {"unreachable": {"outgoing": work / "nowhere"}, **_JOINED},
        "let_time_pass": lambda: clerk("tick"),
        "deliver": deliver,
        "by_hand": True,
    }


# ── a bank's own sandbox, described in a file ────────────────────────────────────────────────────────────────────────


_FORGES: Mapping[str, forging.Forge] = {
    "sftp_iso20022": forging.ISO20022, "rest": forging.REST, "govstack": forging.GOVSTACK,
}  # fmt: skip


def described(path: Path, work: Path) -> Sandbox:
    """Return the sandbox that a bank describes in a YAML file (docs/how-to/certify-a-provider.md).

    Raises:
        Refused: `sandbox_description_invalid`, `gateway_settings_invalid`.
    """
    try:
        said = yaml.safe_load(path.read_text("utf8"))
        forge = _FORGES[said["gateway"]]
        settings_of, made_of = GATEWAYS[said["gateway"]]
        accounts = {
            name: Account(str(one["bank_bin"]), str(one["number"]), str(one["holder"]))
            for name, one in said["accounts"].items()
        }
        pause, patience = int(said.get("pause_s", 60)), int(said.get("patience_s", 600))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(
            "sandbox_description_invalid",
            vi=f"Tệp mô tả môi trường thử “{path}” chưa đúng ({error}). Hãy sửa theo docs/how-to/certify-a-provider.md.",
            en=f"The description of the sandbox “{path}” is not valid ({error}). See docs/how-to/certify-a-provider.md.",
        ) from error
    right = settings_of.from_mapping(said["settings"])
    variants = {name: dict(changes) for name, changes in (said.get("variants") or {}).items()}

    def make(**changes: object) -> Gateway:
        # As in the settings: what is a path there is one here.
        paths = {name for name in changes if isinstance(getattr(right, name, None), Path) or name in PATHS}
        changed = {name: Path(str(one)) if name in paths and one else one for name, one in changes.items()}
        gateway: Gateway = made_of(replace(right, **changed))
        return gateway

    work.mkdir(parents=True, exist_ok=True)
    return Sandbox(
        kind=said["gateway"], make=make, accounts=accounts, work=work, forge=forge, variants=variants,
        let_time_pass=lambda: time.sleep(pause), patience_s=patience,
    )  # fmt: skip
