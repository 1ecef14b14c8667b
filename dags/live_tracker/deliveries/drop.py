"""The SFTP drop: a sender comes with its key and finds the deliveries folder of its own source, and nothing else.

`python -m live_tracker.deliveries.drop <deliveries folder> <port>`. The server runs as an ordinary user: senders are
no users of the machine, and there is neither a shell nor forwarding.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import asyncssh

from live_tracker.deliveries.contract import FEEDS
from live_tracker.errors import TrackerError
from live_tracker.settings import Settings, get_settings

_LOGIN = re.compile(r"(?P<feed>[a-z]+)\.(?P<source>[a-z0-9][a-z0-9_-]*)")


def read_senders(text: str) -> dict[str, asyncssh.SSHAuthorizedKeys]:
    """Login and public keys of each sender; several lines of one login are several keys.

    Raises TrackerError for a line that is not `<feed>.<source> <type of key> <public key>`.
    """
    keys: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        login, _, key = line.partition(" ")
        found = _LOGIN.fullmatch(login)
        if found is None or found["feed"] not in FEEDS:
            raise TrackerError(
                "a sender's login is not <feed>.<source>",
                f"TRACKER_DROP_SENDERS: {login}",
                f"feeds: {', '.join(FEEDS)}",
            )
        try:
            asyncssh.import_public_key(key)
        except asyncssh.KeyImportError as error:
            raise TrackerError("a sender's key cannot be read", f"TRACKER_DROP_SENDERS: {login}", str(error)) from None
        keys.setdefault(login, []).append(key)
    return {login: asyncssh.import_authorized_keys("\n".join(lines)) for login, lines in keys.items()}


def host_key(settings: Settings) -> Path:
    """The key by which senders know this server: made at its first start, readable by the owner only."""
    path = settings.secrets_folder / "drop_host_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
        draft.replace(path)
    return path


async def serve(settings: Settings, deliveries: Path, host: str, port: int) -> asyncssh.SSHAcceptor:
    """Listen for senders. The folder of a source is made at the first login of its sender."""
    senders = read_senders(settings.drop_senders)

    def open_drop(channel: asyncssh.SSHServerChannel[bytes]) -> _Drop:
        feed, _, source = str(channel.get_extra_info("username")).partition(".")
        folder = deliveries / feed / source
        folder.mkdir(parents=True, exist_ok=True)
        return _Drop(channel, chroot=os.fsencode(folder))

    return await asyncssh.listen(
        host,
        port,
        server_factory=lambda: _KeysOnly(senders),
        server_host_keys=[str(host_key(settings))],
        sftp_factory=open_drop,
        agent_forwarding=False,
    )


class _KeysOnly(asyncssh.SSHServer):
    """Lets in who has a key of the sender it names; asks for it even where there is no such sender."""

    def __init__(self, senders: Mapping[str, asyncssh.SSHAuthorizedKeys]) -> None:
        self._senders = senders

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        if username in self._senders:
            self._connection.set_authorized_keys(self._senders[username])
        return True


class _Drop(asyncssh.SFTPServer):
    """Files and folders only: a link could lead out of the sender's folder."""

    def symlink(self, oldpath: bytes, newpath: bytes) -> NoReturn:
        raise asyncssh.SFTPPermissionDenied("no links")

    def link(self, oldpath: bytes, newpath: bytes) -> NoReturn:
        raise asyncssh.SFTPPermissionDenied("no links")


async def _run(deliveries: Path, port: int) -> None:
    settings = get_settings()
    # a container publishes the port where its compose file says
    server = await serve(settings, deliveries, "0.0.0.0", port)  # noqa: S104
    print("host key:", asyncssh.read_private_key(host_key(settings)).get_fingerprint(), flush=True)
    await server.wait_closed()


if __name__ == "__main__":
    try:
        asyncio.run(_run(Path(sys.argv[1]), int(sys.argv[2])))
    except TrackerError as error:
        sys.exit(str(error))
