"""What `tracker status` and `tracker runs` say of a home, whether a release came of its deliveries or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from live_tracker import runs, terminal
from live_tracker.database import connect
from live_tracker.deliveries.ledger import bind_home
from live_tracker.home import airflow
from live_tracker.home.bindings import sample_folder
from live_tracker.report import print_deliveries
from live_tracker.runs import Status
from live_tracker.settings import Settings
from live_tracker.status import print_runs, print_status
from tests.deliver import administer, child, land_all, write_delivery
from tests.made_release import RELEASE, write_release

FIRST, SECOND, THIRD = (f"2026-03-{day:02}" for day in (1, 2, 3))
TODAY = dt.date(2026, 3, 4)
Print = Callable[..., str]


@pytest.fixture
def printed(warehouse: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Print:
    """What is printed of the status on a day."""
    monkeypatch.setattr(airflow, "dead", lambda _: [])

    def call(today: dt.date = TODAY) -> str:
        print_status(warehouse, terminal.console(), today)
        return capsys.readouterr().out

    return call


def request(settings: Settings, run_key: str, status: Status = "landing", **columns: Any) -> None:
    with connect(settings, "loader") as connection:
        runs.request(
            connection, run_key, requested_by="make", definitions_hash="d", reference_hash="r", code_version="c"
        )
        runs.update(connection, run_key, status, **columns)


def deliver(root: Path, source: str, day: str, sequence: int, **changes: Any) -> Path:
    return write_delivery(root, "yot", source, day, sequence, {"child": [child(f"c-{source}")]}, **changes)


def test_a_refused_delivery_shows_without_a_release(printed: Print, warehouse: Settings, tmp_path: Path) -> None:
    (deliver(tmp_path, "northtown", FIRST, 1) / "child.csv").write_text("child_id\nchanged\n")
    (deliver(tmp_path, "northtown", SECOND, 2) / "manifest.json").unlink()
    request(warehouse, "night")
    land_all(warehouse, tmp_path, "night")
    output = printed()
    assert f"refused   yot/northtown/{FIRST}: size, table child" in output
    assert f"incomplete yot/northtown/{SECOND}" in output
    assert "release   none yet" in output
    assert "late      nothing has been delivered yet" in output


def test_what_has_been_put_right_shows_no_more(printed: Print, warehouse: Settings, tmp_path: Path) -> None:
    folder = deliver(tmp_path, "northtown", FIRST, 1)
    manifest = (folder / "manifest.json").read_text()
    (folder / "manifest.json").unlink()
    request(warehouse, "first", "landing")
    land_all(warehouse, tmp_path, "first")
    assert "incomplete" in printed()
    (folder / "manifest.json").write_text(manifest)
    request(warehouse, "second", "failed", deliveries_hash="landed to the end")
    land_all(warehouse, tmp_path, "second")
    assert "incomplete" not in printed()


def test_what_was_wrong_before_a_landing_that_broke_off_still_shows(
    printed: Print, warehouse: Settings, tmp_path: Path
) -> None:
    (deliver(tmp_path, "northtown", FIRST, 1) / "manifest.json").unlink()
    request(warehouse, "first", "published", deliveries_hash="landed to the end")
    land_all(warehouse, tmp_path, "first")
    request(warehouse, "second", "failed")
    assert "incomplete" in printed()


def test_missing_sequences_show_without_a_release(printed: Print, warehouse: Settings, tmp_path: Path) -> None:
    deliver(tmp_path, "northtown", FIRST, 1)
    deliver(tmp_path, "northtown", THIRD, 4)
    land_all(warehouse, tmp_path)
    assert "missing   yot/northtown: sequence 2, 3" in printed()


def test_a_source_is_late_behind_the_others(printed: Print, warehouse: Settings, tmp_path: Path) -> None:
    deliver(tmp_path, "northtown", FIRST, 1)
    deliver(tmp_path, "southtown", THIRD, 1)
    land_all(warehouse, tmp_path)
    late = [line for line in printed().splitlines() if line.startswith("late")]
    assert late == [f"late      yot/northtown: last delivery {FIRST}, 3 days ago, others have {THIRD}"]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (dt.date(2026, 3, 6), f"late      none; last delivery {THIRD}"),
        (dt.date(2026, 3, 7), f"late      yot/northtown: last delivery {THIRD}, 4 days ago"),
    ],
)
def test_all_are_late_when_nothing_came_for_days(
    printed: Print, warehouse: Settings, tmp_path: Path, today: dt.date, expected: str
) -> None:
    deliver(tmp_path, "northtown", THIRD, 1)
    land_all(warehouse, tmp_path)
    assert expected in printed(today).splitlines()


def test_a_sample_is_not_compared_with_today(printed: Print, warehouse: Settings, tmp_path: Path) -> None:
    deliver(tmp_path, "northtown", THIRD, 1)
    land_all(warehouse, tmp_path)
    with connect(warehouse, "loader") as connection:
        bind_home(connection, sample_folder(warehouse))
    assert f"late      none; last delivery {THIRD}, of the sample" in printed(dt.date(2027, 1, 1)).splitlines()


@pytest.mark.parametrize(("revision", "is_settled"), [(1, True), (2, True), (None, False)])
def test_a_refusal_is_settled_by_a_later_revision(
    printed: Print, warehouse: Settings, tmp_path: Path, revision: int | None, is_settled: bool
) -> None:
    (deliver(tmp_path, "northtown", FIRST, 1) / "child.csv").write_text("child_id\nchanged\n")
    if revision is not None:
        deliver(tmp_path, "northtown", FIRST, 1, revision=revision)
    request(warehouse, "night")
    land_all(warehouse, tmp_path, "night")
    assert (f"refused   yot/northtown/{FIRST}" in printed()) == (not is_settled)
    told = print_deliveries(warehouse, terminal.console(), "night")
    assert told == ([] if is_settled else [f"yot/northtown/{FIRST}"])


def test_a_refused_revision_is_not_settled_by_what_it_was_to_replace(
    printed: Print, warehouse: Settings, tmp_path: Path
) -> None:
    deliver(tmp_path, "northtown", FIRST, 1)
    (deliver(tmp_path, "northtown", FIRST, 1, revision=1) / "child.csv").write_text("child_id\nchanged\n")
    request(warehouse, "night")
    land_all(warehouse, tmp_path, "night")
    assert f"refused   yot/northtown/{FIRST}.r1" in printed()


WARNED = """
INSERT INTO ops.gate_result VALUES (
    %s, 'c', false, 2, '[]',
    '[{"table": "delivery", "expectation": "sources_are_fresh", "note": "named", "rows": 1}]', now()
)
"""


def test_warnings_of_the_gate_show_without_a_release(printed: Print, warehouse: Settings) -> None:
    request(warehouse, "night", "failed", message="the gate is closed")
    administer(warehouse, WARNED.replace("%s", "'night'"))
    assert "warning of its gate: delivery: sources_are_fresh (1 row): named" in printed()


def test_warnings_of_a_release_are_said_once(printed: Print, warehouse: Settings) -> None:
    write_release(warehouse)
    administer(warehouse, WARNED.replace("%s", "'run'"))
    with connect(warehouse, "loader") as connection:
        runs.update(connection, "run", "published", release_id=RELEASE)
    assert printed().count("sources_are_fresh") == 1


def test_runs_are_listed_newest_first(warehouse: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    day = dt.date(2026, 3, 1)
    request(warehouse, "one", "published", as_of=day, known_as_of=TODAY, release_id="2026-03-01.1")
    request(warehouse, "two", "failed")
    request(warehouse, "three")
    print_runs(warehouse, terminal.console(), 2)
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines() if "make" in line] == ["three", "two"]
    print_runs(warehouse, terminal.console(), 3)
    [line] = [line for line in capsys.readouterr().out.splitlines() if "one" in line.split()]
    cells = [cell.strip() for cell in line.strip("│ ").split("│")]
    assert cells[:5] == ["one", "make", "2026-03-01", "2026-03-04", "published"]
    assert cells[6] == "2026-03-01.1"
