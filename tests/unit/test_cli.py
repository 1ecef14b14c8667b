"""What `tracker` says and how it exits; Airflow is stood in for."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from live_tracker import cli, make_run, runs, terminal, turns
from live_tracker.database import connect
from live_tracker.errors import TrackerError
from live_tracker.home import airflow, airflow_api
from live_tracker.home.airflow_api import DagRun, TaskInstance
from live_tracker.make_run import Inputs
from live_tracker.runs import Status
from live_tracker.settings import Settings
from tests.made_release import RELEASE, write_release
from tests.sample_data.plans import plans


class Api:
    """An Airflow whose only DAG run does what it is told when it is triggered."""

    def __init__(self, settings: Settings, work: Callable[[Settings, str], None], state: str) -> None:
        self.settings, self.work, self.state = settings, work, state
        self.triggered: list[str] = []

    def wait_until_parsed(self) -> None: ...

    def trigger(self, run_key: str) -> None:
        self.triggered.append(run_key)

    def dag_runs(self, run_key: str) -> list[DagRun]:
        if run_key not in self.triggered:
            return []
        with connect(self.settings, "loader") as connection:
            is_new = runs.get(connection, run_key).status == "requested"
        if is_new:
            self.work(self.settings, run_key)
        return [DagRun("land_deliveries", run_key, self.state)]

    def task_instances(self, dag_run: DagRun) -> list[TaskInstance]:
        return [TaskInstance(dag_run, "close_landing", -1, "", self.state, 2, 1.5)]


@pytest.fixture
def tracker(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs `tracker` over the warehouse; `work` is what the night does. Returns exit code and all output."""

    def call(*words: str, work: Callable[[Settings, str], None] | None = None, state: str = "success") -> Any:
        api = Api(warehouse, work or (lambda *_: None), state)

        @contextmanager
        def connected(_: Settings) -> Iterator[Api]:
            yield api

        monkeypatch.setattr(cli, "get_settings", lambda: warehouse)
        monkeypatch.setattr(make_run, "bring_up", lambda *_: Inputs("d", "r"))
        monkeypatch.setattr(make_run, "LOOK_AGAIN_SECONDS", 0)
        monkeypatch.setattr(airflow_api, "connected", connected)
        monkeypatch.setattr(airflow, "dead", lambda _: [])
        monkeypatch.setattr("sys.argv", ["tracker", *words])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        output = capsys.readouterr()
        return int(caught.value.code or 0), output.out + output.err

    return call


def end(status: Status, **columns: Any) -> Callable[[Settings, str], None]:
    def work(settings: Settings, run_key: str) -> None:
        with connect(settings, "loader") as connection:
            runs.update(connection, run_key, status, **columns)

    return work


