"""A law pays only after two people released it; what was released is kept to the letter and explains old runs for ever."""

import datetime
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.utils.translation import override

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement import operations, releases
from ansinh.entitlement.models import LawRelease
from ansinh.entitlement.operations import CheckedCases
from ansinh.law.archive import archive_hash, load_files, read_files
from ansinh.law.package import default_laws, load_book
from ansinh.ledger import operations as ledger
from ansinh.office import queries as office
from ansinh.payment import operations as payment
from ansinh.payroll import operations as payroll
from ansinh.payroll import pinning
from ansinh.payroll import queries as runs
from ansinh.payroll.models import PayrollRun
from ansinh.payroll.selection import select
from ansinh.project import shipping
from ansinh.web.explaining import Explanation, explain_month
from tests.integration import makers

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)
AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
PASSED = CheckedCases(cases=300, failed=0, engines=("oracle", "postgresql", "duckdb"))
BASE = "vn/social-assistance/nd-335-2026/parameters/base_standard.yaml"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _office(database: None) -> Iterator[None]:
    makers.staff()
    ledger.appropriate(amount_dong=10**12, document=1, month=NOVEMBER.first_day, at=AT)
    with override("vi"):
        yield


def raised(value: int = 600_000) -> dict[str, str]:
    """Return the shipped laws with another base standard since July 2026."""
    files = read_files(default_laws())
    assert "540000" in files[BASE]
    return {**files, BASE: files[BASE].replace("540000", str(value))}


def submit(files: dict[str, str], *, by: str = "soan.luat", report: CheckedCases = PASSED) -> releases.ReleaseRow:
    return operations.submit_law(files=files, report=report, note="Nâng mức chuẩn", by=by, at=AT)


def review(
    law: releases.ReleaseRow, *, accept: bool = True, by: str = "tham.dinh", at: datetime.datetime = AT
) -> releases.ReleaseRow:
    return operations.review_law(law=law.hash, is_accepted=accept, reason="Đã đối chiếu văn bản", by=by, at=at)


def calculate(month: Month = NOVEMBER, at: datetime.datetime = AT) -> runs.RunRow:
    selection = select(month=month, province=None, area="19777")
    law = releases.law_in_force(selection.area_id)
    return payroll.calculate(package=law, month=month, selection=selection, by="operator", at=at)


def freeze(run: runs.RunRow) -> runs.RunRow:
    payroll.check(run=run.code, by="operator", at=AT)
    payroll.approve(run=run.code, by="lanh.dao", at=AT)
    return payment.freeze(run=run.code, by="can.bo", at=AT)


def refused(work: object, *arguments: object, **named: object) -> str:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        work(*arguments, **named)  # type: ignore[operator]
    assert refusal.value.vi != refusal.value.en
    return refusal.value.reason


# ── releasing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_system_begins_with_the_shipped_law_and_says_that_nobody_here_released_it() -> None:
    current = releases.in_force()
    assert current is not None
    assert (current.state, current.submitted_by, current.reviewed_by) == ("SHIPPED", "ansinh", "")
    assert current.hash == archive_hash(read_files(default_laws()))
    assert not current.is_released_by_two
    # A second law never comes in through that door, whatever the folder says by then.
    assert operations.ship_law(files=raised(), at=AT) is None
    assert [row.hash for row in releases.releases()] == [current.hash]


def test_two_people_release_a_law_and_it_is_the_one_in_force() -> None:
    shipped = releases.in_force()
    law = submit(raised())
    assert (law.state, law.submitted_by, law.cases) == ("SUBMITTED", "soan.luat", 300)
    assert releases.in_force() == shipped, "a submitted law pays nobody yet"
    law = review(law)
    assert (law.state, law.reviewed_by, law.reason) == ("RELEASED", "tham.dinh", "Đã đối chiếu văn bản")
    assert releases.in_force() == law
    # Pressing again changes nothing.
    assert review(law) == law
    trail = office.audit_trail(f"law:{law.hash}")
    assert [(event.by, event.action) for event in trail] == [("tham.dinh", "law.accept"), ("soan.luat", "law.submit")]


