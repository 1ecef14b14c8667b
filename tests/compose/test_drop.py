"""The SFTP drop: a sender's key opens the folder of its own source, and nothing else."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncssh
import pytest

from live_tracker.deliveries.drop import host_key, read_senders, serve
from live_tracker.errors import TrackerError
from live_tracker.settings import Settings

YOT, PNC, STRANGER = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(3))


def public(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()


@pytest.fixture
def visit(tmp_path: Path) -> Callable[..., None]:
    """Starts the drop, lets a client in with a login and a key, and gives it to a function."""
    senders = f"yot.wolverhampton {public(YOT)}\n\npnc.west-midlands {public(PNC)}\n"
    settings = Settings(home=tmp_path / "home", drop_senders=senders)

    async def run(
        login: str, key: asyncssh.SSHKey, act: Callable[[asyncssh.SSHClientConnection], Awaitable[None]]
    ) -> None:
        server = await serve(settings, tmp_path / "deliveries", "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        known = asyncssh.import_known_hosts(
            f"[127.0.0.1]:{port} {public(asyncssh.read_private_key(host_key(settings)))}"
        )
        try:
            async with asyncssh.connect(
                "127.0.0.1", port, username=login, client_keys=[key], known_hosts=known, agent_path=None, config=None
            ) as connection:
                await act(connection)
        finally:
            server.close()
            await server.wait_closed()

    return lambda *words: asyncio.run(run(*words))


def test_what_is_sent_stands_in_the_folder_of_the_source(visit: Callable[..., None], tmp_path: Path) -> None:
    async def deliver(connection: asyncssh.SSHClientConnection) -> None:
        async with connection.start_sftp_client() as sftp:
            await sftp.makedirs("2026-11-18")
            async with sftp.open("2026-11-18/.manifest.json", "w") as file:
                await file.write("{}")
            await sftp.posix_rename("2026-11-18/.manifest.json", "2026-11-18/manifest.json")
            assert await sftp.listdir("/") == [".", "..", "2026-11-18"]

    visit("yot.wolverhampton", YOT, deliver)
    assert (tmp_path / "deliveries/yot/wolverhampton/2026-11-18/manifest.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("login", "key"),
    [("yot.wolverhampton", STRANGER), ("yot.wolverhampton", PNC), ("yot.nobody", YOT), ("root", YOT)],
    ids=["a strange key", "another sender's key", "a source without a sender", "no source"],
)
def test_nobody_else_comes_in(visit: Callable[..., None], tmp_path: Path, login: str, key: asyncssh.SSHKey) -> None:
    async def nothing(_: asyncssh.SSHClientConnection) -> None:
        raise AssertionError("was let in")

    with pytest.raises(asyncssh.PermissionDenied):
        visit(login, key, nothing)
    assert not (tmp_path / "deliveries").exists()


def test_a_sender_does_not_leave_its_folder(visit: Callable[..., None], tmp_path: Path) -> None:
    other = tmp_path / "deliveries/pnc/west-midlands/secret.csv"
    other.parent.mkdir(parents=True)
    other.write_text("not yours")

    async def look_around(connection: asyncssh.SSHClientConnection) -> None:
        async with connection.start_sftp_client() as sftp:
            for path in ("../../pnc/west-midlands/secret.csv", str(other)):
                with pytest.raises(asyncssh.SFTPNoSuchFile):
                    await sftp.stat(path)
            for make in (sftp.symlink, sftp.link):
                with pytest.raises(asyncssh.SFTPPermissionDenied):
                    await make(str(other), "mine.csv")

    visit("yot.wolverhampton", YOT, look_around)


def test_there_is_no_shell_and_no_way_through(visit: Callable[..., None]) -> None:
    async def try_more(connection: asyncssh.SSHClientConnection) -> None:
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.run("id", check=True)
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.open_connection("127.0.0.1", 22)

    visit("yot.wolverhampton", YOT, try_more)


def test_the_host_key_is_kept_and_for_the_owner_only(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    first = host_key(settings).read_bytes()
    assert host_key(settings).read_bytes() == first
    assert stat.S_IMODE(host_key(settings).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"wolverhampton {public(YOT)}", "not <feed>.<source>"),
        (f"other.wolverhampton {public(YOT)}", "not <feed>.<source>"),
        (f"yot.../pnc {public(YOT)}", "not <feed>.<source>"),
        ("yot.wolverhampton ssh-ed25519 AAAA", "cannot be read"),
        ("yot.wolverhampton", "cannot be read"),
    ],
    ids=["no_feed", "unknown_feed", "a_path", "a_broken_key", "no_key"],
)
def test_a_line_that_names_no_sender_is_told(line: str, said: str) -> None:
    with pytest.raises(TrackerError, match=said):
        read_senders(line)


def test_a_sender_may_have_two_keys(visit: Callable[..., None]) -> None:
    keys = read_senders(f"yot.a {public(YOT)}\nyot.a {public(PNC)}")["yot.a"]
    assert all(keys.validate(key.convert_to_public(), "yot.a", "127.0.0.1", None) is not None for key in (YOT, PNC))
    assert keys.validate(STRANGER.convert_to_public(), "yot.a", "127.0.0.1", None) is None
