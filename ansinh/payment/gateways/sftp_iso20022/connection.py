"""The SFTP conversation with a bank: one connection per act, the bank's key pinned, nothing kept in between.

It tells apart what is certain from what is not: an error before the file got its final name means that nothing was
sent; a broken connection after that means UNKNOWN.
"""

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import IO

import asyncssh

from ansinh.payment.gateways import Artefact, Inbound, Receipt
from ansinh.payment.gateways.sftp_iso20022 import refusals
from ansinh.payment.gateways.sftp_iso20022.settings import Settings
from ansinh.standards.file_signature import MOST_BYTES, SUFFIX

_PIECE = 1 << 18
_ASKED_AT_ONCE = 8
_FILES_AT_ONCE = 2
# No leading dot or dash, no separator, nothing that a shell or a path would read as more than a name.
# Everything that can end a conversation; which of them came decides nothing, only when it came.
# A time-out is among them: TimeoutError is an OSError.
_BROKEN = (OSError, asyncssh.Error)
# An SFTP error is mostly an answer of the bank, and certain. These two are silence in the shape of an answer.
_LOST = (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection)


@contextlib.asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[asyncssh.SFTPClient]:
    """Open the conversation with the pinned bank.

    Raises:
        Refused: `gateway_key_unreadable`, `gateway_host_key_changed`, `gateway_login_refused`, `gateway_unreachable`.
            Nothing was sent in any of these cases.
    """
    connection = await _connect(settings)
    try:
        try:
            client = await asyncio.wait_for(connection.start_sftp_client(), settings.connect_timeout_s)
        except _BROKEN as error:
            raise refusals.unreachable(settings) from error
        yield client
        client.exit()
    finally:
        # A peer that no longer listens must not keep us waiting for a polite good-bye.
        connection.close()
        with contextlib.suppress(*_BROKEN):
            await asyncio.wait_for(connection.wait_closed(), 5)
        connection.abort()


async def _connect(settings: Settings) -> asyncssh.SSHClientConnection:
    host = settings.host if settings.port == 22 else f"[{settings.host}]:{settings.port}"
    try:
        client_key = asyncssh.read_private_key(settings.client_key)
        # A list of known hosts silently skips a key that it cannot read.
        asyncssh.import_public_key(settings.host_key)
        known_hosts = asyncssh.import_known_hosts(f"{host} {settings.host_key}\n")
    except (OSError, ValueError, asyncssh.KeyImportError) as error:
        raise refusals.key_unreadable(settings) from error
    attempt = asyncssh.connect(
        settings.host,
        settings.port,
        username=settings.username,
        client_keys=[client_key],
        known_hosts=known_hosts,
        # A password could be written into a setting; a key cannot be guessed or told over the telephone.
        preferred_auth="publickey",
        # Nothing of the machine's own SSH set-up may lead this connection elsewhere or offer other keys.
        agent_path=None,
        config=None,
        keepalive_interval=30,
        # Processors do AES-GCM in hardware; a month's files are hundreds of megabytes. Anything older is not offered at all.
        encryption_algs=[
            "aes128-gcm@openssh.com",
            "aes256-gcm@openssh.com",
            "chacha20-poly1305@openssh.com",
            "aes256-ctr",
        ],
    )
    try:
        return await asyncio.wait_for(attempt, settings.connect_timeout_s)
    except asyncssh.HostKeyNotVerifiable as error:
        raise refusals.host_key_changed(settings) from error
    except asyncssh.PermissionDenied as error:
        raise refusals.login_refused(settings) from error
    except _BROKEN as error:
        raise refusals.unreachable(settings) from error