def test_the_law_that_accepts_last_is_in_force_and_an_older_one_comes_back_only_as_a_new_release() -> None:
    first, second = review(submit(raised(600_000))), submit(raised(620_000))
    later = AT + datetime.timedelta(days=1)
    review(second, at=later)
    assert releases.in_force().hash == second.hash  # type: ignore[union-attr]
    assert refused(submit, raised(600_000)) == "law_not_ready"
    noted = {**raised(600_000), BASE: raised(600_000)[BASE] + "# Quay lại bản trước.\n"}
    review(submit(noted), at=later + datetime.timedelta(days=1))
    assert releases.in_force().hash == archive_hash(noted)  # type: ignore[union-attr]
    assert first.hash != archive_hash(noted)


def test_who_may_not_submit_or_review() -> None:
    files = raised()
    for nobody, reason in (
        ("can.bo", "role_not_allowed"),
        ("tham.dinh", "role_not_allowed"),
        ("ai.do", "staff_unknown"),
    ):
        assert refused(submit, files, by=nobody) == reason
    law = submit(files)
    for nobody, reason in (("lanh.dao", "role_not_allowed"), ("soan.luat", "role_not_allowed"), ("x", "staff_unknown")):
        assert refused(review, law, by=nobody) == reason
    assert releases.release(law.hash).state == "SUBMITTED"


def test_an_author_who_became_reviewer_does_not_review_their_own_law() -> None:
    law = submit(raised())
    makers.give_role("soan.luat", "legal_reviewer")
    for name in ("soan.luat", "SOAN.LUAT"):
        assert refused(review, law, by=name) == "second_person_required"


@pytest.mark.parametrize(
    "report",
    [
        CheckedCases(cases=300, failed=1, engines=PASSED.engines),
        CheckedCases(cases=0, failed=0, engines=PASSED.engines),
        CheckedCases(cases=300, failed=0, engines=("oracle",)),
    ],
    ids=["one fails", "no cases", "one engine"],
)
def test_a_law_whose_cases_fail_is_not_submitted(report: CheckedCases) -> None:
    assert refused(submit, raised(), report=report) == "law_cases_fail"
    assert len(releases.releases()) == 1


def test_a_law_that_cannot_be_read_or_says_nothing_is_not_submitted() -> None:
    broken = {**raised(), BASE: "parameter: ["}
    assert refused(submit, broken) == "law_invalid"
    assert refused(submit, {**raised(), "../x.yaml": ""}) == "law_archive_invalid"
    nothing = {"files": raised(), "report": PASSED, "note": "  ", "by": "soan.luat", "at": AT}
    assert refused(operations.submit_law, **nothing) == "summary_missing"
    law = submit(raised())
    silent = {"law": law.hash, "is_accepted": False, "reason": "", "by": "tham.dinh", "at": AT}
    assert refused(operations.review_law, **silent) == "reason_missing"


def test_a_refused_law_pays_nobody_and_may_be_submitted_again() -> None:
    shipped, law = releases.in_force(), submit(raised())
    assert review(law, accept=False).state == "REFUSED"
    assert releases.in_force() == shipped
    again = submit(raised())
    assert (again.state, again.reviewed_by, again.reason) == ("SUBMITTED", "", "")
    assert review(again).state == "RELEASED"


def test_two_people_take_on_the_shipped_law_which_stays_payable_meanwhile() -> None:
    shipped = releases.in_force()
    assert shipped is not None
    assert refused(review, shipped) == "law_not_submitted"
    taken = submit(read_files(default_laws()))
    assert (taken.hash, taken.state, taken.submitted_by) == (shipped.hash, "SHIPPED", "soan.luat")
    assert releases.in_force() == taken
    assert review(taken).is_released_by_two
    assert releases.in_force().hash == shipped.hash  # type: ignore[union-attr]


def test_refusing_the_shipped_law_stops_payment_until_another_is_released() -> None:
    makers.severe()
    review(submit(read_files(default_laws())), accept=False)
    assert releases.in_force() is None
    assert refused(calculate) == "law_not_released"
    review(submit(raised()))
    assert calculate().lines == 1


