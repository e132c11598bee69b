"""A guardian of three children: three items, and one order or three as the provider can; whatever comes back speaks of each child."""

import datetime
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from ansinh.base.refusals import Refused
from ansinh.ledger import queries as books
from ansinh.office import queries as office
from ansinh.office.models import AuditEvent
from ansinh.payment import asking, explaining, operations, queries, recalling, reopening, reserving
from ansinh.payment.gateways import Capabilities, Receipt, SentOrder
from ansinh.payment.models import (
    InstructionShare,
    Message,
    MessageLine,
    PaymentBatch,
    PaymentItem,
    Recall,
    StatementMovement,
)
from ansinh.standards.end_to_end import encode
from tests.integration import fake_bank
from tests.integration.fake_bank import FakeBank
from tests.integration.test_payment import AMOUNT, AT, World
from tests.standards.answers import day_statement, detail, entry

pytestmark = pytest.mark.usefixtures("database")
WHOLE = 3 * AMOUNT


class JoiningBank(FakeBank):
    """A bank that takes one order for all that one payee receives."""

    limit_dong = 499_999_999

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, joins_payee=True, can_cancel=True, max_amount_dong=self.limit_dong)

    asked: list[SentOrder]

    def cancel(self, order: SentOrder, why: str) -> Receipt:
        self.asked.append(order)
        return Receipt.SENT


class Family(World):
    """Four women: the first is the guardian of the next two; the fourth receives for herself."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, people=4, wards=2)
        self.bank = JoiningBank()
        self.bank.asked = []

    def orders(self) -> list[tuple[str, int, str]]:
        """Return (name, amount, purpose) of each order in the file that was written last."""
        batch = PaymentBatch.objects.order_by("-number").first()
        assert batch is not None
        text = self.archive.path(batch.sha256).read_text()
        found = re.findall(
            r"<EndToEndId>(\w+)</EndToEndId>.*?<InstdAmt Ccy=\"VND\">(\d+)</InstdAmt>.*?<Ustrd>(.*?)</Ustrd>",
            text,
            re.S,
        )
        return [(name, int(amount), purpose) for name, amount, purpose in found]

    def name(self) -> str:
        """Return the name of the order that carries three."""
        return self.names()[0]


@pytest.fixture
def family(tmp_path: Path) -> Any:
    made = Family(tmp_path / "archive")
    yield made
    verified = {**books.verify().checks, **queries.invariants()}
    assert all(verified.values()), verified


def test_what_one_payee_receives_goes_as_one_order_and_each_item_stays_its_own(family: Family) -> None:
    assert family.submit() == operations.Sent(sent=2, unknown=0)
    batch = PaymentBatch.objects.get()
    assert (batch.instructions, batch.control_total_dong, PaymentItem.objects.count()) == (2, 4 * AMOUNT, 4)
    (name, amount, purpose), (_, single, plain) = family.orders()
    assert (name, amount, single) == (family.name(), WHOLE, AMOUNT)
    assert purpose.endswith(" 3 NGUOI") and not plain.endswith("NGUOI")
    assert family.balances() == (0, 4 * AMOUNT, 0)
    assert family.submit() == operations.Sent(sent=0, unknown=0)
    family.bank.says("s1.xml", (name, "ACSP", ""))
    family.bank.says("n1.xml", (name, "DBIT", WHOLE))
    assert family.collect() == operations.Collected(messages=2, applied=6, held=0)
    assert family.statuses() == ["PAID", "PAID", "PAID", "DUE"]
    assert family.balances() == (0, AMOUNT, WHOLE)
    assert set(MessageLine.objects.filter(status="PAID").values_list("end_to_end_id", "amount_dong")) == {
        (name, AMOUNT)
    }
    # The same again, and each line counted: nothing moves.
    family.bank.says("n2.xml", (name, "DBIT", WHOLE))
    family.collect()
    assert family.balances() == (0, AMOUNT, WHOLE)


def test_a_provider_that_does_not_join_gets_three_orders(family: Family) -> None:
    family.bank = FakeBank()  # type: ignore[assignment]
    assert family.submit().sent == 4
    assert not InstructionShare.objects.exists()


def test_a_sum_above_what_the_channel_carries_goes_as_single_orders(family: Family) -> None:
    family.bank.limit_dong = WHOLE - 1
    assert family.submit().sent == 4
    assert not InstructionShare.objects.exists()


@pytest.mark.parametrize("amount", [AMOUNT, WHOLE - 1, WHOLE + 1, 2 * AMOUNT])
def test_a_sum_that_is_not_the_orders_pays_nobody(family: Family, amount: int) -> None:
    """Also when it is exactly one child's: which child would that be?"""
    family.submit()
    family.bank.says("n1.xml", (family.name(), "DBIT", amount))
    assert family.collect() == operations.Collected(messages=1, applied=0, held=1)
    assert family.hold_reasons() == ["amount_differs"]
    assert family.balances() == (0, 4 * AMOUNT, 0)


