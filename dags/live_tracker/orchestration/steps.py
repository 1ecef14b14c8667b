"""What a task of ours is wrapped in: which run it belongs to, which errors are tried again, and how it hands on."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from airflow.sdk import Asset, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.sdk.log import mask_secret
from pydantic import SecretStr

from live_tracker import nightly, turns
from live_tracker.errors import DatabaseUnavailable, TrackerError
from live_tracker.settings import Settings, get_settings


@contextmanager
def step() -> Iterator[tuple[Settings, str]]:
    """Settings and run_key of the task that is running.

    A lost connection is tried again, a failed check never. Any other error leaves without its message, which may
    quote a row, and with the lines of our code that it came through.
    """
    settings = get_settings()
    mask_secrets(settings)
    run_key = _run_key(settings, get_current_context())
    with _told(lambda message: _note(settings, run_key, message)):
        yield settings, run_key


@contextmanager
def by_hand() -> Iterator[tuple[Settings, dict[str, Any]]]:
    """Settings and parameters of a task that somebody started and that belongs to no run; errors as in `step`."""
    settings = get_settings()
    mask_secrets(settings)
    with _told(lambda _: None):
        yield settings, dict(get_current_context()["params"])


def hand_on(asset: Asset, run_key: str) -> None:
    """Let the DAGs that wait for the asset know which run it is for."""
    get_current_context()["outlet_events"][asset].extra = {"run_key": run_key}


def skip_the_rest(reason: str) -> None:
    """End the DAG run well without an asset event: nothing downstream has anything to do."""
    raise AirflowSkipException(reason)


@task(trigger_rule=TriggerRule.ONE_FAILED, retries=0)
def record_failure() -> None:
    """End the run as failed, so that waiting runs go on; fails itself, so that the DAG run is red."""
    with step() as (settings, run_key):
        context: Any = get_current_context()
        dag_run = context["dag_run"]
        states = context["ti"].get_task_states(dag_id=dag_run.dag_id, run_ids=[dag_run.run_id])
        failed = sorted(name for name, state in states[dag_run.run_id].items() if state == "failed")
        what_failed = f"{dag_run.dag_id}: {', '.join(failed)} failed"
        turns.fail(settings, run_key, what_failed)
        raise AirflowFailException(f"{what_failed}; run {run_key} is recorded as failed")


def without_message(error: Exception) -> TrackerError:
    """The error by its type and the lines it came through: its message may hold a value of a row."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "live_tracker" in frame.filename]
    lines = ", ".join(f"{frame.filename.rpartition('live_tracker/')[2]}:{frame.lineno}" for frame in frames)
    return TrackerError(f"unexpected {type(error).__name__}", lines)


def mask_secrets(settings: Settings) -> None:
    """Let Airflow blank the secrets of this home wherever a task should print one."""
    for path in settings.secrets_folder.glob("*"):
        if not path.name.startswith(".") and path.suffix in {".password", ".key"}:
            mask_secret(path.read_text().strip())
    for value in (getattr(settings, name) for name in type(settings).model_fields):
        if isinstance(value, SecretStr):
            mask_secret(value.get_secret_value())


@contextmanager
def _told(note: Callable[[str], None]) -> Iterator[None]:
    """Which errors of the block are tried again and how they are worded; `note` keeps what they say."""
    try:
        yield
    except AirflowException:
        raise
    except DatabaseUnavailable as error:
        note(str(error))
        raise
    except TrackerError as error:
        note(str(error))
        raise AirflowFailException(str(error)) from None
    except Exception as error:
        told = without_message(error)
        note(str(told))
        raise told from None


def _run_key(settings: Settings, context: Any) -> str:
    """From the event that triggered the DAG run, else from its parameter; a scheduled run is called as its DAG run."""
    events = [event for events in (context.get("triggering_asset_events") or {}).values() for event in events]
    if events:
        run_key = nightly.at_work(settings, [event.extra["run_key"] for event in events])
        if run_key is None:
            raise AirflowSkipException("the runs this was triggered for have ended")
        return run_key
    return str(context["params"].get("run_key") or context["dag_run"].run_id)


def _note(settings: Settings, run_key: str, message: str) -> None:
    with suppress(TrackerError):
        turns.note(settings, run_key, message)
