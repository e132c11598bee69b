"""Fixtures shared by all tests: one embedded PostgreSQL per worker, a migrated database, homes with a month already run.

Everything lives in temporary folders and ends with the session; no port is fixed and nothing is left behind.
"""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest
from django.test import override_settings

from ansinh.project import database as launcher
from ansinh.project.home import Home, open_home
from tests.homes import copied, hasty, made_once, reachable

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose database has its schema and nothing else, made by a command as a user's is; to be copied."""
    return made_once(tmp_path_factory, "empty", lambda folder: ansinh(folder / "home", "ledger", "closings")) / "home"


@pytest.fixture(scope="session")
def worker_home(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home for this worker's own database."""
    return open_home(hasty(copied(empty_home, reachable(tmp_path_factory.mktemp("worker")) / "home")))


@pytest.fixture(scope="session")
def connections(worker_home: Home) -> Iterator[launcher.Connections]:
    """Connections to this worker's embedded PostgreSQL."""
    with launcher.embedded(worker_home) as found:
        yield found


@pytest.fixture(scope="session")
def law_postgres(connections: launcher.Connections) -> Iterator[psycopg.Connection]:
    """A plain connection that may create temporary tables, for comparing engines."""
    with psycopg.connect(**connections.application) as connection:
        yield connection


def pytest_configure(config: pytest.Config) -> None:
    """Point settings at nothing in particular until a test asks for the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ansinh.project.settings")
    # As the command does, and for the same reason: an eighth of all work was looking for garbage where there is none.
    gc.set_threshold(50_000, 20, 50)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let the collector pass over what lives as long as the session: every module, and every test."""
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(connections: launcher.Connections, worker_home: Home, django_db_blocker: Any) -> Iterator[None]:
    """Give Django the worker's database, migrated, with areas and the shipped law; pytest-django's own is not used."""
    settings = django.conf.settings
    for alias, parameters in (("default", connections.application), ("owner", connections.owner)):
        settings.DATABASES[alias].update(
            HOST=parameters["host"], USER=parameters["user"], PASSWORD=parameters["password"], NAME=parameters["dbname"]
        )
        django.db.connections[alias].settings_dict.update(settings.DATABASES[alias])
    from ansinh.office import operations as office  # noqa: PLC0415 - models exist only after Django is set up
    from ansinh.office.security import acting, everything  # noqa: PLC0415
    from ansinh.project import schema, shipping  # noqa: PLC0415

    with django_db_blocker.unblock():
        schema.migrate()
        with acting(everything("tests")):
            office.load_areas()
            office.ensure_instance_number()
            # Payrolls of tests use `law_in_force()`: here the law that a new system begins with.
            shipping.ensure_law()
        django.db.connections.close_all()
    with override_settings(PASSWORD_HASHERS=["tests.quick_passwords.QuickArgon2PasswordHasher"]):
        yield
    with django_db_blocker.unblock():
        django.db.connections.close_all()


@pytest.fixture
def database(db: None) -> None:
    """A database with areas in which the test may see and write everything; its work is rolled back."""
    from ansinh.office.security import everything, put_on  # noqa: PLC0415

    put_on(everything("tests", protected=True))


Run = Callable[..., dict[str, Any]]


def ansinh(home: Path, *words: str, expect: int = 0, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Run the command as a user would, with `--json`, and return its answer. Fails on a traceback or another status."""
    command = [sys.executable, "-m", "ansinh.project.cli", *words, "--home", str(home), "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, **(environment or {})}, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == expect, f"{done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return json.loads(done.stdout) if done.stdout.strip() else {}


@pytest.fixture(scope="session")
def demonstration(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a small province's whole month has been run by `ansinh demo --no-serve`; to be copied."""

    def make(folder: Path) -> None:
        home = copied(empty_home, folder / "home")
        summary = ansinh(home, "demo", "--no-serve", "--beneficiaries", "1200")
        (home / "summary.json").write_text(json.dumps(summary), encoding="utf8")

    return made_once(tmp_path_factory, "demonstration", make) / "home"


@pytest.fixture(scope="session")
def demo_home(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This worker's copy of the demonstration's home."""
    return copied(demonstration, reachable(tmp_path_factory.mktemp("demo")) / "home")
