"""The conformance kit against every adapter and its sandbox, and against gateways that are wrong on purpose.

A kit that certifies a broken gateway is worth nothing: each mutant must be caught by the scenario that is about its fault.
"""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansinh.base.refusals import Refused
from ansinh.payment.conformance import run as kit
from ansinh.payment.conformance.joining import WHOLE_DONG
from ansinh.payment.conformance.sandbox import Sandbox
from ansinh.payment.gateways import Artefact, Inbound, Receipt, SentOrder, wire
from ansinh.payment.gateways.rest import Rest
from ansinh.payment.gateways.rest.documents import Results
from ansinh.payment.gateways.sftp_iso20022 import SftpIso20022
from ansinh.project import conformance_sandboxes as sandboxes
from ansinh.standards.iso20022.results import Entry, Held

# What each kind of provider does not offer; anything else that does not apply would be a hole in the kit.
_SIGNED = {f"C{number:02}" for number in range(1, 10)}
NOT_OFFERED = {
    "spreadsheet": {"L12", "L15", "S10", "S11", "S12", "S13", "S20", "J04"} | _SIGNED,
    "sftp_iso20022": {"S19"},
    "rest": {"S19"} | _SIGNED,
    "govstack": {"A05", "A07", "S11", "S19", "S20", "J03", "J04"} | _SIGNED,
}


@pytest.mark.parametrize("kind", sandboxes.KINDS)
def test_every_adapter_passes_the_kit(kind: str, tmp_path: Path) -> None:
    with sandboxes.ours(kind, tmp_path) as sandbox:
        outcomes = kit.run(sandbox)
    assert {one.code: one.said for one in outcomes if one.result == kit.FAILED} == {}
    assert {one.code for one in outcomes if one.result == kit.NOT_APPLICABLE} == NOT_OFFERED[kind]
    assert sum(one.result == kit.PASSED for one in outcomes) >= 60


# ── mutants ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Rounds(Rest):
    """Rounds what is no whole đồng."""

    def parse(self, inbound: Inbound) -> Any:
        answers = super().parse(inbound)
        return _Changed(answers, lambda line: _rounded(line))


def _rounded(line: Entry | Held) -> Entry | Held:
    if isinstance(line, Held) and line.reason == "amount_not_whole_dong":
        return Entry(line.line, "AS1", 540_000, None, "VND", "PAID", "", "", None, "DBIT", "status", "ACCC")
    return line


class _Changed:
    """Answers whose lines are changed on the way."""

    def __init__(self, answers: Results, change: Callable[[Entry | Held], Entry | Held]) -> None:
        self._answers, self._change = answers, change

    def __iter__(self) -> Iterator[Entry | Held]:
        return map(self._change, self._answers)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answers, name)


class _TakesDuplicateForRefusal(Rest):
    """Believes that a payment rejected as a duplicate was refused."""

    def parse(self, inbound: Inbound) -> Any:
        return _Changed(
            super().parse(inbound), lambda line: line._replace(status="REJECTED") if _is_duplicate(line) else line
        )


def _is_duplicate(line: Entry | Held) -> bool:
    return isinstance(line, Entry) and line.status == "UNKNOWN" and line.code == "RJCT"


class _CallsSilenceFailure(Rest):
    """Says that a silent provider refused."""

    def submit(self, artefact: Artefact) -> Receipt:
        receipt = super().submit(artefact)
        return Receipt.REFUSED if receipt is Receipt.UNKNOWN else receipt


class _SendsWhateverLiesThere(Rest):
    """Does not look whether the file is still the one that was made."""

    def submit(self, artefact: Artefact) -> Receipt:
        assert artefact.path is not None
        if not artefact.path.exists():
            return Receipt.SENT
        said = self._settings.endpoint().ask(
            "POST", "/batches", artefact.path.read_bytes(), {"Idempotency-Key": artefact.name.removesuffix(".ndjson")}
        )
        return Receipt.SENT if said.status == 202 else Receipt.ALREADY


class _RetriesUnderAnotherName(Rest):
    """After silence, sends the same orders again as a new batch."""

    def submit(self, artefact: Artefact) -> Receipt:
        receipt = super().submit(artefact)
        return super().submit(replace(artefact, name=f"X{artefact.name}")) if receipt is Receipt.UNKNOWN else receipt


