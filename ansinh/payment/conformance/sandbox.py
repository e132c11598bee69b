"""A provider's sandbox as the kit sees it: the gateway, accounts that behave in known ways, and a way to let time pass."""

import contextlib
import datetime
import io
import itertools
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ansinh.payment.conformance.forging import Forge
from ansinh.payment.gateways import Artefact, Batch, Capabilities, Gateway, Inbound, Instruction
from ansinh.standards.end_to_end import MAX_ITEM, encode
from ansinh.standards.iso20022.results import Entry, Held

# The kit's own installation number: no province has it, so that its payments are never taken for anybody's.
INSTANCE = 4095
AMOUNT_DONG = 540_000
_VIETNAM = datetime.timezone(datetime.timedelta(hours=7))


class Failed(Exception):
    """The provider, or the gateway, did not do what the scenario demands; the text says what was seen."""


class NotApplicable(Exception):
    """The provider does not offer what the scenario is about, and says so by its capabilities."""


def demand(holds: bool, seen: object) -> None:
    """Fail the scenario, with what was seen, unless the condition holds."""
    if not holds:
        raise Failed(str(seen)[:400])


@dataclass(frozen=True)
class Account:
    """An account of the sandbox that behaves in a known way."""

    bank_bin: str
    number: str
    holder: str


