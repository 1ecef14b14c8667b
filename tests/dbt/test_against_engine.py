"""The build against the reference engine, row by row, over the sample: two programs written from one page of rules."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from live_tracker.settings import Settings
from tests.histories.crowd import FIRST_EXTRACT, SECOND_EXTRACT, write_crowd
from tests.night import run_night
from tests.recount import compare
from tests.sample_data.nights import write_sample

pytestmark = pytest.mark.slow

LAST_NIGHT = dt.date(2026, 11, 21)
PEOPLE = 400
SEEDS = range(1, 21) if os.environ.get("HYPOTHESIS_PROFILE") == "long" else (1,)


@pytest.fixture(scope="module")
def landed(new_warehouse: Callable[[], Settings], tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Path]:
    """A warehouse of its own, and the sample that every build of this module is made from."""
    out = tmp_path_factory.mktemp("sample")
    write_sample(out, services=3, children=150, seed=11, last_night=LAST_NIGHT)
    return new_warehouse(), out / "deliveries"


@pytest.fixture(scope="module", params=SEEDS)
def edges(
    request: pytest.FixtureRequest, new_warehouse: Callable[[], Settings], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Settings, Path]:
    """A warehouse of its own, and histories in which every date lies on an edge."""
    out = tmp_path_factory.mktemp("edges")
    write_crowd(out, people=PEOPLE, number=request.param)
    return new_warehouse(), out


@pytest.mark.parametrize(
    ("as_of", "known_as_of"),
    [
        (LAST_NIGHT, LAST_NIGHT),
        (dt.date(2025, 12, 31), LAST_NIGHT),
        (dt.date(2026, 11, 18), dt.date(2026, 11, 18)),
    ],
)
def test_both_count_the_same(
    landed: tuple[Settings, Path], project: Path, as_of: dt.date, known_as_of: dt.date
) -> None:
    settings, deliveries = landed
    definitions = project / "definitions"
    run_night(settings, deliveries, definitions, as_of=as_of, known_as_of=known_as_of)
    assert compare(settings, definitions, as_of, known_as_of) == []


@pytest.mark.parametrize(
    ("as_of", "known_as_of"),
    [
        (SECOND_EXTRACT, SECOND_EXTRACT),
        (dt.date(2024, 3, 31), SECOND_EXTRACT),
        (FIRST_EXTRACT, FIRST_EXTRACT),
    ],
)
def test_both_count_edges_alike(edges: tuple[Settings, Path], as_of: dt.date, known_as_of: dt.date) -> None:
    settings, deliveries = edges
    definitions = Path(__file__).parent / "edge_definitions"
    run_night(settings, deliveries, definitions, as_of=as_of, known_as_of=known_as_of)
    found = compare(settings, definitions, as_of, known_as_of)
    assert not found, "\n".join(found)
