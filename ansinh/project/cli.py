"""The command `ansinh`: reads what is asked, opens what is needed, prints one answer.

It promises the exit status of the contract (0 done, 1 refused with a named reason, 2 wrong use), one JSON document on
standard output with `--json`, progress on standard error, and never a traceback.
"""

import argparse
import atexit
import contextlib
import errno
import gc
import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from ansinh.base.refusals import Refused
from ansinh.project.commands import Command
from ansinh.project.home import Home, disk_full, open_home
from ansinh.project.parser import make_parser

# How many more objects than before are made until the collector looks at the young, how many looks until it looks at
# the older, and then at all. A command loads a thousand modules and builds large trees that it keeps (the law as SQL):
# looking through them 700 objects at a time took a fifth of `ansinh law check`.
_LOOKS_FOR_GARBAGE = (50_000, 20, 50)


@contextlib.contextmanager
def _home(command: Command, path: Path | None) -> Iterator[Home]:
    """Open the home the command works in: the user's, a fresh one that is removed afterwards, or none."""
    if not command.needs_home:
        yield Home(Path(os.devnull).parent)
        return
    home = open_home(path)
    if not command.in_fresh_home:
        yield home
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=home.path))
    # The database may have to run as another account, which must be able to walk down to it.
    folder.chmod(0o755)
    try:
        yield open_home(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _system(command: Command, home: Home) -> Iterator[None]:
    """Open what the command needs: nothing, or the database with its schema and Django on top."""
    if not command.needs_database:
        yield
        return
    database = importlib.import_module("ansinh.project.database")
    with database.opened(home) as connections:
        os.environ["ANSINH_HOME"] = str(home.path)
        os.environ["ANSINH_DATABASE"] = connections.to_environment()
        os.environ["DJANGO_SETTINGS_MODULE"] = "ansinh.project.settings"
        importlib.import_module("django").setup()
        schema = importlib.import_module("ansinh.project.schema")
        schema.migrate()
        try:
            yield
        finally:
            importlib.import_module("django.db").connections.close_all()


def _translate(error: BaseException) -> Refused | None:
    """Return the refusal behind an error of the operating system or the database, or None when there is none."""
    if isinstance(error, Refused):
        return error
    # The cause lies under what Django and psycopg wrapped around it.
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, OSError) and chain.errno == errno.ENOSPC:
            return disk_full(chain.filename or "")
        if getattr(chain, "sqlstate", None) == "53100":
            return disk_full("PostgreSQL")
        if type(chain).__name__ in {"OperationalError", "InterfaceError", "AdminShutdown"}:
            return Refused(
                "database_unavailable",
                vi="Mất kết nối với cơ sở dữ liệu giữa chừng; việc đang làm đã được huỷ trọn vẹn. Hãy chạy lại lệnh.",
                en="The connection to the database was lost; the work was undone as a whole. Run the command again.",
            )
        if isinstance(chain, OSError):
            return Refused(
                "file_unusable",
                vi=f"Không đọc hoặc ghi được {chain.filename or 'tệp'}: {os.strerror(chain.errno or 0)}. Hãy kiểm tra đường dẫn và quyền.",
                en=f"Cannot read or write {chain.filename or 'a file'}: {os.strerror(chain.errno or 0)}. Check the path and its permissions.",
                path=str(chain.filename or ""),
            )
        chain = chain.__cause__ or chain.__context__
    return None


def _answer_refusal(refusal: Refused, arguments: argparse.Namespace) -> int:
    message = refusal.message(arguments.lang)
    document = {"refused": refusal.reason, "message": message, "details": refusal.details}
    # When not even the refusal can be written, the exit status still says it.
    with contextlib.suppress(OSError):
        if arguments.json:
            _write(json.dumps(document, ensure_ascii=False, default=str) + "\n", sys.stdout)
        else:
            lead = "Refused" if arguments.lang == "en" else "Từ chối"
            _write(f"{lead} ({refusal.reason}): {message}\n", sys.stderr)
    return 1


def _install_last_word(arguments: argparse.Namespace, home: Home) -> None:
    """Let even a fault of ours end in one sentence; what a developer needs goes to a file of the home."""

    def last_word(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        refusal = _translate(error)
        # A command without a home has nowhere of its own to keep what a developer needs.
        logs = home.logs if home.logs.is_dir() else Path(tempfile.gettempdir())
        if refusal is None:
            with contextlib.suppress(OSError), open(logs / "errors.log", "a", encoding="utf8") as log:
                traceback.print_exception(kind, error, trace, file=log)
            refusal = Refused(
                "internal_error",
                vi=f"Hệ thống gặp lỗi ngoài dự kiến. Việc đang làm đã được huỷ. Chi tiết ở {logs / 'errors.log'}.",
                en=f"The system met an unexpected error. The work was undone. Details are in {logs / 'errors.log'}.",
            )
        _answer_refusal(refusal, arguments)

    # An excepthook and not an `except`: the code stays free of a clause that could swallow what it should not.
    sys.excepthook = last_word


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def _write(text: str, stream: TextIO) -> None:
    """Write to a stream that may have gone away: a reader like `head` had enough, and that is no error of ours."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # Python flushes once more at its own end; there must be something that takes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _answer(answer: dict[str, Any] | str, arguments: argparse.Namespace) -> int:
    """Print the answer and return the exit status that came with it."""
    if isinstance(answer, str):
        _write(answer, sys.stdout)
        return 0
    status = int(answer.pop("exit_status", 0))
    if arguments.json:
        text = json.dumps(answer, ensure_ascii=False, default=str)
    else:
        plain_text = importlib.import_module("ansinh.project.plain_text")
        text = plain_text.render(answer, is_english=arguments.lang == "en")
    try:
        _write(text + "\n", sys.stdout)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Refused(
            "answer_not_written",
            vi=f"Việc đã làm xong nhưng không ghi được kết quả ra: {os.strerror(error.errno or 0)}. Hãy chạy lại lệnh để xem kết quả.",
            en=f"The work is done, but the answer could not be written: {os.strerror(error.errno or 0)}. Run it again to see it.",
        ) from error
    return status


def _spare_the_last_look() -> None:
    # Python's own end looks through everything twice more, for up to a fifth of a second: what ends with us is no
    # garbage. DuckDB would complain on standard error of whatever it then still finds.
    if "duckdb" not in sys.modules:
        gc.freeze()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    gc.set_threshold(*_LOOKS_FOR_GARBAGE)
    atexit.register(_spare_the_last_look)
    arguments = make_parser().parse_args(argv)
    # A service manager ends us with TERM: leave through the same door as Ctrl-C, so that every child ends.
    signal.signal(signal.SIGTERM, _interrupted)
    command: Command = arguments.command
    try:
        with _home(command, arguments.home) as home:
            arguments.opened_home = home
            _install_last_word(arguments, home)
            with _system(command, home):
                # Answered before leaving: leaving may have to wait for others who share the database.
                return _answer(command.load()(arguments), arguments)
    except Refused as refusal:
        return _answer_refusal(refusal, arguments)
    except KeyboardInterrupt:
        _write(("Stopped." if arguments.lang == "en" else "Đã dừng.") + "\n", sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
