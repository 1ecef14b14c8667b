"""The Airflow of a home: loopback only, secrets to the owner only, and its own processes only."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from live_tracker.errors import TrackerError
from live_tracker.home import airflow, processes
from live_tracker.home.processes import Service
from live_tracker.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path, warehouse_url=SecretStr("postgresql://admin:a%40b@db.example/tracker?sslmode=require")
    )


def test_every_address_is_loopback_and_the_ports_are_kept(settings: Settings) -> None:
    environment = airflow.airflow_environment(settings)
    port = environment["AIRFLOW__API__PORT"]
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == f"http://127.0.0.1:{port}/execution/"
    assert airflow.address(settings) == f"http://127.0.0.1:{port}"
    assert "127.0.0.1" in airflow.SERVICES["api-server"]
    assert airflow.airflow_environment(settings) == environment


def test_tasks_get_the_settings_of_this_process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings.model_copy(update={"identity_key": SecretStr("k" * 32), "freshness_warning_days": 7})
    environment = airflow.airflow_environment(given)
    for name, value in environment.items():
        if name.startswith("TRACKER_"):
            monkeypatch.setenv(name, value)
    assert Settings() == given


def test_the_metadata_database_is_beside_the_warehouse(settings: Settings) -> None:
    url = airflow.airflow_environment(settings)["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert url.startswith("postgresql+psycopg2://tracker_airflow:")
    assert url.endswith("@db.example/tracker_airflow?sslmode=require")


def test_nothing_of_another_airflow_or_tracker_is_inherited(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AIRFLOW__CORE__EXECUTOR", "AIRFLOW_CONN_OTHER", "TRACKER_ANYTHING", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.setenv(name, "other")
    assert "other" not in airflow.airflow_environment(settings).values()


def test_telemetry_is_off_and_a_killed_scheduler_is_noticed(settings: Settings) -> None:
    environment = airflow.airflow_environment(settings)
    assert environment["SCARF_ANALYTICS"] == "false"
    assert environment["AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL"] == "30"
    assert environment["AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"] == "60"
    assert environment["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] == "False"


def test_secrets_are_long_and_for_the_owner_only(settings: Settings) -> None:
    environment = airflow.airflow_environment(settings)
    airflow.write_password_file(settings)
    for path in settings.secrets_folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    assert stat.S_IMODE(settings.secrets_folder.stat().st_mode) == 0o700
    for name in ("AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY", "AIRFLOW__CORE__FERNET_KEY"):
        assert len(environment[name]) >= 43
    passwords = json.loads(Path(environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]).read_text())
    assert passwords == {airflow.USER: airflow.password(settings)}


def test_production_refuses_the_development_login(settings: Settings) -> None:
    with pytest.raises(TrackerError, match="simple auth manager"):
        airflow.airflow_environment(settings.model_copy(update={"env": "production"}))


SLEEPER = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"


def start_sleeper(service: Service, folder: Path) -> list[psutil.Process]:
    """A service with a child of its own; returns both processes."""
    processes.start(service, [sys.executable, "-c", f"{SLEEPER}; time.sleep(600)"], os.environ, folder)
    leader = psutil.Process(json.loads(service.record.read_text())["pid"])
    while not leader.children():
        time.sleep(0.05)
    return [leader, *leader.children()]


def test_stop_ends_the_whole_session_and_no_other(tmp_path: Path) -> None:
    ours, others = Service("ours", tmp_path / "a"), Service("others", tmp_path / "b")
    family, strangers = start_sleeper(ours, tmp_path), start_sleeper(others, tmp_path)
    try:
        processes.stop([ours])
        assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in family)
        assert all(process.is_running() for process in strangers)
        assert processes.is_running(others)
    finally:
        processes.stop([others])


def test_start_is_harmless_where_it_runs_and_clears_up_after_a_killed_leader(tmp_path: Path) -> None:
    service = Service("ours", tmp_path)
    leader, child = start_sleeper(service, tmp_path)
    try:
        processes.start(service, ["false"], os.environ, tmp_path)
        assert leader.is_running()
        leader.kill()
        leader.wait()
        assert not processes.is_running(service)
        assert child.is_running()
        start_sleeper(service, tmp_path)
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    finally:
        processes.stop([service])


def test_a_pid_that_was_given_to_another_process_is_left_alone(tmp_path: Path) -> None:
    service = Service("ours", tmp_path)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True) as stranger:
        try:
            started = psutil.Process(stranger.pid).create_time()
            service.record.write_text(json.dumps({"pid": stranger.pid, "started": started + 1}))
            assert not processes.is_running(service)
            processes.stop([service])
            assert stranger.poll() is None
        finally:
            stranger.kill()