@dataclass
class Sandbox:
    """One provider under test.

    `make` returns the gateway with some settings changed. `accounts` are those of behaviours `ok`, `closed`, `unknown`,
    `returned`, `late`, `twice`; one that the provider cannot offer is left out. `variants` are settings under which the
    provider must be `unreachable`, a `stranger`, or one that `refuses_us`, and those under which both sides sign
    (`signed`) or orders are joined (`joined`). `faults` arm the provider's worst moments; `spoils` spoil an answer
    that lies there, by its name, and return the name under which it lies from then on. `demanding_signatures` is how
    long unsigned orders are refused.
    """

    kind: str
    make: Callable[..., Gateway]
    accounts: Mapping[str, Account]
    work: Path
    forge: Forge
    let_time_pass: Callable[[], None]
    deliver: Callable[[Artefact], None] = lambda artefact: None
    variants: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    faults: Mapping[str, Path] = field(default_factory=dict)
    spoils: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    demanding_signatures: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext
    by_hand: bool = False
    patience_s: float = 20
    # Seconds since long ago, so that two runs against one sandbox never use a name twice.
    _numbers: "itertools.count[int]" = field(
        default_factory=lambda: itertools.count(int(time.time() * 1000) % (MAX_ITEM // 2))
    )

    @property
    def gateway(self) -> Gateway:
        """Return the gateway as agreed."""
        return self.make()

    def account(self, behaviour: str) -> Account:
        """Return the account of this behaviour. Raises `NotApplicable`."""
        found = self.accounts.get(behaviour)
        if found is None:
            raise NotApplicable(f"no account “{behaviour}” in this sandbox")
        return found

    def variant(self, name: str) -> Gateway:
        """Return the gateway with the settings of a variant. Raises `NotApplicable`."""
        if name not in self.variants:
            raise NotApplicable(f"a provider of this kind cannot be “{name}”")
        return self.make(**self.variants[name])

    def able(self, variant: str, offers: Callable[[Capabilities], bool], why_not: str) -> Gateway:
        """Return the gateway as agreed where that offers what is asked for, else its variant. Raises `NotApplicable`."""
        for changes in ({}, self.variants.get(variant, {})):
            gateway = self.make(**changes)
            if offers(gateway.capabilities):
                return gateway
        raise NotApplicable(why_not)

    def spoil(self, how: str) -> Callable[[str], str]:
        """Return how an answer is spoilt. Raises `NotApplicable`."""
        if how not in self.spoils:
            raise NotApplicable(f"the sandbox cannot make an answer “{how}”")
        return self.spoils[how]

    def arm(self, fault: str) -> Path:
        """Arm a fault of the sandbox; the file goes away when it fires. Raises `NotApplicable`."""
        if fault not in self.faults:
            raise NotApplicable(f"the sandbox cannot play “{fault}”")
        self.faults[fault].touch()
        return self.faults[fault]

    # ── what a month would send ──────────────────────────────────────────────────────────────────────────────────────

    def instruction(self, behaviour: str = "ok", **changes: object) -> Instruction:
        """Return a right instruction to the account of this behaviour, under a name that was never used."""
        account = self.account(behaviour)
        right = Instruction(
            encode(INSTANCE, next(self._numbers), 1), AMOUNT_DONG, account.bank_bin, account.number, account.holder, None,
            "TRO CAP XA HOI T11/2026",
        )  # fmt: skip
        return right._replace(**changes)

    def batch(self, instructions: Sequence[Instruction], gateway: Gateway | None = None, **changes: object) -> Batch:
        """Return the batch of these instructions, under a name that was never used."""
        values: dict[str, object] = {
            "message_id": f"KIT{next(self._numbers)}",
            "created_at": datetime.datetime.now(_VIETNAM).replace(microsecond=0),
            "execution_date": datetime.date.today() + datetime.timedelta(days=1),
            "debtor": (gateway or self.gateway).debtor,
            "instructions": instructions,
            "count": len(instructions),
            "total_dong": sum(one.amount_dong for one in instructions),
        }
        return Batch(**{**values, **changes})  # type: ignore[arg-type]

    def rendered(
        self, instructions: Sequence[Instruction], gateway: Gateway | None = None, **changes: object
    ) -> Artefact:
        """Return the batch as a file on disk."""
        target = io.BytesIO()
        artefact = (gateway or self.gateway).render(self.batch(instructions, gateway, **changes), target)
        path = self.work / f"{artefact.sha256}-{artefact.name}"
        path.write_bytes(target.getvalue())
        return Artefact(artefact.name, path, artefact.sha256, artefact.size, artefact.count, artefact.total_dong)

    def send(self, instructions: Sequence[Instruction]) -> Artefact:
        """Send a batch and see it delivered."""
        artefact = self.rendered(instructions)
        self.gateway.submit(artefact)
        self.deliver(artefact)
        return artefact

    def reader(self) -> "Reader":
        """Return somebody who has nothing of what the provider ever said."""
        return Reader(self, self.work / f"store-{next(self._numbers)}")

    def read(self, raw: bytes, name: str = "") -> tuple[str, list[Entry | Held], "object"]:
        """Return (kind, lines, the reading) of a forged document."""
        path = self.work / f"forged-{next(self._numbers)}"
        path.write_bytes(raw)
        answers = self.gateway.parse(Inbound(name or self.forge.name, path, "", len(raw), "kit"))
        lines = list(answers)
        return answers.kind, lines, answers


@dataclass
class Reader:
    """Collects what the provider says, as the archive would: by mark and by hash."""

    sandbox: Sandbox
    store: Path
    marks: set[str] = field(default_factory=set)
    hashes: set[str] = field(default_factory=set)
    files: list[Inbound] = field(default_factory=list)
    lines: list[Entry | Held] = field(default_factory=list)

    def poll(self) -> list[Inbound]:
        """Fetch what is new, read it once by its hash, and return the new files."""
        self.store.mkdir(parents=True, exist_ok=True)
        gateway = self.sandbox.gateway
        new = []
        for inbound in gateway.poll(self.marks.__contains__, self.store):
            self.marks.add(inbound.mark or inbound.name)
            self.files.append(inbound)
            new.append(inbound)
            if inbound.sha256 not in self.hashes:
                self.hashes.add(inbound.sha256)
                self.lines += list(gateway.parse(inbound))
        return new

    def wait(self, names: Iterable[str], statuses: Iterable[str]) -> dict[str, list[Entry]]:
        """Poll until each of these payments has one of these statuses; return what was said of each, in order.

        Raises:
            Failed: when the provider's patience runs out.
        """
        wanted, final = set(names), set(statuses)
        deadline = time.monotonic() + self.sandbox.patience_s
        while True:
            self.poll()
            said = self.said(wanted)
            lacking = [name for name in wanted if not final & {entry.status for entry in said[name]}]
            if not lacking:
                return said
            if time.monotonic() > deadline:
                raise Failed(f"no {'/'.join(sorted(final))} for {len(lacking)} of {len(wanted)}: {said[lacking[0]]}")
            time.sleep(0.1)

    def said(self, names: Iterable[str]) -> dict[str, list[Entry]]:
        """Return what was said so far of each payment."""
        found: dict[str, list[Entry]] = {name: [] for name in names}
        for line in self.lines:
            if isinstance(line, Entry) and line.end_to_end_id in found:
                found[line.end_to_end_id].append(line)
        return found