def refuse(settings: Settings, run_key: str) -> None:
    with connect(settings, "loader") as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ops.delivery_attempt
                (run_key, feed, source, folder, outcome, reason, table_name, detail, attempted_at)
            VALUES (%s, 'yot', 'northtown', '2026-03-02', 'refused', 'checksum', 'child', 'not as the manifest', now())
            """,
            (run_key,),
        )
    end("published", release_id="2026-03-08.1")(settings, run_key)


@pytest.mark.parametrize(("status", "how"), [("published", "published now"), ("current", "found current")])
def test_the_last_line_says_which_release_is_current(
    tracker: Callable[..., tuple[int, str]], status: Status, how: str
) -> None:
    code, output = tracker("run", work=end(status, release_id="2026-03-08.1"))
    assert code == 0
    assert output.rstrip().splitlines()[-1] == f"current release: 2026-03-08.1, {how}"
    assert "land_deliveries.close_landing: success 1.5 s" in output
    assert "http://127.0.0.1:" in output


def test_a_refused_delivery_is_named_and_exits_3(tracker: Callable[..., tuple[int, str]]) -> None:
    code, output = tracker("run", work=refuse)
    assert code == 3
    assert "refused: yot/northtown/2026-03-02: checksum, table child, not as the manifest" in output
    assert "current release: 2026-03-08.1, published now" in output


def test_a_run_ends_with_what_must_be_read_with_care(
    tracker: Callable[..., tuple[int, str]], warehouse: Settings
) -> None:
    write_release(warehouse)
    _, output = tracker("run", work=end("current", release_id=RELEASE))
    assert "warning of the gate: delivery: sources_are_fresh" in output
    assert "counts unconfirmed, since the receiver wrote the manifest: yot/northtown" in output


def test_a_failed_run_names_the_task_the_reason_and_the_log(tracker: Callable[..., tuple[int, str]]) -> None:
    def work(settings: Settings, run_key: str) -> None:
        turns.note(settings, run_key, "the gate is closed")
        turns.fail(settings, run_key, "publish_release: gate failed")

    code, output = tracker("run", work=work, state="failed")
    assert code == 1
    assert "publish_release: gate failed\nthe gate is closed" in output
    assert "task_id=close_landing/attempt=2.log" in output
    assert output.rstrip().splitlines()[-1] == "current release: none"


def test_a_red_dag_run_ends_the_run_even_if_it_recorded_nothing(tracker: Callable[..., tuple[int, str]]) -> None:
    code, output = tracker("run", work=end("landing"), state="failed")
    assert code == 1
    assert "land_deliveries failed" in output


def test_a_run_that_nobody_works_on_is_ended_first(
    tracker: Callable[..., tuple[int, str]], warehouse: Settings
) -> None:
    with connect(warehouse, "loader") as connection:
        runs.request(
            connection, "lost", requested_by="schedule", definitions_hash="d", reference_hash="r", code_version="c"
        )
    code, output = tracker("run", work=end("published", release_id="2026-03-08.1"))
    assert code == 0
    assert "run lost was abandoned" in output


def test_the_dates_asked_for_reach_the_run(tracker: Callable[..., tuple[int, str]], warehouse: Settings) -> None:
    tracker("run", "--as-of", "2026-01-31", "--known-as-of", "2026-02-28", work=end("failed"), state="failed")
    with connect(warehouse, "auditor") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT requested_as_of, requested_known_as_of, requested_by FROM ops.run")
        assert cursor.fetchall() == [(dt.date(2026, 1, 31), dt.date(2026, 2, 28), "make")]


@pytest.mark.parametrize("words", [["--as-of", "31/01/2026"], ["--as-of", "2026-02-30"]])
def test_a_date_that_is_none_is_refused_before_anything_runs(
    tracker: Callable[..., tuple[int, str]], words: list[str]
) -> None:
    code, output = tracker("run", *words)
    assert code == 2
    assert "does not match the format" in output.replace("\n", " ")


def test_no_row_is_left_of_a_run_that_airflow_did_not_take(warehouse: Settings) -> None:
    def refused(_: str) -> None:
        raise airflow_api.ApiAway("away")

    api: Any = SimpleNamespace(trigger=refused)
    with pytest.raises(airflow_api.ApiAway):
        make_run.start_run(warehouse, api, Inputs("d", "r"), None, None)
    assert turns.unfinished(warehouse) == []


def test_rerun_takes_the_dates_and_definitions_of_the_earlier_run(
    tracker: Callable[..., tuple[int, str]], warehouse: Settings
) -> None:
    day = dt.date(2026, 3, 1)
    with connect(warehouse, "loader") as connection:
        runs.request(
            connection, "earlier", requested_by="make", definitions_hash="old", reference_hash="o", code_version="c"
        )
        runs.update(connection, "earlier", "published", as_of=day, known_as_of=day)
    tracker("rerun", "earlier", work=end("current", release_id="2026-03-01.1"))
    with connect(warehouse, "auditor") as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT requested_as_of, requested_known_as_of, definitions_hash, reference_hash
            FROM ops.run WHERE run_key <> 'earlier'
            """
        )
        assert cursor.fetchall() == [(day, day, "old", "o")]


@pytest.mark.parametrize(("definitions", "codes"), [("d", "r"), ("old", "r"), ("old", "old")])
def test_rerun_says_what_it_does_not_take_from_the_home(
    tracker: Callable[..., tuple[int, str]], warehouse: Settings, definitions: str, codes: str
) -> None:
    with connect(warehouse, "loader") as connection:
        runs.request(
            *(connection, "earlier"),
            requested_by="make",
            definitions_hash=definitions,
            reference_hash=codes,
            code_version="c",
        )
        runs.update(connection, "earlier", "failed")
    _, output = tracker("rerun", "earlier", work=end("current", release_id="2026-03-01.1"))
    told = "those of run earlier, which differ from the home's current ones"
    assert (f"definitions: {told}" in output) == (definitions != "d")
    assert (f"code lists: {told}" in output) == (codes != "r")


def test_rerun_of_a_run_that_is_not_there(tracker: Callable[..., tuple[int, str]]) -> None:
    code, output = tracker("rerun", "none")
    assert code == 1
    assert "there is no run 'none'" in output


