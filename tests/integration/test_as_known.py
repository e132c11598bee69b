"""The register read as it was known on an earlier day: every kind of change leaves the days before it as they were."""

import contextlib
import datetime
import importlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction

from ansinh.base.months import Month
from ansinh.entitlement import merging
from ansinh.entitlement import month as entitlement
from ansinh.entitlement import queries as decided
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import operations as ledger
from ansinh.office.models import Area, AuditEvent, Hardship
from ansinh.office.security import everything, limited, put_on
from ansinh.payment import operations as payment
from ansinh.payroll import operations as payroll
from ansinh.payroll.models import PayrollHold, PayrollLine, PayrollRun
from ansinh.payroll.recomputing import Difference, Recomputation, recompute
from ansinh.payroll.selection import select
from ansinh.people import households, importing, queries, remembering
from ansinh.people import operations as people
from ansinh.people.models import Circumstance, FormerState, Membership, Person
from ansinh.people.reading import GoodRow
from ansinh.people.remembering import as_known, is_changed_since, is_file_changed_since
from ansinh.poverty import queries as poverty
from ansinh.web.explaining import explain_month
from tests.integration import makers
from tests.integration.telling import AT, accept, refusal, tell
from tests.integration.visiting import page, working

pytestmark = pytest.mark.usefixtures("database")
DAY, HOUR = datetime.date, datetime.timedelta(hours=1)
NOVEMBER = Month(2026, 11)
AWAY = "19753"


def _read(persons: list[int]) -> dict[str, Any]:
    """Return everything that the rooms say of some people, and what the law gives them."""
    book = law_in_force()
    found: dict[str, Any] = {}
    for person in persons:
        file = queries.person_file(person)
        circumstances = [row for row in file.circumstances if row.superseded_at is None]
        found[f"file {person}"] = replace(file, circumstances=circumstances, addresses=[], corrections=[])
        found[f"facts {person}"] = [decided.facts_of(package, person) for package in book.packages]
        found[f"records {person}"] = decided.records_of(person)
        found[f"decisions {person}"] = decided.decisions_of(person)
        found[f"classes {person}"] = poverty.classes_of(file.household_id) if file.household_id else []
    return found | {"due": _due(persons)}


def _due(persons: list[int], at: datetime.datetime = AT + 100 * HOUR) -> list[tuple[Any, ...]]:
    areas = select(month=NOVEMBER, province="46", area=None).communes
    entitlement.make_result_tables()
    for month in (Month(2026, 10), NOVEMBER):
        entitlement.evaluate_month(law_in_force(), entitlement.Question(month, DAY(2026, 11, 20), at, areas))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, benefit, for_month, amount_dong FROM entitled WHERE person_id = ANY (%s)"
            " ORDER BY 1, 3, 2",
            [persons],
        )
        return cursor.fetchall()


