"""Several providers on real PostgreSQL: each item goes one way and its money with it; sheets by hand need two people."""

import argparse
import datetime
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import accounts as chart
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.office import queries as office
from ansinh.office.models import AuditEvent
from ansinh.payment import by_hand, collecting, operations, providers, queries, reopening
from ansinh.payment.archive import Archive
from ansinh.payment.conformance.forging import SPREADSHEET, Line
from ansinh.payment.gateways import Gateway, Receipt
from ansinh.payment.gateways.spreadsheet import Settings, Spreadsheet
from ansinh.payment.models import MessageLine, PaymentBatch, PaymentItem, PaymentServiceProvider
from ansinh.payroll import operations as payroll
from ansinh.payroll.selection import select
from ansinh.people.models import FinancialAddress
from ansinh.project import bootstrap
from ansinh.project.adapters import gateway_of
from ansinh.project.work import payment as payment_work
from ansinh.standards.end_to_end import encode
from tests.integration import makers
from tests.integration.fake_bank import FakeBank

NOVEMBER = Month(2026, 11)
AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
AMOUNT = 810_000
OTHER_BANK = "970415"
pytestmark = pytest.mark.usefixtures("database")


class Office:
    """Four women, the last two with accounts at another bank; providers as the test makes them."""

    def __init__(self, folder: Path) -> None:
        makers.staff()
        makers.give_role("soan.luat", "administrator")
        ledger.appropriate(amount_dong=10**12, document=1, month=NOVEMBER.first_day, at=AT)
        self.folder, self.archive = folder, Archive(folder / "archive")
        self.people = [makers.severe() for _ in range(4)]
        FinancialAddress.objects.filter(person__in=self.people[2:]).update(bank_bin=OTHER_BANK)

    def provider(self, code: str, *banks: str, gateway: str = "rest") -> PaymentServiceProvider:
        row, _ = providers.set_provider(
            code=code, name=code, gateway=gateway, settings={}, banks=banks, by="soan.luat", at=AT
        )
        return row

    def freeze(self) -> str:
        selection = select(month=NOVEMBER, province=None, area="19777")
        run = payroll.calculate(package=law_in_force(), month=NOVEMBER, selection=selection, by="operator", at=AT).code
        payroll.check(run=run, by="operator", at=AT)
        payroll.approve(run=run, by="lanh.dao", at=AT)
        operations.freeze(run=run, by="can.bo", at=AT)
        return run

    def submit(self, run: str, provider: PaymentServiceProvider, gateway: Gateway, **options: Any) -> operations.Sent:
        return operations.submit(
            run=run, provider=provider, gateway=gateway, archive=self.archive, by="operator", at=AT, **options
        )

    def collect(self, provider: PaymentServiceProvider, gateway: Gateway) -> operations.Collected:
        return collecting.collect(provider=provider, gateway=gateway, archive=self.archive, at=AT)

    def sheets(self) -> Spreadsheet:
        outgoing, incoming = self.folder / "out", self.folder / "in"
        outgoing.mkdir(exist_ok=True)
        incoming.mkdir(exist_ok=True)
        return Spreadsheet(
            Settings(outgoing, incoming, debtor_name="SO Y TE", debtor_account="113000012345", debtor_agent=OTHER_BANK)
        )


@pytest.fixture
def place(tmp_path: Path) -> Office:
    return Office(tmp_path)


def names() -> list[str]:
    return [encode(office.instance_number(), item.id, 1) for item in PaymentItem.objects.order_by("id")]


def ways() -> list[str | None]:
    return list(PaymentItem.objects.order_by("beneficiary_id").values_list("provider__code", flat=True))


def prefund(code: str) -> int:
    return books.balance(chart.prefund(code).name)