@pytest.mark.parametrize(("role", "user"), [("analyst", "analyst:"), ("owner", "migrator:")])
def test_dsn_prints_the_url_and_nothing_else(tracker: Callable[..., tuple[int, str]], role: str, user: str) -> None:
    code, output = tracker("dsn", "--role", role)
    assert code == 0
    assert output.startswith(f"postgresql://{user}")
    assert len(output.splitlines()) == 1
    assert ("role%3Downer" in output) == (role == "owner")


@pytest.mark.parametrize(("words", "user"), [((), "analyst"), (("--role", "owner"), "owner")])
def test_psql_is_logged_in_as_the_role(warehouse: Settings, words: tuple[str, ...], user: str) -> None:
    assert warehouse.warehouse_url is not None
    given = {"TRACKER_HOME": str(warehouse.home), "WAREHOUSE_URL": warehouse.warehouse_url.get_secret_value()}
    query = "SELECT current_user, current_database()"
    asked = subprocess.run(
        [sys.executable, "-m", "live_tracker.cli", "psql", *words, "--", "-XAtc", query],
        env=os.environ | given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.strip() == f"{user}|{urlsplit(given['WAREHOUSE_URL']).path[1:]}"


def test_a_script_is_told_that_its_statement_failed(warehouse: Settings) -> None:
    assert warehouse.warehouse_url is not None
    given = {"TRACKER_HOME": str(warehouse.home), "WAREHOUSE_URL": warehouse.warehouse_url.get_secret_value()}
    asked = subprocess.run(
        [sys.executable, "-m", "live_tracker.cli", "psql"],
        env=os.environ | given,
        input="selec 1;\nselect 'went on';\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode != 0
    assert "went on" not in asked.stdout


def test_dsn_of_an_unknown_role_lists_the_roles(tracker: Callable[..., tuple[int, str]]) -> None:
    code, output = tracker("dsn", "--role", "everyone")
    assert code == 1
    assert "analyst" in output


def test_settings_hide_secrets(tracker: Callable[..., tuple[int, str]], warehouse: Settings) -> None:
    code, output = tracker("settings")
    assert code == 0
    assert isinstance(warehouse.warehouse_url, SecretStr)
    assert warehouse.warehouse_url.get_secret_value() not in output
    assert "run_timeout_minutes" in output


def test_status_of_a_new_home(tracker: Callable[..., tuple[int, str]]) -> None:
    code, output = tracker("status")
    assert code == 0
    assert "release   none yet" in output


def test_runs_are_listed(tracker: Callable[..., tuple[int, str]]) -> None:
    tracker("run", work=end("published", release_id="2026-03-08.1"))
    code, output = tracker("runs")
    assert code == 0
    assert "2026-03-08.1" in output


def test_nothing_is_stopped_where_there_is_no_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(home=tmp_path / "home")
    monkeypatch.setattr(cli, "get_settings", lambda: settings)
    cli.down()
    assert f"nothing to stop: there is no home at {settings.home}" in capsys.readouterr().out
    assert not settings.home.exists()


def test_a_folder_that_is_not_there_is_named_before_anything_starts(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    missing = tmp_path / "nowhere"
    with pytest.raises(TrackerError, match="nowhere"):
        make_run.bring_up(settings, terminal.console(), missing, None)
    assert not settings.home.exists()


def test_a_sample_is_made_where_it_is_asked_for(tracker: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    code, output = tracker("sample", str(tmp_path / "out"), "--children", "3", "--nights", "2")
    assert (code, output.strip()) == (0, f"written: {tmp_path / 'out' / 'deliveries'}")
    assert len(list((tmp_path / "out").glob("deliveries/*/*/*/manifest.json"))) == 6
    assert (tmp_path / "out" / "truth.json").exists()


def test_the_plans_have_a_sample_of_their_own(tracker: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    code, output = tracker("sample", str(tmp_path / "out"), "--plans")
    assert (code, output.strip()) == (0, f"written: {tmp_path / 'out' / 'deliveries'}")
    services = {folder.name for folder in (tmp_path / "out" / "deliveries" / "yot").iterdir()}
    assert services == {plan.service for plan in plans()}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("0" * 32,), "there is no release yet"),
        (("c1",), "no child has that id in any service"),
        (("c1", "--role", "analyst"), "may not look a child up by the id"),
        (("0" * 32, "--role", "board"), "role board has no right to see why a child is counted"),
        (("0" * 32, "--role", "nobody"), "there is no role 'nobody'"),
    ],
)
def test_why_a_child_is_counted_before_there_is_a_release(
    tracker: Callable[..., tuple[int, str]], words: tuple[str, ...], expected: str
) -> None:
    code, output = tracker("explain", *words, "--definition", "national_proven")
    assert code == 1
    assert expected in output
    assert "c1" not in output