def test_a_refusal_frees_each_child_and_each_may_go_its_own_way_again(family: Family) -> None:
    family.submit()
    family.bank.says("s1.xml", (family.name(), "RJCT", "AC04"))
    assert family.collect().applied == 3
    assert family.statuses() == ["REJECTED"] * 3 + ["DUE"]
    assert family.balances() == (WHOLE, AMOUNT, 0)
    # One of them is mended and goes alone, under a name of its own.
    PaymentItem.objects.filter(pk=PaymentItem.objects.order_by("id")[1].pk).update(eligible=True)
    assert family.submit().sent == 1
    assert [(name, amount) for name, amount, _ in family.orders()] == [(family.names()[1], AMOUNT)]
    # News about the first sending is news about nobody's second one.
    family.bank.says(
        "n1.xml", (encode(office.instance_number(), PaymentItem.objects.order_by("id")[0].id, 1), "DBIT", WHOLE)
    )
    family.collect()
    assert family.hold_reasons() == ["final_answers_disagree", "final_answers_disagree", "older_attempt"]
    assert family.balances() == (2 * AMOUNT, 2 * AMOUNT, 0)


def test_a_return_before_its_payment_waits_for_all_three_and_then_takes_all_back(family: Family) -> None:
    family.submit()
    family.bank.says("n1.xml", (family.name(), "CRDT", WHOLE, "AC06"))
    assert family.collect() == operations.Collected(messages=1, applied=0, held=3)
    family.bank.says("n2.xml", (family.name(), "DBIT", WHOLE))
    done = family.collect()
    assert (done.applied, done.held) == (6, -3), "the three payments, and the three returns that had waited"
    assert family.statuses() == ["RETURNED"] * 3 + ["DUE"]
    assert family.balances() == (WHOLE, AMOUNT, 0)


def test_a_file_refused_as_a_whole_frees_everybody(family: Family) -> None:
    family.submit()
    family.bank.refuses("s1.xml", PaymentBatch.objects.get().message_id)
    assert family.collect().applied == 4
    assert family.balances() == (4 * AMOUNT, 0, 0)


def test_a_statement_counts_the_order_once_and_a_second_debit_waits_in_suspense(family: Family) -> None:
    family.submit()
    name, closing = family.name(), 5 * AMOUNT - 2 * WHOLE
    entries = [entry(amount=str(5 * AMOUNT), direction="CRDT")]
    entries += [entry(detail(name, str(WHOLE), ""), amount=str(WHOLE)) for _ in range(2)]
    text = day_statement(*entries, day="2026-11-23", number=1, account="999000001", opening=0, closing=closing)
    family.bank.outbox.append(("t1.xml", text))
    family.collect()
    assert family.statuses() == ["PAID", "PAID", "PAID", "DUE"]
    waiting = StatementMovement.objects.filter(resolution="").order_by("line")
    assert (
        sorted((row.direction, row.amount_dong) for row in waiting) == [("CRDT", 5 * AMOUNT)] + [("DBIT", AMOUNT)] * 3
    )
    assert Message.objects.get(name="t1.xml").lines == 7, (
        "three of the file, and two for each time that it told of three"
    )


