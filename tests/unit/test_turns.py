"""One run at a time, in the order asked for; of scheduled runs that wait, only the newest works."""

from __future__ import annotations

from typing import Literal

import pytest

from live_tracker import runs, turns
from live_tracker.database import connect
from live_tracker.errors import CheckFailed
from live_tracker.runs import Status
from live_tracker.settings import Settings


def request(settings: Settings, run_key: str, requested_by: Literal["make", "schedule"] = "make") -> None:
    with connect(settings, "loader") as connection:
        runs.request(
            connection,
            run_key,
            requested_by=requested_by,
            definitions_hash="d",
            reference_hash="r",
            code_version="c",
        )


def end(settings: Settings, run_key: str, status: Status) -> None:
    with connect(settings, "loader") as connection:
        runs.update(connection, run_key, status)


def status(settings: Settings, run_key: str) -> Status:
    with connect(settings, "loader") as connection:
        return runs.get(connection, run_key).status


def test_the_first_goes_and_the_second_waits_until_it_has_ended(warehouse: Settings) -> None:
    request(warehouse, "a")
    request(warehouse, "b")
    assert turns.take(warehouse, "b") == "wait"
    assert turns.take(warehouse, "a") == "go"
    assert turns.take(warehouse, "b") == "wait"
    end(warehouse, "a", "published")
    assert turns.take(warehouse, "b") == "go"


def test_taking_a_turn_again_is_harmless(warehouse: Settings) -> None:
    request(warehouse, "a")
    assert [turns.take(warehouse, "a"), turns.take(warehouse, "a")] == ["go", "go"]
    turns.enter(warehouse, "a", "building")
    assert turns.take(warehouse, "a") == "go"
    assert status(warehouse, "a") == "building"


@pytest.mark.parametrize("ended", ["failed", "current", "superseded"])
def test_a_run_that_has_ended_in_any_way_blocks_nobody(warehouse: Settings, ended: Status) -> None:
    request(warehouse, "a")
    request(warehouse, "b")
    end(warehouse, "a", ended)
    assert turns.take(warehouse, "b") == "go"


def test_waiting_scheduled_runs_but_the_newest_are_superseded(warehouse: Settings) -> None:
    request(warehouse, "at work")
    assert turns.take(warehouse, "at work") == "go"
    for night in ("monday", "tuesday", "wednesday"):
        request(warehouse, night, "schedule")
    request(warehouse, "asked for")
    assert turns.take(warehouse, "monday") == "superseded"
    assert turns.take(warehouse, "wednesday") == "wait"
    assert [status(warehouse, night) for night in ("monday", "tuesday", "wednesday")] == [
        "superseded",
        "superseded",
        "requested",
    ]
    end(warehouse, "at work", "published")
    assert turns.take(warehouse, "asked for") == "wait"
    assert turns.take(warehouse, "wednesday") == "go"


def test_explicit_runs_are_never_superseded(warehouse: Settings) -> None:
    request(warehouse, "a")
    request(warehouse, "night", "schedule")
    request(warehouse, "b")
    request(warehouse, "later night", "schedule")
    assert turns.take(warehouse, "a") == "go"
    assert turns.take(warehouse, "night") == "superseded"
    end(warehouse, "a", "published")
    assert turns.take(warehouse, "later night") == "wait"
    assert turns.take(warehouse, "b") == "go"


def test_a_scheduled_run_at_work_is_not_superseded(warehouse: Settings) -> None:
    request(warehouse, "monday", "schedule")
    assert turns.take(warehouse, "monday") == "go"
    request(warehouse, "tuesday", "schedule")
    assert turns.take(warehouse, "tuesday") == "wait"
    assert status(warehouse, "monday") == "landing"


def test_a_failed_run_goes_on_when_a_task_is_cleared_and_nobody_else_works(warehouse: Settings) -> None:
    request(warehouse, "a")
    turns.take(warehouse, "a")
    turns.note(warehouse, "a", "the reason")
    turns.fail(warehouse, "a", "build_tracker: marts failed")
    with connect(warehouse, "loader") as connection:
        assert runs.get(connection, "a").message == "build_tracker: marts failed\nthe reason"
    run = turns.enter(warehouse, "a", "building")
    assert (run.status, run.message) == ("building", None)
    with connect(warehouse, "loader") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT finished_at FROM ops.run WHERE run_key = 'a'")
        assert cursor.fetchone() == (None,)


def test_a_failed_run_does_not_go_on_beside_another(warehouse: Settings) -> None:
    request(warehouse, "a")
    request(warehouse, "b")
    end(warehouse, "a", "failed")
    turns.take(warehouse, "b")
    with pytest.raises(CheckFailed, match="b is at work"):
        turns.enter(warehouse, "a", "building")


@pytest.mark.parametrize("ended", ["published", "current", "superseded"])
def test_a_run_that_has_ended_well_does_not_go_on(warehouse: Settings, ended: Status) -> None:
    request(warehouse, "a")
    end(warehouse, "a", ended)
    with pytest.raises(CheckFailed, match="has ended"):
        turns.enter(warehouse, "a", "building")


def test_the_end_of_a_run_is_not_undone_by_a_late_failure(warehouse: Settings) -> None:
    request(warehouse, "a")
    end(warehouse, "a", "published")
    turns.note(warehouse, "a", "late")
    turns.fail(warehouse, "a", "late")
    assert status(warehouse, "a") == "published"


def test_unfinished_runs_are_listed_oldest_first(warehouse: Settings) -> None:
    for run_key in ("a", "b", "c"):
        request(warehouse, run_key)
    end(warehouse, "b", "failed")
    assert [run.run_key for run in turns.unfinished(warehouse)] == ["a", "c"]