class _World:
    """A family, a neighbour and a twin record, and what each kind of change does to them."""

    def __init__(self) -> None:
        makers.staff()
        self.head, self.mother = makers.severe(poverty="poor"), makers.person()
        self.child = makers.person(born="2024-06-15")
        makers.decision(self.child, "K7", start="2026-08")
        self.neighbour, self.twin = makers.severe(poverty="none"), makers.severe()
        self.vague = makers.severe()
        Person.objects.filter(pk=self.vague.pk).update(
            birth_precision="year", birth_date=DAY(1986, 1, 1), national_id="046086000017"
        )
        # So she was recorded; nothing was changed.
        FormerState.objects.all().delete()
        home = Membership.objects.get(person=self.head).household
        for person, relationship in ((self.mother, "spouse"), (self.child, "child")):
            Membership.objects.create(
                household=home, person=person, relationship=relationship, area_id=self.head.area_id,
                valid_from=makers.LONG_AGO,
            )  # fmt: skip
        Hardship.objects.create(area_id=self.head.area_id, valid_from=DAY(2025, 7, 1), document="QĐ thử")
        self.home = home.code
        self.everybody = [p.id for p in (self.head, self.mother, self.child, self.neighbour, self.twin, self.vague)]

    def told(self, kind: str, value: str, person: Person, **more: Any) -> Callable[[datetime.datetime], None]:
        """Return a change that one person tells and another accepts."""

        def change(at: datetime.datetime) -> None:
            accept(tell(person, kind, value, at=at, **more), at=at)

        return change

    def list_says(self, at: datetime.datetime) -> None:
        """A commune's list brings a birthday of which the year alone was known."""
        self.vague.refresh_from_db()
        row = GoodRow(
            row=2, full_name=self.vague.full_name, sex="female", birth_date=DAY(1986, 7, 9), birth_precision="day",
            national_id="046086000017", ethnicity="Kinh", village="Thôn 9", phone="", bank_bin="", number="", holder_name="",
            has_delegate=False,
        )  # fmt: skip
        importing.import_list(
            [row], area_id=self.vague.area_id, file_sha256="0" * 64, is_trial=False, by="can.bo", at=at
        )

    def changes(self) -> dict[str, Callable[[datetime.datetime], object]]:
        """Return each kind of change, in an order in which they can happen."""
        change: dict[str, households.ChangeRow] = {}
        merge: dict[str, int] = {}

        def split(at: datetime.datetime) -> None:
            change["row"] = households.split_household(
                household=self.home, persons=[self.mother.id], head=self.mother.id, head_left=None, on=DAY(2026, 11, 1),
                document="đơn", by="can.bo", at=at,
            )  # fmt: skip

        def propose(at: datetime.datetime) -> None:
            row = merging.propose(keep=self.neighbour.id, gone=self.twin.id, reason="một người", by="can.bo", at=at)
            merge["id"] = row.id
            merging.confirm(merge_id=row.id, by="lanh.dao", at=at)

        return {
            "a disability is assessed anew": self.told("disability", "extremely_severe", self.head),
            "a certificate has ended": self.told("disability", "unknown", self.neighbour, on=DAY(2026, 9, 2)),
            "the household is poor no more": self.told("poverty_class", "near_poor", self.child, document="118/QĐ-UBND"),
            "a child is born": self.told("birth", "Trần Văn Mới", self.mother, sex="male"),
            "the mother parts": split,
            "and comes back": lambda at: households.undo_change(change=change["row"].id, by="can.bo", at=at),
            "a neighbour receives": lambda at: people.record_mandate(
                by="can.bo", at=at, beneficiary_id=self.head.id, payee_id=self.neighbour.id, kind="delegate", document="GUQ",
                valid_from=DAY(2026, 10, 1),
            ),
            "two records are one": propose,
            "and two again": lambda at: merging.undo(merge_id=merge["id"], by="lanh.dao", at=at),
            "the household moves": self.told("household_move", AWAY, self.head, village="Thôn 3"),
            "the neighbour leaves the province": self.told("leaves_province", "79", self.neighbour),
            "which was a mistake": self.told("leaving_undone", "", self.neighbour),
            "a birthday is known": self.list_says,
            "the twin has died": self.told("death", "", self.twin),
        }  # fmt: skip


@contextlib.contextmanager
def _then(instant: datetime.datetime, persons: list[int] | None = None) -> Iterator[None]:
    """Read as known, and let go of the tables of it at once: a test is one transaction, which would hold hundreds."""
    with _afresh(), as_known(instant, persons):
        yield


