"""The DAGs: the four of a night, joined in order, and one by hand, with the policy that all of them share."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from live_tracker.home.airflow_api import DAGS
from live_tracker.settings import PROJECT

FOLDER = PROJECT / "dags"
MOST_LINES = 80
BY_HAND = "freeze_quarter"


@pytest.fixture(scope="session")
def dags(airflow_home: None) -> dict[str, Any]:
    """The DAGs as Airflow reads them."""
    from airflow.dag_processing.dagbag import DagBag  # noqa: PLC0415 - reads AIRFLOW_HOME when it is imported

    bag = DagBag(str(FOLDER.resolve()))
    assert bag.import_errors == {}
    return dict(bag.dags)


def tasks(dags: dict[str, Any]) -> list[Any]:
    return [task for dag in dags.values() for task in dag.tasks]


def test_there_are_exactly_these_dags(dags: dict[str, Any]) -> None:
    assert set(DAGS) == {"land_deliveries", "resolve_identities", "build_tracker", "publish_release"}
    assert set(dags) == {*DAGS, BY_HAND}


def test_each_dag_is_a_file_of_its_name_and_short() -> None:
    files = {path.stem: path for path in FOLDER.glob("*.py")}
    assert set(files) == {*DAGS, BY_HAND}
    for path in files.values():
        assert len(path.read_text().splitlines()) <= MOST_LINES, path.name


def test_each_dag_says_what_it_does_and_what_to_do_when_it_fails(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        for part in ("**What.**", "**Reads and writes.**", "**If it fails.**"):
            assert part in dag.doc_md, dag.dag_id
        assert ("nightly" in dag.tags) == (dag.dag_id in DAGS)


def test_a_missed_night_is_not_made_up_for_and_one_run_at_a_time_builds(dags: dict[str, Any]) -> None:
    assert not any(dag.catchup for dag in dags.values())
    assert {dag_id: dag.max_active_runs for dag_id, dag in dags.items()} == {
        "land_deliveries": 16,  # they wait inside it for their turn
        "resolve_identities": 1,
        "build_tracker": 1,
        "publish_release": 1,
        BY_HAND: 1,
    }


def test_every_task_has_an_owner_a_timeout_and_tries_again(dags: dict[str, Any]) -> None:
    for task in tasks(dags):
        assert task.owner == "data-engineering", task.task_id
        assert timedelta(0) < task.execution_timeout <= timedelta(hours=1), task.task_id
        assert (task.retries == 0) == (task.task_id == "record_failure"), task.task_id


def test_a_failure_of_any_task_of_a_run_is_recorded(dags: dict[str, Any]) -> None:
    for dag in (dags[dag_id] for dag_id in DAGS):
        recorder = dag.get_task("record_failure")
        assert recorder.trigger_rule == "one_failed"
        assert recorder.downstream_task_ids == set()
        assert recorder.upstream_task_ids == {task.task_id for task in dag.tasks} - {"record_failure"}


def test_the_last_task_of_each_emits_what_the_next_waits_for(dags: dict[str, Any]) -> None:
    for dag_id, next_id in pairwise(DAGS):
        [emitter] = [task for task in dags[dag_id].tasks if task.outlets]
        assert emitter.trigger_rule == "none_failed"
        assert emitter.downstream_task_ids == {"record_failure"}
        assert not emitter.is_mapped
        [asset] = emitter.outlets
        assert dags[next_id].timetable.asset_condition == asset


def test_no_task_is_deferred_and_sensors_free_their_slot(dags: dict[str, Any]) -> None:
    for task in tasks(dags):
        assert not getattr(task, "deferrable", False)
    sensor = dags["land_deliveries"].get_task("wait_for_turn")
    assert sensor.mode == "reschedule"


def test_the_run_key_may_be_left_out(dags: dict[str, Any]) -> None:
    assert dags["land_deliveries"].params.dump() == {"run_key": None}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_only_orchestration_and_the_dag_files_import_airflow() -> None:
    package = FOLDER / "live_tracker"
    found = {
        path.relative_to(package).parts[0]
        for path in package.rglob("*.py")
        if any(name.split(".")[0] == "airflow" for name in imports(path))
    }
    assert found == {"orchestration"}


def test_dag_files_hold_only_wiring() -> None:
    for path in FOLDER.glob("*.py"):
        allowed = {"__future__", "airflow", "live_tracker", "datetime", "logging"}
        assert {name.split(".")[0] for name in imports(path)} <= allowed, path.name
