"""The published figures of Wolverhampton come out of the sample's deliveries, by the whole way that any figure comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from live_tracker.settings import Settings
from tests.deliver import fetch_as
from tests.night import run_night
from tests.sample_data.nights import write_sample

pytestmark = pytest.mark.slow

PUBLISHED = [("2016Q2", 65, 35, 101, "53.8"), ("2017Q2", 65, 22, 105, "33.8")]
"""Wolverhampton YOT plan 2019/20: children, reoffenders, reoffences and the per cent of children who reoffended."""


@pytest.mark.parametrize("seed", [1, 2])
def test_the_published_figures_come_out(seed: int, warehouse: Settings, project: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, children=20, seed=seed)
    run_night(warehouse, tmp_path / "deliveries", project / "definitions")
    found = fetch_as(
        warehouse,
        "publisher",
        """
        SELECT cohort, children, reoffenders, reoffences, round(100 * binary_rate, 1)::text
        FROM candidate.cohort_summary
        WHERE definition = 'national_proven' AND yot = 'wolverhampton' AND cohort IN ('2016Q2', '2017Q2')
        ORDER BY cohort
        """,
    )
    assert found == PUBLISHED
