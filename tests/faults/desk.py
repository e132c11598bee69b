"""After the bank: what it could not pay goes to the desk or is waived, pays out by identity, twice on paper, and late words come.

The model here knows items and what became of each; the books are asked whether they say the same.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest

from ansinh.base.refusals import Refused
from ansinh.ledger import accounts as chart
from ansinh.ledger import queries as books
from ansinh.office import queries as office
from ansinh.payment import cash, reopening
from ansinh.payment.models import InstructionShare, PaymentItem
from ansinh.people.models import Person
from ansinh.standards.end_to_end import decode, encode
from tests.faults.simulator import Line, Month, totals
from tests.integration.fake_bank import _notification

COMMUNE = "19777"
POINT = chart.cash_point(COMMUNE)
KINDS = {
    "to_the_desk",
    "waived",
    "held_in_doubt",
    "wrong_identity",
    "second_receipt",
    "paper_conflict",
    "late_sheet",
    "uncollected",
    "late_word",
}


def give_numbers() -> None:
    """Give everybody an identity number, without which nobody is paid at a desk."""
    for person in Person.objects.order_by("id"):
        Person.objects.filter(pk=person.pk).update(national_id=f"046186{person.pk:06d}")


class Desk:
    """The desk of the one commune, and what its model says."""

    def __init__(self, month: Month, chance: random.Random) -> None:
        self.month, self.chance = month, chance
        # Đồng by item: what lies in the box, what was paid out of it, what is nobody's any more.
        self.drawn: dict[int, int] = {}
        self.paid: dict[int, int] = {}
        self.waived: dict[int, int] = {}
        self.moved: dict[int, int] = {}

    def play(self, check: Callable[[], None]) -> None:
        """Send what came back to the desk, work there, and look at the books after each step."""
        back = list(PaymentItem.objects.filter(status__in=["REJECTED", "RETURNED"]).order_by("id"))
        if not back:
            return
        free = self._decide(back)
        self._look(check)
        if not free:
            return
        self._open(free)
        self._look(check)
        for code in self._codes():
            self._serve(code)
        self._look(check)
        self._close_and_reopen()
        self._look(check)
        self._late_word()
        self._look(check)

    def _decide(self, back: list[PaymentItem]) -> list[PaymentItem]:
        month, model, fired = self.month, self.month.model, self.month.story.fired
        instance = office.instance_number()
        carriers = dict(InstructionShare.objects.values_list("item_id", "carrier_id"))
        names = {item.id: encode(instance, carriers.get(item.id, item.id), 1) for item in back}
        doubtful = {
            one.id for one in back if model.disputed[names[one.id]] + model.returned_though_refused[names[one.id]]
        }
        free = [one for one in back if one.id not in doubtful]
        given_up = self.chance.sample(free, 1) if free and self.chance.random() < 0.5 else []
        named = {"run": month.run, "reason": "thử", "by": "can.bo", "at": month.at}
        if given_up:
            reopening.propose(**named, beneficiaries=[one.beneficiary_id for one in given_up], channel="waived")
        rest = [one for one in back if one not in given_up]
        if rest:
            reopening.propose(**named, beneficiaries=[one.beneficiary_id for one in rest], channel="cash")
        own = reopening.approve(run=month.run, by="can.bo", at=month.at)
        assert (own.cash, own.waived) == (0, 0), "whoever proposed approves nothing"
        kept = [one for one in free if one not in given_up]
        if month.treasury and month.treasury.free < sum(one.due_dong for one in kept):
            # Where the papers were short, what came back has paid others since.
            fired["desk_waits_for_money"] += 1
            with pytest.raises(Refused, match="balance_insufficient"):
                reopening.approve(run=month.run, by="lanh.dao", at=month.at)
            month.treasury.rescue()
        done = reopening.approve(run=month.run, by="lanh.dao", at=month.at)
        asked, given_up = given_up, self._put_aside(given_up, sum(one.due_dong for one in kept))
        assert (done.cash, done.waived) == (len(kept), len(given_up))
        assert {beneficiary for beneficiary, _ in done.held} == {
            one.beneficiary_id for one in back if one.id in doubtful or (one in asked and one not in given_up)
        }
        self.waived = {one.id: one.due_dong for one in given_up}
        self.moved = {one.id: one.due_dong for one in (*kept, *given_up)}
        fired["waived"] += len(given_up)
        fired["held_in_doubt"] += len(doubtful)
        fired["to_the_desk"] += len(kept)
        return kept

    def _put_aside(self, given_up: list[PaymentItem], to_desk: int) -> list[PaymentItem]:
        """Return who of those given up is waived now: whose money lies where it can be put aside."""
        treasury = self.month.treasury
        if treasury is None:
            return given_up
        return [one for one in given_up if treasury.waive(one.due_dong, to_desk=to_desk)]

    def _open(self, free: list[PaymentItem]) -> None:
        named = {"run": self.month.run, "area": COMMUNE, "by": "can.bo", "at": self.month.at}
        sheet = cash.open_list(**named)
        assert cash.open_list(**named).id == sheet.id, "a second click opens nothing"
        self.drawn = {one.id: one.due_dong for one in free}
        assert sheet.drawn_dong == sum(self.drawn.values())

    def _codes(self) -> list[str]:
        instance = office.instance_number()
        items = PaymentItem.objects.filter(pk__in=self.drawn, channel="cash", paid_dong=0).order_by("id")
        return [encode(instance, item.id, item.attempt) for item in items]

    def _serve(self, code: str) -> None:
        """Pay one line out, or not, with what goes wrong at desks."""
        month, chance, fired = self.month, self.chance, self.month.story.fired
        name = decode(code)
        assert name is not None
        item = PaymentItem.objects.get(pk=name[1])
        identity = Person.objects.get(pk=item.payee_id).national_id or ""
        named: dict[str, Any] = {"code": code, "by": "can.bo", "at": month.at}
        if chance.random() < 0.3:
            fired["wrong_identity"] += 1
            stranger = Person.objects.exclude(pk__in=[item.payee_id, item.beneficiary_id]).order_by("id").last()
            _refused("identity_differs", **named, identity=stranger.national_id or "")
        if chance.random() < 0.4:
            return
        assert cash.pay_out(**named, identity=identity).amount_dong == item.due_dong
        self.paid[item.id] = self.drawn.pop(item.id)
        if chance.random() < 0.5:
            fired["second_receipt"] += 1
            _refused("already_paid", **named, identity=identity)
        if chance.random() < 0.3:
            fired["paper_conflict"] += 1
            assert cash.pay_out(**named, identity=identity, offline=True).is_conflict

    def _close_and_reopen(self) -> None:
        named = {"run": self.month.run, "area": COMMUNE, "by": "can.bo", "at": self.month.at}
        codes = self._codes()
        cash.close_list(**named)
        self.month.story.fired["uncollected"] += len(self.drawn)
        left, self.drawn = self.drawn, {}
        if not left:
            return
        payee = Person.objects.get(pk=PaymentItem.objects.get(pk=decode(codes[0])[1]).payee_id)  # type: ignore[index]
        _refused("receipt_unknown", code=codes[0], identity=payee.national_id or "", by="can.bo", at=self.month.at)
        cash.open_list(**named)
        self.drawn = left
        if self.chance.random() < 0.5:
            self._enter_late(codes[0], payee.national_id or "")
        for code in self._codes():
            self._serve(code)

    def _enter_late(self, code: str, identity: str) -> None:
        """Enter a sheet that was signed before its list was closed: it pays the open line, and nobody pays that again."""
        self.month.story.fired["late_sheet"] += 1
        item = PaymentItem.objects.get(pk=decode(code)[1])  # type: ignore[index]
        named: dict[str, Any] = {"identity": identity, "by": "can.bo", "at": self.month.at}
        assert not cash.pay_out(**named, code=code, offline=True).is_conflict
        self.paid[item.id] = self.drawn.pop(item.id)
        _refused("already_paid", **named, code=encode(office.instance_number(), item.id, item.attempt))

    def _late_word(self) -> None:
        """Let the bank say of something that left its way that it was paid after all: it is held, and moves nothing."""
        month = self.month
        names = [name for name, final in month.model.final.items() if final == "rejected"]
        if not names:
            return
        month.story.fired["late_word"] += 1
        name = self.chance.choice(names)
        raw = _notification("late.xml", ((name, "DBIT", month.bank.orders[name].amount),)).encode()
        month.bank._put("late.xml", raw, [Line(name, None, ())])
        month.collect()

    def _look(self, check: Callable[[], None]) -> None:
        check()
        items = PaymentItem.objects.filter(channel="cash")
        assert {item.id: item.paid_dong for item in items if item.paid_dong} == self.paid
        assert {item.id: item.inflight_dong for item in items if item.inflight_dong} == self.drawn
        month, found = self.month, books.balances()
        code, sums = month.provider_row.code, totals(month)
        wanted = {
            chart.paid(POINT).name: sum(self.paid.values()),
            chart.in_flight(POINT).name: sum(self.drawn.values()),
            chart.refund(month.run).name: sum(self.waived.values()),
            chart.paid(code).name: sums["PAID"],
        }
        if month.treasury is None:
            wanted[chart.prefund(code).name] = sums["REJECTED"] + sums["RETURNED"] - sum(self.moved.values())
        else:
            month.treasury.aside = sum(self.waived.values())
            month.treasury.to_cash = sum(self.moved.values()) - month.treasury.aside
            month.treasury.drawn = sum(self.paid.values()) + sum(self.drawn.values())
            month.treasury.look()
        assert {name: found.get(name, 0) for name in wanted} == wanted


def _refused(reason: str, **named: Any) -> None:
    with pytest.raises(Refused) as refusal:
        cash.pay_out(**named)
    assert refusal.value.reason == reason
