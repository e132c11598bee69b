"""A provider with a mind of its own, driven by a seed: it times out, repeats itself, contradicts itself, and sends rubbish.

The product's own code sends and collects; nothing of it is replaced but the wire. Beside it runs a small model of what each
payment must come to, which knows no table and no statement. A seed gives the same story every time.
"""

import datetime
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ansinh.base import stages
from ansinh.ledger import accounts as chart
from ansinh.ledger import queries as books
from ansinh.payment import collecting, explaining, operations
from ansinh.payment.archive import Archive
from ansinh.payment.gateways import Artefact, Capabilities, Receipt
from ansinh.payment.models import PaymentBatch
from tests.integration.fake_bank import FakeBank, _notification, _status_report
from tests.standards.answers import day_statement, detail, entry

ACCOUNT = "999000001"
_ORDER = re.compile(rb"<EndToEndId>(\w+)</EndToEndId>.*?<InstdAmt Ccy=\"VND\">(\d+)</InstdAmt>", re.S)
STAGES = {"submit": ("submit", "render", "upload", "seal"), "collect": ("fetch", "parse", "apply", "seal")}


class Crash(Exception):
    """The process ends here, in the middle of whatever it did."""


class _Crasher(stages.Recorder):
    """Ends the process when a stage is entered or left for the n-th time."""

    def __init__(self, name: str, boundary: str, count: int, fired: Counter[str]) -> None:
        super().__init__()
        self.place, self.left, self.fired = (name, boundary), count, fired

    def _reached(self, name: str, boundary: str) -> None:
        if (name, boundary) == self.place:
            self.left -= 1
            if self.left == 0:
                self.fired[f"crash_{name}"] += 1
                raise Crash

    def enter(self, name: str) -> None:
        super().enter(name)
        self._reached(name, "enter")

    def leave(self, name: str, spent: int) -> None:
        super().leave(name, spent)
        self._reached(name, "leave")


@dataclass
class Order:
    """One instruction as the bank has it, and what really becomes of the money."""

    name: str
    amount: int
    fate: str


@dataclass
class Line:
    """One thing said about an order, as the model reads it: None for what must be held whatever the order's state."""

    name: str
    says: str | None
    text: tuple[Any, ...]


@dataclass
class Story:
    """What happened, so that a failing seed can be read."""

    seed: int
    fired: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)


