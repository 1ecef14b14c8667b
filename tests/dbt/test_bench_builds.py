"""The benchmark of builds at its smallest: psql, DuckDB and pandas give the figures that dbt's build gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from live_tracker import nightly, runs
from live_tracker.build.dbt import LAYERS
from live_tracker.database import connect
from live_tracker.release.hashing import GRAINS
from live_tracker.settings import Settings
from live_tracker.terminal import console
from tests.bench import duckdb_build
from tests.bench.builds import by_others
from tests.bench.builds_nights import landed
from tests.bench.same_figures import check_same
from tests.deliver import administer
from tests.sample_data.nights import write_sample

pytestmark = pytest.mark.slow


def test_other_means_give_the_same_figures(warehouse: Settings, tmp_path: Path) -> None:
    write_sample(tmp_path / "sample", services=1, nights=1, children=30)
    run_key = landed(warehouse, tmp_path / "sample" / "deliveries")
    for layer in LAYERS:
        nightly.build(warehouse, run_key, layer)
    with connect(warehouse, "loader") as connection:
        run = runs.get(connection, run_key)
    ways = by_others(warehouse, run, tmp_path, console())
    assert all(way.peak_mb > 0 and way.seconds > 0 for way in ways)

    def ask(query: str) -> list[dict[str, object]]:
        return duckdb_build.fetch(tmp_path / "rows.duckdb", query)

    check_same(warehouse, "DuckDB", ask, GRAINS.keys() - duckdb_build.LEFT_OUT)
    administer(warehouse, "UPDATE candidate.cohort_summary SET reoffenders = reoffenders + 1 WHERE cohort = '2025Q1'")
    with pytest.raises(AssertionError, match=r"cohort_summary by DuckDB: [1-9]"):
        check_same(warehouse, "DuckDB", ask)
