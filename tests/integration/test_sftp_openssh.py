"""The gateway against OpenSSH, the server that banks really run: upload, refusal to replace, reading back, polling.

sshd runs as an ordinary child on a free port with keys of its own; it is skipped, loudly, where OpenSSH is not installed.
"""

import getpass
import hashlib
import io
import os
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ansinh.base.refusals import Refused
from ansinh.payment.gateways import Artefact, Receipt
from ansinh.payment.gateways.sftp_iso20022 import Settings, SftpIso20022
from ansinh.project import children
from ansinh_sandbox.bank import make_keys
from tests.gateways.bank import instruction, rendered

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(
    SSHD is None, reason="OpenSSH's sshd is NOT INSTALLED: the gateway is untested against it"
)


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(port: int) -> bool:
    """Say whether somebody answers there."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[tuple[Settings, Path]]:
    """A running sshd that serves one folder by internal-sftp; yields the agreement and the folder."""
    make_keys(tmp_path)
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    if os.geteuid() == 0:
        # Debian's sshd wants its privilege separation folder; the package makes it only when the service starts.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    port = free_port()
    configuration = tmp_path / "sshd_config"
    configuration.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {tmp_path}/host_key\nPidFile none\n"
        f"AuthorizedKeysFile {tmp_path}/authorized_keys\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        f"KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
        f"Subsystem sftp internal-sftp -d {tmp_path}\n"
    )
    assert SSHD is not None
    process = children.start([SSHD, "-D", "-e", "-f", configuration], log=tmp_path / "sshd.log")
    deadline = time.monotonic() + 10
    while not is_listening(port):
        assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "sshd.log").read_text()
    host_key = " ".join((tmp_path / "host_key.pub").read_text().split()[:2])
    yield (
        Settings(
            host="127.0.0.1", port=port, username=getpass.getuser(), client_key=tmp_path / "client_key",
            host_key=host_key, debtor_name="SO Y TE THANH PHO HUE", debtor_account="113000012345", debtor_agent="970415",
            inbox=f"{tmp_path}/in", outbox=f"{tmp_path}/out",
        ),
        tmp_path,
    )  # fmt: skip
    children.stop(process)


def artefact(gateway: SftpIso20022, folder: Path, items: int = 1) -> Artefact:
    """Render a batch outside the server's folders."""
    place = folder / "ours"
    place.mkdir(exist_ok=True)
    return rendered(gateway, place, [instruction(item, "1000") for item in range(1, items + 1)])


def test_a_file_arrives_whole_and_once(sshd: tuple[Settings, Path]) -> None:
    settings, folder = sshd
    gateway = SftpIso20022(settings)
    assert gateway.health().is_reachable
    sent = artefact(gateway, folder, 5000)
    assert [gateway.submit(sent) for _ in range(2)] == [Receipt.SENT, Receipt.ALREADY]
    assert [path.name for path in (folder / "in").iterdir()] == ["P46-1.xml"]
    with open(folder / "in" / "P46-1.xml", "rb") as file:
        assert hashlib.file_digest(io.BytesIO(file.read()), "sha256").hexdigest() == sent.sha256


def test_other_bytes_under_our_name_are_never_replaced(sshd: tuple[Settings, Path]) -> None:
    settings, folder = sshd
    (folder / "in" / "P46-1.xml").write_bytes(b"somebody else's")
    gateway = SftpIso20022(settings)
    with pytest.raises(Refused) as caught:
        gateway.submit(artefact(gateway, folder))
    assert caught.value.reason == "remote_file_differs"
    assert (folder / "in" / "P46-1.xml").read_bytes() == b"somebody else's"


def test_answers_are_fetched_and_stay_where_they_are(sshd: tuple[Settings, Path]) -> None:
    settings, folder = sshd
    (folder / "out" / "answer.xml").write_bytes(b"<Document/>" * 100_000)
    (folder / "out" / "growing.xml.part").write_bytes(b"<Docu")
    gateway = SftpIso20022(settings)
    found = list(gateway.poll(lambda name: False, folder / "store"))
    assert [(inbound.name, inbound.size, inbound.path.read_bytes()[:11]) for inbound in found] == [
        ("answer.xml", 1_100_000, b"<Document/>")
    ]
    marks = {inbound.mark for inbound in found}
    assert list(gateway.poll(marks.__contains__, folder / "store")) == []
    assert (folder / "out" / "answer.xml").exists()


def test_a_folder_that_is_not_there_is_refused(sshd: tuple[Settings, Path]) -> None:
    settings, folder = sshd
    gateway = SftpIso20022(replace(settings, inbox=f"{folder}/in/missing"))
    with pytest.raises(Refused) as caught:
        gateway.submit(artefact(gateway, folder))
    assert caught.value.reason == "gateway_refused_file"


def test_another_host_key_is_refused(sshd: tuple[Settings, Path]) -> None:
    settings, folder = sshd
    make_keys(folder / "impostor")
    other = " ".join((folder / "impostor" / "host_key.pub").read_text().split()[:2])
    assert SftpIso20022(replace(settings, host_key=other)).health().reason == "gateway_host_key_changed"
