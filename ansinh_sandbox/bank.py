"""The command of the sandbox bank: open it, let time pass, settle without a server, make keys.

`ansinh-sandbox-bank --folder DIR` serves SFTP (`serve-http`: HTTP) until SIGTERM and prints one JSON line when it listens.
"""

import argparse
import asyncio
import atexit
import gc
import json
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

import asyncssh

from ansinh_sandbox import http, server, signatures, statements, work


def make_keys(folder: Path) -> dict[str, str]:
    """Make the bank's host key and one customer key (ed25519), readable by their owner only; keep what exists.

    Returns the path of the customer's private key and the bank's public key line.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("host_key", "client_key"):
        if not (folder / name).exists():
            key = asyncssh.generate_private_key("ssh-ed25519", comment=f"ansinh-sandbox-{name}")
            # Created closed: a key that was ever readable by others is not a key.
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file:
                file.write(key.export_private_key())
            (folder / f"{name}.pub").write_bytes(key.export_public_key())
    if not (folder / "rest_secret").exists():
        descriptor = os.open(folder / "rest_secret", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
    # Written again each time: whoever replaced the customer's key by hand has meant to.
    (folder / "authorized_keys").write_bytes((folder / "client_key.pub").read_bytes())
    # Without the comment: a customer pins type and key, and compares them to the letter.
    host_key = " ".join((folder / "host_key.pub").read_text().split()[:2])
    return {"client_key": str(folder / "client_key"), "host_key": host_key}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command of the bank and return its exit status."""
    # Python's own end would look through every module for garbage, and the bank is opened with every command that
    # sends.
    atexit.register(gc.freeze)
    parser = argparse.ArgumentParser(prog="ansinh-sandbox-bank", description="A bank for demonstrations and tests.")
    parser.add_argument(
        "action", nargs="?", choices=["serve", "serve-http", "tick", "settle", "statement", "keys"], default="serve"
    )
    parser.add_argument("--folder", type=Path, required=True, help="where the bank keeps everything")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--seed", type=int, default=0, help="chooses the reasons of returned payments")
    parser.add_argument("--signing", action="store_true", help="keys: also a key to sign every answer with")
    parser.add_argument(
        "--credit", action="append", default=[], metavar="AMOUNT:WORDS", help="statement: money that came in"
    )
    parser.add_argument(
        "--fee", action="append", type=int, default=[], help="statement: what the bank takes for itself"
    )
    arguments = parser.parse_args(argv)
    folder: Path = arguments.folder.resolve()
    work.prepare(folder)
    if arguments.action == "keys":
        if arguments.signing:
            signatures.make_key(folder)
        print(json.dumps(make_keys(folder)))
    elif arguments.action == "tick":
        print(json.dumps({"answers": work.tick(folder, arguments.seed)}))
    elif arguments.action == "statement":
        credits = [(int(amount), words) for amount, _, words in (text.partition(":") for text in arguments.credit)]
        print(json.dumps({"answers": statements.write(folder, credits, arguments.fee)}))
    elif arguments.action == "settle":
        print(json.dumps({"answers": work.settle(folder)}))
    elif arguments.action == "serve-http":
        make_keys(folder)
        http.serve(folder, arguments.port)
    else:
        try:
            asyncio.run(server.serve(folder, arguments.port, arguments.seed))
        except server.Refusal as refusal:
            print(refusal, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