class Provider(FakeBank):
    """The bank: keeps each file once, decides each order's fate, and tells it in files of its own making."""

    def __init__(self, chance: random.Random, story: Story) -> None:
        super().__init__()
        self.chance, self.story = chance, story
        # Half of the banks take one order for all that one payee receives.
        self.joins_payee = chance.random() < 0.5
        self.orders: dict[str, Order] = {}
        self.paid: Counter[str] = Counter()
        # Told, but not yet written into a file.
        self.untold: list[Line] = []
        # Every file that can be fetched, and what the model is to read from it.
        self.told: dict[str, list[Line]] = {}
        self.is_calm = False
        self._files = 0
        # Our account as it really is: what moved and stands on no statement yet, and where the last one closed.
        self.moved: list[tuple[str, int, str]] = []
        self.closing = self.days = self.funded = 0
        # Other banks of the same month: now and then this one speaks of what it never had.
        self.neighbours: list[Provider] = []
        # Where a treasury sends the money: what lies here, what is on its way, and orders that wait for it.
        self.checks_cover = False
        self.cash = 0
        self.coming: list[int] = []
        self.uncovered: list[Order] = []
        # How often it says no and takes the money all the same.
        self.debits_refused = 0.3
        # The name of something that has not left yet, where there is such a thing: it can be guessed.
        self.never_left: Callable[[], str] = str
        # By statement, how many fees it tells of.
        self.fees: dict[str, int] = {}

    @property
    def capabilities(self) -> Capabilities:
        """Return what this bank can do."""
        return replace(super().capabilities, joins_payee=self.joins_payee)

    # ── orders ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def submit(self, artefact: Artefact) -> Receipt:
        """Take a file, or lose it, or take it and lose the answer."""
        fate = "sent" if self.is_calm else self.chance.choices(("sent", "lost", "taken_unheard"), (6, 2, 2))[0]
        if fate == "lost":
            self.story.fired["timeout_before_arrival"] += 1
            return Receipt.UNKNOWN
        known = artefact.name in self.submitted
        receipt = super().submit(artefact)
        assert artefact.path is not None
        if not known:
            self._accept(artefact.path.read_bytes())
        if fate == "taken_unheard":
            self.story.fired["timeout_after_arrival"] += 1
            return Receipt.UNKNOWN
        return Receipt.ALREADY if known else receipt

    def _accept(self, raw: bytes) -> None:
        for name, amount in _ORDER.findall(raw):
            text = name.decode()
            # The bank pays a name once, as banks do; a second file with the same name would be ours to blame.
            assert text not in self.orders, f"{text} was sent in two files"
            order = Order(text, int(amount), self.chance.choices(("paid", "rejected", "returned"), (6, 2, 2))[0])
            self.orders[text] = order
            if not self.checks_cover or (order.amount <= self.cash and not self.uncovered):
                self._decide(order)
            elif self.chance.random() < 0.3:
                self.story.fired["uncovered_refused"] += 1
                self._refuse_uncovered(order)
            else:
                self.story.fired["uncovered_waits"] += 1
                self.uncovered.append(order)

    def receive(self, amount: int) -> None:
        """Take in money of the treasury, and carry out what waited for it."""
        self.cash += amount
        self.moved.append(("CRDT", amount, ""))
        while self.uncovered and self.uncovered[0].amount <= self.cash:
            self._decide(self.uncovered.pop(0))

    def give_up(self) -> None:
        """Refuse what waits for money that does not come."""
        waiting, self.uncovered = self.uncovered, []
        for order in waiting:
            self._refuse_uncovered(order)

    def _refuse_uncovered(self, order: Order) -> None:
        order.fate = "rejected"
        self._decide(order, ("AM04",))

    def _decide(self, order: Order, refusals: tuple[str, ...] = ("AC04", "AC01", "MS03")) -> None:
        name, amount = order.name, order.amount
        say = self.untold.append
        if self.chance.random() < 0.7:
            say(Line(name, "advance", (name, self.chance.choice(("RCVD", "ACTC", "ACSP")), "")))
        if order.fate == "rejected":
            say(Line(name, "rejected", (name, "RJCT", self.chance.choice(refusals))))
        else:
            self.paid[name] += 1
            self.cash -= amount
            self.moved.append(("DBIT", amount, name))
            if self.checks_cover and order.fate == "paid" and self.chance.random() < self.debits_refused:
                # It says no, and takes the money: only the statement tells, perhaps when the money has been spent on
                # others.
                self.story.fired["refused_and_debited"] += 1
                say(Line(name, "rejected", (name, "RJCT", "MS03")))
                return
            say(Line(name, "paid", (name, "DBIT", amount)))
        if order.fate == "returned":
            self.cash += amount
            self.moved.append(("CRDT", amount, name))
            say(Line(name, "returned", (name, "CRDT", amount, self.chance.choice(("AC04", "AC06", "MD07")))))
        self._lie_about(order)

    def _lie_about(self, order: Order) -> None:
        """Add what a bank should not say, now and then."""
        name, amount, say, fired = order.name, order.amount, self.untold.append, self.story.fired
        kind = self.chance.random()
        if kind < 0.06:
            fired["wrong_amount"] += 1
            say(Line(name, None, (name, "DBIT", amount + self.chance.choice((-1, 1, 1000)))))
        elif kind < 0.12:
            fired["final_answers_disagree"] += 1
            contrary = "rejected" if order.fate != "rejected" else "paid"
            say(Line(name, contrary, (name, "RJCT", "AC04") if contrary == "rejected" else (name, "DBIT", amount)))
        elif kind < 0.18:
            fired["told_twice"] += 1
            say(Line(name, "paid" if order.fate != "rejected" else "rejected",
                     (name, "DBIT", amount) if order.fate != "rejected" else (name, "RJCT", "AC04")))  # fmt: skip
        elif kind < 0.22:
            ahead = self.never_left()
            fired["never_left" if ahead else "unknown_reference"] += 1
            stranger = ahead or name[:-1] + ("A" if name[-1] != "A" else "B")
            say(Line(stranger, None, (stranger, "DBIT", amount)))
        elif kind < 0.32 and any(bank.orders for bank in self.neighbours):
            fired["order_of_another_bank"] += 1
            other = self.chance.choice([one for bank in self.neighbours for one in bank.orders.values()])
            lie = self.chance.choice(((other.name, "DBIT", other.amount), (other.name, "RJCT", "AC04")))
            say(Line(other.name, None, lie))

    # ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def tell(self, *, everything: bool = False) -> None:
        """Write some of what is untold into a file or two, in an order of the bank's liking."""
        count = len(self.untold) if everything else self.chance.randint(0, len(self.untold))
        chosen = self.chance.sample(range(len(self.untold)), count)
        if chosen != sorted(chosen):
            self.story.fired["reordered"] += 1
        lines = [self.untold[place] for place in chosen]
        self.untold = [line for place, line in enumerate(self.untold) if place not in set(chosen)]
        for is_status in self.chance.sample((True, False), 2):
            # A file with two final answers for one order is another test's business: here each goes into its own.
            rest = [line for line in lines if (line.text[1] not in {"DBIT", "CRDT"}) == is_status]
            while rest:
                seen: set[str] = set()
                now = [line for line in rest if not (line.name in seen or seen.add(line.name))]
                rest = [line for line in rest if not any(line is other for other in now)]
                self._write(now, _status_report if is_status else _notification)

    def _write(self, lines: list[Line], render: Callable[..., str]) -> None:
        self._files += 1
        name = f"{'s' if render is _status_report else 'n'}{self._files:04d}.xml"
        raw = render(name, tuple(line.text for line in lines)).encode()
        self._put(name, raw, lines)
        if self.is_calm:
            return
        fault = self.chance.random()
        if fault < 0.12:
            self.story.fired["same_file_renamed"] += 1
            self._put(f"again-{name}", raw, [])
        elif fault < 0.2:
            self.story.fired["same_lines_other_bytes"] += 1
            self._put(f"bom-{name}", b"\xef\xbb\xbf" + raw + b"\n", lines)
        elif fault < 0.28:
            self.story.fired["cut_file"] += 1
            cut = raw[: self.chance.randint(20, len(raw) - 20)]
            # Lines that arrived whole are believed; the rest comes with the file that the bank sends again.
            whole = cut.count(b"</TxInfAndSts>") + cut.count(b"</TxDtls>")
            self._put(f"cut-{name}", cut, lines[:whole])
        elif fault < 0.33:
            self.story.fired["hostile_file"] += 1
            bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
            self._put(f"bomb-{name}", bomb + raw, [])
        elif fault < 0.38:
            self.story.fired["rubbish"] += 1
            self._put(f"rubbish-{name}", self.chance.randbytes(200), [])

    def close_day(self, funded: int) -> None:
        """Let the money of the month arrive, take a fee and a stranger's money now and then, and write the statement of the day."""
        if self.coming and (self.is_calm or self.chance.random() < 0.5):
            self.receive(self.coming.pop(0))
        if funded > self.funded and not self.checks_cover:
            self.moved.append(("CRDT", funded - self.funded, ""))
            self.funded = funded
        if not self.is_calm and self.chance.random() < 0.3:
            self.story.fired["fee"] += 1
            self.moved.append(("DBIT", 1_100, ""))
        if not self.is_calm and self.chance.random() < 0.3:
            self.story.fired["stranger"] += 1
            self.moved.append(("CRDT", 50_000, ""))
        if not self.moved:
            return
        told, self.moved = self.chance.sample(self.moved, len(self.moved)), []
        lines = [
            Line(name, {"DBIT": "debited", "CRDT": "returned"}[way] if name else None, ()) for way, _, name in told
        ]
        entries = [self._entry(way, amount, name) for way, amount, name in told]
        opening, self.closing = (
            self.closing,
            self.closing + sum({"CRDT": 1, "DBIT": -1}[way] * amount for way, amount, _ in told),
        )
        self.days += 1
        self.fees[f"t{self.days}.xml"] = sum((way, name) == ("DBIT", "") for way, _, name in told)

        def written(number: int) -> bytes:
            day = (datetime.date(2026, 11, 1) + datetime.timedelta(days=self.days)).isoformat()
            return day_statement(
                *entries, day=day, number=number, account=ACCOUNT, opening=opening, closing=self.closing
            )

        if not self.is_calm and self.chance.random() < 0.2:
            self.story.fired["statement_cut"] += 1
            whole, raw = self.chance.randrange(len(entries)), written(self.days)
            end = sum(len(one) for one in entries[:whole]) + raw.index(b"<Ntry>")
            self._put(f"cut-t{self.days}.xml", raw[:end], lines[:whole])
        self._put(f"t{self.days}.xml", written(self.days), lines)
        if not self.is_calm and self.chance.random() < 0.2:
            self.story.fired["statement_repeated"] += 1
            self._put(f"again-t{self.days}.xml", written(self.days + 100), lines)

    @staticmethod
    def _entry(way: str, amount: int, name: str) -> str:
        inside = [detail(name, str(amount), "AC06" if way == "CRDT" else "")] if name else []
        family = "CHRG" if (way, name) == ("DBIT", "") else "DMCT"
        code = f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>{family}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        return entry(*inside, amount=str(amount), direction=way, more=code)

    def _put(self, name: str, raw: bytes, lines: list[Line]) -> None:
        self.outbox.append((name, raw))
        self.told[name] = lines