def test_money_that_two_people_say_came_back_is_each_childs(family: Family) -> None:
    family.submit()
    family.bank.says("n1.xml", (family.name(), "DBIT", WHOLE))
    family.collect()
    text = day_statement(
        entry(amount=str(4 * AMOUNT), direction="CRDT"), entry(detail(family.name(), str(WHOLE), ""), amount=str(WHOLE)),
        entry(amount=str(WHOLE), direction="CRDT"), day="2026-11-23", number=1, account="999000001", opening=0, closing=4 * AMOUNT,
    )  # fmt: skip
    family.bank.outbox.append(("t1.xml", text))
    family.collect()
    row = StatementMovement.objects.get(amount_dong=WHOLE, resolution="", direction="CRDT")
    explaining.explain(number=row.id, kind="return", detail=family.name(), by="can.bo", at=AT)
    explaining.explain(number=row.id, kind="return", detail=family.name(), by="lanh.dao", at=AT)
    assert family.statuses() == ["RETURNED"] * 3 + ["DUE"]
    assert family.balances() == (WHOLE, AMOUNT, 0)
    funding = StatementMovement.objects.get(amount_dong=4 * AMOUNT)
    for by in ("can.bo", "lanh.dao"):
        explaining.explain(number=funding.id, kind="funding", detail=family.run, by=by, at=AT)


def _recall(family: Family, *people: int, **changes: Any) -> dict[str, int]:
    right: dict[str, Any] = {"run": family.run, "provider": family.provider, "gateway": family.bank, "reason": "đã mất"}
    named = [family.people[one].id for one in people]
    return asking.recall(**{**right, "by": "lanh.dao", "at": AT, **changes}, beneficiaries=named)


def _answers_recall(family: Family, word: str, why: str = "") -> None:
    """Leave the bank's answer (camt.029), and read it."""
    reason = f"<CxlStsRsnInf><Rsn><Cd>{why}</Cd></Rsn></CxlStsRsnInf>" if why else ""
    text = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.029.001.09"><RsltnOfInvstgtn><Assgnmt><Id>A1</Id></Assgnmt><Sts><Conf>'
        f"CNCL</Conf></Sts><CxlDtls><OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>{family.name()}</OrgnlEndToEndId><TxCxlSts>{word}"
        f"</TxCxlSts>{reason}</TxInfAndSts></OrgnlPmtInfAndSts></CxlDtls></RsltnOfInvstgtn></Document>"
    )
    family.bank.outbox.append((f"camt.029_{word}.xml", text.encode()))
    family.collect()


def test_a_recall_of_one_stops_the_order_and_the_others_are_due_again_by_themselves(family: Family) -> None:
    family.submit()
    name = family.name()
    assert _recall(family, 1) == {"sent": 1, "already": 0, "unknown": 0, "refused": 0, "stopped": 0, "others": 2}
    # An order is called back whole, whatever is meant.
    assert [(order.end_to_end_id, order.amount_dong) for order in family.bank.asked] == [(family.name(), WHOLE)]
    assert sorted(Recall.objects.values_list("item__beneficiary_id", "is_meant")) == sorted(
        (family.people[one].id, one == 1) for one in range(3)
    )
    # Nothing has moved, and nothing of it leaves again before the bank has said that it stopped the order.
    assert family.submit().sent == 0
    family.bank.says("s1.xml", (family.name(), "RJCT", "CUST"))
    assert family.collect().applied == 3
    assert family.statuses() == ["DUE", "REJECTED", "DUE", "DUE"]
    assert family.balances() == (WHOLE, AMOUNT, 0)
    assert AuditEvent.objects.get(action="payment.recall.release").detail == {"items": 2, "provider": "TESTBANK"}
    # Once: the same answer again, and another collection, free nobody a second time. The next name has not left: no bank knows it.
    family.bank.says("s2.xml", (name, "RJCT", "CUST"))
    family.bank.says("n0.xml", (family.names()[0], "DBIT", AMOUNT))
    family.bank.says("s3.xml", (family.names()[2], "RJCT", "AC04"))
    assert family.collect().applied == 1, "whoever was meant is refused, which is no news"
    assert family.hold_reasons() == ["attempt_unknown"] * 2 + ["older_attempt"] * 2
    assert Recall.objects.filter(released_at__isnull=False).count() == 2
    # The two go together, under a name of their own; whoever was meant waits for two people.
    assert family.submit().sent == 1
    assert [(order != name, amount) for order, amount, _ in family.orders()] == [(True, 2 * AMOUNT)]
    assert family.balances() == (AMOUNT, 3 * AMOUNT, 0)
    family.bank.says("n1.xml", (family.names()[0], "DBIT", 2 * AMOUNT))
    family.collect()
    assert family.statuses() == ["PAID", "REJECTED", "PAID", "DUE"]
    give_up = {"run": family.run, "channel": "waived", "reason": "đã mất", "at": AT}
    assert reopening.propose(beneficiaries=[family.people[1].id], by="can.bo", **give_up) == 1
    assert reopening.approve(run=family.run, by="lanh.dao", at=AT).waived == 1


