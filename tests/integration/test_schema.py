"""Whether the schema is the present one: asked by the names of the migrations alone, and in full where those do not answer."""

import pytest
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from ansinh.project import schema


def test_the_names_are_those_that_django_finds() -> None:
    found = MigrationLoader(None).disk_migrations.keys()
    assert len(found) > 70
    assert schema._lying_here() == set(found)


@pytest.mark.django_db(databases=["default", "owner"])
def test_one_migration_that_was_not_applied_is_noticed() -> None:
    assert schema.is_current()
    (newest,) = MigrationLoader(None).graph.leaf_nodes("payment")
    MigrationRecorder(connections["owner"]).record_unapplied(*newest)
    assert not schema.is_current()
