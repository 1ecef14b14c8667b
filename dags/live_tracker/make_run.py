"""What `tracker run` does: bring the home up, check what was asked, start a run in Airflow and watch it to its end."""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from live_tracker import database, runs, turns
from live_tracker.build.code import code_version
from live_tracker.deliveries.ledger import bind_home
from live_tracker.errors import TrackerError
from live_tracker.home import airflow, airflow_api, bindings, postgres
from live_tracker.home.airflow_api import ENDED, AirflowApi, DagRun, TaskInstance
from live_tracker.reference_data.code_lists import load_code_lists
from live_tracker.reference_data.definitions import load_definitions
from live_tracker.release.descriptions import describe_views
from live_tracker.runs import FINISHED, Run
from live_tracker.settings import PROJECT, Settings

SAMPLE_SEED = "1"
RESTARTS = 5
LOOK_AGAIN_SECONDS = 10


@dataclass(frozen=True)
class Inputs:
    """Content hashes of what a run counts with, checked and loaded."""

    definitions_hash: str
    reference_hash: str


def bring_up(settings: Settings, console: Console, deliveries: Path | None, definitions: Path | None) -> Inputs:
    """Start what does not run, and check deliveries folder, definitions and code lists before anything is run.

    Without `deliveries`, the home's own; in a new home, a sample. Raises CheckFailed for definitions that do not
    hold together, TrackerError for a folder that is not there or that the home is not bound to.
    """
    for folder in (deliveries, definitions):
        if folder is not None and not folder.is_dir():
            raise TrackerError("there is no such folder", str(folder))
    # also chooses the ports and makes the keys, before two threads could
    airflow.airflow_environment(settings)
    with console.status("starting Postgres"):
        if settings.is_embedded:
            postgres.start(settings)
    with ThreadPoolExecutor(1) as beside, console.status("preparing the warehouse"):
        migration = beside.submit(airflow.migrate, settings)
        database.prepare(settings)
        describe_views(settings)
        bind(settings, deliveries)
        inputs = check_inputs(settings, definitions)
        migration.result()
    with ThreadPoolExecutor(1) as beside, console.status("starting Airflow"):
        airflow.start(settings)
        ready = beside.submit(airflow.wait_until_ready, settings)
        if bindings.deliveries_folder(settings) is None:
            bind(settings, make_sample(settings))
        ready.result()
    return inputs


def check_inputs(settings: Settings, definitions: Path | None) -> Inputs:
    """Load code lists and definitions; the definitions folder is remembered if it holds together."""
    reference_hash = load_code_lists(settings)
    folder = definitions or bindings.definitions_folder(settings)
    definitions_hash = load_definitions(settings, folder)
    if definitions is not None:
        bindings.remember_definitions(settings, definitions.resolve())
    return Inputs(definitions_hash, reference_hash)


def bind(settings: Settings, deliveries: Path | None) -> None:
    """Bind the home to its deliveries folder, if one is given; TrackerError if it is bound to another."""
    if deliveries is not None:
        with database.connect(settings, "loader") as connection:
            bind_home(connection, deliveries.resolve())


def make_sample(settings: Settings) -> Path:
    """The sample deliveries of this home, made once, the same on every machine."""
    deliveries = bindings.sample_folder(settings)
    if not deliveries.parent.exists():
        draft = settings.home / "sample.unfinished"
        shutil.rmtree(draft, ignore_errors=True)
        write_sample(draft, "--seed", SAMPLE_SEED)
        draft.rename(deliveries.parent)
    return deliveries


def write_sample(out: Path, *options: str) -> None:
    """Run the sample generator, which stands with the tests and not in this package. TrackerError if it fails."""
    command = [sys.executable, "-m", "tests.sample_data", str(out.resolve()), *options]
    made = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise TrackerError("the sample deliveries could not be made", " ".join(command), made.stderr.strip()[-500:])


def start_run(
    settings: Settings, api: AirflowApi, inputs: Inputs, as_of: dt.date | None, known_as_of: dt.date | None
) -> str:
    """Write the row of a new run and trigger its first DAG; returns its run_key.

    The row is committed only once Airflow has taken the run: one that nobody works on would keep all others waiting.
    """
    run_key = f"make-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    with database.connect(settings, "loader") as connection:
        runs.request(
            connection,
            run_key,
            requested_by="make",
            definitions_hash=inputs.definitions_hash,
            reference_hash=inputs.reference_hash,
            code_version=code_version(linkage_model=settings.linkage_model),
            as_of=as_of,
            known_as_of=known_as_of,
        )
        api.trigger(run_key)
    return run_key


