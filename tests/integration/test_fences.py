"""The database itself fences what it must: tables about persons by area, history against change, the application against itself."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.utils import InternalError, ProgrammingError

from ansinh.office.security import Scope, put_on
from ansinh.people.models import Household, Person

# They name an area and no person: every member of staff may know which runs and offices exist.
# A campaign of a province names nobody.
OPEN = {"people_accountcampaign", "office_agency", "office_hardship", "payroll_payrollrun"}
ONLY_GROW = ["ledger_transfer", "ledger_seal", "office_auditevent"]


def _column(statement: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {name for (name,) in cursor.fetchall()}


def _speaks_of_people(model: type[models.Model]) -> bool:
    return any(
        field.related_model in {Person, Household}
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation
    )


@pytest.mark.usefixtures("database")
def test_every_table_with_an_area_is_fenced_or_named_here() -> None:
    with_area = _column(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'area_id' AND table_schema = 'public'"
    )
    fenced = _column("SELECT tablename FROM pg_policies WHERE policyname = 'by_area'")
    enabled = _column("SELECT relname FROM pg_class WHERE relrowsecurity")
    assert len(fenced) >= 15
    assert fenced == enabled
    assert with_area - fenced == OPEN


@pytest.mark.usefixtures("database")
def test_every_table_that_points_at_a_person_is_fenced() -> None:
    fenced = _column("SELECT tablename FROM pg_policies WHERE policyname = 'by_area'")
    ours = [model for model in apps.get_models() if model.__module__.startswith("ansinh.")]
    pointing = {model._meta.db_table for model in ours if _speaks_of_people(model)} | {
        "people_person",
        "people_household",
    }
    assert len(pointing) >= 10
    assert pointing <= fenced, sorted(pointing - fenced)


@pytest.mark.usefixtures("database")
def test_the_application_s_role_is_powerless() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("table", ONLY_GROW)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.usefixtures("database")
def test_history_cannot_be_changed(table: str, statement: str) -> None:
    key = "number" if table == "ledger_seal" else "id"
    with (
        connection.cursor() as cursor,
        pytest.raises((ProgrammingError, InternalError), match=r"permission denied|only grows"),
    ):
        cursor.execute(statement.format(table, key, key))


@pytest.mark.usefixtures("database")
def test_without_a_scope_nobody_is_visible_and_nobody_can_be_written() -> None:
    put_on(Scope(by="tests"))
    assert Person.objects.count() == 0
    with pytest.raises(ProgrammingError, match="row-level security"):
        Household.objects.create(code="H-1", area_id=_some_commune())


def _some_commune() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM office_area WHERE level = 'commune' AND valid_to IS NULL ORDER BY id LIMIT 1")
        return cursor.fetchone()[0]
