"""The indicators beside reoffending over the sample: they add up, and agree with the rows that they were counted from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from live_tracker.settings import Settings
from tests.deliver import fetch_as
from tests.night import build, request
from tests.sample_data.nights import write_sample

pytestmark = pytest.mark.slow

MARTS = ("first_time_entrants", "custody", "remand", "ete", "serious_violence")


@pytest.fixture(scope="module")
def built(new_warehouse: Callable[[], Settings], project: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A warehouse in which the candidate of a sample stands."""
    settings = new_warehouse()
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, children=150, services=2, seed=4)
    build(settings, request(settings, folder / "deliveries", project / "definitions"))
    return settings


@pytest.mark.parametrize("mart", MARTS)
def test_each_mart_has_rows_of_services_and_of_all(built: Settings, mart: str) -> None:
    found = fetch_as(built, "publisher", f"SELECT yot, count(*) FROM candidate.{mart} GROUP BY yot ORDER BY yot")
    print(mart, found, fetch_as(built, "publisher", f"SELECT * FROM candidate.{mart} ORDER BY quarter DESC, span DESC LIMIT 6"))
    assert {yot for yot, _ in found} == {"all", "northborough", "wolverhampton"}