def end_abandoned(settings: Settings, api: AirflowApi) -> list[str]:
    """Fail the runs that are not ended and that no DAG run works on any more (deleted or ended by hand in Airflow)."""
    if not _without_dag_run(settings, api):
        return []
    # between two DAGs of a run there is a moment without a live DAG run
    time.sleep(LOOK_AGAIN_SECONDS)
    abandoned = _without_dag_run(settings, api)
    for run_key in abandoned:
        turns.fail(settings, run_key, "abandoned: no DAG run works on it any more")
    return abandoned


def _without_dag_run(settings: Settings, api: AirflowApi) -> list[str]:
    return [
        run.run_key
        for run in turns.unfinished(settings)
        if all(dag_run.state in ENDED for dag_run in api.dag_runs(run.run_key))
    ]


@dataclass
class Watch:
    """Follows a run to its end, a line for each task that ends; starts again what has died of Airflow meanwhile."""

    settings: Settings
    console: Console
    run_key: str
    began: float = field(default_factory=time.monotonic)
    restarts: int = 0
    failed_tasks: list[TaskInstance] = field(default_factory=list)
    _told: set[tuple[str, str, int, str | None]] = field(default_factory=set)

    def until_ended(self) -> Run:
        """The run as it ended. Raises TrackerError if it has not within the time that the settings give it."""
        limit = self.settings.run_timeout_minutes * 60
        with self.console.status("waiting for Airflow") as status:
            while time.monotonic() - self.began < limit:
                try:
                    with airflow_api.connected(self.settings) as api:
                        while time.monotonic() - self.began < limit:
                            run = self._look(api)
                            if run is not None:
                                return run
                            status.update(f"{self._run().status}, {time.monotonic() - self.began:.0f} s")
                            time.sleep(1)
                except airflow_api.ApiAway:
                    self._heal()
        raise TrackerError(
            f"run {self.run_key} has not ended within {self.settings.run_timeout_minutes} min",
            airflow.address(self.settings),
            "it goes on: `make status`; a longer wait: TRACKER_RUN_TIMEOUT_MINUTES",
        )

    def _look(self, api: AirflowApi) -> Run | None:
        self._heal()
        dag_runs = api.dag_runs(self.run_key)
        for dag_run in dag_runs:
            self._tell(api, dag_run)
        run = self._run()
        if not all(dag_run.state in ENDED for dag_run in dag_runs):
            return None
        if run.status not in FINISHED and any(dag_run.state == "failed" for dag_run in dag_runs):
            turns.fail(self.settings, self.run_key, f"{dag_runs[-1].dag_id} failed")
        return run if run.status in FINISHED else None

    def _tell(self, api: AirflowApi, dag_run: DagRun) -> None:
        for task in api.task_instances(dag_run):
            key = (dag_run.dag_id, task.task_id, task.map_index, task.state)
            if task.state not in {"success", "failed", "up_for_retry", "skipped"} or key in self._told:
                continue
            self._told.add(key)
            if task.task_id == "record_failure":
                continue
            if task.state == "failed":
                self.failed_tasks.append(task)
            name = f"{dag_run.dag_id}.{task.task_id}" + (f" {task.label}" if task.map_index >= 0 else "")
            length = f" {task.seconds:.1f} s" if task.seconds else ""
            told = f"{time.monotonic() - self.began:5.0f} s  {name}: {task.state}{length}"
            self.console.print(told, highlight=False, markup=False, soft_wrap=True)

    def _heal(self) -> None:
        gone = airflow.dead(self.settings)
        if not gone:
            return
        self.restarts += 1
        if self.restarts > RESTARTS:
            raise TrackerError(
                f"Airflow's {gone[0]} ends again and again", str(airflow.folder(self.settings) / "services")
            )
        self.console.print(f"{', '.join(gone)} had ended and is started again", highlight=False)
        airflow.start(self.settings)
        airflow.wait_until_ready(self.settings)

    def _run(self) -> Run:
        with database.connect(self.settings, "loader") as connection:
            return runs.get(connection, self.run_key)