# What a bank says of the account itself, and not of the money: nothing more is sent there until somebody has looked.
_OF_ACCOUNTS = {"AC01", "AC04", "AC06"}


class Model:
    """What each order must come to, given what was read about it and in which order. It knows nothing else."""

    def __init__(self) -> None:
        self.final: dict[str, str] = {}
        # Lines that nobody can place, and those that contradict what is believed, by order.
        self.held = 0
        self.disputed: Counter[str] = Counter()
        self.early: Counter[str] = Counter()
        self.returned_though_refused: Counter[str] = Counter()
        self.debited: set[str] = set()
        self.decided = 0
        # Orders whose account the bank has spoken against; and the first reason with which money came back early.
        self.spoken_against: set[str] = set()
        self._early_code: dict[str, str] = {}

    def read(self, lines: list[Line]) -> None:
        """Read one file: each line is judged by what was known before it; what came too early waits until the end of the collection."""
        before = dict(self.final)
        for line in lines:
            now = before.get(line.name)
            if line.says is None:
                self.held += 1
            elif line.says == "advance":
                continue
            elif line.says == "debited":
                self.debited.add(line.name)
                self.decided += now == "rejected"
                if now in (None, "rejected"):
                    self.final[line.name] = "paid"
            elif line.says == "returned":
                # A statement of this bank says AC06 of all that comes back.
                self._returned(line.name, now, line.text[-1] if line.text else "AC06")
            elif now is None:
                self.final[line.name] = line.says
                self._speak(line.name, line.text[-1] if line.says == "rejected" else "")
            elif now == "returned":
                self.disputed[line.name] += line.says == "rejected"
            elif now != line.says:
                self.disputed[line.name] += 1
        for line in lines:
            # Money follows the statement: once it has told of the debit, a refusal of a paid order is no question any more.
            if line.name in self.debited and self.final.get(line.name) == "paid":
                self.disputed.pop(line.name, None)

    def _speak(self, name: str, code: str) -> None:
        if code in _OF_ACCOUNTS:
            self.spoken_against.add(name)

    def _returned(self, name: str, now: str | None, code: str) -> None:
        if now in (None, "rejected"):
            self._early_code.setdefault(name, code)
        if now is None:
            self.early[name] += 1
        elif now == "paid":
            self.final[name] = "returned"
            self._speak(name, code)
        elif now == "rejected":
            self.returned_though_refused[name] += 1

    def look_again(self) -> None:
        """Let early returns find the payments that have come since."""
        for waiting in (self.early, self.returned_though_refused):
            for name in list(waiting):
                if self.final.get(name) == "paid":
                    self.final[name] = "returned"
                    self._speak(name, self._early_code[name])
                if self.final.get(name) == "returned":
                    del waiting[name]
                elif self.final.get(name) == "rejected" and waiting is self.early:
                    # What was refused cannot come back: the two answers disagree.
                    self.returned_though_refused[name] += waiting.pop(name)

    @property
    def in_question(self) -> int:
        """Return how many lines wait for a person."""
        return self.held + sum(self.disputed.values()) + sum(self.returned_though_refused.values())


