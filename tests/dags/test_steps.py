"""What a task's wrapper does with errors: which are tried again, and that none carries a row out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from live_tracker import turns
from live_tracker.errors import CheckFailed, DatabaseUnavailable
from live_tracker.fences import Overtaken

CANARY = "CANARY-Jane-Doe"


@pytest.fixture
def steps(airflow_home: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The module, inside a task of a scheduled DAG run; notes are kept in `steps.notes`."""
    from live_tracker.orchestration import steps  # noqa: PLC0415 - imports Airflow

    context = {"params": {"run_key": None}, "dag_run": SimpleNamespace(run_id="scheduled__1", dag_id="land_deliveries")}
    notes: list[tuple[str, str]] = []
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    monkeypatch.setattr(steps, "get_current_context", lambda: context)
    monkeypatch.setattr(turns, "note", lambda _, run_key, message: notes.append((run_key, message)))
    return SimpleNamespace(step=steps.step, context=context, notes=notes, module=steps)


def fail_with(steps: Any, error: Exception) -> BaseException:
    with pytest.raises(Exception) as caught, steps.step():  # noqa: PT011 - which one is what the tests ask
        raise error
    return caught.value


def test_a_scheduled_run_is_called_as_its_dag_run(steps: Any) -> None:
    with steps.step() as (_, run_key):
        assert run_key == "scheduled__1"


def test_the_parameter_names_the_run(steps: Any) -> None:
    steps.context["params"]["run_key"] = "make-1"
    with steps.step() as (_, run_key):
        assert run_key == "make-1"


def test_of_the_runs_in_the_events_the_one_at_work_is_taken(steps: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [SimpleNamespace(extra={"run_key": name}) for name in ("a", "b")]
    steps.context["triggering_asset_events"] = {"asset": events}
    monkeypatch.setattr(steps.module.nightly, "at_work", lambda _, run_keys: run_keys[1])
    with steps.step() as (_, run_key):
        assert run_key == "b"


def test_events_of_ended_runs_are_skipped(steps: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    steps.context["triggering_asset_events"] = {"asset": [SimpleNamespace(extra={"run_key": "a"})]}
    monkeypatch.setattr(steps.module.nightly, "at_work", lambda *_: None)
    with pytest.raises(steps.module.AirflowSkipException), steps.step():
        pass


@pytest.mark.parametrize("error", [CheckFailed("rates", "cohort_summary"), Overtaken("publish", 3)])
def test_what_trying_again_cannot_help_is_not_tried_again(steps: Any, error: Exception) -> None:
    caught = fail_with(steps, error)
    assert isinstance(caught, steps.module.AirflowFailException)
    assert str(caught) == str(error)
    assert steps.notes == [("scheduled__1", str(error))]


def test_a_lost_connection_is_tried_again(steps: Any) -> None:
    caught = fail_with(steps, DatabaseUnavailable("08006", "OperationalError"))
    assert isinstance(caught, DatabaseUnavailable)


@pytest.mark.parametrize("error", [ValueError(CANARY), OSError(28, CANARY), KeyError(CANARY)])
def test_any_other_error_is_tried_again_and_leaves_without_its_message(steps: Any, error: Exception) -> None:
    caught = fail_with(steps, error)
    assert not isinstance(caught, steps.module.AirflowException)
    assert type(error).__name__ in str(caught)
    assert CANARY not in repr(caught) + str(steps.notes)
    assert caught.__cause__ is None
    assert caught.__suppress_context__
