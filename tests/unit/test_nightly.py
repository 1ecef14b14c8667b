"""The steps of a night over a real warehouse; what other modules do in them is stood in for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal

import pytest

from live_tracker import fences, nightly, runs, turns
from live_tracker.build import candidate
from live_tracker.database import connect
from live_tracker.errors import CheckFailed
from live_tracker.home import bindings
from live_tracker.identity import links
from live_tracker.runs import Run
from live_tracker.settings import Settings

FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 8)


@pytest.fixture
def night(warehouse: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with deliveries of two days in its ledger, and stand-ins for what reads folders."""
    monkeypatch.setattr(nightly, "load_code_lists", lambda _: "reference")
    monkeypatch.setattr(nightly, "load_definitions", lambda _, folder: f"definitions of {folder.name}")
    monkeypatch.setattr(nightly, "code_version", lambda **_: "code")
    for number, day in enumerate((FIRST, LAST), start=1):
        deliver(warehouse, number, day)
    return warehouse


def deliver(settings: Settings, number: int, day: dt.date) -> None:
    with connect(settings, "loader") as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ops.delivery (
                delivery_id, feed, source, sequence, revision, extract_date, kind, folder, run_key, loaded_at
            ) VALUES (%s, 'yot', 'northtown', %s, 0, %s, 'full', %s, 'before', now())
            """,
            (f"delivery {number}", number, day, day.isoformat()),
        )


def bind(settings: Settings, folder: Path) -> None:
    with connect(settings, "loader") as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE ops.home SET deliveries_folder = %s", (str(folder),))


def get(settings: Settings, run_key: str) -> Run:
    with connect(settings, "loader") as connection:
        return runs.get(connection, run_key)


def begin(
    settings: Settings,
    requested_by: Literal["make", "schedule"] = "make",
    as_of: dt.date | None = None,
    known_as_of: dt.date | None = None,
) -> str:
    with connect(settings, "loader") as connection:
        runs.request(
            connection,
            "run",
            requested_by=requested_by,
            definitions_hash="d",
            reference_hash="r",
            code_version="c",
            as_of=as_of,
            known_as_of=known_as_of,
        )
    assert turns.take(settings, "run") == "go"
    return "run"


def test_a_scheduled_run_takes_the_definitions_of_the_home(night: Settings, tmp_path: Path) -> None:
    bindings.remember_definitions(night, tmp_path / "ours")
    nightly.open_run(night, "scheduled__1")
    run = get(night, "scheduled__1")
    assert (run.requested_by, run.definitions_hash, run.code_version) == ("schedule", "definitions of ours", "code")
    assert run.requested_as_of is None


def test_opening_leaves_a_requested_run_as_it_is(night: Settings) -> None:
    run_key = begin(night, as_of=FIRST)
    nightly.open_run(night, run_key)
    assert (get(night, run_key).requested_by, get(night, run_key).requested_as_of) == ("make", FIRST)


def test_a_home_without_deliveries_says_so(night: Settings) -> None:
    with pytest.raises(CheckFailed, match="no deliveries folder"):
        nightly.sources_to_land(night)


def test_a_source_is_landed_under_a_fence_of_its_own(
    night: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Any, ...]] = []
    monkeypatch.setattr(nightly, "land_source", lambda *arguments: seen.append(arguments))
    bind(night, tmp_path)
    run_key = begin(night)
    nightly.land(night, run_key, "yot", "northtown")
    nightly.land(night, run_key, "yot", "northtown")
    first, second = seen
    assert first[1:5] == (tmp_path, "yot", "northtown", run_key)
    with connect(night, "loader") as connection:
        fences.hold(connection, "landing:yot/northtown", second[5])
    with pytest.raises(fences.Overtaken), connect(night, "loader") as connection:
        fences.hold(connection, "landing:yot/northtown", first[5])


@pytest.mark.parametrize(
    ("asked", "as_of", "known_as_of"),
    [
        ({}, LAST, LAST),
        ({"as_of": dt.date(2025, 1, 1)}, dt.date(2025, 1, 1), LAST),
        ({"known_as_of": dt.date(2026, 3, 7)}, FIRST, dt.date(2026, 3, 7)),
        ({"known_as_of": LAST}, LAST, LAST),
        ({"as_of": LAST, "known_as_of": FIRST}, LAST, FIRST),
    ],
)
def test_dates_not_asked_for_come_from_what_has_landed(
    night: Settings, asked: dict[str, dt.date], as_of: dt.date, known_as_of: dt.date
) -> None:
    run_key = begin(night, as_of=asked.get("as_of"), known_as_of=asked.get("known_as_of"))
    assert nightly.close_landing(night, run_key) == "go"
    run = get(night, run_key)
    assert (run.as_of, run.known_as_of, run.status) == (as_of, known_as_of, "landing")
    assert run.deliveries_hash


def test_closing_again_gives_the_same(night: Settings) -> None:
    run_key = begin(night)
    nightly.close_landing(night, run_key)
    first = get(night, run_key)
    nightly.close_landing(night, run_key)
    assert get(night, run_key) == first


@pytest.mark.parametrize("as_of", [None, LAST])
def test_nothing_landed_by_that_day_is_an_error_that_names_the_first(
    night: Settings, tmp_path: Path, as_of: dt.date | None
) -> None:
    bind(night, tmp_path)
    day_before = FIRST - dt.timedelta(days=1)
    run_key = begin(night, as_of=as_of, known_as_of=day_before)
    with pytest.raises(
        CheckFailed, match=f"landed by {day_before}; the first is of {FIRST}: there is nothing to count"
    ):
        nightly.close_landing(night, run_key)


def test_nothing_landed_at_all_is_an_error(warehouse: Settings, tmp_path: Path) -> None:
    bind(warehouse, tmp_path)
    run_key = begin(warehouse, known_as_of=FIRST)
    with pytest.raises(CheckFailed, match="no delivery has been landed: there is nothing to count"):
        nightly.close_landing(warehouse, run_key)


def test_a_run_that_the_release_answers_ends_there(night: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "answers", lambda connection, run: "2026-03-08.1")
    run_key = begin(night)
    assert nightly.close_landing(night, run_key) == "current"
    assert (get(night, run_key).status, get(night, run_key).release_id) == ("current", "2026-03-08.1")


def test_a_superseded_run_is_not_closed(night: Settings) -> None:
    run_key = begin(night)
    with connect(night, "loader") as connection:
        runs.update(connection, run_key, "superseded")
    assert nightly.close_landing(night, run_key) == "superseded"


def test_steps_are_told_in_the_status(night: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def look(settings: Settings, *_: Any, **__: Any) -> str:
        seen.append(get(settings, "run").status)
        return "release"

    for module, name in ((links, "resolve"), (nightly, "build_layer"), (nightly, "run_gate")):
        monkeypatch.setattr(module, name, look)
    run_key = begin(night)
    nightly.close_landing(night, run_key)
    nightly.resolve(night, run_key)
    nightly.build(night, run_key, "staging")
    nightly.check(night, run_key)
    assert seen == ["resolving", "building", "gating"]


def test_nobody_else_builds_meanwhile_and_the_lock_goes_with_the_build(
    night: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_locked() -> bool:
        with connect(night, "transformer") as connection, connection.cursor() as cursor:
            cursor.execute("SELECT NOT pg_try_advisory_xact_lock(hashtextextended('build', 0))")
            return bool((cursor.fetchone() or (None,))[0])

    seen: list[bool] = []
    monkeypatch.setattr(nightly, "build_layer", lambda *_: seen.append(is_locked()))
    monkeypatch.setattr(candidate, "begin", lambda *_: None)
    nightly.build(night, begin(night), "staging")
    assert seen == [True]
    assert not is_locked()


@pytest.mark.parametrize(("requested_by", "may_go_back"), [("make", True), ("schedule", False)])
def test_only_a_run_asked_for_may_go_back_to_an_older_day(
    night: Settings,
    monkeypatch: pytest.MonkeyPatch,
    requested_by: Literal["make", "schedule"],
    may_go_back: bool,
) -> None:
    seen: list[bool] = []

    def publish(settings: Settings, run_key: str, token: int, *, allow_older_as_of: bool) -> str:
        seen.append(allow_older_as_of)
        return "2026-03-08.1"

    monkeypatch.setattr(nightly, "publish", publish)
    assert nightly.release(night, begin(night, requested_by)) == "2026-03-08.1"
    assert seen == [may_go_back]


def test_a_publication_tried_again_after_it_was_made_gives_the_same_release(
    night: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "publish", lambda *_, **__: pytest.fail("published twice"))
    run_key = begin(night)
    with connect(night, "loader") as connection:
        runs.update(connection, run_key, "published", release_id="2026-03-08.1")
    assert nightly.release(night, run_key) == "2026-03-08.1"


def test_of_several_runs_the_one_that_has_not_ended_is_at_work(night: Settings) -> None:
    run_key = begin(night)
    nightly.open_run(night, "ended")
    with connect(night, "loader") as connection:
        runs.update(connection, "ended", "failed")
    assert nightly.at_work(night, ["ended", run_key]) == run_key
    assert nightly.at_work(night, ["ended"]) is None
