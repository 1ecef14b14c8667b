"""The Airflow of a home: its environment, made in one place, and its three processes on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import httpx
import psycopg2
from pydantic import SecretStr

from live_tracker import database
from live_tracker.errors import TrackerError, database_errors
from live_tracker.home import processes
from live_tracker.home.ports import port
from live_tracker.home.processes import Service
from live_tracker.home.secrets import secret
from live_tracker.settings import PROJECT, Settings

USER = "tracker"
LOGIN = "airflow_login.password"
"""Name of the secret that is the password of USER on this home's Airflow page."""
SERVICES = {
    "api-server": ("api-server", "--host", "127.0.0.1", "--workers", "1"),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
}
START_SECONDS = 180

_NEVER_INHERITED = ("AIRFLOW", "_AIRFLOW", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "DBT_", "TRACKER_", "WAREHOUSE_URL")

_TELEMETRY_OFF = {
    "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "0",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "SCARF_ANALYTICS": "false",
}


def airflow_environment(settings: Settings) -> dict[str, str]:
    """The whole environment of every Airflow process of this home, tasks included.

    Raises TrackerError in production: the login used here is the development one.
    """
    if settings.env == "production":
        raise TrackerError(
            "Airflow's simple auth manager is for development only",
            "TRACKER_ENV=production",
            "run Airflow with the FAB auth manager there, or set TRACKER_ENV=development",
        )
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NEVER_INHERITED)}
    return inherited | _TELEMETRY_OFF | _tracker_environment(settings) | _airflow_options(settings)


def _tracker_environment(settings: Settings) -> dict[str, str]:
    """What makes `get_settings()` in a task give the settings of this process."""
    return {
        f"TRACKER_{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in settings
        if value is not None
    }


def _airflow_options(settings: Settings) -> dict[str, str]:
    api_port = port(settings, "airflow_api")
    options = {
        "CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{api_port}/execution/",
        # a Fernet key is base64 with its padding
        "CORE__FERNET_KEY": secret(settings, "airflow_fernet.key") + "=",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__PARALLELISM": "4",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(_password_file(settings)),
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "DATABASE__SQL_ALCHEMY_CONN": _metadata_url(settings),
        "API__BASE_URL": address(settings),
        "API__HOST": "127.0.0.1",
        "API__PORT": str(api_port),
        "API__SECRET_KEY": secret(settings, "airflow_api.key"),
        "API_AUTH__JWT_SECRET": secret(settings, "airflow_jwt.key"),
        "API_AUTH__JWT_ISSUER": "live-tracker",
        # the default, HS512, wants a longer key than our 256 bits
        "API_AUTH__JWT_ALGORITHM": "HS256",
        "DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(folder(settings) / "bundles"),
        "DAG_PROCESSOR__PARSING_PROCESSES": "2",
        "DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        "LOGGING__BASE_LOG_FOLDER": str(logs_folder(settings)),
        # a killed scheduler or task is noticed within a minute, not five
        "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "30",
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    }
    options |= _executor_options(settings)
    return {"AIRFLOW_HOME": str(folder(settings))} | {f"AIRFLOW__{name}": value for name, value in options.items()}


def _executor_options(settings: Settings) -> dict[str, str]:
    """Celery's results go into the metadata database: Airflow's default where no other place is named."""
    if settings.broker_url is None:
        return {"CORE__EXECUTOR": "LocalExecutor"}
    return {
        "CORE__EXECUTOR": "CeleryExecutor",
        "CELERY__BROKER_URL": database.with_password(settings.broker_url, settings.broker_password),
    }


def folder(settings: Settings) -> Path:
    return settings.home / "airflow"


def logs_folder(settings: Settings) -> Path:
    """Task logs: `dag_id=…/run_id=…/task_id=…/attempt=….log`."""
    return folder(settings) / "logs"


def address(settings: Settings) -> str:
    return f"http://127.0.0.1:{port(settings, 'airflow_api')}"


def services(settings: Settings) -> list[Service]:
    return [Service(name, folder(settings) / "services") for name in SERVICES]


def dead(settings: Settings) -> list[str]:
    """Names of the services that do not run."""
    return [service.name for service in services(settings) if not processes.is_running(service)]


def migrate(settings: Settings) -> None:
    """Bring the metadata database to the installed Airflow. Nothing to do takes no time; a new database some 20 s."""
    if _is_migrated(settings):
        return
    database.prepare_airflow_database(settings)
    environment = airflow_environment(settings)
    log = folder(settings) / "services" / "migrate.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        result = subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=PROJECT,
            env=environment,
            check=False,
        )
    if result.returncode != 0:
        raise TrackerError(
            "Airflow's metadata database could not be prepared", f"log: {log}", "read the end of the log"
        )
    _migrated_stamp(settings).write_text(_airflow_version())


def start(settings: Settings) -> None:
    """Start what does not run of the three services, a dead one again. `wait_until_ready` waits for them."""
    environment = airflow_environment(settings)
    write_password_file(settings)
    migrate(settings)
    for service in services(settings):
        command = [sys.executable, "-m", "airflow", *SERVICES[service.name]]
        processes.start(service, command, environment, PROJECT)


def stop(settings: Settings) -> None:
    """Stop the Airflow of this home: TERM, wait, then KILL what is left of its own sessions."""
    processes.stop(services(settings))


def wait_until_ready(settings: Settings) -> None:
    """Until the API answers and scheduler and dag-processor report to it; TrackerError names the one that died."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        gone = dead(settings)
        if gone:
            log = folder(settings) / "services" / f"{gone[0]}.log"
            raise TrackerError(f"Airflow's {gone[0]} ended while starting", f"log: {log}", "read the end of the log")
        if _is_healthy(settings):
            return
        time.sleep(0.5)
    raise TrackerError(
        f"Airflow was not ready within {START_SECONDS} s", str(folder(settings) / "services"), "read the logs there"
    )


def password(settings: Settings) -> str:
    """The password of the user `tracker` on this home's Airflow page."""
    return secret(settings, LOGIN)


def _is_healthy(settings: Settings) -> bool:
    try:
        # the part that tasks report to is built at its first request, some 7 s: better here than in the first task
        httpx.get(f"{address(settings)}/execution/health", timeout=60).raise_for_status()
        health = httpx.get(f"{address(settings)}/api/v2/monitor/health", timeout=30).json()
    except (httpx.HTTPError, json.JSONDecodeError):
        return False
    return all(health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor"))


def _metadata_url(settings: Settings) -> str:
    return "postgresql+psycopg2://" + database.airflow_url(settings).partition("://")[2]


def _is_migrated(settings: Settings) -> bool:
    """The stamp says which Airflow migrated; the table, that it was this database and not another in its place."""
    stamp = _migrated_stamp(settings)
    if not stamp.exists() or stamp.read_text() != _airflow_version():
        return False
    try:
        with database_errors("Airflow's metadata database"):
            connection = psycopg2.connect(database.airflow_url(settings))
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT to_regclass('public.alembic_version') IS NOT NULL")
                    return bool((cursor.fetchone() or (False,))[0])
            finally:
                connection.close()
    except TrackerError:
        return False


def _migrated_stamp(settings: Settings) -> Path:
    return folder(settings) / "migrated"


def _airflow_version() -> str:
    return version("apache-airflow")


def _password_file(settings: Settings) -> Path:
    return settings.secrets_folder / "airflow_passwords.json"


def write_password_file(settings: Settings) -> None:
    """Airflow would make a password of its own and print it to its log: it finds ours instead."""
    path = _password_file(settings)
    content = json.dumps({USER: password(settings)})
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
    draft.replace(path)