class _AsksAgainForEverything(Rest):
    """Forgets what was stored."""

    def poll(self, is_stored: Callable[[str], bool], store: Path) -> Iterator[Inbound]:
        return super().poll(lambda mark: False, store)


class _KeepsProvidersNames(Rest):
    """Stores files under the provider's names."""

    def poll(self, is_stored: Callable[[str], bool], store: Path) -> Iterator[Inbound]:
        for inbound in super().poll(is_stored, store):
            path = inbound.path.rename(store / inbound.name)
            yield replace(inbound, path=path)


class _BelievesAnybody(Rest):
    """Does not ask whether the answer is signed."""

    def submit(self, artefact: Artefact) -> Receipt:
        try:
            return super().submit(artefact)
        except Refused as refusal:
            if refusal.reason == "gateway_host_key_changed":
                return Receipt.SENT
            raise


class _SettledIsPaid(Rest):
    """Reads “settled” as “paid” though nobody agreed to it."""

    def parse(self, inbound: Inbound) -> Any:
        return _Changed(
            super().parse(inbound), lambda line: line._replace(status="PAID") if _is_settled(line) else line
        )


def _is_settled(line: Entry | Held) -> bool:
    return isinstance(line, Entry) and line.code == "ACSC"


class _InventsNames(Rest):
    """Gives every account a holder."""

    def verify(self, queries: Iterable[Any]) -> Iterator[Any]:
        return (check._replace(status="RCVC", name=check.name or "NGUYEN VAN A") for check in super().verify(queries))


class _ForgivesSignatures(SftpIso20022):
    """Believes files whatever is wrong with their signature; each heir forgives one thing only."""

    forgives: frozenset[str] = frozenset({"signature_missing"})

    def poll(self, is_stored: Callable[[str], bool], store: Path) -> Iterator[Inbound]:
        for inbound in super().poll(is_stored, store):
            is_forgiven = inbound.problem is not None and inbound.problem.reason in self.forgives
            yield replace(inbound, problem=None) if is_forgiven else inbound


class _BelievesAnyKey(_ForgivesSignatures):
    """Believes whoever has signed."""

    forgives = frozenset({"signature_invalid"})


class _LooksAtNoFile(_ForgivesSignatures):
    """Asks whether a signature is right, and not of which file it is."""

    forgives = frozenset({"signature_of_another_file"})


class _SendsUnsigned(SftpIso20022):
    """Forgets to sign."""

    def submit(self, artefact: Artefact) -> Receipt:
        return SftpIso20022(replace(self._settings, signing_key=None, signing_certificate=None)).submit(artefact)


