"""The month by its pages: what is frozen there can be paid, and everybody sees the runs of their own area alone."""

import re
from pathlib import Path

import pytest
from django.test import Client

from ansinh.base.months import Month
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import documents
from ansinh.ledger import operations as ledger
from ansinh.ledger import queries as books
from ansinh.office import queries as office
from ansinh.office.security import everything, put_on
from ansinh.payment import collecting
from ansinh.payment import operations as payment
from ansinh.payment import queries as payment_queries
from ansinh.payment.archive import Archive
from ansinh.payment.models import PaymentItem
from ansinh.payroll import operations as payroll
from ansinh.payroll import queries as payroll_queries
from ansinh.payroll.models import PayrollLine, PayrollRun
from ansinh.payroll.queries import RunRow
from ansinh.payroll.selection import select
from ansinh.standards.end_to_end import encode
from ansinh.web import assets
from tests.integration import makers
from tests.integration.fake_bank import FakeBank
from tests.integration.visiting import AT, page, working

NOVEMBER = Month(2026, 11)
VY_DA, PHU_XUAN = "19777", "19753"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="session", autouse=True)
def built_pages() -> None:
    """The pages need their style sheet and catalogue; a build that is current costs nothing."""
    assets.build()


def _calculated(province: str | None = "46", area: str | None = None, month: Month = NOVEMBER) -> RunRow:
    selection = select(month=month, province=province, area=area)
    return payroll.calculate(package=law_in_force(), month=month, selection=selection, by="operator", at=AT)


def _act(role: str, run: RunRow, act: str, area: str = "46") -> int:
    """Carry an act out as the page's own form does, and return the status of the answer."""
    answer = working(role, area).post(f"/ky-chi-tra/{run.month}/{run.code}/{act}/", {"sha256": run.sha256})
    put_on(everything("tests", protected=True))
    return answer.status_code


def _month(client: Client) -> str:
    # A sum never breaks from its unit.
    return page(client, "/ky-chi-tra/2026-11/").replace("\u00a0", " ")


def _steps(client: Client) -> list[str]:
    """Return how the month page marks the steps of its one run."""
    return re.findall(r"an-steps__item--(\w+)", page(client, "/ky-chi-tra/2026-11/"))


def _paper(kind: str, amount: int, run: RunRow, provider: str, by: str, number: str = "01") -> None:
    documents.enter(
        kind=kind, number=number, signed_on=AT.date(), amount_dong=amount, by=by, at=AT, run=(run.code, run.id),
        **({"provider_code": provider} if kind == "prefund" else {}),
    )  # fmt: skip


def test_what_is_frozen_by_page_can_be_paid(tmp_path: Path) -> None:
    ledger.appropriate(amount_dong=10**9, document=1, month=NOVEMBER.first_day, at=AT)
    makers.staff()
    for _ in range(3):
        makers.severe(area=VY_DA)
    run = _calculated()
    assert _act("department_officer", run, "kiem-tra") == 302
    assert _act("department_approver", run, "duyet") == 302
    assert _act("department_officer", run, "chot") == 302
    assert payroll_queries.run(run.code).state == "FROZEN"
    provider, bank, archive = makers.provider(), FakeBank(), Archive(tmp_path)
    named = {"run": run.code, "provider": provider, "gateway": bank, "archive": archive, "by": "operator", "at": AT}
    officer = working("department_officer")
    assert _steps(officer) == ["done"] * 4 + ["now", "later"]
    assert "3 khoản (2.430.000 đồng) chưa gửi" in _month(officer)
    # Money for two of three: what has left is answered, and neither step is done.
    for kind, amount in (("treasury-order", 2_430_000), ("prefund", 1_700_000)):
        for by in ("can.bo", "lanh.dao"):
            _paper(kind, amount, run, provider.code, by)
    assert payment.submit(**named) == payment.Sent(sent=2, unknown=0)
    first = list(PaymentItem.objects.order_by("id"))[:2]
    bank.says("n1.xml", *((encode(office.instance_number(), one.id, 1), "DBIT", one.due_dong) for one in first))
    assert collecting.collect(provider=provider, gateway=bank, archive=archive, at=AT).applied == 2
    assert _steps(officer) == ["done"] * 4 + ["now", "later"]
    told = _month(officer)
    assert "2 lệnh; 1 khoản (810.000 đồng) chưa gửi" in told
    assert "tiền chuyển cho tổ chức chi trả còn thiếu 730.000 đồng" in told
    # A commune is told of its own people, and not how far the run's money reaches.
    told = _month(working("commune_officer", VY_DA))
    assert "Chưa gửi: chờ gửi" in told and "còn thiếu" not in told
    for by in ("can.bo", "lanh.dao"):
        _paper("prefund", 730_000, run, provider.code, by, "02")
    assert payment.submit(**named) == payment.Sent(sent=1, unknown=0)
    assert _steps(officer) == ["done"] * 5 + ["now"]
    assert "chưa gửi" not in _month(officer)
    checks = {**books.verify().checks, **payment_queries.invariants()}
    assert all(checks.values()), checks


def test_runs_of_other_areas_are_not_listed_and_not_opened() -> None:
    makers.severe(area=VY_DA)
    makers.severe(area=PHU_XUAN)
    own, province = _calculated(None, VY_DA), _calculated(month=Month(2026, 12))
    for role, area, sees in (
        ("commune_officer", VY_DA, True),
        ("commune_officer", PHU_XUAN, False),
        ("department_officer", "46", True),
    ):
        client = working(role, area)
        assert (client.get(f"/ky-chi-tra/2026-11/{own.code}/tam-giu/").status_code == 200) == sees
        assert (own.code in page(client, "/ky-chi-tra/2026-11/")) == sees
        # A run of the whole province includes the commune; its month is listed for all of them.
        december = page(client, "/ky-chi-tra/2026-12/")
        assert province.code in december
        assert ("/ky-chi-tra/2026-11/" in december) == sees
    # A department of a commune, were there one, could not act for another.
    assert _act("department_officer", own, "kiem-tra", PHU_XUAN) == 404


def test_an_empty_draft_is_no_month() -> None:
    makers.severe()
    _calculated()
    empty = _calculated(month=Month(2026, 12))
    PayrollLine.objects.filter(run_id=empty.id).delete()
    PayrollRun.objects.filter(id=empty.id).update(lines=0, control_total_dong=0)
    client = working("department_officer")
    assert client.get("/ky-chi-tra/").headers["Location"] == "/ky-chi-tra/2026-11/"
    assert empty.code not in page(client, "/ky-chi-tra/2026-12/")
