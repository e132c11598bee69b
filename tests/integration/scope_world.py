"""Commune A, whose people carry marks that nobody else has, and commune B, from which somebody looks at them."""

import datetime
from dataclasses import dataclass
from pathlib import Path

from ansinh.base.months import Month
from ansinh.entitlement.models import LifeEvent, PersonMerge
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import operations as ledger
from ansinh.office import operations as office
from ansinh.office import queries as office_queries
from ansinh.payment import cash, collecting, operations, reopening
from ansinh.payment.archive import Archive
from ansinh.payment.models import CashReceipt, InstructionShare, PaymentItem, Recall, StatementMovement
from ansinh.payroll import operations as payroll
from ansinh.payroll.models import PayrollHold, PayrollRun
from ansinh.payroll.selection import select
from ansinh.people.models import (
    AccountConsent,
    ColumnMapping,
    DuplicatePair,
    HolderCheck,
    HouseholdChange,
    ParentChild,
    Person,
    PersonCorrection,
    ProtectedCondition,
    ReceivedList,
    Residence,
    SplitDecision,
)
from ansinh.poverty.models import PovertyReview
from ansinh.standards.end_to_end import encode
from tests.integration import makers
from tests.integration.fake_bank import FakeBank
from tests.integration.visiting import AT, working
from tests.standards.answers import day_statement, entry

A, B = "19777", "19753"
NOVEMBER = Month(2026, 11)
# In every answer, folded to lower case, none of these may stand. What is searched for is a beginning, never the whole
# mark, because pages repeat the question.
MARKS = ("canari", "046186778899", "0911772266", "970011223344", "7654321", "7.654.321")
BEGINNINGS = ("hoàng thị can", "hoang", "046186", "09117", "97001122")


@dataclass(frozen=True)
class Marked:
    """What a caller of another commune may try with: everything by which A's people can be asked for."""

    person: int
    payee: int
    household: int
    pair: int
    event: int
    household_code: str
    run: int
    run_code: str
    draft_code: str
    cash_list: int
    receipt: str
    check: int
    batch: str
    provider: str
    received_list: int
    movement: int
    change: int


def commune_b() -> None:
    """Make two people of commune B, so that its pages have something to show."""
    for _ in range(2):
        makers.severe(area=B, poverty="poor")
    makers.staff()


def _mark(person: Person, number: int) -> None:
    name = f"Hoàng Thị Canari {number}"
    Person.objects.filter(pk=person.pk).update(
        full_name=name, name_fold=f"hoang thi canari {number}", name_sort_key=f"canari {number}",
        national_id="046186778899" if number == 1 else None, phone="0911772266", village="Thôn Canari",
    )  # fmt: skip


def _people() -> list[Person]:
    made = [makers.severe(area=A, poverty="poor") for _ in range(3)]
    in_cash = makers.person(area=A, disability="severe")
    makers.decision(in_cash)
    makers.address(in_cash, "CANNOT_OPEN")
    for number, person in enumerate([*made, in_cash], 1):
        _mark(person, number)
        person.decision_set.update(number=f"CANARI{number}/QĐ-UBND")
        person.circumstance_set.update(source="Sổ Canari")
    first, second, *_ = made
    first.financialaddress_set.update(number="970011223344", holder_name="HOANG THI CANARI")
    makers.mandate(first, second)
    ParentChild.objects.create(parent=first, child=second, area_id=first.area_id, valid_from=makers.LONG_AGO)
    ProtectedCondition.objects.create(
        person=first, kind="hiv", value="true", area_id=first.area_id, valid_from=makers.LONG_AGO, recorded_at=AT
    )
    Residence.objects.create(
        person=first, unit_id=first.area_id, village="Canari", area_id=first.area_id, valid_from=makers.LONG_AGO,
        source="Canari", recorded_at=AT,
    )  # fmt: skip
    household = first.membership_set.get().household
    household.village = "Canari"
    household.save()
    SplitDecision.objects.create(
        household=household,
        old_id=first.area_id,
        new_id=first.area_id,
        area_id=first.area_id,
        decided_by="canari",
        decided_at=AT,
    )
    DuplicatePair.objects.create(
        first=first, second=second, kind="likely", points=99, reasons=["name"], area_id=first.area_id, found_at=AT
    )
    LifeEvent.objects.create(
        person=first, kind="death", happened_on=makers.LONG_AGO, source="commune", document="Canari", area_id=first.area_id,
        recorded_by="canari", recorded_at=AT, due_on=makers.LONG_AGO, effect={}, state="OPEN",
    )  # fmt: skip
    PersonMerge.objects.create(
        keep=first, gone=second, reason="Canari", area_id=first.area_id, ended={}, proposed_by="canari", proposed_at=AT
    )
    PovertyReview.objects.create(
        area_id=first.area_id, year=2026, households=7654321, poor_households=1, near_poor_households=1, source="Canari"
    )
    return [*made, in_cash]


def _calculated(month: Month) -> str:
    selection = select(month=month, province=None, area=A)
    return payroll.calculate(package=law_in_force(), month=month, selection=selection, by="operator", at=AT).code


