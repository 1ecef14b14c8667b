"""When a build may start from the one before, and when everybody is made anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from live_tracker import runs
from live_tracker.build import candidate
from live_tracker.build.candidate import Start
from live_tracker.build.dbt import LAYERS
from live_tracker.database import connect
from live_tracker.errors import TrackerError
from live_tracker.runs import Run
from live_tracker.settings import Settings
from tests.deliver import child, fetch, land_all, write_delivery

FIRST, SECOND = dt.date(2024, 6, 1), dt.date(2024, 6, 2)


@pytest.fixture
def asked(warehouse: Settings) -> Callable[..., Run]:
    """Writes the row of a run that has its dates, with values of a usual one where none are given."""

    def ask(run_key: str, **values: Any) -> Run:
        usual = {"definitions_hash": "d", "reference_hash": "r", "code_version": "c"}
        dates = {"as_of": SECOND, "known_as_of": SECOND} | {key: values.pop(key) for key in DATES & set(values)}
        with connect(warehouse, "loader") as connection:
            runs.request(connection, run_key, requested_by="make", **{**usual, **values})
            runs.update(connection, run_key, "building", **dates)
            return runs.get(connection, run_key)

    return ask


DATES = {"as_of", "known_as_of"}


@pytest.fixture
def stands(warehouse: Settings, asked: Callable[..., Run]) -> Run:
    """A published run whose candidate stands, of the day before."""
    run = asked("stands", as_of=FIRST, known_as_of=FIRST)
    build(warehouse, run)
    publish(warehouse, run)
    return run


def build(settings: Settings, run: Run) -> list[Start | None]:
    starts = [candidate.begin(settings, run, layer) for layer in LAYERS]
    candidate.finish(settings, run)
    return starts


def publish(settings: Settings, run: Run) -> None:
    with connect(settings, "loader") as connection:
        runs.update(connection, run.run_key, "published")


def test_the_first_build_makes_everybody_anew(warehouse: Settings, asked: Callable[..., Run]) -> None:
    assert build(warehouse, asked("first")) == [None, None, None]


def test_the_next_starts_from_the_one_before(
    warehouse: Settings, asked: Callable[..., Run], stands: Run, tmp_path: Path
) -> None:
    before = Start(changes_after=0, days_after=FIRST)
    assert build(warehouse, asked("next")) == [before, before, before]


@pytest.mark.parametrize(
    "otherwise",
    [
        {"definitions_hash": "other"},
        {"reference_hash": "other"},
        {"code_version": "other"},
        {"as_of": FIRST - dt.timedelta(days=1)},
        {"known_as_of": FIRST - dt.timedelta(days=1)},
    ],
)
def test_what_is_told_otherwise_makes_everybody_anew(
    warehouse: Settings, asked: Callable[..., Run], stands: Run, otherwise: dict[str, Any]
) -> None:
    assert candidate.begin(warehouse, asked("next", **otherwise), "staging") is None


def test_the_same_days_again_start_from_the_one_before(
    warehouse: Settings, asked: Callable[..., Run], stands: Run
) -> None:
    assert candidate.begin(warehouse, asked("next", as_of=FIRST, known_as_of=FIRST), "staging") is not None


@pytest.mark.parametrize("ended", ["failed", "gating"])
def test_a_candidate_that_was_not_published_is_not_built_upon(
    warehouse: Settings, asked: Callable[..., Run], ended: runs.Status
) -> None:
    run = asked("red")
    build(warehouse, run)
    with connect(warehouse, "loader") as connection:
        runs.update(connection, run.run_key, ended)
    assert candidate.begin(warehouse, asked("next"), "staging") is None


def test_a_build_that_broke_off_is_not_built_upon(warehouse: Settings, asked: Callable[..., Run], stands: Run) -> None:
    broken = asked("broken")
    assert candidate.begin(warehouse, broken, "staging") is not None
    candidate.begin(warehouse, broken, "intermediate")
    assert candidate.begin(warehouse, asked("next"), "staging") is None


def test_a_second_try_of_the_middle_layer_makes_everybody_anew(
    warehouse: Settings, asked: Callable[..., Run], stands: Run
) -> None:
    run = asked("tried")
    assert candidate.begin(warehouse, run, "staging") is not None
    assert candidate.begin(warehouse, run, "intermediate") is not None
    assert candidate.begin(warehouse, run, "intermediate") is None
    assert candidate.begin(warehouse, run, "marts") is None


def test_a_second_try_of_the_last_layer_does_the_same(
    warehouse: Settings, asked: Callable[..., Run], stands: Run
) -> None:
    run = asked("tried")
    starts = build(warehouse, run)
    assert candidate.begin(warehouse, run, "marts") == starts[0] is not None


def test_a_candidate_of_another_run_cannot_be_finished(
    warehouse: Settings, asked: Callable[..., Run], stands: Run
) -> None:
    with pytest.raises(TrackerError, match="no longer that of run"):
        candidate.finish(warehouse, asked("late"))


def test_a_service_that_reports_for_the_first_time_makes_everybody_anew(
    warehouse: Settings, asked: Callable[..., Run], stands: Run, tmp_path: Path
) -> None:
    write_delivery(tmp_path, "yot", "southmere", SECOND.isoformat(), 1, {"child": [child("c1", home_yot="southmere")]})
    land_all(warehouse, tmp_path)
    assert candidate.begin(warehouse, asked("next"), "staging") is None


def test_what_was_there_and_left_out_is_not_built_upon(
    warehouse: Settings, asked: Callable[..., Run], tmp_path: Path
) -> None:
    for number, day in enumerate((FIRST, SECOND), start=1):
        rows = [child(f"c{number}", home_yot="southmere")]
        write_delivery(tmp_path, "yot", "southmere", day.isoformat(), number, {"child": rows})
    land_all(warehouse, tmp_path)
    run = asked("replayed", as_of=FIRST, known_as_of=FIRST)
    build(warehouse, run)
    publish(warehouse, run)
    assert candidate.begin(warehouse, asked("next"), "staging") is None


def test_changes_are_noted_once_there_is_a_candidate_and_forgotten_once_built(
    warehouse: Settings, asked: Callable[..., Run], tmp_path: Path
) -> None:
    def land(day: dt.date, sequence: int, **values: str) -> int:
        rows = [child("c1", home_yot="southmere", **values), child("c2", home_yot="southmere")]
        write_delivery(tmp_path, "yot", "southmere", day.isoformat(), sequence, {"child": rows})
        land_all(warehouse, tmp_path)
        return int(fetch(warehouse, "SELECT count(*) FROM raw.change")[0][0])

    assert land(FIRST, 1) == 0
    first = asked("first", as_of=FIRST, known_as_of=FIRST)
    build(warehouse, first)
    publish(warehouse, first)
    assert land(SECOND, 2, team="north") == 2  # the row before and the row after
    start = candidate.begin(warehouse, asked("second"), "staging")
    assert start == Start(changes_after=0, days_after=FIRST)
    build(warehouse, asked("second"))
    assert fetch(warehouse, "SELECT count(*) FROM raw.change") == [(0,)]
