"""What a run need not ask again: the pruned payroll and the whole one give the same lines, whatever was written in between.

These tests commit, because only other transactions can write behind a run's back; they have a database of their own.
"""

import datetime
import importlib
import os
import random
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import django
import pytest
from django.apps import apps
from django.db import connection, transaction

from ansinh import entitlement
from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.entitlement.models import Decision
from ansinh.entitlement.releases import law_in_force
from ansinh.ledger import operations as ledger
from ansinh.office import operations as office
from ansinh.office.models import Hardship
from ansinh.office.security import acting, everything
from ansinh.office.together import Together
from ansinh.payment import asking, opening
from ansinh.payment import operations as payment
from ansinh.payment import queries as payment_queries
from ansinh.payment.models import PaymentItem
from ansinh.payroll import calculating, operations, queries, retroactivity
from ansinh.payroll.models import PayrollHold, PayrollLine, PayrollPayee, PayrollRun, Settlement, UnfinishedRun
from ansinh.payroll.recomputing import recompute
from ansinh.payroll.selection import select
from ansinh.people.models import Circumstance, Membership, ParentChild, Person, ProtectedCondition, Residence
from ansinh.people.remembering import told_at
from ansinh.poverty.models import HouseholdClass
from ansinh.project import database as launcher
from ansinh.project import schema, shipping
from ansinh.project.home import open_home
from ansinh.reports import queries as reports
from tests.homes import copied, hasty, reachable
from tests.integration import makers
from tests.integration.fake_bank import FakeBank

AT = datetime.datetime(2026, 11, 22, 3, tzinfo=datetime.UTC)
FIRST, AREAS = Month(2026, 7), ("19777", "19789", "19815")
Lines = tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]


# What a new system begins with; everything else is emptied between tests.
_KEPT = {
    "office_area",
    "office_areasuccession",
    "office_setting",
    "office_auditevent",
    "entitlement_lawrelease",
    "people_bank",
}


@pytest.fixture(scope="module")
def own_server(
    django_db_setup: None, empty_home: Path, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[None]:
    """Give Django a database of our own: what is committed here must not be seen by other tests."""
    settings = django.conf.settings
    before = {alias: dict(settings.DATABASES[alias]) for alias in ("default", "owner")}

    def turn_to(parameters: dict[str, Any]) -> None:
        django.db.connections.close_all()
        for alias, named in parameters.items():
            settings.DATABASES[alias].update(named)
            django.db.connections[alias].settings_dict.update(settings.DATABASES[alias])

    home = open_home(hasty(copied(empty_home, reachable(tmp_path_factory.mktemp("retroactivity")) / "home")))
    with launcher.embedded(home) as found, django_db_blocker.unblock():
        names = {"default": found.application, "owner": found.owner}
        turn_to(
            {
                alias: {"HOST": p["host"], "USER": p["user"], "PASSWORD": p["password"], "NAME": p["dbname"]}
                for alias, p in names.items()
            }
        )
        schema.migrate()
        with acting(everything("tests")):
            office.load_areas()
            office.ensure_instance_number()
            shipping.ensure_law()
        yield
        turn_to(before)


@pytest.fixture
def own_database(own_server: None, django_db_blocker: Any) -> Iterator[None]:
    """Let a test commit, in a register that holds nobody."""
    with django_db_blocker.unblock():
        tables = {model._meta.db_table for model in apps.get_models() if model.__module__.startswith("ansinh.")} - _KEPT
        # The books only grow, also for us; numbers are not taken anew, so that nothing in them is mistaken for ours.
        tables = {table for table in tables if not table.startswith("ledger_")}
        with django.db.connections["owner"].cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(sorted(tables))}, payroll_touch CASCADE")
        yield
        django.db.connections.close_all()


def committed(work: Callable[..., Any], *words: Any, **named: Any) -> Any:
    """Do the work in a transaction of its own."""
    with acting(everything("tests", protected=True)):
        return work(*words, **named)


@pytest.fixture
def scopes(monkeypatch: pytest.MonkeyPatch) -> list[retroactivity.Scope]:
    """Return the scopes that calculations found, as they find them."""
    found: list[retroactivity.Scope] = []
    real = retroactivity.scope_of

    def remembered(*words: Any, **named: Any) -> retroactivity.Scope:
        found.append(real(*words, **named))
        return found[-1]

    monkeypatch.setattr(retroactivity, "scope_of", remembered)
    # Twenty people are fewer than any share of a table; what prunes must not give up because everybody is few.
    monkeypatch.setattr(retroactivity, "_A_FEW", 0)
    return found


