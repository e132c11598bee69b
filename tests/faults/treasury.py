"""The treasury: papers that give, order and transfer the month's money, entered by two people, and money that comes late or never.

The model here is sums and a list of items: what each paper may move, what the money reaches, what each account then
holds. The product is asked after every step whether it says the same.
"""

import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from ansinh.base.months import Month as CalendarMonth
from ansinh.base.refusals import Refused
from ansinh.ledger import accounts as chart
from ansinh.ledger import closing, documents, undoing
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.ledger.models import Transfer
from ansinh.office import queries as office
from ansinh.payment import queries, reopening
from ansinh.payment.models import Message, PaymentItem, Reopening
from ansinh.standards.end_to_end import decode, encode
from tests.faults.simulator import Crash, Month

FIRST_DONG, FEE_DONG, NOVEMBER = 10**12, 1_100, CalendarMonth(2026, 11)
PEOPLE = ("can.bo", "lanh.dao", "lanh.dao2")
KINDS = {
    "paper_waits", "one_person_twice", "sum_misread", "never_left", "paper_twice", "paper_corrected",
    "paper_beyond_the_money", "paper_withdrawn", "prefund_in_parts", "prefund_late", "prefund_short",
    "prefund_never_came", "refused_and_debited", "sent_as_far_as_it_reaches", "nothing_to_send_with",
    "funded_without_papers", "uncovered_refused", "uncovered_waits", "statement_waits_for_money",
    "statement_found_money", "appropriation_undone", "appropriation_stays", "appropriation_misread",
    "year_end_misread", "year_end", "refunded", "month_not_over", "month_closed", "left_due", "due_waived",
    "waived_from_both", "waived_waits_for_paper", "order_taken_back", "order_stays", "desk_waits_for_money",
}  # fmt: skip
_OF_THE_TREASURY = ("treasury-order", "order-back")


@dataclass(frozen=True)
class Paper:
    """A paper as it lies on the desk; `by` has entered it already."""

    kind: str
    number: str
    day: datetime.date
    amount: int
    by: str


