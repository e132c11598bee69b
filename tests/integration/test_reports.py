"""The coverage report: one denominator, shares that add up, every đồng in one place, nothing told about few people."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ansinh.base.dong import percent_texts
from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.office import queries as office
from ansinh.office.security import everything, limited, put_on
from ansinh.reports import queries
from ansinh.reports.funnel import AreaCoverage, CoverageReport, ItemSum, Stages, money_of
from ansinh.reports.publication import publish

NOVEMBER = Month(2026, 11)
NOW = datetime.datetime(2026, 11, 15, 8, tzinfo=datetime.UTC)
VY_DA, PHU_XUAN = "19777", "19753"


def _insert(table: str, **values: object) -> int:
    columns = ", ".join(values)
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING id", list(values.values()))
        return cursor.fetchone()[0]


@dataclass
class Books:
    """Writes the rows of a month straight into the tables, so that the report is tested against rows chosen by hand."""

    areas: dict[str, int] = field(default_factory=dict)

    def area(self, code: str) -> int:
        if code not in self.areas:
            find = office.find_province if len(code) == 2 else office.find_commune
            self.areas[code] = find(code, on=NOVEMBER.last_day).id
        return self.areas[code]

    def person(self, commune: str, state: str = "", reason: str = "", *, born: str = "1950-01-01") -> int:
        area = self.area(commune)
        person = _insert(
            "people_person",
            full_name="Nguyễn Thị Thử",
            name_fold="nguyen thi thu",
            name_sort_key="",
            sex="female",
            birth_date=born,
            birth_precision="day",
            ethnicity="",
            phone="",
            area_id=area,
            village="",
            recorded_at=NOW,
        )
        if state:
            has_account = state not in {"NOT_OPENED", "CANNOT_OPEN"}
            _insert(
                "people_financialaddress",
                person_id=person,
                state=state,
                reason=reason,
                area_id=area,
                recorded_at=NOW,
                bank_bin="970436" if has_account else "",
                number="0123456789" if has_account else "",
                holder_name="",
                valid_from="2026-01-01",
            )
        return person

    def run(
        self,
        code: str = "46",
        *,
        number: int = 1,
        state: str = "FROZEN",
        month: Month = NOVEMBER,
        lines: int = 0,
        fill: Callable[[int], object] = lambda _: None,
    ) -> int:
        """Write a run; `fill` writes its rows before it is frozen, because afterwards the database takes none."""
        made = _insert(
            "payroll_payrollrun",
            code=f"{month}-{code}-{number:02d}",
            month=month.first_day,
            area_id=self.area(code),
            sequence=number,
            state="APPROVED" if state == "FROZEN" else state,
            known_on="2026-11-10",
            facts_known_at=NOW,
            law_hash="",
            statement_hash="",
            statements="{}",
            compiler_version="1",
            lines=lines,
            control_total_dong=0,
            sha256="",
            calculated_by="may",
            calculated_at=NOW,
            checked_by="may",
            approved_by="nguoi" if state in {"APPROVED", "FROZEN"} else "",
            frozen_by="nguoi" if state == "FROZEN" else "",
            frozen_at=NOW + datetime.timedelta(minutes=number) if state == "FROZEN" else None,
        )
        fill(made)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE payroll_payrollrun SET state = %s WHERE id = %s", [state, made])
        return made

    def item(
        self,
        run: int,
        payee: int,
        commune: str,
        *,
        due: int,
        paid: int = 0,
        channel: str = "account",
        status: str = "DUE",
        waived: int = 0,
        inflight: int = 0,
    ) -> int:
        beneficiary = self.person(commune)
        return _insert(
            "payment_paymentitem",
            run_id=run,
            beneficiary_id=beneficiary,
            payee_id=payee,
            channel=channel,
            area_id=self.area(commune),
            due_dong=due,
            inflight_dong=inflight,
            paid_dong=paid,
            waived_dong=waived,
            attempt=1,
            eligible=False,
            status=status,
            reason_set="",
            reason_code="",
        )

    def hold(self, run: int, commune: str, amount: int) -> int:
        return _insert(
            "payroll_payrollhold",
            run_id=run,
            person_id=self.person(commune),
            reason="beneficiary_deceased",
            detail="",
            amount_dong=amount,
            area_id=self.area(commune),
        )


@pytest.fixture
def books(database: None) -> Books:
    return Books()


def _a_month(books: Books) -> int:
    """Two communes; every stage of the funnel and every fate of money once."""
    # A recovery is no money to pay.
    run = books.run(fill=lambda made: [books.hold(made, VY_DA, amount) for amount in (750_000, -120_000)])
    paid = books.person(VY_DA, "PAYING")
    books.item(run, paid, VY_DA, due=540_000, paid=540_000, status="PAID")
    # The same payee receives for a second person: still one payee.
    books.item(run, paid, VY_DA, due=810_000, paid=810_000, status="PAID")
    books.item(run, books.person(VY_DA, "VERIFIED"), VY_DA, due=500_000, status="RETURNED")
    books.item(run, books.person(PHU_XUAN, "PAYING"), PHU_XUAN, due=600_000, inflight=600_000, status="UNKNOWN")
    books.item(run, books.person(PHU_XUAN, "CANNOT_OPEN", "bedridden"), PHU_XUAN, due=1_000_000, channel="cash")
    books.item(run, books.person(PHU_XUAN, "NOT_OPENED"), PHU_XUAN, due=540_000, channel="cash")
    books.item(run, books.person(PHU_XUAN), PHU_XUAN, due=540_000, channel="cash", waived=40_000)
    return run


def test_every_payee_counts_once_and_every_dong_is_in_one_place(books: Books) -> None:
    _a_month(books)
    report = queries.coverage(NOVEMBER, "46").as_json()
    assert report["payees"] == 6
    assert report["paid_by_account"] == {"count": 1, "percent": "16.67"}
    assert report["collected_not_yet_paid"] == {"count": 2, "percent": "33.33"}
    assert report["not_opened_or_cannot_open"] == {
        "count": 3,
        "percent": "50.00",
        "reasons": {"bedridden": 1, "not_opened": 2},
    }
    assert report["run"] == {
        "lines": 0,
        "due_dong": 5_240_000,
        "paid_dong": 1_350_000,
        "returned_dong": 500_000,
        "cash_dong": 2_040_000,
        "held": 3,
        "held_dong": 1_350_000,
        "unpaid_dong": 2_040_000,
        "waived_dong": 40_000,
    }
    run = report["run"]
    assert run["paid_dong"] + run["held_dong"] + run["returned_dong"] + run["unpaid_dong"] == run["due_dong"]


def test_all_forty_communes_are_listed_and_add_up_to_the_province(books: Books) -> None:
    _a_month(books)
    report = queries.coverage(None, None).as_json()
    assert len(report["areas"]) == 40
    assert sum(area["payees"] for area in report["areas"]) == report["payees"]
    vy_da = next(area for area in report["areas"] if area["code"] == VY_DA)
    assert (vy_da["payees"], vy_da["paid_by_account_percent"]) == (2, "50.00")


def test_a_later_run_speaks_for_the_holds_of_its_area(books: Books) -> None:
    _a_month(books)
    second = books.run(VY_DA, number=2, fill=lambda made: books.hold(made, VY_DA, 10_000))
    books.item(second, books.person(VY_DA, "PAYING"), VY_DA, due=750_000, paid=750_000, status="PAID")
    run = queries.coverage(NOVEMBER, "46").as_json()["run"]
    # The 750,000 held before were paid by the second run: counting them again would make the month dearer than it is.
    assert run["held_dong"] == 10_000 + 600_000
    assert run["paid_dong"] == 1_350_000 + 750_000


def test_an_unfrozen_run_is_no_report(books: Books) -> None:
    books.run(state="APPROVED")
    with pytest.raises(Refused) as refused:
        queries.coverage(NOVEMBER, "46")
    assert refused.value.reason == "no_frozen_run"


@pytest.mark.parametrize(
    ("month", "province", "reason"),
    [
        (None, None, "no_frozen_run"),
        (NOVEMBER, "46", "no_frozen_run"),
        (NOVEMBER, "99", "area_unknown"),
    ],
)
def test_what_is_not_there_is_refused_by_name(
    books: Books, month: Month | None, province: str | None, reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        queries.coverage(month, province)
    assert refused.value.reason == reason


def test_a_commune_sees_its_own_people_alone(books: Books) -> None:
    _a_month(books)
    put_on(limited("xa", [books.area(VY_DA)]))
    report = queries.coverage(NOVEMBER, "46")
    put_on(everything("tests"))
    assert report.stages.payees == 2
    assert report.money.due_dong == 540_000 + 810_000 + 500_000 + 750_000


def test_statements_do_not_grow_with_people(books: Books) -> None:
    run = _a_month(books)

    def statements(ask: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as captured:
            ask()
        return len(captured)

    few = statements(lambda: queries.coverage(NOVEMBER, "46")), statements(lambda: queries.progress_of(run))
    for _ in range(20):
        books.item(run, books.person(PHU_XUAN, "PAYING"), PHU_XUAN, due=540_000, paid=540_000, status="PAID")
    many = statements(lambda: queries.coverage(NOVEMBER, "46")), statements(lambda: queries.progress_of(run))
    assert few == many
    assert few[0] <= 12


def test_how_far_a_run_has_come(books: Books) -> None:
    run = _a_month(books)
    progress = queries.progress_of(run)
    assert (progress.items, progress.answered, progress.awaited, progress.batches) == (7, 3, 1, 0)
    assert {(row.status, row.count) for row in progress.attention} == {("RETURNED", 1), ("UNKNOWN", 1)}


def test_the_public_sees_runs_of_the_whole_province_alone(books: Books) -> None:
    province = books.run(lines=1_000)
    books.item(province, books.person(VY_DA, "PAYING"), VY_DA, due=540_000, paid=540_000, status="PAID")
    before = queries.published()
    # A commune's own run, of this month or a later one, and a second run of a few people move nothing.
    december = books.run(VY_DA, month=Month(2026, 12), lines=1_000)
    for run in (books.run(VY_DA, lines=1_000), december, books.run(number=2, lines=3)):
        books.item(run, books.person(VY_DA, "PAYING"), VY_DA, due=750_000, paid=750_000, status="PAID")
    put_on(everything("tests"))
    assert queries.published() == before
    assert before.month == NOVEMBER
    assert before.money.paid_dong == 540_000


def test_one_communes_run_alone_is_not_published(books: Books) -> None:
    books.run(VY_DA, lines=1_000)
    with pytest.raises(Refused) as refused:
        queries.published()
    assert refused.value.reason == "no_frozen_run"


# ── what may be published ────────────────────────────────────────────────────────────────────────────────────────────


def coverage_report(*stages: tuple[int, int, int]) -> CoverageReport:
    areas = tuple(
        AreaCoverage(place, f"{place:05d}", f"Xã {place}", None, None, Stages(*counts, reasons={"minor": counts[2]}))
        for place, counts in enumerate(stages)
    )
    together = Stages(*(sum(column) for column in zip(*stages, strict=True)), reasons={})
    return CoverageReport(NOVEMBER, "46", "Huế", together, areas, money_of([], lines=0, holds=0, held_dong=0))


def test_small_counts_are_left_out_and_cannot_be_subtracted() -> None:
    published = publish(coverage_report((30, 30, 30), (2, 1, 1), (10, 10, 10), (20, 20, 20)))
    assert [area.payees for area in published.areas] == [90, None, None, 60]
    assert [area.paid_percent for area in published.areas] == ["33.34", None, None, "33.34"]
    assert published.stages.reasons == {}


def test_a_share_that_tells_a_small_count_is_left_out() -> None:
    # 3 of 40 paid, and all but 2 of 30: either share with its total would tell the few.
    published = publish(coverage_report((3, 20, 17), (28, 1, 1), (10, 10, 10)))
    assert [area.payees for area in published.areas] == [40, 30, 30]
    assert [area.paid_percent for area in published.areas] == [None, None, "33.34"]


def test_two_small_communes_do_not_tell_each_other() -> None:
    # Of the 102 payees 100 are shown elsewhere: the two that are left would be one in each of the two communes left out.
    published = publish(coverage_report((30, 20, 10), (1, 0, 0), (0, 1, 0), (20, 10, 10)))
    assert [area.payees for area in published.areas] == [60, None, None, None]
    # One unpaid in either of two large communes, likewise: their shares and the total would tell both.
    published = publish(coverage_report((99, 1, 0), (98, 0, 1), (50, 40, 30), (60, 30, 30)))
    assert [area.payees for area in published.areas] == [100, 99, 120, 120]
    assert [area.paid_percent for area in published.areas] == [None, None, None, "50.00"]
    # Three paid in one commune, and the only other one that has anybody paid: without it, three would be what is left.
    published = publish(coverage_report((3, 20, 17), (50, 0, 0), (0, 30, 30)))
    assert [area.paid_percent for area in published.areas] == [None, None, "0.00"]


@pytest.mark.parametrize("counts", [(1, 1, 1), (0, 0, 0), (52, 28, 20), (7, 0, 0), (1, 2, 3)])
def test_three_shares_add_up_to_a_hundred(counts: tuple[int, int, int]) -> None:
    total = sum(int(text.replace(".", "")) for text in percent_texts(counts))
    assert total == (10_000 if sum(counts) else 0)


def test_money_that_does_not_add_up_is_never_shown() -> None:
    money = money_of([ItemSum("account", "PAID", 1, 100, 100, 0)], lines=1, holds=0, held_dong=5)
    assert (money.due_dong, money.paid_dong, money.held_dong) == (105, 100, 5)
    with pytest.raises(AssertionError):
        type(money)(**{**money.__dict__, "paid_dong": 99})