class _SharesOut(Rest):
    """Speaks of one child's part where the provider spoke of the order."""

    def parse(self, inbound: Inbound) -> Any:
        return _Changed(
            super().parse(inbound),
            lambda line: line._replace(amount_dong=line.amount_dong // 3) if _is_joined(line) else line,
        )


def _is_joined(line: Entry | Held) -> bool:
    return isinstance(line, Entry) and line.amount_dong == WHOLE_DONG


class _CallsBackSomethingElse(Rest):
    """Says that it has called the order back, and has not."""

    def cancel(self, order: SentOrder, why: str) -> Receipt:
        return Receipt.SENT


@pytest.mark.parametrize(
    ("mutant", "caught_by"),
    [
        (_Rounds, "L04"), (_TakesDuplicateForRefusal, "L14"), (_CallsSilenceFailure, "S13"), (_SendsWhateverLiesThere, "S06"),
        (_RetriesUnderAnotherName, "S12"), (_AsksAgainForEverything, "A08"), (_KeepsProvidersNames, "A10"),
        (_BelievesAnybody, "S11"), (_SettledIsPaid, "L13"), (_InventsNames, "Q02"), (_SharesOut, "J01"), (_CallsBackSomethingElse, "J04"),
        (_ForgivesSignatures, "C05"), (_BelievesAnyKey, "C04"), (_LooksAtNoFile, "C06"), (_LooksAtNoFile, "C07"), (_SendsUnsigned, "C01"),
    ],
)  # fmt: skip
def test_the_kit_catches_a_gateway_that_is_wrong(
    mutant: type[Rest] | type[SftpIso20022], caught_by: str, tmp_path: Path
) -> None:
    kind = "sftp_iso20022" if issubclass(mutant, SftpIso20022) else "rest"
    with sandboxes.ours(kind, tmp_path) as sandbox:
        right = sandbox.make
        assert kit.run(sandbox, [caught_by])[0].result == kit.PASSED
        # A wrong gateway need not be waited for as long as a slow bank.
        sandbox.patience_s = 3
        sandbox.make = lambda **changes: mutant(right(**changes)._settings)  # type: ignore[attr-defined]
        (outcome,) = kit.run(sandbox, [caught_by])
    assert outcome.result == kit.FAILED, f"{mutant.__doc__} was not caught"
    assert outcome.said


# ── a bank runs it ───────────────────────────────────────────────────────────────────────────────────────────────────


def _described(sandbox: Sandbox, folder: Path) -> Path:
    settings = sandbox.make()._settings  # type: ignore[attr-defined]
    said = {
        "gateway": "rest", "pause_s": 0, "patience_s": 5,
        "settings": {
            "base_url": settings.base_url, "key_id": "kit", "secret_file": str(settings.secret_file), "debtor_name": "SO Y TE",
            "debtor_account": "113000012345", "debtor_agent": "970415",
        },
        "accounts": {"ok": {"bank_bin": "970415", "number": "1000", "holder": "H'NHI E BAN"}},
        "variants": {"unreachable": {"base_url": "http://127.0.0.1:1"}},
    }  # fmt: skip
    path = folder / "bank.yaml"
    path.write_text(yaml.safe_dump(said), encoding="utf8")
    return path


def _command(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "ansinh.project.cli", "payment", "conformance", *arguments, "--json"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)


def test_a_bank_runs_the_kit_against_its_own_sandbox(tmp_path: Path) -> None:
    with sandboxes.ours("rest", tmp_path) as sandbox:
        path = _described(sandbox, tmp_path)
        status, answer = _command(str(path))
    assert status == 0
    assert answer["counts"]["rest"]["failed"] == 0
    # Without accounts that reject, return or come late, and without faults to arm, those scenarios do not apply.
    assert answer["counts"]["rest"]["passed"] >= 60
    unreached = {row["code"] for row in answer["table"] if row["rest"] == "not_applicable"}
    assert {"A02", "A05", "A06", "S12", "S13"} <= unreached


def test_a_bank_that_fails_is_told_what(tmp_path: Path) -> None:
    with sandboxes.ours("rest", tmp_path) as sandbox:
        path = _described(sandbox, tmp_path)
    # The sandbox has ended: nothing that needs it can hold.
    status, answer = _command(str(path), "--scenario", "S01")
    assert status == 1
    assert answer["refused"] == "provider_not_conformant"
    assert "S01" in answer["details"]["failed"]["rest"]


@pytest.mark.parametrize(
    "content", ["", "[]", "gateway: fax", "gateway: rest\naccounts: 7", "a: [", "gateway: rest\naccounts: {ok: {}}"]
)
def test_a_wrong_description_is_refused_by_name(content: str, tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    path.write_text(content, encoding="utf8")
    status, answer = _command(str(path))
    assert (status, answer["refused"]) == (1, "sandbox_description_invalid")


# ── the sandbox itself: it must not certify by being soft ────────────────────────────────────────────────────────────


def _raw(url: str, headers: dict[str, str]) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_the_sandbox_refuses_unsigned_stale_and_foreign_requests(tmp_path: Path) -> None:
    with sandboxes.ours("rest", tmp_path) as sandbox:
        settings = sandbox.make()._settings  # type: ignore[attr-defined]
        secret, url = wire.secret_of(settings.secret_file), f"{settings.base_url}/health"

        def signed(at: int, key: bytes) -> dict[str, str]:
            """Return the headers of a request made at this second."""
            return {"X-Timestamp": str(at), "X-Signature": wire.sign(key, "GET", "/rest/health", str(at), b"")}

        now = int(time.time())
        assert _raw(url, {}) == 401
        assert _raw(url, signed(now - 3_600, secret)) == 401
        assert _raw(url, signed(now, b"0" * 64)) == 401
        assert _raw(url, signed(now, secret)) == 200