@pytest.fixture
def few_are_shared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let few people be worth several processes, and return into how many shares each calculation was cut."""
    found: list[int] = []
    real = calculating.shares

    def remembered(*words: Any) -> list[calculating.People]:
        people = real(*words)
        found.append(len(people))
        return people

    monkeypatch.setattr(calculating, "WORTH_SHARING_DECISIONS", 0)
    monkeypatch.setattr(calculating, "shares", remembered)
    monkeypatch.setattr(queries, "LEAF", 4)
    return found


def _populate(chance: random.Random) -> None:
    makers.staff()
    for number in range(24):
        area = AREAS[number % 3]
        kind = number % 4
        if kind == 0:
            made = makers.person(born=f"{chance.randint(1945, 2015)}-05-02", area=area, disability="severe")
            makers.decision(made, "K6", start=chance.choice(["2024-02", "2026-08"]))
        elif kind == 1:
            made = makers.person(
                born=f"{chance.randint(1946, 1957)}-{chance.randint(1, 12):02d}-15", area=area, poverty="poor"
            )
            makers.decision(made, "HT", start="2025-07")
        elif kind == 2:
            made = makers.person(born="1988-01-01", area=area, poverty="poor", single_parent="true")
            child = makers.person(
                born=f"{chance.randint(2009, 2020)}-0{chance.randint(1, 9)}-01", area=area, studying="true"
            )
            ParentChild.objects.create(parent=made, child=child, area_id=made.area_id, valid_from=makers.LONG_AGO)
            makers.decision(made, "K4", start="2024-02")
        else:
            made = makers.person(born="1980-03-09", area=area, stable_income="unknown")
            _hiv(made, "true")
            makers.decision(made, "K8", start="2024-02")
    selection = select(month=Month(2026, 11), province="46", area=None)
    operations.take_over_settlements(
        package=law_in_force(), selection=selection, first=FIRST, last=Month(2026, 10),
        known_on=datetime.date(2026, 10, 1), by="operator", at=AT,
    )  # fmt: skip
    ledger.appropriate(amount_dong=10**12, document=1, month=datetime.date(2026, 11, 1), at=AT)


def _hiv(about: Person, value: str) -> None:
    ProtectedCondition.objects.create(
        person=about,
        kind="hiv",
        value=value,
        area_id=about.area_id,
        valid_from=makers.LONG_AGO,
        recorded_at=makers.EPOCH,
    )


# ── what may be written between two runs ─────────────────────────────────────────────────────────────────────────────


def _somebody(chance: random.Random) -> Person:
    return chance.choice(list(Person.objects.order_by("id")))


def _more_severe(chance: random.Random, at: datetime.datetime) -> None:
    for old in Circumstance.objects.filter(kind="disability", superseded_at=None).order_by("id")[
        : chance.randint(1, 2)
    ]:
        old.superseded_at = at
        old.save()
        Circumstance.objects.create(
            person=old.person, kind="disability", value="extremely_severe", area_id=old.area_id,
            valid_from=datetime.date(2026, chance.randint(7, 10), 1), recorded_at=at,
        )  # fmt: skip


def _income_known(chance: random.Random, at: datetime.datetime) -> None:
    row = Circumstance.objects.filter(kind="stable_income", value="unknown", superseded_at=None).order_by("id").first()
    if row is not None:
        Circumstance.objects.filter(pk=row.pk).update(superseded_at=at)
        Circumstance.objects.create(
            person=row.person, kind="stable_income", value=chance.choice(["true", "false"]), area_id=row.area_id,
            valid_from=row.valid_from, recorded_at=at,
        )  # fmt: skip


def _died(chance: random.Random, at: datetime.datetime) -> None:
    Person.objects.filter(pk=_somebody(chance).pk).update(death_date=datetime.date(2026, chance.randint(7, 11), 14))


def _no_longer_poor(chance: random.Random, at: datetime.datetime) -> None:
    row = chance.choice(list(HouseholdClass.objects.order_by("id")))
    HouseholdClass.objects.filter(pk=row.pk).update(valid_to=datetime.date(2026, 9, 1))


def _left_the_household(chance: random.Random, at: datetime.datetime) -> None:
    row = chance.choice(list(Membership.objects.order_by("id")))
    Membership.objects.filter(pk=row.pk).update(valid_to=datetime.date(2026, 10, 1))


def _decision_ends(chance: random.Random, at: datetime.datetime) -> None:
    row = chance.choice(list(Decision.objects.order_by("id")))
    Decision.objects.filter(pk=row.pk).update(end_month=datetime.date(2026, chance.randint(8, 11), 1))


def _late_decision(chance: random.Random, at: datetime.datetime) -> None:
    made = makers.person(born="1975-01-01", area=chance.choice(AREAS), disability="severe")
    late = makers.decision(made, "K6", start="2026-08")
    Decision.objects.filter(pk=late.pk).update(recorded_at=at)


def _child_stops_studying(chance: random.Random, at: datetime.datetime) -> None:
    rows = Circumstance.objects.filter(kind="studying", superseded_at=None).order_by("id")
    if rows:
        row = chance.choice(list(rows))
        Circumstance.objects.filter(pk=row.pk).update(superseded_at=at)
        Circumstance.objects.create(
            person=row.person, kind="studying", value=row.value, area_id=row.area_id, valid_from=row.valid_from,
            valid_to=datetime.date(2026, 8, 1), recorded_at=at,
        )  # fmt: skip


def _child_is_elsewhere(chance: random.Random, at: datetime.datetime) -> None:
    row = chance.choice(list(ParentChild.objects.order_by("id")))
    ParentChild.objects.filter(pk=row.pk).update(valid_to=datetime.date(2026, 9, 10))


def _moved(chance: random.Random, at: datetime.datetime) -> None:
    Person.objects.filter(pk=_somebody(chance).pk).update(area_id=makers.commune(chance.choice(AREAS)))


def _birth_uncertain(chance: random.Random, at: datetime.datetime) -> None:
    Person.objects.filter(pk=_somebody(chance).pk).update(birth_precision="year")


def _hardship(chance: random.Random, at: datetime.datetime) -> None:
    Hardship.objects.create(
        area_id=makers.commune(chance.choice(AREAS)),
        valid_from=datetime.date(2026, 8, 1),
        document="QĐ 1",
        recorded_at=at,
    )


def _hiv_withdrawn(chance: random.Random, at: datetime.datetime) -> None:
    row = ProtectedCondition.objects.filter(superseded_at=None).order_by("id").first()
    if row is not None:
        ProtectedCondition.objects.filter(pk=row.pk).update(superseded_at=at)


def _ahead_of_the_clock(chance: random.Random, at: datetime.datetime) -> None:
    # Written before the run looks, by a clock that is ahead: the run may not use it, and the next one must.
    about = _somebody(chance)
    Circumstance.objects.create(
        person=about, kind="disability", value="extremely_severe", area_id=about.area_id,
        valid_from=datetime.date(2026, 8, 1), recorded_at=at + datetime.timedelta(hours=2),
    )  # fmt: skip


def _changed(change: Callable[..., None], chance: random.Random, at: datetime.datetime) -> None:
    told_at(at)
    change(chance, at)


CHANGES = (
    _more_severe, _income_known, _died, _no_longer_poor, _left_the_household, _decision_ends, _late_decision,
    _child_stops_studying, _child_is_elsewhere, _moved, _birth_uncertain, _hardship, _hiv_withdrawn, _ahead_of_the_clock,
)  # fmt: skip


# ── running ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def calculate(
    month: Month, at: datetime.datetime, *, whole: bool = False, area: str | None = None, workers: int = 1
) -> str:
    selection = select(month=month, province=None if area else "46", area=area)
    return operations.calculate(
        package=law_in_force(), month=month, selection=selection, by="operator", at=at, whole=whole, workers=workers
    ).code


def _found(code: str) -> Lines:
    lines = PayrollLine.objects.filter(run__code=code).values_list(
        "person_id", "benefit", "for_month", "kind", "rule", "entitled_dong", "settled_before_dong", "area_id"
    )
    holds = PayrollHold.objects.filter(run__code=code).values_list("person_id", "reason", "detail", "amount_dong")
    return set(lines), set(holds)


class _Undone(Exception):
    pass


def tried(month: Month, at: datetime.datetime, *, whole: bool, workers: int = 1) -> Lines:
    """Return what a calculation gives, and undo it."""
    found: Lines = (set(), set())
    try:
        with acting(everything("tests", protected=True)):
            found = _found(calculate(month, at, whole=whole, workers=workers))
            raise _Undone
    except _Undone:
        return found
    except Refused as refusal:
        assert refusal.reason == "nothing_to_pay"
        return found


def frozen(month: Month, at: datetime.datetime, area: str | None = None, workers: int = 1) -> str:
    code = committed(calculate, month, at, area=area, workers=workers)
    committed(operations.check, run=code, by="operator", at=at)
    committed(operations.approve, run=code, by="lanh.dao", at=at)
    committed(operations.freeze, run=code, by="can.bo", at=at)
    return code


@pytest.mark.parametrize("seed", range(6))
def test_the_pruned_payroll_is_the_whole_one(
    own_database: None, scopes: list[retroactivity.Scope], few_are_shared: list[int], seed: int
) -> None:
    """And that of three processes is that of one: every other register is calculated by shares of its people."""
    chance, workers = random.Random(seed), 3 if seed % 2 else 1
    committed(_populate, chance)
    at = AT
    codes = [frozen(Month(2026, 11), at, workers=workers)]
    assert scopes.pop().kept == ()
    for month in (Month(2026, 12), Month(2027, 1), Month(2027, 2)):
        at += datetime.timedelta(days=31)
        for change in chance.sample(CHANGES, chance.randint(1, 5)):
            committed(_changed, change, chance, at)
        pruned = tried(month, at, whole=False, workers=workers)
        assert scopes.pop().kept == tuple(FIRST.until(month.plus(-1))), "nothing was pruned"
        assert pruned == tried(month, at, whole=True)
        assert scopes.pop().full == tuple(FIRST.until(month))
        code = frozen(month, at, workers=workers)
        codes.append(code)
        # A second pass has nothing left to pay: it gives the frozen run back, or a run of nothing but holds.
        lines, _ = tried(month, at, whole=True)
        assert lines in (set(), committed(_found, code)[0])
        scopes.clear()
    # Whatever was written since, each month is still what its own law and the facts known then make of it.
    for code in codes:
        again = committed(recompute, code)
        assert again.differing == 0 and again.compared > 0, (code, again.shown)
    assert set(few_are_shared) == ({1, 3} if workers == 3 else {1})


def test_what_somebody_writes_while_a_run_is_calculated_is_no_fault_of_the_run(own_database: None) -> None:
    """Told before the run's instant, committed after the run has looked: the run cannot have seen it."""
    committed(_populate, random.Random(3))
    row = committed(lambda: Decision.objects.filter(benefit="K6", end_month=None).order_by("id").first())
    writer = django.db.connections["owner"].cursor()
    writer.execute("BEGIN")
    writer.execute("SELECT set_config('ansinh.told_at', %s, true)", [(AT - datetime.timedelta(seconds=1)).isoformat()])
    writer.execute("UPDATE entitlement_decision SET end_month = '2026-08-01' WHERE id = %s", [row.pk])
    code = frozen(Month(2026, 11), AT)
    assert committed(recompute, code).differing == 0
    writer.execute("COMMIT")
    again = committed(recompute, code)
    assert (again.differing, again.shown) == (0, ()) and again.uncertain > 0
    # The next run sees it, and takes back what was paid too much.
    later = AT + datetime.timedelta(days=31)
    tried_lines, held = tried(Month(2026, 12), later, whole=False)
    assert row.person_id in {line[0] for line in tried_lines} | {hold[0] for hold in held}