@contextlib.contextmanager
def _afresh() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_each_kind_of_change_leaves_the_days_before_it_as_they_were() -> None:
    world = _World()
    pictures, at, present = [], AT, _read(world.everybody)
    for name, change in world.changes().items():
        pictures.append((name, at + HOUR / 2, present))
        at += HOUR
        change(at)
        put_on(everything("tests", protected=True))
        present = _read(world.everybody)
        assert present != pictures[-1][2], f"{name} changed something"
    for name, then, picture in pictures:
        with _then(then):
            assert _read(world.everybody) == picture, f"before: {name}"
        with _afresh(), remembering.as_known_where_changed(then):
            assert _due(world.everybody, then) == picture["due"], f"the law's own statements before: {name}"
        for person in (world.head.id, world.neighbour.id, world.vague.id):
            parts = [f"{part} {person}" for part in ("facts", "records", "decisions")]
            if any(picture[part] != present[part] for part in parts):
                assert is_file_changed_since(then, person), name
            with _then(then, [person]):
                found = queries.person_file(person)
                assert replace(found, circumstances=[], addresses=[], corrections=[]) == replace(
                    picture[f"file {person}"], circumstances=[]
                ), name
                assert decided.facts_of(law_in_force().packages[0], person) == picture[f"facts {person}"][0], name
                assert decided.decisions_of(person) == picture[f"decisions {person}"], name
    assert _read(world.everybody) == present, "reading the past changes nothing"
    with _then(at + HOUR):
        assert _read(world.everybody) == present
    assert not is_changed_since(at) and not any(is_file_changed_since(at, person) for person in world.everybody)


def test_the_triggers_keep_the_columns_that_are_read_again_and_no_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgargs FROM pg_trigger WHERE tgname = 'keeps_former'")
        kept = {table: bytes(words).decode("ascii").rstrip("\0").split("\0") for table, words in cursor.fetchall()}
    changing = {table: one for table, one in remembering.TABLES.items() if one.columns}
    assert kept == {table: [one.of, one.owner, *one.columns] for table, one in changing.items()}
    assert "people_protectedcondition" not in kept, "a row of it would tell that there is one"


def test_what_facts_are_read_from_is_read_as_known() -> None:
    watched = set()
    for name in ("0006_retroactivity", "0007_residence_is_watched"):
        watched |= importlib.import_module(f"ansinh.payroll.migrations.{name}").WATCHED.keys()
    assert watched <= remembering.TABLES.keys()


def _frozen(at: datetime.datetime = AT) -> str:
    selection = select(month=NOVEMBER, province="46", area=None)
    run = payroll.calculate(package=law_in_force(), month=NOVEMBER, selection=selection, by="operator", at=at).code
    payroll.check(run=run, by="operator", at=at)
    payroll.approve(run=run, by="lanh.dao", at=at)
    payment.freeze(run=run, by="can.bo", at=at)
    return run


@pytest.fixture
def paid() -> tuple[_World, str]:
    """A family that was paid for November, and then everything happened to it."""
    world = _World()
    ledger.appropriate(amount_dong=10**12, document=1, month=NOVEMBER.first_day, at=AT)
    run, at = _frozen(), AT
    for change in world.changes().values():
        at += HOUR
        change(at)
        put_on(everything("tests", protected=True))
    return world, run


def test_a_run_is_computed_again_from_what_was_known_then(paid: tuple[_World, str]) -> None:
    world, run = paid
    found = recompute(run)
    assert found.compared == PayrollLine.objects.filter(run__code=run).count() and found.compared > 2
    assert found == Recomputation(run, found.compared, 0, 0, ())
    # What somebody changed behind the register's back comes out.
    Circumstance.objects.filter(person=world.head, kind="disability", value="severe").update(value="extremely_severe")
    # A line is looked at even when its person now looks like never having lived there.
    before = found.compared
    Person.objects.filter(pk=world.neighbour.pk).update(area_id=makers.commune("29242"))
    FormerState.objects.filter(relation="people_person", row_id=world.neighbour.pk).delete()
    found = recompute(run)
    assert {one.person_id for one in found.shown} == {world.head.id} and found.differing == len(found.shown) > 0
    assert found.compared == before
    assert found.shown[0] == Difference(world.head.id, "K6", NOVEMBER, 1_080_000, 810_000)


def test_a_run_of_before_rows_kept_what_they_said_is_accused_of_nothing(database: None) -> None:
    _World()
    selection = select(month=NOVEMBER, province="46", area=None)
    run = payroll.calculate(package=law_in_force(), month=NOVEMBER, selection=selection, by="operator", at=AT).code
    assert recompute(run).differing == 0
    PayrollRun.objects.update(basis={})
    assert refusal(recompute, run) == "facts_not_remembered"