async def send(settings: Settings, artefact: Artefact, path: Path, signature: bytes | None = None) -> Receipt:
    """Upload under a temporary name, then give it the final one, which no other file may have. A signature goes before it.

    Raises:
        Refused: `remote_file_differs` when other bytes already have our name; `gateway_unreachable` when the
            connection broke before the file got its name; `gateway_refused_file` when the bank did not take it.
    """
    # A bank takes a file as an order once it bears its final name. So the only moment of doubt is one rename, and the
    # name is derived from the batch: after a doubt the same name is looked for, and never another one sent.
    final = f"{settings.inbox}/{artefact.name}"
    async with connected(settings) as client:
        try:
            if await asyncio.wait_for(_already_there(client, final, artefact), settings.transfer_timeout_s):
                return Receipt.ALREADY
            await asyncio.wait_for(_upload(client, path, f"{final}.part", artefact), settings.transfer_timeout_s)
            if signature is not None:
                await asyncio.wait_for(_put_beside(client, final + SUFFIX, signature), settings.transfer_timeout_s)
        except asyncssh.SFTPError as error:
            if isinstance(error, _LOST):
                raise refusals.unreachable(settings) from error
            raise refusals.file_not_taken(artefact.name) from error
        except _BROKEN as error:
            raise refusals.unreachable(settings) from error
        # From here on the bank may have the file, whatever we hear. Plain rename never replaces another file.
        try:
            await asyncio.wait_for(client.rename(f"{final}.part", final), settings.transfer_timeout_s)
        except asyncssh.SFTPError as error:
            # An answer of the bank is certain; only its silence is not.
            if isinstance(error, _LOST):
                return Receipt.UNKNOWN
            raise refusals.file_not_taken(artefact.name) from error
        except _BROKEN:
            return Receipt.UNKNOWN
    return Receipt.SENT


async def _already_there(client: asyncssh.SFTPClient, final: str, artefact: Artefact) -> bool:
    """Say whether the bank has exactly this file. Other bytes under our name are never touched."""
    if not await client.exists(final):
        return False
    # Some servers offer checksums, most do not: reading back is the one proof that works everywhere.
    digest = hashlib.sha256()
    if await client.getsize(final) == artefact.size:
        async with client.open(final, "rb") as remote:
            while piece := await remote.read(_PIECE):
                digest.update(piece)
    if digest.hexdigest() != artefact.sha256:
        raise refusals.remote_file_differs(artefact.name)
    return True


async def _upload(client: asyncssh.SFTPClient, path: Path, part: str, artefact: Artefact) -> None:
    # A leftover of an upload that was cut off has the same name, and is simply overwritten.
    # Without resuming: the rest of one file behind the beginning of another would have the right size.
    await client.put(str(path), part)
    if await client.getsize(part) != artefact.size:
        raise refusals.file_not_taken(artefact.name)


async def _put_beside(client: asyncssh.SFTPClient, name: str, signature: bytes) -> None:
    """Put a signature where the bank looks for it when it takes the file; one of an earlier try is over the same bytes."""
    if await client.exists(name):
        return
    async with client.open(f"{name}.part", "wb") as remote:
        await remote.write(signature)
    await client.rename(f"{name}.part", name)


async def read_back(settings: Settings, name: str) -> tuple[bytes, str] | None:
    """Return the first bytes of a file that we sent and the hash of all of it; None when the bank no longer has it.

    Raises:
        Refused: as `connected`.
    """
    async with connected(settings) as client:
        try:
            if not await client.exists(f"{settings.inbox}/{name}"):
                return None
            head, digest = b"", hashlib.sha256()
            async with client.open(f"{settings.inbox}/{name}", "rb") as remote:
                while piece := await remote.read(_PIECE):
                    head = head or piece[:4_096]
                    digest.update(piece)
        except _BROKEN as error:
            raise refusals.unreachable(settings) from error
    return head, digest.hexdigest()


async def fetch(settings: Settings, is_stored: Callable[[str], bool], store: Path) -> list[Inbound]:
    """Fetch every finished file of the bank's folder that the caller does not have. Nothing is deleted there.

    Raises:
        Refused: as `connected`, and `gateway_folder_missing`; files fetched before a broken connection stay in `store`
            and are fetched again.
    """
    fetched: list[Inbound] = []
    async with connected(settings) as client:
        try:
            # Sorted by name, so that two polls see the same order whatever the server's directory does.
            entries = await asyncio.wait_for(client.readdir(settings.outbox), settings.transfer_timeout_s)
            wanted: list[tuple[str, str]] = []
            for entry in sorted(entries, key=lambda entry: str(entry.filename)):
                name = str(entry.filename)
                # Banks write a corrected file under the old name: size and time tell it from the one we have.
                mark = f"{name}|{entry.attrs.size}|{entry.attrs.mtime}"
                if name.endswith(SUFFIX) or not _is_ours_to_open(name, entry.attrs, settings) or is_stored(mark):
                    continue
                wanted.append((name, mark))
            # While one is written to the disk and hashed, the next is on its way.
            gate = asyncio.Semaphore(_FILES_AT_ONCE)
            each = (_fetch_one(client, settings, *one, store, gate) for one in wanted)
            # All have ended before the first fault is told: none may go on with a connection that is closed.
            for one in await asyncio.gather(*each, return_exceptions=True):
                if isinstance(one, BaseException):
                    raise one
                if one is not None:
                    fetched.append(one)
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath) as error:
            raise refusals.folder_missing(settings.outbox) from error
        except _BROKEN as error:
            raise refusals.unreachable(settings) from error
    return fetched