def test_whoever_begins_to_write_while_a_run_is_calculated_is_no_fault_of_it_either(
    own_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As above, but the writer's transaction has its number after the run's own, and ends after the run."""
    committed(_populate, random.Random(3))
    row = committed(lambda: Decision.objects.filter(benefit="K6", end_month=None).order_by("id").first())
    together = calculating.together
    writer = django.db.connections["owner"].cursor()

    def meanwhile(*words: Any) -> Any:
        told = (AT - datetime.timedelta(seconds=1)).isoformat()
        writer.execute("BEGIN")
        writer.execute("SELECT set_config('ansinh.told_at', %s, true)", [told])
        writer.execute("UPDATE entitlement_decision SET end_month = '2026-08-01' WHERE id = %s", [row.pk])
        return together(*words)

    with monkeypatch.context() as changed:
        changed.setattr(calculating, "together", meanwhile)
        code = committed(calculate, Month(2026, 11), AT)
    committed(operations.check, run=code, by="operator", at=AT)
    committed(operations.approve, run=code, by="lanh.dao", at=AT)
    committed(operations.freeze, run=code, by="can.bo", at=AT)
    writer.execute("COMMIT")
    again = committed(recompute, code)
    assert (again.differing, again.shown) == (0, ()) and again.uncertain > 0


def test_where_nothing_was_written_nobody_is_asked_again(own_database: None, scopes: list[retroactivity.Scope]) -> None:
    committed(_populate, random.Random(1))
    frozen(Month(2026, 11), AT)
    # Whoever was left open is asked again, and nobody else.
    open_people = set(committed(lambda: list(PayrollHold.objects.values_list("person_id", flat=True))))
    tried(Month(2026, 12), AT + datetime.timedelta(days=31), whole=False)
    assert 0 < scopes[-1].touched <= len(open_people) < committed(Person.objects.count)


def test_whom_a_run_leaves_open_is_asked_again_though_others_wrote_while_it_began(
    own_database: None, scopes: list[retroactivity.Scope], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who began later has ended when the run takes its snapshot: it must not take its own notes for seen."""
    cooling = committed(_severe_with_a_new_account)
    look = retroactivity.look

    def after_another(chosen: Any) -> retroactivity.Basis:
        with django.db.connections["owner"].cursor() as other:
            other.execute("SELECT pg_current_xact_id()")
        return look(chosen)

    monkeypatch.setattr(retroactivity, "look", after_another)
    code = frozen(Month(2026, 11), AT)
    held = committed(lambda: PayrollHold.objects.get(run__code=code))
    assert (held.person_id, held.reason) == (cooling, "address_cooling_off")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_visible_in_snapshot((basis->>'xid')::xid8, (basis->>'snapshot')::pg_snapshot)"
            " FROM payroll_payrollrun WHERE id = %s",
            [held.run_id],
        )
        assert cursor.fetchone() == (True,), "the case did not come about"
    # Nobody writes anything: the account is simply old enough a month later.
    later = AT + datetime.timedelta(days=31)
    pruned = tried(Month(2026, 12), later, whole=False)
    assert scopes.pop().kept
    months = {line[2] for line in pruned[0] if line[0] == cooling}
    assert months == {datetime.date(2026, 11, 1), datetime.date(2026, 12, 1)}
    assert pruned == tried(Month(2026, 12), later, whole=True)