def refused(act: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act(*arguments, **named)
    return refusal.value.reason


def sound() -> bool:
    return all({**books.verify().checks, **queries.invariants()}.values())


# ── which way an item goes ───────────────────────────────────────────────────────────────────────────────────────────


def test_each_bank_goes_to_the_provider_that_serves_it(place: Office) -> None:
    general, special = place.provider("CHUNG"), place.provider("RIENG", OTHER_BANK)
    run = place.freeze()
    assert ways() == ["CHUNG", "CHUNG", "RIENG", "RIENG"]
    assert place.submit(run, general, FakeBank()).sent == 2
    assert (prefund("CHUNG"), books.balance(chart.in_flight("CHUNG").name)) == (0, 2 * AMOUNT)
    # The other provider's money leaves the commitment only with its own order.
    assert books.balance(chart.commitment(run).name) == 2 * AMOUNT
    assert place.submit(run, special, FakeBank()).sent == 2
    assert books.balance(chart.commitment(run).name) == 0
    assert set(PaymentBatch.objects.values_list("provider__code", "instructions")) == {("CHUNG", 2), ("RIENG", 2)}
    assert sound()


def test_who_was_frozen_before_there_was_a_provider_is_routed_when_one_comes(place: Office) -> None:
    place.provider("RIENG", OTHER_BANK)
    run = place.freeze()
    assert ways() == [None, None, "RIENG", "RIENG"]
    general = place.provider("CHUNG")
    assert place.submit(run, general, FakeBank()).sent == 2
    assert ways() == ["CHUNG", "CHUNG", "RIENG", "RIENG"]


def test_an_item_stays_where_its_money_lies_though_the_banks_change(place: Office) -> None:
    general = place.provider("CHUNG")
    run = place.freeze()
    bank = FakeBank()
    place.submit(run, general, bank)
    place.provider("RIENG", OTHER_BANK)
    bank.says("a.xml", (names()[3], "RJCT", "AC04"))
    place.collect(general, bank)
    FinancialAddress.objects.filter(person=place.people[3]).update(state="VERIFIED")
    reopening.propose(run=run, channel="account", reason="sửa số", beneficiaries=None, by="can.bo", at=AT)
    reopening.approve(run=run, by="lanh.dao", at=AT)
    assert ways()[3] == "CHUNG"
    assert place.submit(run, general, bank).sent == 1
    assert sound()


def test_what_is_waived_is_taken_from_its_own_provider_and_from_what_is_promised_for_nobody_else(place: Office) -> None:
    general, special = place.provider("CHUNG"), place.provider("RIENG", OTHER_BANK)
    run, bank = place.freeze(), FakeBank()
    place.submit(run, general, bank)
    bank.says("a.xml", (names()[0], "RJCT", "AC04"))
    place.collect(general, bank)
    whom = [place.people[number].id for number in (0, 3)]
    reopening.propose(run=run, channel="waived", reason="đã mất", beneficiaries=whom, by="can.bo", at=AT)
    assert reopening.approve(run=run, by="lanh.dao", at=AT).waived == 2
    assert books.balance(chart.refund(run).name) == 2 * AMOUNT
    assert (prefund("CHUNG"), books.balance(chart.commitment(run).name)) == (0, AMOUNT)
    # Whoever is left of the other provider is paid with what was promised for her.
    assert place.submit(run, special, FakeBank()).sent == 1
    assert (prefund("RIENG"), books.balance(chart.commitment(run).name)) == (0, 0)
    assert sound()


def test_what_stops_one_provider_keeps_no_other_ones_answers_waiting(
    place: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.provider("CHUNG")
    special, bank = place.provider("RIENG", OTHER_BANK), FakeBank()
    place.submit(place.freeze(), special, bank)
    bank.says("a.xml", (names()[2], "RJCT", "AC04"))
    real = bootstrap.gateway_to
    monkeypatch.setattr(bootstrap, "gateway_to", lambda one: nullcontext(bank) if one == special else real(one))
    monkeypatch.setattr(bootstrap, "archive", lambda: place.archive)
    assert refused(payment_work.collect, argparse.Namespace(lang="vi")) == "gateway_settings_invalid"
    assert PaymentItem.objects.filter(status="REJECTED").count() == 1


def test_a_provider_may_not_speak_of_anothers_items(place: Office) -> None:
    general, special = place.provider("CHUNG"), place.provider("RIENG", OTHER_BANK)
    run = place.freeze()
    first, second = FakeBank(), FakeBank()
    place.submit(run, general, first)
    place.submit(run, special, second)
    second.says("a.xml", (names()[0], "DBIT", AMOUNT), (names()[3], "DBIT", AMOUNT))
    done = place.collect(special, second)
    assert (done.applied, done.held) == (1, 1)
    assert list(MessageLine.objects.exclude(hold_reason="").values_list("hold_reason", flat=True)) == ["other_provider"]
    assert books.balance(chart.paid("RIENG").name) == AMOUNT and books.balance(chart.paid("CHUNG").name) == 0
    assert sound()


def test_batches_are_as_small_as_the_provider_takes_and_sums_above_its_limit_wait(place: Office) -> None:
    general = place.provider("CHUNG", gateway="spreadsheet")
    run = place.freeze()
    PaymentItem.objects.filter(beneficiary=place.people[0]).update(due_dong=AMOUNT)
    gateway = Spreadsheet(
        Settings(
            place.folder,
            place.folder,
            "SO Y TE",
            "113000012345",
            OTHER_BANK,
            max_instructions=2,
            max_amount_dong=AMOUNT,
        )
    )
    assert place.submit(run, general, gateway).unknown == 4
    assert list(PaymentBatch.objects.values_list("instructions", flat=True)) == [2, 2]


def test_a_sum_above_the_limit_is_held_and_the_others_go(place: Office) -> None:
    general = place.provider("CHUNG")
    run = place.freeze()
    PaymentItem.objects.filter(beneficiary=place.people[0]).update(due_dong=AMOUNT - 1)
    gateway = Spreadsheet(
        Settings(place.folder, place.folder, "SO Y TE", "113000012345", OTHER_BANK, max_amount_dong=AMOUNT - 1)
    )
    done = place.submit(run, general, gateway)
    assert (done.unknown, done.held) == (1, 3)
    assert set(PaymentItem.objects.filter(reason_set="ansinh").values_list("reason_code", flat=True)) == {"LIMIT"}


def test_only_an_administrator_sets_up_a_provider_and_mistakes_have_names(place: Office) -> None:
    right = {"code": "X1", "name": "X", "gateway": "rest", "settings": {}, "banks": [], "by": "soan.luat", "at": AT}
    assert refused(providers.set_provider, **{**right, "by": "can.bo"}) == "role_not_allowed"
    assert refused(providers.set_provider, **{**right, "code": "../x"}) == "provider_code_invalid"
    assert refused(providers.set_provider, **{**right, "banks": ["000000"]}) == "bank_unknown"
    assert refused(providers.provider, "KHONG") == "provider_unknown"
    assert refused(gateway_of, "fax", {}) == "gateway_unknown"
    assert refused(gateway_of, "rest", {"base_url": "http://bank.example/api"}) == "gateway_settings_invalid"
    providers.set_provider(**right)  # type: ignore[arg-type]
    event = AuditEvent.objects.filter(action="payment.provider").get()
    assert event.detail == {"gateway": "rest", "banks": [], "settings": []}


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _results(place: Office, *lines: Line) -> Path:
    path = place.folder / "ket-qua.xlsx"
    path.write_bytes(SPREADSHEET.document(lines, None))
    return path


def test_a_sheet_is_unknown_until_handed_over_and_results_need_two_people(place: Office) -> None:
    provider, sheets = place.provider("BUUDIEN", gateway="spreadsheet"), place.sheets()
    run = place.freeze()
    assert place.submit(run, provider, sheets) == operations.Sent(0, 4)
    batch = PaymentBatch.objects.get()
    assert batch.state == "UNKNOWN"
    laid = sorted(path.name for path in (place.folder / "out").iterdir())
    assert laid == [f"{batch.message_id}.pdf", f"{batch.message_id}.xlsx"]
    assert (place.folder / "out" / laid[0]).read_bytes().startswith(b"%PDF-")

    by = {"gateway": sheets, "archive": place.archive, "at": AT}
    assert refused(by_hand.hand_over, batch=batch, evidence="BB 01", by="soan.luat", **by) == "role_not_allowed"
    assert by_hand.hand_over(batch=batch, evidence="BB 01", by="can.bo", **by) is Receipt.ALREADY
    assert by_hand.hand_over(batch=batch, evidence="BB 02", by="can.bo", **by) is Receipt.ALREADY
    batch.refresh_from_db()
    assert batch.state == "SENT"

    lines = [Line(name, amount=str(AMOUNT)) for name in names()[:3]] + [
        Line(names()[3], "REJECTED", str(AMOUNT), "AC04")
    ]
    found = by_hand.receive(provider=provider, gateway=sheets, file=_results(place, *lines), by="can.bo", at=AT)
    assert (found.lines, found.held, found.sums_dong) == (4, 0, {"PAID": 3 * AMOUNT, "REJECTED": AMOUNT})
    # One person's word moves nothing.
    assert place.collect(provider, sheets) == operations.Collected(0, 0, 0)
    agree = {"provider": provider, "gateway": sheets, "at": AT}
    assert refused(by_hand.confirm, name=found.name, by="can.bo", **agree) == "second_person_needed"
    assert refused(by_hand.confirm, name="khong-co.xlsx", by="lanh.dao", **agree) == "results_unknown"
    assert by_hand.confirm(name=f"../../{found.name}", by="lanh.dao", **agree) == found.name
    assert place.collect(provider, sheets) == operations.Collected(1, 4, 0)
    assert place.collect(provider, sheets) == operations.Collected(0, 0, 0)
    assert sorted(PaymentItem.objects.values_list("status", flat=True)) == ["PAID", "PAID", "PAID", "REJECTED"]
    assert sound()
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"payment.results.receive", "payment.results.confirm", "payment.send"} <= actions


def test_a_list_that_says_nothing_is_refused_and_a_connected_provider_takes_no_list(place: Office) -> None:
    provider, sheets = place.provider("BUUDIEN", gateway="spreadsheet"), place.sheets()
    path = place.folder / "khac.csv"
    path.write_text("STT;Họ tên;Ghi chú\n1;A;B\n", encoding="utf8")
    take = {"provider": provider, "file": path, "by": "can.bo", "at": AT}
    assert refused(by_hand.receive, gateway=sheets, **take) == "results_unreadable"
    assert refused(by_hand.receive, gateway=FakeBank(), **take) == "provider_not_by_hand"
    assert refused(by_hand.batch, "KHONG") == "batch_unknown"


def test_a_wrong_amount_on_a_clerks_list_holds_its_row(place: Office) -> None:
    provider, sheets = place.provider("BUUDIEN", gateway="spreadsheet"), place.sheets()
    run = place.freeze()
    place.submit(run, provider, sheets)
    lines = [
        Line(names()[0], amount=str(AMOUNT + 1)),
        Line(names()[1], amount=str(AMOUNT)),
        Line("AS000000000000X", amount=str(AMOUNT)),
    ]
    found = by_hand.receive(provider=provider, gateway=sheets, file=_results(place, *lines), by="can.bo", at=AT)
    by_hand.confirm(provider=provider, gateway=sheets, name=found.name, by="lanh.dao", at=AT)
    assert place.collect(provider, sheets) == operations.Collected(1, 1, 2)
    held = set(MessageLine.objects.exclude(hold_reason="").values_list("hold_reason", flat=True))
    assert held == {"amount_differs", "unknown_reference"}
    assert sound()