@dataclass
class Month:
    """A frozen run with people, and the commands of the month as an operator presses them."""

    run: str
    provider_row: Any
    archive: Archive
    at: datetime.datetime
    bank: Provider
    story: Story
    model: Model = field(default_factory=Model)
    read: set[str] = field(default_factory=set)
    # Who sends the money by papers (`treasury.py`); without one the books order it by themselves.
    treasury: Any = None
    explained: int = 0

    def submit(self, size: int) -> None:
        """Press “send”; where papers bring the money, exactly what it reaches is sent."""
        act = partial(
            operations.submit, run=self.run, provider=self.provider_row, gateway=self.bank, archive=self.archive, by="operator",
            at=self.at, size=size,
        )  # fmt: skip
        if self.treasury is None:
            act()
        else:
            self.treasury.watch(act)

    def close_day(self) -> None:
        """Let the bank's day end; the treasury has sent what the books ordered."""
        self.bank.close_day(books.moved(chart.Code.PREFUND, debit=chart.prefund(self.provider_row.code).name))

    def explain(self) -> None:
        """Let two people say which money on the statements is the month's."""
        for row in explaining.accounts_of("can.bo").movements:
            if row.direction == "CRDT" and row.amount_dong != 50_000 and not row.reference:
                kind, detail = self.treasury.origin(row.amount_dong) if self.treasury else ("funding", self.run)
                self.explained += row.amount_dong
                for by in ("can.bo", "lanh.dao"):
                    explaining.explain(number=row.number, kind=kind, detail=detail, by=by, at=self.at)

    def collect(self) -> None:
        """Press “collect”."""
        act = partial(
            collecting.collect, provider=self.provider_row, gateway=self.bank, archive=self.archive, at=self.at
        )
        if self.treasury is not None:
            self.treasury.collect(act)
            return
        act()
        # The model reads what was there, in the order in which it was fetched, each file once.
        for name in self.unread():
            self.read_file(name)
        self.model.look_again()

    def unread(self) -> list[str]:
        """Return the files that the model has not read yet, in their order."""
        return [name for name, _ in self.bank.outbox if name not in self.read]

    def read_file(self, name: str) -> None:
        """Let the model read one file."""
        self.read.add(name)
        self.model.read(self.bank.told[name])
        if self.treasury is not None:
            self.treasury.told(name)