def _severe_with_a_new_account() -> int:
    makers.staff()
    ledger.appropriate(amount_dong=10**12, document=1, month=datetime.date(2026, 11, 1), at=AT)
    makers.severe()
    cooling = makers.person(disability="severe")
    makers.decision(cooling)
    makers.address(cooling, cooling_until=AT.date() + datetime.timedelta(days=3))
    return cooling.pk


def _a_child_that_moved() -> int:
    """Lived in a commune until October and in another since; both months and both communes are settled."""
    makers.staff()
    ledger.appropriate(amount_dong=10**12, document=1, month=datetime.date(2026, 11, 1), at=AT)
    makers.severe()
    child = makers.person(born="2024-06-01", area=AREAS[1], poverty="poor")
    makers.decision(child, "K7", start="2026-07")
    makers.address(child)
    moved = datetime.date(2026, 10, 1)
    for code, since, until in ((AREAS[0], makers.LONG_AGO, moved), (AREAS[1], moved, None)):
        Residence.objects.create(
            person=child, unit_id=makers.commune(code), area_id=child.area_id, village="", valid_from=since,
            valid_to=until, source="giấy chuyển cư trú", recorded_at=makers.EPOCH,
        )  # fmt: skip
    operations.take_over_settlements(
        package=law_in_force(), selection=select(month=Month(2026, 11), province="46", area=None), first=FIRST,
        last=Month(2026, 10), known_on=datetime.date(2026, 10, 1), by="operator", at=AT,
    )  # fmt: skip
    return child.pk


