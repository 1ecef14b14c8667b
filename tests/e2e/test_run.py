"""The whole night with a real scheduler: sample deliveries in, a release out, found current when asked again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import httpx
import psycopg2
import pytest

from live_tracker.home import airflow, airflow_api, postgres
from live_tracker.settings import PROJECT, Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A home of its own, taken down at the end whatever happened."""
    folder = tmp_path_factory.mktemp("e2e") / "a home"
    folder.mkdir()
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(0o755)  # the server may run as another user than root
    settings = Settings(home=folder)
    yield settings
    airflow.stop(settings)
    postgres.stop(settings)


def tracker(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "TRACKER_"))}
    return subprocess.run(
        [sys.executable, "-m", "live_tracker.cli", *words],
        cwd=PROJECT,
        env=inherited | {"TRACKER_HOME": str(settings.home)},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )


@pytest.fixture(scope="module")
def first(settings: Settings) -> subprocess.CompletedProcess[str]:
    """The first `tracker run` of the home, over the sample that it makes itself."""
    return tracker(settings, "run")


@pytest.fixture(scope="module")
def release_id(first: subprocess.CompletedProcess[str]) -> str:
    assert first.returncode == 0, first.stdout + first.stderr
    last_line = first.stdout.rstrip().splitlines()[-1]
    found = re.fullmatch(r"current release: (\S+), published now", last_line)
    assert found, last_line
    return found[1]


def test_the_tracker_is_printed(settings: Settings, first: subprocess.CompletedProcess[str], release_id: str) -> None:
    assert "The live tracker" in first.stdout
    assert re.search(r"local_live .* 20\d\dQ[1-4] .* all ", first.stdout)
    assert airflow.address(settings) in first.stdout
    assert airflow.password(settings) not in first.stdout
    assert "make -s dsn ROLE=analyst" in first.stdout


def test_the_figures_of_a_release_hold_together(settings: Settings, release_id: str) -> None:
    url = tracker(settings, "dsn", "--role", "analyst").stdout.strip()
    query = """
        SELECT count(*) > 0 AND bool_and(reoffenders BETWEEN 0 AND children AND reoffences >= reoffenders)
            AND bool_and(release_id = %s)
        FROM analytics.cohort_summary
    """
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, (release_id,))
            assert cursor.fetchone() == (True,)
    finally:
        connection.close()


def test_airflow_shows_the_dag_runs_that_were_waited_for(
    settings: Settings, first: subprocess.CompletedProcess[str], release_id: str
) -> None:
    run_key = re.search(r"^run (\S+)$", first.stdout, re.MULTILINE)
    assert run_key
    with airflow_api.connected(settings) as api:
        dag_runs = api.dag_runs(run_key[1])
    assert tuple(dag_run.dag_id for dag_run in dag_runs) == airflow_api.DAGS
    assert {dag_run.state for dag_run in dag_runs} == {"success"}


def test_nobody_gets_in_without_the_password(settings: Settings, release_id: str) -> None:
    address = airflow.address(settings)
    assert httpx.get(f"{address}/api/v2/dags").status_code == httpx.codes.UNAUTHORIZED
    login = {"username": airflow.USER, "password": "guess"}
    assert httpx.post(f"{address}/auth/token", json=login).status_code == httpx.codes.UNAUTHORIZED


def test_a_second_run_publishes_nothing_and_a_home_that_is_down_can_be_taken_down(
    settings: Settings, release_id: str
) -> None:
    second = tracker(settings, "run")
    assert second.returncode == 0, second.stdout + second.stderr
    assert second.stdout.rstrip().splitlines()[-1] == f"current release: {release_id}, found current"
    assert "build_tracker" not in second.stdout
    for _ in range(2):
        assert tracker(settings, "down").returncode == 0
    assert airflow.dead(settings) == list(airflow.SERVICES)
    assert not postgres.is_running(settings)
