"""The list of the published tables: what it says is of the current release, and each table says what it answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from live_tracker.release.hashing import PUBLISHED
from live_tracker.release.marts import list_marts
from tests.gate.conftest import Night


@pytest.fixture
def results(night: Night) -> Path:
    """Where dbt leaves what a build cost; other tests of the session build in the same home."""
    file = night.settings.home / "dbt" / "target" / "run_results.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    return file


def test_before_there_is_a_release_the_tables_are_named_without_numbers(night: Night, results: Path) -> None:
    assert not results.exists()
    marts = list_marts(night.settings)
    assert [mart.name.partition(".")[2] for mart in marts] == list(PUBLISHED)
    assert {(mart.rows, mart.seconds) for mart in marts} == {(None, None)}
    assert all(mart.answers and mart.grain for mart in marts)


def test_rows_are_those_of_the_current_release(night: Night) -> None:
    night.release()
    rows = {mart.name: mart.rows for mart in list_marts(night.settings)}
    assert (rows["analytics.cohort_member"], rows["analytics.reoffence"], rows["practice.new_arrests"]) == (7, 6, 1)


def test_seconds_are_those_of_the_last_build(night: Night, results: Path) -> None:
    nodes = [("model", "survival", 1.5), ("test", "survival", 9.0)]
    told = [{"unique_id": f"{kind}.live_tracker.{name}", "execution_time": time} for kind, name, time in nodes]
    results.write_text(json.dumps({"results": told}))
    seconds = {mart.name: mart.seconds for mart in list_marts(night.settings)}
    assert (seconds["analytics.survival"], seconds["analytics.ete"]) == (1.5, None)