def test_a_run_leaves_out_what_was_told_after_its_own_instant() -> None:
    world = _World()
    ledger.appropriate(amount_dong=10**12, document=1, month=NOVEMBER.first_day, at=AT)
    for change in world.changes().values():
        change(AT + HOUR)
        put_on(everything("tests", protected=True))
    run = _frozen(AT)
    november = PayrollLine.objects.get(run__code=run, person=world.head, for_month=NOVEMBER.first_day)
    assert november.amount_dong == 810_000, "worse off, but that was told an hour later"
    held = PayrollHold.objects.filter(run__code=run)
    assert "beneficiary_deceased" in held.filter(person=world.twin).values_list("reason", flat=True), (
        "nobody pays the dead"
    )
    assert recompute(run).differing == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_id FROM payroll_touch WHERE subject = 'p'")
        touched = {person for (person,) in cursor.fetchall()}
    assert {world.twin.id, world.neighbour.id, world.vague.id, world.head.id} <= touched, "the next run asks again"


def test_a_line_is_explained_by_what_was_known_then_and_now_says_otherwise(paid: tuple[_World, str]) -> None:
    world, _ = paid
    told = explain_month(world.head.id, NOVEMBER, AT.date())
    november = next(line for line in told.lines if line.for_month == NOVEMBER and line.kind == "regular")
    assert november.differs and november.trace is not None
    assert "nặng" in november.because and "đặc biệt nặng" not in november.because
    assert "đặc biệt nặng" in november.now_because
    words = page(working("department_officer"), f"/nguoi/{world.head.id}/")
    assert "Theo thông tin hiện nay:" in words and "Thông tin đã thay đổi sau khi tính kỳ này" in words


def test_the_page_of_an_earlier_day(paid: tuple[_World, str]) -> None:
    world, _ = paid
    client, address = working("commune_officer", AWAY), f"/nguoi/{world.head.id}/da-biet/"
    before, after = (page(client, f"{address}?ngay={day}") for day in ("2026-11-22", "2026-11-25"))
    areas = [Area.objects.get(pk=makers.commune(code)).name for code in ("19777", AWAY)]
    assert areas[0] in before and areas[0] not in after and areas[1] in after
    assert "<strong>khuyết tật nặng</strong>" in before and "<strong>khuyết tật đặc biệt nặng</strong>" in after
    whole = page(working("department_officer"), f"{address}?ngay=2026-11-25")
    assert "GUQ" in whole and "GUQ" not in before
    for day, said in (
        ("2023-01-01", "sổ chưa có người này"),
        ("2999-01-01", "không sau hôm nay"),
        ("x", "không sau hôm nay"),
    ):
        assert said in page(client, f"{address}?ngay={day}")
    assert "<dl" not in page(client, address)
    assert client.get(f"/nguoi/{2**63}/da-biet/").status_code == 404
    stranger = working("commune_officer", "19804")
    assert stranger.get(f"{address}?ngay=2026-11-22").status_code == 404
    put_on(everything("tests", protected=True))
    seen = AuditEvent.objects.filter(action="person_viewed", detail__known_on="2026-11-22")
    assert seen.count() == 1


def test_former_words_are_fenced_like_the_rows_they_belong_to(paid: tuple[_World, str]) -> None:
    world, _ = paid
    assert FormerState.objects.filter(person=world.head).exists()
    put_on(limited("nơi khác", [makers.commune("19804")]))
    assert not FormerState.objects.exists()
    put_on(limited("nơi mới", [makers.commune(AWAY)]))
    found = FormerState.objects.filter(person=world.head)
    assert found.exists() and not FormerState.objects.filter(person=world.neighbour).exists()
    with as_known(AT, [world.head.id, world.neighbour.id]):
        assert list(Person.objects.filter(pk__in=[world.head.id, world.neighbour.id])) == [world.head]
