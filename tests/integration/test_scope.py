"""Who sees what: every address, query and table, walked as somebody of another area, shows nothing of commune A.

The second test breaks one fence on purpose and sees that the walk names it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client

from ansinh.office import queries as office
from ansinh.office.security import Scope, everything, put_on
from ansinh.web import assets
from tests.integration import scope_walk, scope_world
from tests.integration.visiting import page, working

BROKEN = "people_financialaddress"


@pytest.fixture(scope="session", autouse=True)
def built_pages() -> None:
    """The pages need their style sheet and catalogue; a build that is current costs nothing."""
    assets.build()


def _visitors() -> tuple[dict[str, Client], dict[str, Scope]]:
    clients, scopes = {"nobody": Client()}, {"nobody": Scope(by="nobody")}
    for name, (role, area) in scope_walk.neighbours().items():
        clients[name] = working(role, area)
        scopes[name] = office.scope_of(office.staff(f"{role}.{area}"))
    return clients, scopes


def _walked(folder: Path, *, with_pages: bool) -> scope_walk.Walk:
    """Walk with A's people, then once more after undoing them: whatever differs told of them."""
    scope_world.commune_b()
    clients, scopes = _visitors()
    working("department_officer", "46")
    working("commune_officer", scope_world.A)
    before = transaction.savepoint()
    marked = scope_world.commune_a(folder)
    walk, without = scope_walk.Walk(), scope_walk.Walk()
    _control(marked)
    for one in (walk, without):
        if with_pages:
            scope_walk.walk_addresses(one, clients, marked)
        scope_walk.walk_queries(one, scopes, marked, is_a_there=one is walk)
        scope_walk.walk_tables(one, scopes, marked)
        if one is walk:
            _require_rows_everywhere(walk)
            transaction.savepoint_rollback(before)
            put_on(everything("tests", protected=True))
    walk.compare(without)
    return walk


def _control(marked: scope_world.Marked) -> None:
    """Whoever answers for A does see the marks: a walk that could see nothing at all would prove nothing."""
    client = working("department_officer", "46")
    assert "Canari" in page(client, f"/nguoi/{marked.person}/")
    assert "Canari" in page(client, "/nguoi/?q=hoang thi can")
    assert "Canari" in page(client, f"/ky-chi-tra/2026-11/{marked.run_code}/tam-giu/")


def _require_rows_everywhere(walk: scope_walk.Walk) -> None:
    with connections["default"].cursor() as cursor:
        for table in walk.tables:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {scope_walk._of_a(table)}")
            assert cursor.fetchone()[0] > 0, f"the walk has no row of A in {table}"


@pytest.mark.usefixtures("database")
def test_nobody_sees_another_area(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    walk = _walked(tmp_path, with_pages=True)
    with capsys.disabled():
        print(f"\n{walk.summary}")
    assert walk.leaks == []
    assert len(walk.endpoints) >= 20
    assert len(walk.queries) >= 50
    assert len(walk.tables) >= 18


@pytest.fixture
def broken_policy(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Open one fence wide, as a mistaken migration would, and mend it when the test's own work is undone."""
    with django_db_blocker.unblock(), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT qual, with_check FROM pg_policies WHERE tablename = %s", [BROKEN])
        [(using, check)] = cursor.fetchall()
        cursor.execute(f"ALTER POLICY by_area ON {BROKEN} USING (true) WITH CHECK (true)")
    yield BROKEN
    with django_db_blocker.unblock(), connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER POLICY by_area ON {BROKEN} USING ({using}) WITH CHECK ({check})")
        cursor.execute("SELECT qual FROM pg_policies WHERE tablename = %s", [BROKEN])
        assert cursor.fetchone() == (using,)


def test_a_broken_fence_is_named(broken_policy: str, database: None, tmp_path: Path) -> None:
    leaks = _walked(tmp_path, with_pages=False).leaks
    assert {leak.split()[1] for leak in leaks if leak.startswith("table")} == {broken_policy}
    assert any(leak.startswith("query people.addresses_of") for leak in leaks), leaks
