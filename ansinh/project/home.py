"""One folder holds one system: database, keys, inbox, outbox. Two homes are two independent systems.

It promises an owner-only folder and refuses, with a named reason, one that cannot be used.
"""

import contextlib
import errno
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ansinh.base.refusals import Refused

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Home:
    """The paths of one system's state."""

    path: Path

    @property
    def database(self) -> Path:
        """Return the folder of the embedded cluster."""
        return self.path / "db"

    @property
    def logs(self) -> Path:
        """Return the folder of logs."""
        return self.path / "log"

    @property
    def archive(self) -> Path:
        """Return the folder of every file sent or received, named by its SHA-256."""
        return self.path / "archive"

    @property
    def keys(self) -> Path:
        """Return the folder of secrets, which only its owner can read."""
        return self.path / "keys"

    @property
    def sandbox(self) -> Path:
        """Return the folder of the sandbox bank, a counterpart with books of its own."""
        return self.path / "sandbox-bank"

    def secret(self, name: str) -> str:
        """Return the random secret of that name, made on first use and readable by the owner alone."""
        path = self.keys / f"{name}.secret"
        if not path.exists():
            # Written beside and linked: of two that are first at once one wins, and nobody reads half a secret.
            handle, beside = tempfile.mkstemp(prefix=f".{name}-", dir=self.keys)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(32))
            with contextlib.suppress(FileExistsError):
                os.link(beside, path)
            os.unlink(beside)
        return path.read_text(encoding="ascii")


def default_home() -> Path:
    """Return `ANSINH_HOME`, else `.ansinh` beside the checkout's pyproject, else `~/.ansinh`."""
    if os.environ.get("ANSINH_HOME"):
        return Path(os.environ["ANSINH_HOME"])
    return (CHECKOUT if (CHECKOUT / "pyproject.toml").exists() else Path.home()) / ".ansinh"


def open_home(path: Path | None = None) -> Home:
    """Return the home, with its folders made when they are missing.

    Raises:
        Refused: `home_unusable` when it cannot be written, `disk_full` when no room is left.
    """
    if path is not None and str(path) in {"", "."}:
        # An unset variable in a script must not turn the current folder into a home.
        raise Refused(
            "home_missing",
            vi="Tham số --home trống. Hãy ghi rõ thư mục dữ liệu, hoặc bỏ --home để dùng thư mục mặc định.",
            en="The value of --home is empty. Name the data folder, or leave --home out for the default one.",
        )
    home = Home((path or default_home()).expanduser().absolute())
    try:
        home.path.mkdir(parents=True, exist_ok=True)
        for folder in (home.logs, home.archive, home.keys):
            folder.mkdir(mode=0o700, exist_ok=True)
        home.secret("django")
        probe = home.path / f".probe-{os.getpid()}"
        probe.write_text(json.dumps({"pid": os.getpid()}), encoding="ascii")
        probe.unlink()
    except OSError as error:
        raise _unusable(home.path, error) from error
    return home


def _unusable(path: Path, error: OSError) -> Refused:
    if error.errno == errno.ENOSPC:
        return disk_full(path)
    return Refused(
        "home_unusable",
        vi=f"Không ghi được vào thư mục dữ liệu {path}. Hãy kiểm tra quyền của thư mục hoặc chọn thư mục khác bằng --home.",
        en=f"Cannot write to the data folder {path}. Check its permissions or choose another one with --home.",
        home=str(path),
    )


def disk_full(path: Path | str) -> Refused:
    """Return the refusal for a full disk; nothing of the interrupted work was kept."""
    return Refused(
        "disk_full",
        vi=f"Ổ đĩa đã đầy khi ghi vào {path}. Việc đang làm đã được huỷ trọn vẹn; hãy giải phóng chỗ trống rồi chạy lại.",
        en=f"The disk is full while writing to {path}. The work was undone as a whole; free some space and run it again.",
        path=str(path),
    )
