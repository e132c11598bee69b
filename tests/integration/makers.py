"""Makes people for tests: a person with circumstances, decisions, an address and a household, in a few words."""

import datetime
from itertools import count
from typing import Any

from ansinh.entitlement.models import Decision
from ansinh.office import queries as office
from ansinh.office.models import Agency, Staff
from ansinh.payment.models import PaymentServiceProvider
from ansinh.people.models import Circumstance, FinancialAddress, Household, Mandate, Membership, Person
from ansinh.poverty.models import HouseholdClass

EPOCH = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
LONG_AGO = datetime.date(2020, 1, 1)
_numbers = count(1)


def commune(code: str = "19777") -> int:
    """Return the id of a commune of Huế."""
    return office.find_commune(code, on=datetime.date(2026, 11, 1)).id


def person(
    *, born: str = "1986-05-02", area: str = "19777", poverty: str | None = None, died: str | None = None, **facts: str
) -> Person:
    """Make a person with these facts (name=value as the registry stores them), valid since long ago."""
    number, area_id = next(_numbers), commune(area)
    made = Person.objects.create(
        full_name=f"Nguyễn Thị {number}",
        name_fold=f"nguyen thi {number}",
        name_sort_key=str(number),
        sex="female",
        birth_date=datetime.date.fromisoformat(born),
        death_date=datetime.date.fromisoformat(died) if died else None,
        area_id=area_id,
        recorded_at=EPOCH,
    )
    for kind, value in facts.items():
        fact(made, kind, value)
    if poverty:
        household = Household.objects.create(code=f"H{number}", area_id=area_id)
        Membership.objects.create(
            household=household, person=made, relationship="head", area_id=area_id, valid_from=LONG_AGO
        )
        HouseholdClass.objects.create(
            household=household, poverty_class=poverty, area_id=area_id, valid_from=LONG_AGO, recorded_at=EPOCH
        )
    return made


def fact(about: Person, kind: str, value: str, *, since: datetime.date = LONG_AGO) -> None:
    """Record one circumstance."""
    Circumstance.objects.create(
        person=about, kind=kind, value=value, area_id=about.area_id, valid_from=since, recorded_at=EPOCH
    )


def decision(about: Person, benefit: str = "K6", *, start: str = "2024-02", end: str | None = None) -> Decision:
    """Grant a benefit from a month on (until before `end`)."""
    return Decision.objects.create(
        person=about,
        benefit=benefit,
        number="1/QĐ-UBND",
        signed_on=datetime.date.fromisoformat(f"{start}-10"),
        start_month=datetime.date.fromisoformat(f"{start}-01"),
        end_month=datetime.date.fromisoformat(f"{end}-01") if end else None,
        area_id=about.area_id,
        recorded_at=EPOCH,
    )


def address(owner: Person, state: str = "PAYING", **values: Any) -> FinancialAddress:
    """Give a person an account in this state, or a row that says there is none."""
    has_account = state not in {"NOT_OPENED", "CANNOT_OPEN"}
    return FinancialAddress.objects.create(
        person=owner,
        state=state,
        reason="bedridden" if state == "CANNOT_OPEN" else "",
        bank_bin="970405" if has_account else "",
        number=f"1300{owner.id:08d}" if has_account else "",
        holder_name=owner.name_fold.upper(),
        area_id=owner.area_id,
        valid_from=LONG_AGO,
        recorded_at=EPOCH,
        **values,
    )


def mandate(beneficiary: Person, payee: Person, kind: str = "guardian") -> Mandate:
    """Let one person receive for another."""
    return Mandate.objects.create(
        beneficiary=beneficiary,
        payee=payee,
        kind=kind,
        document="GUQ 1",
        area_id=beneficiary.area_id,
        valid_from=LONG_AGO,
    )


def severe(**values: Any) -> Person:
    """Make a severely disabled adult with a decision since February 2024 and a paying account."""
    made = person(disability="severe", **values)
    decision(made)
    address(made)
    return made


def staff() -> None:
    """Make an officer `can.bo`, an approver `lanh.dao`, a law author and a legal reviewer of the department."""
    province = office.find_province("46", datetime.date(2026, 11, 1))
    agency = Agency.objects.create(name="Sở Y tế (kiểm thử)", kind="department", area_id=province.id)
    for username, role in (
        ("can.bo", "department_officer"),
        ("lanh.dao", "department_approver"),
        ("lanh.dao2", "department_approver"),
        ("soan.luat", "law_author"),
        ("tham.dinh", "legal_reviewer"),
    ):
        Staff.objects.create(username=username, full_name=username, agency=agency, role=role, password="!")


def give_role(username: str, role: str) -> None:
    """Give a member of staff another role."""
    Staff.objects.filter(username=username).update(role=role)


def member(username: str) -> Staff:
    """Return a member of staff who may sign in without changing a password first."""
    Staff.objects.filter(username=username).update(must_change_password=False)
    return Staff.objects.get(username=username)


def provider() -> PaymentServiceProvider:
    """Make a provider row."""
    return PaymentServiceProvider.objects.create(code="TESTBANK", name="Ngân hàng kiểm thử", gateway="sftp_iso20022")