class Treasury:
    """What the model knows of the month's money: sums by what happened to them."""

    def __init__(self, month: Month, chance: random.Random) -> None:
        self.month, self.chance, self.fired = month, chance, month.story.fired
        columns = ("id", "due_dong", "payee_id", "run_id")
        rows = list(PaymentItem.objects.filter(run__code=month.run).order_by("id").values_list(*columns))
        self.items = {item: due for item, due, *_ in rows}
        self.payees = {item: payee for item, _, payee, _ in rows}
        self.run, self.total = (month.run, rows[0][3]), sum(self.items.values())
        self.sent: set[int] = set()
        self.ordered = self.given = self.fee_fund = self.fees_told = self.fees_paid = self.parts = 0
        # What the desk has done since: back to the commitment, drawn from there, put aside; and what the budget has
        # again.
        self.to_cash = self.drawn = self.aside = self.refunded = self.unused_back = 0
        # What of the money put aside had never been ordered, and whom it never reached.
        self.never_ordered, self.given_up = 0, set[int]()
        self.appropriated = {1: FIRST_DONG}
        self.waiting: list[Paper] = []
        # Each paper of money for fees has a sum of its own, by which its arrival is known.
        self.fee_papers: dict[int, str] = {}
        self.has_papers = self.was_rescued = False
        self._numbers = 0
        self._in_closed = -1
        instance = office.instance_number()
        month.bank.never_left = lambda: encode(instance, self.due()[0], 0) if self.due() else ""
        # A bank that often debits what it refused, and money for few: what came back pays others before its statement is
        # there.
        self.is_tight = chance.random() < 0.15
        if self.is_tight:
            month.bank.debits_refused = 0.9
            self._book(self._propose("treasury-order", self.total, is_calm=True))
            few = sum(list(self.items.values())[: chance.randint(1, 3)])
            self._book(self._propose("prefund", few, is_calm=True), fate="at_once")
        elif chance.random() < 0.9:
            first = self._propose("treasury-order", self._part_of(self.total))
            if chance.random() < 0.7 and self._may(first):
                self._book(first)
                second = self._propose("prefund", self._part_of(self.ordered))
                if self._may(second):
                    self._book(second)

    # ── what the model says ──────────────────────────────────────────────────────────────────────────────────────────

    @property
    def free(self) -> int:
        """Return the đồng that lie unspoken for with the provider: what came back among them."""
        final, orders = self.month.model.final, self.month.bank.orders
        back = sum(orders[name].amount for name, one in final.items() if one in ("rejected", "returned"))
        taken = self.to_cash + self.aside - self.never_ordered
        return self.given - sum(self.items[item] for item in self.sent) + back - taken

    @property
    def appropriation(self) -> int:
        """Return the đồng that the budget gave and nobody was promised."""
        return sum(self.appropriated.values()) - self.total - self.fee_fund - self.unused_back

    def due(self) -> list[int]:
        """Return the items that were never sent, in the stated order."""
        return [item for item in self.items if item not in self.sent and item not in self.given_up]

    def _sendable(self) -> list[int]:
        """Return who is due and has an account that no bank has spoken against."""
        names = [decode(name) for name in self.month.model.spoken_against]
        doubtful = {self.payees[name[1]] for name in names if name is not None}
        return [item for item in self.due() if self.payees[item] not in doubtful]

    def reached(self) -> list[int]:
        """Return what the next sending takes: the first items in order, as far as the money goes."""
        if not self.has_papers:
            return self._sendable()
        left, reached = self.free, []
        for item in self._sendable():
            left -= self.items[item]
            if left < 0:
                break
            reached.append(item)
        return reached

    def accounts(self) -> dict[str, int]:
        """Return what every account of the way from the budget to the provider holds, as the model has it."""
        code, run = self.month.provider_row.code, self.month.run
        return {
            chart.WORLD.name: self.refunded + self.unused_back - sum(self.appropriated.values()),
            chart.APPROPRIATION.name: self.appropriation,
            chart.commitment(run).name: self.total - self.ordered + self.to_cash - self.drawn - self.never_ordered,
            chart.treasury(run).name: self.ordered - self.given,
            chart.prefund(code).name: self.free,
            chart.refund(run).name: self.aside - self.refunded,
            chart.fee_fund(code).name: self.fee_fund - self.fees_paid * FEE_DONG,
            chart.fee(code).name: self.fees_paid * FEE_DONG,
        }

    def look(self) -> None:
        """Compare these accounts with the model."""
        found, wanted = books.balances(), self.accounts()
        assert {name: found.get(name, 0) for name in wanted} == wanted

    def origin(self, amount: int) -> tuple[str, str]:
        """Return what money that came in is, and what says so."""
        return ("fee-fund", self.fee_papers[amount]) if amount in self.fee_papers else ("funding", self.month.run)

    def told(self, name: str) -> None:
        """Note the fees of a statement: they are paid whole, in order, as far as the money given for them reaches."""
        fees = self.month.bank.fees.get(name)
        if fees is not None:
            self.fees_told += fees
            self.fees_paid = min(self.fees_told, self.fee_fund // FEE_DONG)

    # ── what the product is asked to do ──────────────────────────────────────────────────────────────────────────────

    def watch(self, act: Callable[[], object]) -> None:
        """Send, and see that exactly what the money reaches was reserved, or nothing where the process died before it."""
        reached, is_dead = self.reached(), False
        try:
            act()
        except Crash:
            is_dead = True
            raise
        finally:
            mine = PaymentItem.objects.filter(run__code=self.month.run, attempt__gt=0)
            new = set(mine.values_list("id", flat=True)) - self.sent
            assert new == set(reached) or (is_dead and not new), (new, reached)
            if new and not self.has_papers:
                self.fired["funded_without_papers"] += 1
                self.ordered = self.given = self.total
            self.sent |= new
            if self.has_papers and not is_dead and self._sendable():
                self.fired["sent_as_far_as_it_reaches" if new else "nothing_to_send_with"] += 1

    def collect(self, act: Callable[[], object]) -> None:
        """Collect, and see that it stops exactly for a statement that lacks money: refused, debited, and spent since."""
        is_stopped = False
        try:
            act()
        except Refused as refusal:
            if refusal.reason != "balance_insufficient":
                raise
            is_stopped = True
            missing = refusal.details["missing_dong"]
        waits = self._read(set(self.month.unread()))
        assert is_stopped == bool(waits), f"waits: {waits}"
        if waits:
            self.fired["statement_waits_for_money"] += 1
            assert missing == self._lacks(waits[0])

    def _read(self, there: set[str]) -> list[str]:
        """Let the model read these files, and what lacked money until nothing changes; return what still waits."""
        lacked: set[str] = set()
        while True:
            before = (len(self.month.read), dict(self.month.model.final))
            waits = self._read_once(there)
            if lacked & self.month.read:
                self.fired["statement_found_money"] += 1
            lacked = set(waits)
            self.month.model.look_again()
            if not waits or before == (len(self.month.read), self.month.model.final):
                return waits

    def _read_once(self, there: set[str]) -> list[str]:
        """Let the model read these files in their order; return the statement that lacks money, and those after it."""
        waits: list[str] = []
        for name in self.month.unread():
            if _is_statement(name) and (waits or self._lacks(name) > 0):
                waits.append(name)
            elif name in there:
                self.month.read_file(name)
        return waits

    def _lacks(self, name: str) -> int:
        """Return how many đồng are missing to book a statement; none or less: it can be booked."""
        final, orders = self.month.model.final, self.month.bank.orders
        lines = [line for line in self.month.bank.told[name] if line.name in orders]
        decided = sum(
            orders[one.name].amount for one in lines if (one.says, final.get(one.name)) == ("debited", "rejected")
        )
        back = sum(orders[one.name].amount for one in lines if (one.says, final.get(one.name)) == ("returned", "paid"))
        return decided - back - self.free if decided else 0

    def after_crash(self, stage: str) -> None:
        """Read what the process got through before it died in the middle of a collection."""
        done = set(Message.objects.exclude(state="STORED").values_list("name", flat=True))
        if stage == "seal":
            self._read(done)
            return
        self._read_once(done)
        while left := done & set(self.month.unread()):
            # It had come to what lacked money at first.
            self.month.model.look_again()
            self._read_once(done)
            assert left - self.month.read != left, f"{left} were applied without the money"

    def press(self) -> None:
        """Let people at the department do a few things with papers."""
        for _ in range(self.chance.randint(1, 3)):
            self._do_one_thing()
        self.look()

    def _do_one_thing(self) -> None:
        left, here = self.total - self.ordered, self.ordered - self.given
        acts: list[tuple[int, Callable[[], object]]] = [(1, self._appropriate), (1, self._undo), (1, self._close_month)]
        if self.waiting:
            acts.append((12, lambda: self._confirm(self.chance.choice(self.waiting))))
        if left:
            acts.append((3, lambda: self._propose("treasury-order", self._part_of(left))))
        if here:
            acts.append((4, lambda: self._propose("prefund", self._part_of(here))))
            back = min(self._part_of(here), here)
            acts.append((1, lambda: self._propose("order-back", back, is_calm=True)))
        else:
            acts.append((1, self._nothing_to_take_back))
        acts.append((1, lambda: self._propose("fee-fund", 1_000 * self.chance.randint(1, 4) + self._numbers)))
        self.chance.choices([act for _, act in acts], [weight for weight, _ in acts])[0]()

    def end(self) -> None:
        """End the month of the treasury: mostly all that is left is given, else somebody stays due."""
        if not self.has_papers or self.is_tight:
            return
        for paper in list(self.waiting):
            if self._may(paper):
                self._book(paper)
        if self.chance.random() < 0.5:
            self.rescue()
        self.look()

    def spends_first(self) -> bool:
        """Return whether what came back is sent out again before the day ends."""
        return self.has_papers and (self.is_tight or self.chance.random() < 0.7)

    def is_told_late(self, *, is_last: bool) -> bool:
        """Return whether the day's statement comes before the bank's word about the day's orders."""
        return self.has_papers and (is_last if self.is_tight else self.chance.random() < 0.5)

    def rescue(self) -> None:
        """Give all that is left, so that a statement which waits for money can be read."""
        self.was_rescued = True
        for kind in ("treasury-order", "prefund"):
            never_ordered = self.total - self.ordered - self.never_ordered
            left = never_ordered if kind == "treasury-order" else self.ordered - self.given
            if left:
                self._book(self._propose(kind, left, is_calm=True))

    # ── papers ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _part_of(self, whole: int) -> int:
        """Return all of it, a part, or too much."""
        part = min(self.chance.randint(6, max(whole // 30_000, 6)) * 10_000, whole)
        return self.chance.choices((whole, whole - part, part, whole + 1), (3, 4, 4, 1))[0] or whole

    def _enter(self, paper: Paper, *, by: str) -> documents.Document:
        named: dict[str, Any] = {"run": self.run} if paper.kind != "fee-fund" else {}
        if paper.kind not in _OF_THE_TREASURY:
            named["provider_code"] = self.month.provider_row.code
        return documents.enter(
            kind=paper.kind,
            number=paper.number,
            signed_on=paper.day,
            amount_dong=paper.amount,
            by=by,
            at=self.month.at,
            **named,
        )

    def _nothing_to_take_back(self) -> None:
        """Take an order back of which everything was transferred, or nothing was ever ordered."""
        self.fired["order_stays"] += 1
        paper = Paper("order-back", "00/HL", self.month.at.date(), self.ordered - self.given + 1, "can.bo")
        had_papers = documents.is_funded_by_documents(self.month.run)
        _refused("order_transferred", self._enter, paper, by="can.bo")
        assert documents.is_funded_by_documents(self.month.run) == had_papers, "a refused paper is none"

    def _as_proposed(self, paper: Paper) -> documents.Document:
        run = self.month.run if paper.kind != "fee-fund" else ""
        provider = self.month.provider_row.code if paper.kind not in _OF_THE_TREASURY else ""
        return documents.Document(paper.kind, paper.number, paper.day, paper.amount, run, provider, paper.by, "")

    def _propose(self, kind: str, amount: int, *, is_calm: bool = False) -> Paper:
        self._numbers += 1
        paper = Paper(kind, f"{self._numbers:02d}/LC", self.month.at.date(), amount, self.chance.choice(PEOPLE))
        if not is_calm and self.chance.random() < 0.2:
            # Typed wrong, and right by the same hand before anybody has agreed.
            self.fired["paper_corrected"] += 1
            assert self._enter(replace(paper, amount=paper.amount + 7), by=paper.by).approved_by == ""
        if not is_calm and self.chance.random() < 0.1:
            self._withdrawn(replace(paper, number=f"9{paper.number}"))
        assert self._enter(paper, by=paper.by) == self._as_proposed(paper)
        self.waiting.append(paper)
        # From the first word of a paper on, no money of the run moves without one.
        self.has_papers |= kind != "fee-fund"
        self.month.bank.checks_cover |= self.has_papers and self.given == 0
        self.fired["paper_waits"] += 1
        if not is_calm and self.chance.random() < 0.2:
            self.fired["one_person_twice"] += 1
            _refused("second_person_needed", self._enter, paper, by=paper.by)
        return paper

    def _withdrawn(self, slip: Paper) -> None:
        """Type a paper with a wrong number, and take it back by whoever sees it first."""
        self.fired["paper_withdrawn"] += 1
        had_papers = documents.is_funded_by_documents(self.month.run)
        assert self._enter(slip, by=slip.by) == self._as_proposed(slip)
        by = self.chance.choice(PEOPLE)
        taken = documents.withdraw(kind=slip.kind, number=slip.number, signed_on=slip.day, by=by, at=self.month.at)
        assert taken == replace(self._as_proposed(slip), withdrawn_by=by)
        assert documents.is_funded_by_documents(self.month.run) == had_papers, "a withdrawn paper is none"

    def _may(self, paper: Paper) -> bool:
        left = {
            "treasury-order": self.total - self.ordered, "prefund": self.ordered - self.given,
            "fee-fund": self.appropriation, "order-back": self.ordered - self.given,
        }[paper.kind]  # fmt: skip
        return paper.amount <= left

    def _beyond(self, paper: Paper) -> str:
        """Return the refusal of a paper that takes more back than lies at the treasury, told before all others."""
        return "order_transferred" if paper.kind == "order-back" and not self._may(paper) else ""

    def _confirm(self, paper: Paper) -> None:
        other = self.chance.choice([one for one in PEOPLE if one != paper.by])
        if self.chance.random() < 0.25:
            self.fired["sum_misread"] += 1
            misread = replace(
                paper, amount=paper.amount + self.chance.choice((1, 1_000, -1 if paper.amount > 1 else 1))
            )
            _refused(self._beyond(misread) or "document_differs", self._enter, misread, by=other)
        if not self._may(paper):
            self.fired["paper_beyond_the_money"] += 1
            _refused(self._beyond(paper) or "balance_insufficient", self._enter, paper, by=other)
            return
        self._book(paper, by=other)
        if self.chance.random() < 0.25:
            self.fired["paper_twice"] += 1
            before = books.last_transfer()
            assert self._enter(paper, by=self.chance.choice(PEOPLE)).approved_by == other
            assert books.last_transfer() == before, "a paper entered again moves nothing"

    def _book(self, paper: Paper, by: str = "", fate: str = "") -> None:
        other = by or next(one for one in PEOPLE if one != paper.by)
        assert self._enter(paper, by=other).approved_by == other
        self.waiting.remove(paper)
        if paper.kind == "treasury-order":
            self.ordered += paper.amount
        elif paper.kind == "order-back":
            self.fired["order_taken_back"] += 1
            self.ordered -= paper.amount
        elif paper.kind == "fee-fund":
            self.fee_fund += paper.amount
            self.fee_papers[paper.amount] = paper.number
            self.month.bank.receive(paper.amount)
        else:
            self.given += paper.amount
            self.parts += 1
            self.fired["prefund_in_parts"] += self.parts > 1
            self._transfer(paper.amount, fate)

    def _transfer(self, amount: int, fate: str) -> None:
        """Let the money of a paper come to the bank, or not."""
        bank = self.month.bank
        fate = fate or self.chance.choices(("at_once", "late", "short", "never"), (5, 3, 1, 1))[0]
        if fate == "at_once":
            bank.receive(amount)
        elif fate == "late":
            self.fired["prefund_late"] += 1
            bank.coming.append(amount)
        elif fate == "short" and amount > 200_000:
            self.fired["prefund_short"] += 1
            bank.receive(amount - self.chance.choice((1_000, amount // 2)))
        else:
            self.fired["prefund_never_came"] += 1

    # ── the budget, the month, the year ──────────────────────────────────────────────────────────────────────────────

    def _given_again(self, number: int, amount: int) -> int:
        return ledger.appropriate(amount_dong=amount, document=number, month=NOVEMBER.first_day, at=self.month.at)

    def _appropriate(self) -> None:
        number, amount = self.chance.randint(1, 4), self.chance.randint(1, 9) * 10**7
        known = self.appropriated.get(number)
        if known is None:
            assert self._given_again(number, amount) == 1
            self.appropriated[number] = known = amount
            ledger.seal(at=self.month.at)
        else:
            self.fired["appropriation_misread"] += 1
            _refused("document_already_booked", self._given_again, number, known + 1)
        assert self._given_again(number, known) == 0, "the same document gives nothing again"
        if self.chance.random() < 0.4:
            self._undo()

    def _undo(self) -> None:
        """Take an appropriation back by two people, as long as nobody was promised it."""
        # Mostly the newest: the first gave nearly all there is.
        number = self.chance.choice((list(self.appropriated)[-1], *self.appropriated))
        if self.appropriation < self.appropriated[number]:
            self.fired["appropriation_stays"] += 1
            _refused("appropriation_committed", self._taken_back, number, "can.bo")
            return
        assert self._taken_back(number, "can.bo").approved_by == ""
        _refused("second_person_needed", self._taken_back, number, "can.bo")
        assert self._taken_back(number, "lanh.dao").approved_by == "lanh.dao"
        del self.appropriated[number]
        _refused("appropriation_unknown", self._taken_back, number, "lanh.dao")
        self.fired["appropriation_undone"] += 1

    def _taken_back(self, number: int, by: str) -> documents.Document:
        return undoing.undo_appropriation(document=number, by=by, at=self.month.at)

    def _close_month(self) -> None:
        """Close November by two people, early and then in December; what comes later belongs to the next month."""
        if self._in_closed >= 0:
            _refused("month_already_closed", self._closed, "lanh.dao")
            return
        if self.month.at.date() <= NOVEMBER.last_day:
            self.fired["month_not_over"] += 1
            _refused("month_not_over", self._closed, "can.bo")
            self.month.at = datetime.datetime(2026, 12, 2, 3, tzinfo=datetime.UTC)
        ledger.seal(at=self.month.at)
        assert self._closed("can.bo").closed_by == ""
        _refused("second_person_needed", self._closed, "can.bo")
        assert self._closed("lanh.dao").closed_by == "lanh.dao"
        self.fired["month_closed"] += 1
        self._in_closed = _in_november()

    def _closed(self, by: str) -> closing.Closing:
        checks = queries.invariants()
        # What a bank's statement has wrong stops no closing (`ledger close-month` says so too).
        del checks["prefund_equals_statement"]
        return closing.close_month(
            month=NOVEMBER, checks=checks, open_items=queries.open_items(NOVEMBER.first_day), by=by, at=self.month.at
        )

    def end_year(self) -> None:
        """Give back to the budget what was put aside and what nobody was promised, and see that a closed month stayed closed."""
        self._give_up_due()
        if self.aside and self.chance.random() < 0.8:
            assert self._refunded(77) == self.aside
            assert self._refunded(77) == 0
            _refused("nothing_to_refund", self._refunded, 78)
            self.fired["refunded"] += 1
            self.refunded = self.aside
            ledger.seal(at=self.month.at)
        unused = self.appropriation + self.aside - self.refunded
        if unused and self.chance.random() < 0.3:
            self.fired["year_end_misread"] += 1
            _refused("year_end_differs", self._given_back, unused + 1, "can.bo")
            assert self._given_back(unused, "can.bo").approved_by == ""
            assert self._given_back(unused, "lanh.dao").approved_by == "lanh.dao"
            assert self._given_back(unused, "lanh.dao2").approved_by == "lanh.dao"
            self.fired["year_end"] += 1
            self.unused_back, self.refunded = self.appropriation, self.aside
        self.look()
        assert self._in_closed in (-1, _in_november()), "a closed month stays as it was"

    def waive(self, amount: int, *, to_desk: int = 0) -> bool:
        """Note that somebody is paid no more, and return whether the money is there to be put aside.

        First what was never ordered is put aside, and what the provider has for the rest after what goes to the desk.
        """
        never_ordered = min(amount, self.total - self.ordered - self.never_ordered)
        if amount - never_ordered > self.free - to_desk:
            self.fired["waived_waits_for_paper"] += 1
            return False
        self.never_ordered += never_ordered
        if 0 < never_ordered < amount:
            self.fired["waived_from_both"] += 1
        return True

    def _give_up_due(self) -> None:
        """Waive some whom the money never reached, by two people; mostly so many that nothing is left open."""
        due = self.due()
        if not due or self.chance.random() < 0.4:
            return
        whom = due if self.chance.random() < 0.6 else due[: self.chance.randint(1, len(due))]
        if self.chance.random() < 0.7 and self.ordered > self.given:
            self._book(self._propose("order-back", self.ordered - self.given, is_calm=True))
            self.look()
        # What the desk could not do stays as it is.
        Reopening.objects.filter(approved_by="").delete()
        people = dict(PaymentItem.objects.filter(id__in=whom).values_list("id", "beneficiary_id"))
        named = {"run": self.month.run, "at": self.month.at}
        reopening.propose(
            **named, beneficiaries=list(people.values()), channel="waived", reason="thiếu tiền", by="can.bo"
        )
        assert reopening.approve(**named, by="can.bo").waived == 0, "whoever proposed approves nothing"
        done = reopening.approve(**named, by="lanh.dao")
        waiting = set()
        for item in whom:
            if self.waive(self.items[item]):
                self.given_up.add(item)
                self.aside += self.items[item]
                self.fired["due_waived"] += 1
            else:
                waiting.add((people[item], "money_ordered"))
        assert (done.waived, {one for one in done.held if one[1] == "money_ordered"}) == (
            len(whom) - len(waiting),
            waiting,
        )
        self.look()

    def _given_back(self, amount: int, by: str) -> documents.Document:
        day = self.month.at.date()
        return documents.enter(
            kind="year-end", number="TN/26", signed_on=day, amount_dong=amount, by=by, at=self.month.at
        )

    def _refunded(self, document: int) -> int:
        return ledger.refund(
            run_code=self.month.run, run_id=self.run[1], document=document, month=NOVEMBER.first_day, at=self.month.at
        )


def _is_statement(name: str) -> bool:
    return name.removeprefix("again-").removeprefix("cut-").startswith("t")


def _in_november() -> int:
    return Transfer.objects.filter(month=NOVEMBER.first_day).count()


def _refused(reason: str, act: Callable[..., object], *arguments: Any, **named: Any) -> None:
    with pytest.raises(Refused) as refusal:
        act(*arguments, **named)
    assert refusal.value.reason == reason