def test_the_banks_answer_to_the_recall_frees_the_others_where_its_yes_is_final(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(fake_bank._REAL._settings, recall_is_final=True)
    monkeypatch.setattr(fake_bank, "_REAL", type(fake_bank._REAL)(settings))
    family.submit()
    _recall(family, 0)
    _answers_recall(family, "ACCR")
    assert family.statuses() == ["REJECTED", "DUE", "DUE", "DUE"]
    assert family.submit().sent == 1
    assert [amount for _, amount, _ in family.orders()] == [2 * AMOUNT]


def test_money_that_comes_back_after_a_recall_frees_the_others_too(family: Family) -> None:
    family.submit()
    _recall(family, 2)
    # This bank's yes is no promise: the money itself is waited for.
    _answers_recall(family, "ACCR")
    assert family.statuses() == ["DUE"] * 4
    assert family.submit().sent == 0
    family.bank.says("n1.xml", (family.name(), "DBIT", WHOLE))
    family.bank.says("n2.xml", (family.name(), "CRDT", WHOLE, "FOCR"))
    family.collect()
    assert family.statuses() == ["DUE", "DUE", "RETURNED", "DUE"]
    assert family.submit().sent == 1


@pytest.mark.parametrize("code", ["AC04", "MD07", "AM04"])
def test_a_refusal_for_another_reason_than_our_request_frees_nobody(family: Family, code: str) -> None:
    family.submit()
    _recall(family, 1)
    family.bank.says("s1.xml", (family.name(), "RJCT", code))
    family.collect()
    assert family.statuses() == ["REJECTED"] * 3 + ["DUE"]
    assert family.submit().sent == 0


def test_what_was_paid_before_the_recall_stays_paid_and_two_contrary_answers_free_nobody(family: Family) -> None:
    family.submit()
    _recall(family, 1)
    family.bank.says("n1.xml", (family.name(), "DBIT", WHOLE))
    family.collect()
    assert family.statuses() == ["PAID", "PAID", "PAID", "DUE"]
    family.bank.says("s1.xml", (family.name(), "RJCT", "CUST"))
    family.collect()
    assert family.statuses() == ["PAID", "PAID", "PAID", "DUE"]
    assert not Recall.objects.filter(released_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("answer", "end", "code"),
    # The bank said no to the recall; said nothing of it; refused the whole file; paid, and the money came back.
    [("RJCR", "order", "CUST"), ("RJCR", "order", ""), ("", "order", "NARR"), ("", "file", "CUST"), ("RJCR", "back", "NARR")],
)  # fmt: skip
def test_the_others_are_freed_only_when_the_bank_stopped_the_order_at_our_request(
    family: Family, answer: str, end: str, code: str
) -> None:
    family.submit()
    _recall(family, 1)
    if answer:
        _answers_recall(family, answer)
    if end == "file":
        family.bank.refuses("s1.xml", PaymentBatch.objects.get().message_id, code)
    elif end == "back":
        family.bank.says("n1.xml", (family.name(), "DBIT", WHOLE))
        family.bank.says("n2.xml", (family.name(), "CRDT", WHOLE, code))
    else:
        family.bank.says("s1.xml", (family.name(), "RJCT", code))
    family.collect()
    assert family.statuses()[:3] == ["RETURNED" if end == "back" else "REJECTED"] * 3
    assert family.submit().sent == 0


def test_a_refusal_without_a_reason_frees_the_others_where_the_bank_had_agreed(family: Family) -> None:
    family.submit()
    _recall(family, 1)
    _answers_recall(family, "RJCR")
    # The last word counts.
    _answers_recall(family, "ACCR")
    family.bank.says("s1.xml", (family.name(), "RJCT", "NARR"))
    family.collect()
    assert family.statuses() == ["DUE", "REJECTED", "DUE", "DUE"]


def test_a_recall_that_could_not_be_delivered_is_in_the_trail_and_frees_nobody(family: Family) -> None:
    family.submit()
    with pytest.MonkeyPatch.context() as line, pytest.raises(Refused):
        line.setattr(family.bank, "cancel", lambda order, why: _unreachable())
        _recall(family, 1)
    detail = AuditEvent.objects.get(action="payment.recall").detail
    assert (detail["sent"], detail["undelivered"], detail["because"]) == (0, 1, "gateway_unreachable")
    assert set(Recall.objects.values_list("receipt", flat=True)) == {""}
    # Asked again, it is delivered; had it not been, the bank's own refusal would free nobody.
    family.bank.says("s1.xml", (family.name(), "RJCT", "CUST"))
    family.collect()
    assert family.statuses() == ["REJECTED"] * 3 + ["DUE"]
    assert family.submit().sent == 0


def _unreachable() -> Receipt:
    raise Refused("gateway_unreachable", vi="Không kết nối được.", en="Not reached.")


def _killed_before_the_file(family: Family) -> None:
    reserving.reserve(
        reserving.Order(
            run=family.run, provider=family.provider, size=9, limit_dong=WHOLE, joins_payee=True, by="operator", at=AT
        )
    )


@pytest.mark.parametrize("how", ["killed", "unreachable"])
def test_a_recall_of_what_has_not_left_stops_it_here_and_now_and_asks_nobody(family: Family, how: str) -> None:
    if how == "killed":
        _killed_before_the_file(family)
    else:
        # The file was written; the bank's line says for certain that it has nothing of it.
        with pytest.MonkeyPatch.context() as line, pytest.raises(Refused):
            line.setattr(family.bank, "submit", lambda artefact: _unreachable())
            family.submit()
        assert PaymentBatch.objects.get().sha256
    assert PaymentBatch.objects.get().state == "RESERVED"
    nothing = {"sent": 0, "already": 0, "unknown": 0, "refused": 0}
    # What never left needs no bank that can stop it.
    assert _recall(family, 1, gateway=FakeBank()) == nothing | {"stopped": 1, "others": 2}
    assert (family.bank.asked, family.balances()) == ([], (WHOLE, AMOUNT, 0))
    assert [queries.STOP_LABELS[one.reason_code][0] for one in PaymentItem.objects.exclude(reason_code="")] == [
        "Chưa gửi: đã dừng theo đề nghị thu hồi"
    ]
    # Twice is once.
    assert _recall(family, 1)["stopped"] == 1
    assert family.submit() == operations.Sent(sent=2, unknown=0, held=1)
    assert PaymentBatch.objects.aggregate(total=Sum("control_total_dong"))["total"] == 3 * AMOUNT
    files = "".join(family.archive.path(batch.sha256).read_text() for batch in PaymentBatch.objects.all())
    assert [int(amount) for amount in re.findall(r'<InstdAmt Ccy="VND">(\d+)<', files)] == [AMOUNT, 2 * AMOUNT]
    assert family.balances() == (AMOUNT, 3 * AMOUNT, 0)
    family.bank.says("n1.xml", (family.names()[0], "DBIT", 2 * AMOUNT), (family.names()[3], "DBIT", AMOUNT))
    family.collect()
    assert family.statuses() == ["PAID", "DUE", "PAID", "PAID"]
    # Whoever was stopped goes when two people say so, and not before.
    again = {
        "run": family.run,
        "beneficiaries": [family.people[1].id],
        "channel": "waived",
        "reason": "đã mất",
        "at": AT,
    }
    assert reopening.propose(**again, by="can.bo") == 1
    assert reopening.approve(run=family.run, by="lanh.dao", at=AT).waived == 1


def test_paying_everybody_again_leaves_out_who_was_called_back_and_says_why_of_whom(family: Family) -> None:
    family.submit()
    _recall(family, 1, reason="chi nhầm người")
    family.bank.says("s1.xml", (family.name(), "RJCT", "AC04"), (family.names()[3], "RJCT", "AC04"))
    family.collect()
    run = PaymentItem.objects.values_list("run_id", flat=True)[0]
    everybody = {"run": family.run, "channel": "cash", "reason": "chi lại", "by": "can.bo", "at": AT}
    assert reopening.propose(**everybody, beneficiaries=None) == 3
    assert reopening.recalled(family.run) == 1
    (left,) = queries.ended_items(run)
    assert (left.beneficiary_id, left.recall_reason, left.recalled_by) == (
        family.people[1].id,
        "chi nhầm người",
        "lanh.dao",
    )
    (told,) = queries.recalls(run)
    assert (told.beneficiary_id, told.reason, told.outcome) == (family.people[1].id, "chi nhầm người", "back")
    assert told.outcome in queries.RECALL_LABELS
    # Named, it is proposed, and whoever approves reads why it was called back.
    assert reopening.propose(**everybody, beneficiaries=[family.people[1].id]) == 1
    assert [row.recall_reason for row in queries.open_proposals(run)] == [None, None, None, "chi nhầm người"]
    assert reopening.recalled(family.run) == 0
    assert reopening.approve(run=family.run, by="lanh.dao", at=AT).cash == 4
    assert [row.outcome for row in queries.recalls(run)] == ["again"]


def test_what_was_not_even_reserved_is_stopped_too_and_a_file_without_an_order_is_not_sent(family: Family) -> None:
    assert _recall(family, 3)["stopped"] == 1
    assert family.submit() == operations.Sent(sent=1, unknown=0, held=1)
    assert [amount for _, amount, _ in family.orders()] == [WHOLE]
    stopped = PaymentItem.objects.get(reason_code="RECALL")
    with pytest.raises(Refused) as refusal:
        reopening.propose(run=family.run, beneficiaries=None, channel="account", reason="chi lại", by="can.bo", at=AT)
    assert refusal.value.reason == "only_recalled_left"
    assert [row.outcome for row in queries.recalls(stopped.run_id)] == ["stopped"]
    # A proposal is one person's word about what they knew: called back since, it is not carried out.
    word = {"run": family.run, "channel": "account", "reason": "nhầm", "at": AT, "beneficiaries": [family.people[3].id]}
    assert reopening.propose(**word, by="can.bo") == 1
    _recall(family, 3, at=AT + datetime.timedelta(hours=1))
    held = reopening.approve(run=family.run, by="lanh.dao", at=AT).held
    assert held == ((family.people[3].id, "recalled_since"),)
    # Whoever knows of it now says so anew.
    with pytest.raises(Refused, match="already_proposed"):
        reopening.propose(**word, by="can.bo")
    withdrawn = {"run": family.run, "beneficiaries": [family.people[3].id], "by": "can.bo", "at": AT}
    assert reopening.withdraw(**withdrawn) == 1
    assert reopening.propose(**(word | {"at": AT + datetime.timedelta(hours=2)}), by="can.bo") == 1
    assert reopening.withdraw(**withdrawn) == 1
    assert not PaymentItem.objects.filter(status="DUE", eligible=True).exists()


def test_every_order_of_a_file_called_back_sends_no_file(family: Family) -> None:
    _killed_before_the_file(family)
    assert _recall(family, 0, 1, 2, 3)["stopped"] == 4
    assert family.submit() == operations.Sent(sent=0, unknown=0, held=4)
    assert (family.bank.submissions, family.balances()) == (0, (4 * AMOUNT, 0, 0))


def test_a_file_that_may_be_with_the_bank_is_not_offered_again_with_a_recalled_order(family: Family) -> None:
    family.bank.receipts = [Receipt.UNKNOWN]
    family.submit()
    assert _recall(family, 1)["sent"] == 1
    told: list[str] = []
    assert family.submit(progress=told.append) == operations.Sent(sent=0, unknown=2)
    assert family.bank.submissions == 1 and "thu hồi" in told[0]
    # An answer about any order of it proves that the bank has it.
    family.bank.says("s1.xml", (family.names()[3], "ACSP", ""))
    family.collect()
    assert PaymentBatch.objects.get().state == "SENT"


def test_an_order_that_the_bank_says_it_never_had_is_stopped_here_when_it_is_recalled_again(family: Family) -> None:
    family.bank.receipts = [Receipt.UNKNOWN]
    family.submit()
    _recall(family, 1)
    _answers_recall(family, "RJCR", "NOOR")
    # That it knows nothing of the order is no proof that it has the file.
    assert (PaymentBatch.objects.get().state, family.submit().sent) == ("UNKNOWN", 0)
    again = _recall(family, 1)
    assert (again["stopped"], again["others"], len(family.bank.asked)) == (1, 2, 1)
    assert family.submit() == operations.Sent(sent=2, unknown=0, held=1)
    files = "".join(family.archive.path(batch.sha256).read_text() for batch in PaymentBatch.objects.all())
    assert sorted(map(int, re.findall(r'<InstdAmt Ccy="VND">(\d+)<', files))) == [AMOUNT, 2 * AMOUNT]


def test_a_mistyped_person_in_a_recall_is_refused_by_number_and_nobody_is_stopped(family: Family) -> None:
    family.submit()
    right = {"run": family.run, "provider": family.provider, "gateway": family.bank, "reason": "x", "by": "lanh.dao"}
    for wrong in (999_999, 10**30, -5):
        with pytest.raises(Refused) as refusal:
            asking.recall(**right, beneficiaries=[family.people[1].id, wrong], at=AT)
        assert refusal.value.reason == "beneficiaries_not_under_way" and str(wrong) in refusal.value.vi
    assert (family.bank.asked, Recall.objects.count()) == ([], 0)


def test_whoever_is_named_later_is_meant_too(family: Family) -> None:
    family.submit()
    assert _recall(family, 1)["others"] == 2
    assert _recall(family, 2, reason="hai cháu")["others"] == 2
    assert Recall.objects.filter(is_meant=True).count() == 2
    family.bank.says("s1.xml", (family.name(), "RJCT", "CUST"))
    family.collect()
    assert family.statuses() == ["DUE", "REJECTED", "REJECTED", "DUE"]


def test_what_people_are_about_to_decide_is_left_to_them(family: Family) -> None:
    family.submit()
    _recall(family, 1)
    family.bank.says("s1.xml", (family.name(), "RJCT", "CUST"))
    # Proposed between the bank's word and the collection's end: by a worker that died before it freed anybody.
    with pytest.MonkeyPatch.context() as dead:
        dead.setattr(recalling, "release", lambda **named: 0)
        family.collect()
    named = {"run": family.run, "reason": "trả tiền mặt", "at": AT, "beneficiaries": [family.people[0].id]}
    assert reopening.propose(**named, channel="cash", by="can.bo") == 1
    family.collect()
    assert family.statuses() == ["REJECTED", "REJECTED", "DUE", "DUE"]


def test_what_went_together_once_and_alone_since_is_recalled_alone(family: Family) -> None:
    family.submit()
    family.bank.says("s1.xml", (family.name(), "RJCT", "AC04"))
    family.collect()
    for item in PaymentItem.objects.order_by("id")[1:3]:
        PaymentItem.objects.filter(pk=item.pk).update(eligible=True)
        assert family.submit().sent == 1
    asking.recall(
        run=family.run, provider=family.provider, gateway=family.bank, beneficiaries=[family.people[1].id], reason="nhầm",
        by="lanh.dao", at=AT,
    )  # fmt: skip
    assert [(order.end_to_end_id, order.amount_dong) for order in family.bank.asked] == [(family.names()[1], AMOUNT)]


def test_the_same_file_every_time(family: Family) -> None:
    family.bank.receipts = [Receipt.UNKNOWN]
    assert family.submit() == operations.Sent(sent=0, unknown=2)
    first = PaymentBatch.objects.get().sha256
    family.archive.path(first).unlink()
    operations.submit(
        run=family.run, provider=family.provider, gateway=family.bank, archive=family.archive, by="operator",
        at=AT + datetime.timedelta(days=1),
    )  # fmt: skip
    assert PaymentBatch.objects.get().sha256 == first