def press(month: Month, chance: random.Random, size: int) -> bool:
    """Press one button of chance, with a crash now and then, let some time go by, and return whether it was one of ours."""
    weights = {"submit": 3, "collect": 3, "tell": 3, "close_day": 1, **({"paper": 5} if month.treasury else {})}
    name = chance.choices(list(weights), list(weights.values()))[0]
    act = {
        "submit": lambda: month.submit(size), "collect": month.collect, "tell": month.bank.tell, "close_day": month.close_day,
        "paper": lambda: month.treasury.press(),
    }[name]  # fmt: skip
    if name in STAGES and chance.random() < 0.4:
        boundary, count = chance.choice(("enter", "leave")), chance.randint(1, 2)
        crasher = _Crasher(chance.choice(STAGES[name]), boundary, count, month.story.fired)
        with stages.recording():
            stages.record_with(crasher)
            try:
                act()
            except Crash:
                month.story.log.append(f"crash at {crasher.place}")
                if month.treasury and name == "collect":
                    month.treasury.after_crash(crasher.place[0])
    else:
        act()
    month.at += datetime.timedelta(minutes=chance.randint(1, 600))
    # What only the bank did has changed nothing of ours.
    return name in STAGES or name == "paper"


def end(month: Month, size: int) -> None:
    """End the month calmly: everything goes out that has money, everything is told and read."""
    month.bank.is_calm = True
    if month.treasury:
        month.treasury.end()
    finish(month, size)
    month.story.fired["statement_decides"] += month.model.decided


def finish(month: Month, size: int) -> None:
    """Send, tell and read until nothing moves any more."""
    treasury = month.treasury
    # Sometimes money that came back is spent on others before the day's statement is there.
    _send_and_tell(month, size, closes=treasury is None or not treasury.spends_first())
    while treasury and (month.unread() or month.bank.moved or treasury.reached()):
        if month.unread():
            treasury.rescue()
            month.collect()
        _send_and_tell(month, size)


def _send_and_tell(month: Month, size: int, *, closes: bool = True) -> None:
    month.submit(size)
    mine = PaymentBatch.objects.filter(run__code=month.run, provider=month.provider_row)
    while mine.exclude(state="SENT").exists():
        month.submit(size)
    while month.bank.coming:
        month.bank.receive(month.bank.coming.pop(0))
    month.bank.give_up()
    if month.treasury and month.treasury.is_told_late(is_last=closes):
        # The statement of the day is there before what the bank says of today's orders.
        month.close_day()
        month.collect()
    while month.bank.untold:
        month.bank.tell(everything=True)
        month.collect()
    if closes:
        month.close_day()
        month.collect()


def play(month: Month, chance: random.Random, check: Callable[[], None]) -> None:
    """Press buttons in an order of chance, with crashes, and look at the invariants after each; then end the month calmly.

    Whoever calls looks at the end.
    """
    size = chance.choice((2, 5, 50_000))
    for _ in range(chance.randint(2, 6) + (3 if month.treasury else 0)):
        if press(month, chance, size):
            check()
    end(month, size)
    if chance.random() < (0.3 if month.treasury else 0.05):
        check()
        month.explain()


def expected(month: Month) -> dict[str, tuple[str, int]]:
    """Return for each order's name its status and what is paid, as the model has it."""
    words = {"paid": "PAID", "rejected": "REJECTED", "returned": "RETURNED"}
    found = {}
    for name, order in month.bank.orders.items():
        status = words.get(month.model.final.get(name, ""), "")
        found[name] = (status, order.amount if status == "PAID" else 0)
    return found


def totals(month: Month) -> dict[str, int]:
    """Return đồng by status, as the model has them."""
    sums: dict[str, int] = defaultdict(int)
    for name, (status, _) in expected(month).items():
        sums[status or "IN_FLIGHT"] += month.bank.orders[name].amount
    return sums
