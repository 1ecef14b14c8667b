"""The build against what children did: the sample's truth, counted by a script that knows nothing of the project."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from live_tracker.settings import Settings
from tests.deliver import fetch_as
from tests.night import build, request
from tests.sample_data.nights import write_sample
from tests.sample_data.recount_from_truth import DEFINITIONS, Cell, Counts, recount

pytestmark = pytest.mark.slow

LAST_NIGHT = dt.date(2026, 11, 21)


@pytest.mark.parametrize(("errors", "as_of"), [(0.0, LAST_NIGHT), (1.0, LAST_NIGHT), (1.0, dt.date(2025, 12, 31))])
def test_a_recount_of_the_truth_is_the_tracker(
    new_warehouse: Callable[[], Settings], project: Path, tmp_path: Path, errors: float, as_of: dt.date
) -> None:
    write_sample(tmp_path, services=3, children=150, seed=5, last_night=LAST_NIGHT, errors=errors)
    settings = new_warehouse()
    build(settings, request(settings, tmp_path / "deliveries", project / "definitions", as_of=as_of))

    recounted = recount(json.loads((tmp_path / "truth.json").read_text()), as_of, LAST_NIGHT)

    assert {name for name, _, _ in recounted} == set(DEFINITIONS)
    assert {cell: counts for cell, counts in built(settings).items() if counts.children} == recounted


def built(settings: Settings) -> dict[Cell, Counts]:
    """The counts of the candidate, service by service, of the definitions that are recounted."""
    query = """
        SELECT definition, cohort, yot, children, reoffenders, reoffences FROM candidate.cohort_summary
        WHERE definition = ANY (%s) AND yot <> 'all'
    """
    return {tuple(row[:3]): Counts(*row[3:]) for row in fetch_as(settings, "publisher", query, list(DEFINITIONS))}