def _unknown_until_october() -> int:
    """Severely disabled since October; what was before, nobody knows: granted since August."""
    makers.staff()
    ledger.appropriate(amount_dong=10**12, document=1, month=datetime.date(2026, 11, 1), at=AT)
    makers.severe()
    operations.take_over_settlements(
        package=law_in_force(), selection=select(month=Month(2026, 11), province="46", area=None), first=FIRST,
        last=Month(2026, 10), known_on=datetime.date(2026, 10, 1), by="operator", at=AT,
    )  # fmt: skip
    person, october = makers.person(disability="unknown"), datetime.date(2026, 10, 1)
    Circumstance.objects.filter(person=person, kind="disability").update(valid_to=october)
    makers.fact(person, "disability", "severe", since=october)
    makers.decision(person, start="2026-08")
    makers.address(person)
    return person.pk


def test_earlier_months_that_wait_for_a_fact_are_listed_too(own_database: None) -> None:
    person = committed(_unknown_until_october)
    code = frozen(Month(2026, 11), AT)
    lines, holds = committed(_found, code)
    assert {line[2].month for line in lines if line[0] == person} == {10, 11}
    assert holds == {(person, "needs_verification", "K6 (08/2026–09/2026)", 0)}
    assert committed(recompute, code).differing == 0
    # As long as nobody has found out, each month says so again; then the two months are paid.
    later = AT + datetime.timedelta(days=31)
    lines, holds = tried(Month(2026, 12), later, whole=False)
    assert holds == {(person, "needs_verification", "K6 (08/2026–09/2026)", 0)}
    assert {line[2].month for line in lines if line[0] == person} == {12}
    assert (lines, holds) == tried(Month(2026, 12), later, whole=True)
    committed(lambda: Circumstance.objects.filter(person=person, value="unknown").update(value="severe"))
    lines, holds = tried(Month(2026, 12), later, whole=False)
    assert {line[2].month for line in lines if line[0] == person} == {8, 9, 12} and holds == set()