def _is_ours_to_open(name: str, attributes: asyncssh.SFTPAttrs, settings: Settings) -> bool:
    """Say no to a name with a path in it, to what is no plain file, and to a half-written or an endless one."""
    # Servers of the oldest protocol do not say what an entry is; a folder then fails when it is opened.
    is_file = attributes.type in (asyncssh.FILEXFER_TYPE_REGULAR, asyncssh.FILEXFER_TYPE_UNKNOWN)
    is_whole = not name.endswith(".part") and (attributes.size or 0) <= settings.max_inbound_bytes
    # Spaces, diacritics and signs are welcome: the name is only noted, it never becomes a path of ours.
    return is_file and is_whole and "/" not in name and "\0" not in name and not name.startswith(".")


async def _fetch_one(
    client: asyncssh.SFTPClient, settings: Settings, name: str, mark: str, store: Path, gate: asyncio.Semaphore
) -> Inbound | None:
    """Return the stored file; None when the bank lists it and does not give it: archived meanwhile, or locked.

    The others hold results that must not wait for it; if it stays, the next poll asks again.
    """
    remote_path = f"{settings.outbox}/{name}"
    async with gate:
        try:
            download = _download(client, remote_path, store)
            path, sha256, size = await asyncio.wait_for(download, settings.transfer_timeout_s)
            signature = await _beside(client, f"{remote_path}{SUFFIX}") if settings.bank_certificate else b""
        except asyncssh.SFTPError as error:
            if isinstance(error, _LOST):
                raise
            return None
    found = Inbound(name, path, sha256, size, f"sftp://{settings.host}/{remote_path}", mark)
    return replace(found, signature=signature) if settings.bank_certificate else found


async def _beside(client: asyncssh.SFTPClient, name: str) -> bytes:
    """Return the signature that lies beside a file, no more of it than one can be; nothing when there is none."""
    if not await client.exists(name):
        return b""
    async with client.open(name, "rb") as remote:
        found = await remote.read(MOST_BYTES + 1)
    return bytes(found)


async def _download(client: asyncssh.SFTPClient, remote_path: str, store: Path) -> tuple[Path, str, int]:
    """Store the bytes under their hash, so that no name of the bank ever becomes a path of ours."""
    store.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        contextlib.ExitStack() as undo,
        tempfile.NamedTemporaryFile(dir=store, suffix=".part", delete=False) as part,
    ):
        # Also when the task is cancelled: a half file must not stay behind and look like a download.
        undo.callback(os.unlink, part.name)
        # Several pieces are asked for at a time: the bank reads the next while we write the last.
        await client.get(remote_path, part.name, block_size=_PIECE, max_requests=_ASKED_AT_ONCE)
        size, sha256 = await asyncio.to_thread(_on_disk, part)
        path = store / sha256
        os.replace(part.name, path)
        undo.pop_all()
    return path, sha256, size


def _on_disk(part: IO[bytes]) -> tuple[int, str]:
    """Return size and hash of a file that is now on the disk: a name must never stand for half of it."""
    os.fsync(part.fileno())
    size, digest = part.seek(0, os.SEEK_END), hashlib.sha256()
    part.seek(0)
    while piece := part.read(_PIECE):
        digest.update(piece)
    return size, digest.hexdigest()


async def look(settings: Settings) -> tuple[str, ...]:
    """Connect and look into both folders, changing nothing; return their names.

    Raises:
        Refused: as `connected`, and `gateway_folder_missing`.
    """
    async with connected(settings) as client:
        for folder in (settings.inbox, settings.outbox):
            try:
                is_there = await asyncio.wait_for(client.isdir(folder), settings.connect_timeout_s)
            except _BROKEN as error:
                raise refusals.unreachable(settings) from error
            if not is_there:
                raise refusals.folder_missing(folder)
    return settings.inbox, settings.outbox