def commune_a(folder: Path) -> Marked:
    """Make commune A, with a row of its people in every table that is fenced."""
    people = _people()
    first = people[0]
    ledger.appropriate(amount_dong=10**12, document=1, month=NOVEMBER.first_day, at=AT)
    run = _calculated(NOVEMBER)
    row = PayrollRun.objects.get(code=run)
    # Before the freezing, after which nothing may be added.
    PayrollHold.objects.create(
        run=row, person=first, reason="needs_verification", detail="Canari", amount_dong=7654321, area_id=first.area_id
    )
    payroll.check(run=run, by="operator", at=AT)
    payroll.approve(run=run, by="lanh.dao", at=AT)
    operations.freeze(run=run, by="can.bo", at=AT)
    provider, bank, archive = makers.provider(), FakeBank(), Archive(folder)
    operations.submit(run=run, provider=provider, gateway=bank, archive=archive, by="operator", at=AT)
    item = PaymentItem.objects.filter(channel="account").order_by("id").first()
    bank.says("s1.xml", (encode(office_queries.instance_number(), item.id, item.attempt), "RJCT", "AC04"))
    # A stranger's money, in words that speak of one of A.
    stranger = entry(amount="1230000", direction="CRDT", more="<AddtlNtryInf>HOANG THI CANARI TRA LAI</AddtlNtryInf>")
    said = day_statement(stranger, day="2026-11-20", number=1, account="999000001", opening=0, closing=1230000)
    bank.outbox.append(("t1.xml", said))
    collecting.collect(provider=provider, gateway=bank, archive=archive, at=AT)
    InstructionShare.objects.create(
        item=item,
        attempt=item.attempt,
        carrier=item,
        carrier_attempt=item.attempt,
        amount_dong=7654321,
        area_id=item.area_id,
    )
    Recall.objects.create(
        item=item, attempt=item.attempt, is_meant=True, reason="Canari", area_id=item.area_id, asked_by="can.bo", asked_at=AT
    )  # fmt: skip
    reopening.propose(
        run=run, beneficiaries=[item.beneficiary_id], channel="account", reason="Canari", by="can.bo", at=AT
    )
    listed = cash.open_list(run=run, area=A, by="can.bo", at=AT)
    paid = PaymentItem.objects.get(cash_list_id=listed.id)
    CashReceipt.objects.create(
        item=paid, cash_list_id=listed.id, attempt=paid.attempt, amount_dong=7654321, receiver=people[3],
        paid_on=datetime.date(2026, 11, 22), is_conflict=True, area_id=first.area_id, recorded_by="can.bo", recorded_at=AT,
    )  # fmt: skip
    AccountConsent.objects.create(
        person=first, bank_bin="970405", document="Canari", area_id=first.area_id, recorded_by="can.bo", recorded_at=AT
    )
    PersonCorrection.objects.create(
        person=first, field="village", before="Canari", after="Thôn 1", file_sha256="0" * 64, area_id=first.area_id,
        recorded_by="can.bo", recorded_at=AT,
    )  # fmt: skip
    change = HouseholdChange.objects.create(
        kind="JOIN", from_household=first.membership_set.get().household, to_household=first.membership_set.get().household,
        area_id=first.area_id, happened_on=AT.date(), document="Canari", persons=[], closed=[], opened=[], recorded_by="can.bo",
        recorded_at=AT,
    )  # fmt: skip
    check = HolderCheck.objects.create(
        address=first.financialaddress_set.get(), person=first, source="Canari", status="RVMC", kind="order",
        bank_name="CANARI HOANG", area_id=first.area_id, recorded_by="can.bo", recorded_at=AT,
    )  # fmt: skip
    listed_people = "STT,Họ và tên,Số CCCD\n1,Hoàng Thị Canari,046186778899\n".encode()
    received = ReceivedList.objects.create(
        file_name="canari.csv",
        content=listed_people,
        sha256="0" * 64,
        area_id=first.area_id,
        received_by="can.bo",
        received_at=AT,
    )
    ColumnMapping.objects.create(
        fingerprint="canari", titles=["Canari"], columns={}, area_id=first.area_id, recorded_by="can.bo", recorded_at=AT
    )
    working("commune_officer", A)
    office.audit(
        by=f"commune_officer.{A}", action="person_viewed", subject=f"person:{first.id}", detail={"a": "Canari"}, at=AT
    )
    draft = _calculated(Month(2026, 12))
    payroll.check(run=draft, by="operator", at=AT)
    return Marked(
        person=first.id, payee=people[1].id, household=first.membership_set.get().household_id, pair=DuplicatePair.objects.get(first=first).id, event=LifeEvent.objects.get(person=first).id,
        household_code=first.membership_set.get().household.code, run=row.id,
        run_code=run, draft_code=draft, cash_list=listed.id, receipt=listed.rows[0].code, check=check.id,
        batch=item.batch.message_id, provider=provider.code, received_list=received.id,
        movement=StatementMovement.objects.get().id, change=change.id,
    )  # fmt: skip