def test_what_is_taken_back_from_a_sum_above_zero_is_told(own_database: None) -> None:
    """Extremely severe until November: what December takes back from November stands beside what it pays."""

    def made() -> Person:
        makers.staff()
        ledger.appropriate(amount_dong=10**12, document=1, month=datetime.date(2026, 11, 1), at=AT)
        person = makers.person(disability="extremely_severe")
        makers.decision(person)
        makers.address(person)
        return person

    person = committed(made)
    code = frozen(Month(2026, 11), AT)
    assert committed(lambda: queries.taken_back(PayrollRun.objects.get(code=code).id)) == (0, 0)
    later = AT + datetime.timedelta(days=31)
    november = datetime.date(2026, 11, 1)

    def milder() -> None:
        told_at(later - datetime.timedelta(days=1))
        Circumstance.objects.filter(person=person, kind="disability").update(valid_to=november)
        Circumstance.objects.create(
            person=person, kind="disability", value="severe", area_id=person.area_id, valid_from=november,
            recorded_at=later - datetime.timedelta(days=1),
        )  # fmt: skip

    committed(milder)
    code = committed(calculate, Month(2026, 12), later)
    lines, holds = committed(_found, code)
    assert {(line[3], line[5] - line[6]) for line in lines} == {("recovery", -270_000), ("regular", 810_000)}
    assert holds == set()
    assert committed(lambda: queries.taken_back(PayrollRun.objects.get(code=code).id)) == (1, 270_000)


def test_the_hardship_of_where_somebody_lived_is_asked_about_again(
    own_database: None, scopes: list[retroactivity.Scope]
) -> None:
    child = committed(_a_child_that_moved)
    frozen(Month(2026, 11), AT)
    at = AT + datetime.timedelta(days=31)
    former = {"area_id": committed(makers.commune, AREAS[0]), "valid_from": FIRST.first_day}
    committed(Hardship.objects.create, document="QĐ 1", recorded_at=at, **former)
    pruned = tried(Month(2026, 12), at, whole=False)
    assert scopes.pop().kept
    # They left on 1 October: what was due at the end of September is due for October still.
    arrears = {line[2] for line in pruned[0] if line[0] == child and line[3] == "arrears"}
    assert arrears == {datetime.date(2026, month, 1) for month in (7, 8, 9, 10)}
    assert pruned == tried(Month(2026, 12), at, whole=True)


