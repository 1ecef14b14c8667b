"""Turns: one run at a time goes through the pipeline, in the order in which they were asked for.

Decided in the warehouse and not by Airflow, whose limits on a DAG do not hold for a backfill or across DAGs.
"""

from __future__ import annotations

from typing import Any, Literal

from live_tracker import runs
from live_tracker.database import Connection, connect
from live_tracker.errors import CheckFailed
from live_tracker.runs import FINISHED, Run, Status
from live_tracker.settings import TRACKER, Settings

Turn = Literal["go", "wait", "superseded"]


def take(settings: Settings, run_key: str) -> Turn:
    """Whether the run may start now; if it may, it holds the turn until it ends.

    Of the scheduled runs that wait, all but the newest are superseded: the newest does the work of all. A run that
    was asked for by name is never superseded.
    """
    with connect(settings, "loader") as connection:
        _lock(connection)
        run = runs.get(connection, run_key)
        if run.status in FINISHED:
            return "superseded"
        if run.status != "requested":
            return "go"
        _supersede(connection)
        if runs.get(connection, run_key).status == "superseded":
            return "superseded"
        if _ahead(connection, run):
            return "wait"
        runs.update(connection, run_key, "landing")
        return "go"


def enter(settings: Settings, run_key: str, status: Status) -> Run:
    """Begin a step of the run and return its row. A failed run goes on if a task of it is cleared in Airflow.

    Raises CheckFailed if the run has ended otherwise, or if another has the turn by now.
    """
    with connect(settings, "loader") as connection:
        _lock(connection)
        run = runs.get(connection, run_key)
        others = _at_work(connection, run_key)
        if run.status in FINISHED - {"failed"} or (run.status == "failed" and others):
            reason = f"has ended: {run.status}" if not others else f"has failed, and {others[0]} is at work"
            raise CheckFailed(f"run {run_key} {reason}", "ops.run", f"start it anew: `{TRACKER} rerun {run_key}`")
        reopened: dict[str, Any] = {"finished_at": None, "message": None} if run.status == "failed" else {}
        runs.update(connection, run_key, status, **reopened)
        return runs.get(connection, run_key)


def note(settings: Settings, run_key: str, message: str) -> None:
    """Keep the newest complaint of a step with the run; whether the run has failed, `fail` says after the last try."""
    with connect(settings, "loader") as connection:
        run = runs.get(connection, run_key)
        if run.status not in FINISHED:
            runs.update(connection, run_key, run.status, message=message)


def fail(settings: Settings, run_key: str, what_failed: str) -> None:
    """End the run as failed, so that others have their turn. A run that has ended stays as it is."""
    with connect(settings, "loader") as connection:
        _lock(connection)
        run = runs.get(connection, run_key)
        if run.status not in FINISHED:
            message = f"{what_failed}\n{run.message}" if run.message else what_failed
            runs.update(connection, run_key, "failed", message=message)


def keep_to_oneself(connection: Connection) -> None:
    """Let no run begin, and none go on to its next step, until the caller's transaction ends.

    Raises CheckFailed if a run is at work.
    """
    _lock(connection)
    others = _at_work(connection, "")
    if others:
        raise CheckFailed(f"run {others[0]} is at work", "ops.run", f"wait until it has ended: `{TRACKER} status`")


def unfinished(settings: Settings) -> list[Run]:
    """The runs that have not ended, oldest first."""
    with connect(settings, "loader") as connection:
        return [runs.get(connection, run_key) for run_key in _run_keys(connection, "status <> ALL (%(finished)s)", "")]


def _lock(connection: Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('turn', 0))")


def _supersede(connection: Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE ops.run
            SET status = 'superseded', finished_at = now(), message = 'a later scheduled run does its work'
            WHERE status = 'requested' AND requested_by = 'schedule' AND run_number < (
                SELECT max(waiting.run_number) FROM ops.run AS waiting
                WHERE waiting.status = 'requested' AND waiting.requested_by = 'schedule'
            )
            """
        )


def _ahead(connection: Connection, run: Run) -> list[str]:
    condition = "status <> ALL (%(finished)s) AND (status <> 'requested' OR run_number < %(run_number)s)"
    return _run_keys(connection, f"{condition} AND run_key <> %(run_key)s", run.run_key, run.run_number)


def _at_work(connection: Connection, run_key: str) -> list[str]:
    condition = "status <> ALL (%(finished)s) AND status <> 'requested' AND run_key <> %(run_key)s"
    return _run_keys(connection, condition, run_key)


def _run_keys(connection: Connection, condition: str, run_key: str, run_number: int = 0) -> list[str]:
    parameters = {"finished": sorted(FINISHED), "run_key": run_key, "run_number": run_number}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT run_key FROM ops.run WHERE {condition} ORDER BY run_number", parameters)  # noqa: S608
        return [str(row[0]) for row in cursor.fetchall()]