@pytest.mark.parametrize("prefix", ["", "abc", "zzzzzzzz", "0" * 64, "c1f0\0abc"])
def test_a_hash_that_names_no_law_is_refused(prefix: str) -> None:
    assert refused(releases.release, prefix) == "law_release_unknown"


def test_the_software_has_another_law_only_when_it_says_something_else() -> None:
    files = read_files(default_laws())
    case = next(path for path in files if "/cases/" in path)
    assert not shipping.is_another_law(files)
    assert not shipping.is_another_law({**files, BASE: files[BASE] + "# một lời ghi\n", case: "clause: Điều 1\n"})
    assert shipping.is_another_law(raised())


# ── what the database itself holds ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entitlement_lawrelease SET files = '{}'",
        "UPDATE entitlement_lawrelease SET hash = repeat('0', 64)",
        "UPDATE entitlement_lawrelease SET label = 'x'",
        "UPDATE entitlement_lawrelease SET state = 'RELEASED', submitted_by = 'a', reviewed_by = 'b', reviewed_at = now()",
        "DELETE FROM entitlement_lawrelease",
        "TRUNCATE entitlement_lawrelease",
        "INSERT INTO entitlement_lawrelease (hash, files, label, cases, summary, state, submitted_by, submitted_at, reviewed_by,"
        " reviewed_at, reason) SELECT repeat('1', 64), files, label, 0, '', 'RELEASED', 'a', now(), 'b', now(), '' FROM entitlement_lawrelease",
    ],
)
def test_an_archived_law_cannot_be_changed_removed_or_slipped_in(statement: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_released_law_is_final() -> None:
    law = review(submit(raised()))
    for change in ("state = 'REFUSED'", "reviewed_by = 'ai.do'", "summary = 'x'"):
        with pytest.raises(ProgrammingError, match="is released"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE entitlement_lawrelease SET {change} WHERE hash = %s", [law.hash])


def test_one_person_cannot_release_even_behind_the_operations_back() -> None:
    law = submit(raised())
    with pytest.raises(IntegrityError, match="second_person_reviews_law"), transaction.atomic():
        LawRelease.objects.filter(hash=law.hash).update(state="RELEASED", reviewed_by="soan.luat", reviewed_at=AT)
    with pytest.raises(IntegrityError, match="law_released_by_two"), transaction.atomic():
        LawRelease.objects.filter(state="SHIPPED").update(state="RELEASED", reviewed_by="tham.dinh", reviewed_at=AT)


# ── paying ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_law_read_from_a_folder_or_only_submitted_pays_nobody() -> None:
    makers.severe()
    selection = select(month=NOVEMBER, province=None, area="19777")
    submit(raised())
    for package in (load_book(), load_files(raised())):
        named = {"package": package, "month": NOVEMBER, "selection": selection, "by": "operator", "at": AT}
        assert refused(payroll.calculate, **named) == "law_not_released"
        taken = {"package": package, "selection": selection, "first": NOVEMBER, "last": NOVEMBER, "by": "x", "at": AT}
        assert refused(payroll.take_over_settlements, known_on=AT.date(), **taken) == "law_not_released"
    assert not PayrollRun.objects.exists()


def test_a_law_that_was_superseded_meanwhile_pays_nobody() -> None:
    makers.severe()
    old = releases.law_in_force()
    review(submit(raised()))
    selection = select(month=NOVEMBER, province=None, area="19777")
    named = {"package": old, "month": NOVEMBER, "selection": selection, "by": "operator", "at": AT}
    assert refused(payroll.calculate, **named) == "law_superseded"
    assert calculate().control_total_dong == 900_000


def test_a_released_change_is_settled_backwards_and_old_runs_keep_their_law() -> None:
    woman = makers.severe()
    november = freeze(calculate())
    law = review(submit(raised()))
    december = calculate(DECEMBER)
    assert december.law_hash == law.hash
    assert november.law_hash != law.hash
    # 1.5 × 600,000, and 90,000 more for November, which was paid by 540,000.
    assert december.control_total_dong == 900_000 + 90_000
    told = _told(woman.id, NOVEMBER)
    assert [(line.amount_dong, line.sum_text, line.differs) for line in told.lines] == [
        (810_000, "1,5 × 540.000", False)
    ]
    assert told.lines[0].clause == "NĐ 335/2026/NĐ-CP, Điều 6 khoản 1 điểm e"
    assert "540.000" in told.lines[0].because
    assert [(used.is_archived, used.is_in_force) for used in told.laws] == [(True, False)]
    now = _told(woman.id, DECEMBER)
    assert (now.lines[0].amount_dong, now.lines[0].sum_text) == (900_000, "1,5 × 600.000")
    assert now.laws[0].is_in_force


def test_two_runs_of_one_month_are_each_explained_by_their_own_law() -> None:
    woman = makers.severe()
    freeze(calculate())
    review(submit(raised()))
    again = calculate(at=AT + datetime.timedelta(days=1))
    assert again.code.endswith("-02")
    told = _told(woman.id, NOVEMBER)
    assert [(line.amount_dong, line.differs) for line in told.lines] == [(810_000, False), (90_000, False)]
    assert ["540.000" in line.because for line in told.lines] == [True, False]
    assert [used.is_in_force for used in told.laws] == [False, True]


def test_a_run_older_than_the_archive_is_explained_by_the_law_in_force_and_says_so() -> None:
    woman = makers.severe()
    run = calculate()
    PayrollRun.objects.filter(code=run.code).update(law_hash="0" * 64, statements={})
    told = _told(woman.id, NOVEMBER)
    assert told.lines[0].because
    assert [used.is_archived for used in told.laws] == [False]
    found = pinning.verify(run.code)
    assert (found.verdict, found.is_sound) == ("law_not_archived", False)


def _told(person_id: int, month: Month) -> Explanation:
    with releases.looked_up_once():
        return explain_month(person_id, month, AT.date())


# ── verifying ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_is_made_again_from_its_own_law_after_the_law_has_changed() -> None:
    makers.severe()
    run = freeze(calculate())
    review(submit(raised()))
    found = pinning.verify(run.code)
    assert (found.verdict, found.is_sound, found.statements, found.differing) == ("same", True, 1, ())
    assert found.law_hash != releases.in_force().hash  # type: ignore[union-attr]


def test_another_law_another_compiler_and_other_statements_are_told_apart() -> None:
    makers.severe()
    run, law = calculate(), review(submit(raised()))
    rows = PayrollRun.objects.filter(code=run.code)
    rows.update(law_hash=law.hash)
    found = pinning.verify(run.code)
    assert (found.verdict, found.is_sound, len(found.differing)) == ("differs", False, 1)
    rows.update(compiler_version="0")
    found = pinning.verify(run.code)
    assert (found.verdict, found.is_sound) == ("other_compiler", True)
    rows.update(law_hash=run.law_hash, compiler_version=found.present_compiler_version, statement_hash="0" * 64)
    assert pinning.verify(run.code).verdict == "differs", "the list must be the one that was sealed"
    rows.update(statements={})
    assert pinning.verify(run.code).verdict == "statements_not_recorded"


def test_a_run_whose_lines_were_changed_is_not_sound() -> None:
    makers.severe()
    run = calculate()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payroll_payrollline SET entitled_dong = entitled_dong + 1, amount_dong = amount_dong + 1"
        )
    found = pinning.verify(run.code)
    assert (found.verdict, found.are_lines_unchanged, found.is_sound) == ("same", False, False)


# ── what differs ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_law_changes_is_told_against_the_one_before_it() -> None:
    shipped = releases.in_force()
    law = submit(raised())
    assert releases.predecessor(law) == shipped
    review(law)
    later = submit(raised(620_000))
    assert releases.predecessor(later).hash == law.hash  # type: ignore[union-attr]
    assert releases.predecessor(releases.release(law.hash)) == shipped
    (change,) = releases.changes_between(law.hash, later.hash)
    assert (change.path, change.what, change.old, change.new) == (
        BASE,
        "versions[2026-07].value_dong",
        "600000",
        "620000",
    )