def test_what_is_written_between_the_commands_look_and_its_shares_takes_nothing_from_anybody(
    own_database: None, few_are_shared: list[int], scopes: list[retroactivity.Scope], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody was touched when the command looked; each share looks again, and must ask about whom it compares."""

    def populated() -> int:
        makers.staff()
        ledger.appropriate(amount_dong=10**12, document=1, month=datetime.date(2026, 11, 1), at=AT)
        return [makers.severe() for _ in range(12)][2].pk

    somebody = committed(populated)
    frozen(Month(2026, 11), AT)
    shares = calculating.shares

    def between(*words: Any) -> list[calculating.People]:
        with django.db.connections["owner"].cursor() as other:
            other.execute("UPDATE people_person SET phone = '0905000000' WHERE id = %s", [somebody])
        return shares(*words)

    monkeypatch.setattr(calculating, "shares", between)
    at = AT + datetime.timedelta(days=31)
    shared = tried(Month(2026, 12), at, whole=False, workers=2)
    assert scopes.pop().touched == 0, "the case did not come about"
    assert few_are_shared[-1] == 2
    assert {line[3] for line in shared[0] if line[0] == somebody} == {"regular"} and shared[1] == set()
    assert shared == tried(Month(2026, 12), at, whole=True)


def test_a_commune_that_was_paid_in_between_is_asked_again(
    own_database: None, scopes: list[retroactivity.Scope]
) -> None:
    committed(_populate, random.Random(2))
    frozen(Month(2026, 11), AT)
    at = AT + datetime.timedelta(days=31)
    committed(_more_severe, random.Random(2), at)
    frozen(Month(2026, 12), at, area=AREAS[0])
    pruned = tried(Month(2026, 12), at, whole=False)
    assert scopes.pop().kept
    assert pruned == tried(Month(2026, 12), at, whole=True)


def test_what_was_taken_over_meanwhile_is_compared_in_full(
    own_database: None, scopes: list[retroactivity.Scope]
) -> None:
    committed(_populate, random.Random(3))
    frozen(Month(2026, 11), AT)
    committed(retroactivity.note_taken_over)
    committed(Settlement.objects.filter(for_month="2026-08-01").update, settled_dong=1)
    at = AT + datetime.timedelta(days=31)
    pruned = tried(Month(2026, 12), at, whole=False)
    assert scopes.pop().kept == ()
    assert pruned == tried(Month(2026, 12), at, whole=True)
    assert any(line[2] == datetime.date(2026, 8, 1) for line in pruned[0])


def test_another_reading_of_facts_or_another_database_is_asked_in_full(
    own_database: None, scopes: list[retroactivity.Scope], monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(_populate, random.Random(4))
    frozen(Month(2026, 11), AT)
    at = AT + datetime.timedelta(days=31)
    real = retroactivity.entitlement.wording
    with monkeypatch.context() as changed:
        changed.setattr(retroactivity.entitlement, "wording", lambda *words: real(*words) + " ")
        tried(Month(2026, 12), at, whole=False)
    assert scopes.pop().kept == ()
    with monkeypatch.context() as changed:
        look = retroactivity.look
        changed.setattr(retroactivity, "look", lambda chosen: replace(look(chosen), cluster="7"))
        tried(Month(2026, 12), at, whole=False)
    assert scopes.pop().kept == ()


def test_a_journal_with_a_hole_would_be_noticed(own_database: None, scopes: list[retroactivity.Scope]) -> None:
    committed(_populate, random.Random(5))
    frozen(Month(2026, 11), AT)
    at = AT + datetime.timedelta(days=31)
    with django.db.connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE people_circumstance DISABLE TRIGGER USER")
    try:
        committed(_more_severe, random.Random(5), at)
        assert tried(Month(2026, 12), at, whole=False) != tried(Month(2026, 12), at, whole=True)
    finally:
        with django.db.connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE people_circumstance ENABLE TRIGGER USER")


# ── shared by several processes ──────────────────────────────────────────────────────────────────────────────────────


def _lines_and_notes() -> tuple[int, int, int]:
    return (PayrollRun.objects.count(), PayrollLine.objects.count(), UnfinishedRun.objects.count())


def test_a_share_that_dies_takes_the_run_with_it(
    own_database: None, few_are_shared: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(_populate, random.Random(6))
    real = calculating._write_lines

    def dies(plan: calculating.Plan, people: calculating.People) -> int:
        held = real(plan, people)
        if people[1] == calculating.EVERYBODY[1]:
            os.kill(os.getpid(), signal.SIGKILL)
        return held

    with monkeypatch.context() as changed:
        changed.setattr(calculating, "_write_lines", dies)
        with pytest.raises(Refused) as refusal:
            committed(calculate, Month(2026, 11), AT, workers=2)
    assert refusal.value.reason == "worker_ended"
    assert committed(_lines_and_notes) == (0, 0, 1)
    alone = tried(Month(2026, 11), AT, whole=False)
    assert alone[0] and committed(_found, committed(calculate, Month(2026, 11), AT, workers=2)) == alone
    assert few_are_shared[-1] == 2
    runs, lines, notes = committed(_lines_and_notes)
    assert (runs, lines, notes) == (1, len(alone[0]), 0)


def test_what_was_kept_without_its_run_is_nobodys_and_is_cleared_away(
    own_database: None, few_are_shared: list[int]
) -> None:
    """The command died after its processes had committed and before its own commit."""
    committed(_populate, random.Random(7))
    lines, _ = tried(Month(2026, 11), AT, whole=False, workers=2)
    assert committed(_lines_and_notes) == (0, len(lines), 1)
    somebody = next(iter(lines))[0]
    assert committed(queries.person_lines, somebody, Month(2026, 11)) == []
    assert committed(payment_queries.invariants)["no_orphans"]
    # As long as somebody may still be at it, nobody touches it.
    (left,) = committed(lambda: list(UnfinishedRun.objects.values_list("run_id", flat=True)))
    worker = django.db.connections["owner"].cursor()
    worker.execute("SELECT pg_advisory_lock_shared(7313, %s::int)", [left])
    assert committed(calculating.clear_away) == 0
    worker.execute("SELECT pg_advisory_unlock_shared(7313, %s::int)", [left])
    code = committed(calculate, Month(2026, 11), AT)
    assert committed(_found, code)[0] == lines
    assert committed(_lines_and_notes) == (1, len(lines), 0)


def _owed_and_opened() -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    columns = ("payee_id", "address_id", "channel", "due_dong", "area_id")
    return (
        set(PayrollPayee.objects.values_list("person_id", *columns)),
        set(PaymentItem.objects.values_list("beneficiary_id", *columns)),
    )


@pytest.mark.parametrize("told", [0, 1, 2])
def test_a_freeze_that_is_broken_off_is_opened_to_the_end_by_the_next(
    own_database: None, few_are_shared: list[int], monkeypatch: pytest.MonkeyPatch, told: int
) -> None:
    """The run is frozen, and none, one or both of the processes that wrote its items were told to keep them."""
    committed(_populate, random.Random(8))
    code = committed(calculate, Month(2026, 11), AT)
    committed(operations.check, run=code, by="operator", at=AT)
    committed(operations.approve, run=code, by="lanh.dao", at=AT)

    def broken_off(hands: Together) -> None:
        assert len(hands._words) == 2
        for word, hand in list(zip(hands._words, hands._hands, strict=True))[:told]:
            word.send_bytes(b"keep")
            next(hand)
        raise KeyboardInterrupt

    monkeypatch.setattr(opening, "WORTH_SHARING_ITEMS", 0)
    with monkeypatch.context() as changed:
        changed.setattr(Together, "keep", broken_off)
        with pytest.raises(KeyboardInterrupt):
            payment.freeze(run=code, by="can.bo", at=AT, workers=2)
    owed, opened = committed(_owed_and_opened)
    run = committed(PayrollRun.objects.get, code=code)
    assert run.state == "FROZEN" and opened <= owed
    assert (len(opened) == 0, opened == owed) == (told == 0, told == 2)
    with pytest.raises(Refused) as refusal:
        committed(opening.require_complete, run)
    assert refusal.value.reason == "run_half_opened"
    # Whoever reads its figures reads that they are too small, and what mends it.
    assert committed(reports.progress_of, run.id).is_half_opened
    assert code in committed(reports.coverage, Month(2026, 11), "46").as_json()["notes"]["half_opened"]
    broken = [
        row for row in committed(payment_queries.offenders)["runs_equal_items"] if "chạy lại lệnh chốt kỳ này" in row
    ]
    assert len(broken) == (told < 2)
    payment.freeze(run=code, by="can.bo", at=AT, workers=2)
    assert "half_opened" not in committed(reports.coverage, Month(2026, 11), "46").as_json()["notes"]
    owed, opened = committed(_owed_and_opened)
    assert opened == owed and len(owed) == committed(PaymentItem.objects.count) > 5
    committed(opening.require_complete, run)


def test_whoever_was_not_opened_yet_is_recalled_all_the_same(
    own_database: None, few_are_shared: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A broken-off freeze leaves items out; the next sending would open them, and send what was to be stopped."""
    provider = committed(makers.provider)
    committed(_populate, random.Random(8))
    somebody = committed(lambda: [makers.severe().pk for _ in range(3)])[-1]
    code = committed(calculate, Month(2026, 11), AT)
    committed(operations.check, run=code, by="operator", at=AT)
    committed(operations.approve, run=code, by="lanh.dao", at=AT)
    monkeypatch.setattr(opening, "WORTH_SHARING_ITEMS", 0)
    with monkeypatch.context() as changed:
        changed.setattr(Together, "keep", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            payment.freeze(run=code, by="can.bo", at=AT, workers=2)
    assert not committed(PaymentItem.objects.exists)
    told = asking.recall(
        run=code, provider=provider, gateway=FakeBank(), beneficiaries=[somebody], reason="chi nhầm người", by="can.bo", at=AT
    )  # fmt: skip
    assert told["stopped"] == 1
    assert committed(opening.half_opened, list(committed(PayrollRun.objects.values_list, "id", flat=True))) == []
    committed(lambda: PaymentItem.objects.get(beneficiary_id=somebody, reason_code="RECALL"))


def _interrupted(hands: Together) -> None:
    raise KeyboardInterrupt


@pytest.mark.usefixtures("database")
def test_every_table_that_facts_are_read_from_is_watched() -> None:
    watched = {
        table
        for name in ("0006_retroactivity", "0007_residence_is_watched")
        for table in importlib.import_module(f"ansinh.payroll.migrations.{name}").WATCHED
    }
    folder = Path(entitlement.__file__).parent
    texts = [
        folder.joinpath("facts.py"),
        # These read names of people and places, and no fact of the law.
        *(p for p in folder.joinpath("sql").glob("*.sql") if p.stem not in {"people_counted", "dates_that_arrive"}),
    ]
    read = {
        name
        for text in texts
        for name in re.findall(r"\b(?:people|poverty|office|entitlement)_[a-z]+\b", text.read_text("utf8"))
    }
    read &= {model._meta.db_table for model in apps.get_models()}
    assert "people_circumstance" in read and "office_hardship" in read
    assert read <= watched, read - watched
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'touch_%'")
        assert {table for (table,) in cursor.fetchall()} == watched


@pytest.mark.usefixtures("database")
def test_a_first_fill_is_nobodys_change_and_a_later_one_is() -> None:
    def noted() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM payroll_touch")
            return cursor.fetchone()[0]

    makers.staff()
    with transaction.atomic():
        retroactivity.begin_first_fill()
        makers.severe()
        assert noted() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ansinh.first_fill', '', true)")
    code = calculate(Month(2026, 11), AT, area="19777")
    before = noted()
    retroactivity.begin_first_fill()
    makers.severe()
    assert noted() > before
    assert PayrollRun.objects.get(code=code).basis["months"]
