"""The sandbox bank behind a real SFTP server on 127.0.0.1: one customer, known by key, locked into one folder.

A file is carried out as soon as it gets its final name, before the customer's rename is answered: whoever hears that
the rename succeeded finds the answers in `out/`. While `control/answer_later` lies there, files only wait.
"""

import asyncio
import json
import signal
from pathlib import Path

import asyncssh

from ansinh_sandbox import work
from ansinh_sandbox.signatures import SUFFIX

_POLL_S = 0.1


class Refusal(Exception):
    """The bank cannot open; the text says why."""


class Counter:
    """The bank's one clerk: files and ticks are dealt with one after the other, beside the network."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self._seed = seed
        self._lock = asyncio.Lock()
        self._last_seen: dict[str, tuple[int, int]] = {}
        self._settled: dict[str, tuple[int, int]] = {}

    @property
    def is_closed(self) -> bool:
        """Say whether files are only taken in now, and dealt with later, as banks do."""
        return (self.folder / "control" / "answer_later").exists()

    def takes(self, fault: str) -> bool:
        """Say whether this fault was ordered; it happens once."""
        order = self.folder / "control" / fault
        is_ordered = order.exists()
        order.unlink(missing_ok=True)
        return is_ordered

    async def settle(self, name: str | None = None) -> None:
        """Deal with one file, or with every file that is there."""
        async with self._lock:
            # In a thread, so that other customers' connections stay alive during a large file.
            await asyncio.to_thread(work.settle, self.folder, None if name is None else [name])

    async def watch(self) -> None:
        """Notice ticks, and files that came without a rename, once they have stopped growing."""
        while True:
            await asyncio.sleep(_POLL_S)
            request = self.folder / "control" / "tick"
            # The request goes away after the work: whoever made it knows by that when time has passed.
            if request.exists():
                async with self._lock:
                    await asyncio.to_thread(work.tick, self.folder, self._seed)
                    request.unlink(missing_ok=True)
            if self.is_closed:
                continue
            # Twice the same size and time: some customers upload under the final name, and a growing file is no order
            # yet.
            for path in (self.folder / "sftp" / "in").iterdir():
                # While one file is dealt with, the customer may rename or remove another that was listed before.
                try:
                    stat = path.stat()
                except FileNotFoundError:
                    continue
                stamp = (stat.st_size, stat.st_mtime_ns)
                if path.suffix == ".part" or path.name.endswith(SUFFIX) or self._settled.get(path.name) == stamp:
                    continue
                if self._last_seen.get(path.name) == stamp:
                    await self.settle(path.name)
                    self._settled[path.name] = stamp
                self._last_seen[path.name] = stamp


class CustomerFolder(asyncssh.SFTPServer):
    """What a customer may do: put files, take files, look. Links would lead out of the folder, so there are none."""

    def __init__(self, channel: asyncssh.SSHServerChannel, counter: Counter) -> None:
        self._counter = counter
        super().__init__(channel, chroot=str(counter.folder / "sftp").encode())

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:  # type: ignore[override]
        """Give a file its name (never that of another) and carry it out."""
        super().rename(oldpath, newpath)
        await self._after_rename(newpath)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:  # type: ignore[override]
        """Give a file its name, replacing another, and carry it out."""
        super().posix_rename(oldpath, newpath)
        await self._after_rename(newpath)

    async def _after_rename(self, newpath: bytes) -> None:
        drops, hangs = self._counter.takes("drop_next_rename"), self._counter.takes("hang_next_rename")
        name = newpath.rsplit(b"/", 1)[-1].decode("utf8", "replace")
        # Behind a closed counter the clerk finds it when he opens. The file is dealt with before the line fails: a
        # customer who comes back at once finds the answers, however quick he is.
        if not self._counter.is_closed:
            await self._counter.settle(name)
        if drops:
            # The customer's worst moment: the file arrived, and the line goes dead before the answer.
            self.channel.get_connection().abort()
        if hangs:
            # As bad, and slower: the bank took the file and never says so.
            await asyncio.Event().wait()

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse links."""
        raise asyncssh.SFTPPermissionDenied("links are not offered")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse links."""
        raise asyncssh.SFTPPermissionDenied("links are not offered")


async def serve(folder: Path, port: int, seed: int) -> None:
    """Open the bank until SIGTERM or SIGINT; print one JSON line on standard output when it listens.

    Raises:
        Refusal: when keys are missing or the port is taken.
    """
    host_key, customers = folder / "host_key", folder / "authorized_keys"
    if not host_key.exists() or not customers.exists():
        raise Refusal(f"no keys in {folder}; make them with: ansinh-sandbox-bank keys --folder {folder}")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # What lay in the inbox when the bank was killed is dealt with before anybody can ask.
    counter = Counter(folder, seed)
    await counter.settle()
    acceptor = await _listen(port, host_key, customers, counter)
    watching = asyncio.create_task(counter.watch())
    # Printed only now: whoever waits for this line may connect at once.
    public = asyncssh.read_private_key(host_key).export_public_key().decode().strip()
    print(
        json.dumps({"port": acceptor.get_port(), "host_key": " ".join(public.split()[:2]), "ready": True}), flush=True
    )
    # A clerk who failed ends the bank with his error: one that still listens and never answers would be worse for any
    # test.
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({stopping, watching}, return_when=asyncio.FIRST_COMPLETED)
    watching.cancel()
    acceptor.close()
    await acceptor.wait_closed()
    if watching.done() and not watching.cancelled():
        watching.result()


async def _listen(port: int, host_key: Path, customers: Path, counter: Counter) -> asyncssh.SSHAcceptor:
    try:
        return await asyncssh.listen(
            "127.0.0.1",
            port,
            server_host_keys=[str(host_key)],
            authorized_client_keys=str(customers),
            # Keys only, and nothing but SFTP: the demonstration listens on a real port of a real machine.
            password_auth=False,
            kbdint_auth=False,
            sftp_factory=lambda channel: CustomerFolder(channel, counter),
            allow_scp=False,
            agent_forwarding=False,
            x11_forwarding=False,
        )
    except OSError as error:
        raise Refusal(f"cannot listen on 127.0.0.1:{port}: {error.strerror}") from error
