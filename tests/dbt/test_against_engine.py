"""The build against the reference engine, row by row, over the sample: two programs written from one page of rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from live_tracker.settings import Settings
from tests.night import run_night
from tests.recount import GRAINS, built, by_grain, differences, recount
from tests.sample_data.nights import write_sample

pytestmark = pytest.mark.slow

LAST_NIGHT = dt.date(2026, 11, 21)


@pytest.fixture(scope="module")
def landed(new_warehouse: Callable[[], Settings], tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Path]:
    """A warehouse of its own, and the sample that every build of this module is made from."""
    out = tmp_path_factory.mktemp("sample")
    write_sample(out, services=3, children=150, seed=11, last_night=LAST_NIGHT)
    return new_warehouse(), out / "deliveries"


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
    result = recount(settings, definitions, as_of, known_as_of)
    tables = {"cohort_member": result.members, "reoffence": result.reoffences, "cohort_summary": result.summaries}
    for table in GRAINS:
        ours = built(settings, table)
        assert ours
        found = differences(ours, by_grain(table, tables[table]))
        assert not found, "\n".join([table, *found])
