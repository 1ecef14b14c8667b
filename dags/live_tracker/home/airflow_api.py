"""Airflow's REST API, version 2, as much of it as `tracker` needs: trigger a run, and see what its tasks do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from live_tracker.errors import TrackerError
from live_tracker.home import airflow
from live_tracker.settings import Settings

DAGS = ("land_deliveries", "resolve_identities", "build_tracker", "publish_release")
"""The DAGs of a night, in the order in which a run passes them."""

PARSED_SECONDS = 90
ENDED = frozenset({"success", "failed"})


class ApiAway(TrackerError):
    """The API does not answer: Airflow is down, or starting."""


@dataclass(frozen=True)
class DagRun:
    """A DAG run of a run; state as Airflow names it: queued, running, success, failed. A queued one may have no id yet."""

    dag_id: str
    dag_run_id: str
    state: str


@dataclass(frozen=True)
class TaskInstance:
    """A task of a DAG run; `label` is the name of a mapped one, `seconds` its length once it has ended."""

    dag_run: DagRun
    task_id: str
    map_index: int
    label: str
    state: str | None
    try_number: int
    seconds: float | None

    def log(self, logs_folder: Path) -> Path:
        mapped = [f"map_index={self.map_index}"] if self.map_index >= 0 else []
        parts = [
            f"dag_id={self.dag_run.dag_id}",
            f"run_id={self.dag_run.dag_run_id}",
            f"task_id={self.task_id}",
            *mapped,
        ]
        return logs_folder.joinpath(*parts, f"attempt={self.try_number}.log")


class AirflowApi:
    """Calls with the token of the home's user."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def wait_until_parsed(self) -> None:
        """Until all DAGs of the night can be triggered; TrackerError if one does not parse or is paused."""
        deadline = time.monotonic() + PARSED_SECONDS
        while True:
            missing = [dag_id for dag_id in DAGS if not self._is_ready(dag_id)]
            if not missing:
                return
            if time.monotonic() > deadline:
                raise TrackerError(
                    f"Airflow has not read {', '.join(missing)}",
                    self._import_errors() or "the dag-processor's log",
                    "`make logs` says where the logs are",
                )
            time.sleep(0.5)

    def trigger(self, run_key: str) -> None:
        """Start the night's first DAG for a run; doing it twice does no harm."""
        body = {"dag_run_id": run_key, "logical_date": None, "conf": {"run_key": run_key}}
        response = self._client.post(f"/dags/{DAGS[0]}/dagRuns", json=body)
        if response.status_code != httpx.codes.CONFLICT:
            _check(response)

    def dag_runs(self, run_key: str) -> list[DagRun]:
        """The DAG runs that a run has had so far, each found through the asset event of the one before."""
        found: list[DagRun] = []
        wanted: list[tuple[str, str]] = [(DAGS[0], run_key)]
        while wanted:
            dag_id, dag_run_id = wanted.pop(0)
            response = self._client.get(f"/dags/{dag_id}/dagRuns/{dag_run_id}")
            if response.status_code == httpx.codes.NOT_FOUND:
                continue
            found.append(DagRun(dag_id, dag_run_id, _check(response)["state"]))
            if dag_id == DAGS[-1]:
                continue
            parameters = {"source_dag_id": dag_id, "source_run_id": dag_run_id}
            response = self._client.get("/assets/events", params=parameters)
            if response.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
                # Airflow fails at its own answer as long as a run that an event has made waits and has no start
                found.append(DagRun(DAGS[DAGS.index(dag_id) + 1], "", "queued"))
                continue
            for event in _check(response)["asset_events"]:
                wanted += [(made["dag_id"], made["run_id"]) for made in event["created_dagruns"]]
        return found

    def task_instances(self, dag_run: DagRun) -> list[TaskInstance]:
        """The tasks of a DAG run in the order in which they began; none while it is queued."""
        if dag_run.state == "queued":
            return []
        path = f"/dags/{dag_run.dag_id}/dagRuns/{dag_run.dag_run_id}/taskInstances"
        rows = _check(self._client.get(path, params={"limit": 500}))["task_instances"]
        return [_task_instance(dag_run, row) for row in sorted(rows, key=lambda row: row["start_date"] or "9")]

    def _is_ready(self, dag_id: str) -> bool:
        response = self._client.get(f"/dags/{dag_id}")
        if response.status_code == httpx.codes.NOT_FOUND:
            return False
        dag = _check(response)
        if dag["is_paused"]:
            raise TrackerError(f"{dag_id} is paused", "Airflow's page", "unpause it there, then run again")
        return not dag["is_stale"]

    def _import_errors(self) -> str:
        errors = _check(self._client.get("/importErrors"))["import_errors"]
        return "; ".join(f"{error['filename']}: {error['stack_trace'].strip().splitlines()[-1]}" for error in errors)


@contextmanager
def connected(settings: Settings) -> Iterator[AirflowApi]:
    """The API of this home's Airflow, which must be up, logged in as its user."""
    base = airflow.address(settings)
    with api_errors(), httpx.Client(timeout=30) as client:
        login = {"username": airflow.USER, "password": airflow.password(settings)}
        token = _check(client.post(f"{base}/auth/token", json=login))["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        client.base_url = httpx.URL(f"{base}/api/v2")
        yield AirflowApi(client)


@contextmanager
def api_errors() -> Iterator[None]:
    """An API that does not answer, told as an error with a remedy."""
    try:
        yield
    except httpx.HTTPError as error:
        what = f"Airflow's API does not answer ({type(error).__name__})"
        raise ApiAway(what, do="`make status` shows what runs") from None


def _check(response: httpx.Response) -> Any:
    if response.is_error:
        raise TrackerError(
            f"Airflow's API refused a request: {response.status_code}", f"{response.request.method} {response.url.path}"
        )
    return response.json()


def _task_instance(dag_run: DagRun, row: dict[str, Any]) -> TaskInstance:
    return TaskInstance(
        dag_run=dag_run,
        task_id=row["task_id"],
        map_index=row["map_index"],
        label=row.get("rendered_map_index") or "",
        state=row["state"],
        try_number=row["try_number"],
        seconds=row["duration"],
    )
