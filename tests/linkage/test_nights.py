"""A night weighs only what is new and its neighbours; what comes of it is what one night with everything makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from live_tracker import database, fences
from live_tracker.identity import links, weights
from live_tracker.settings import Settings
from tests.deliver import fetch, land_all
from tests.linkage.nights import in_two_nights, write_night
from tests.linkage.people import People, Rates, make_people

RECORDS = 300
NIGHTS = ("2026-11-19", "2026-11-20")


@pytest.fixture(scope="module")
def people() -> People:
    return make_people(RECORDS, seed=5, rates=Rates(no_pnc_id=0.9, sibling=0.3))


def resolve(settings: Settings) -> None:
    with database.connect(settings, "loader") as connection:
        token = fences.claim(connection, "identity", "test")
    links.resolve(settings, "test", token)


def told(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """All that is kept, without the pseudonyms: each warehouse of a home has the same key."""
    tables = ("person_link", "person", "review_queue", "face", "face_pair")
    return {table: sorted(fetch(settings, f"SELECT t::text FROM identity.{table} AS t")) for table in tables}


def test_night_by_night_is_as_all_at_once(
    new_warehouse: Callable[[], Settings], people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nightly, at_once = new_warehouse(), new_warehouse()
    # so few records are looked up as millions would be
    monkeypatch.setattr(weights, "MOST_LOOKED_UP", 1.0)
    for number, (day, (children, nominals)) in enumerate(zip(NIGHTS, in_two_nights(people, 0.2), strict=True), start=1):
        write_night(tmp_path, day, number, children, nominals)
        land_all(nightly, tmp_path)
        resolve(nightly)
    land_all(at_once, tmp_path)
    resolve(at_once)
    found = told(nightly)
    assert found == told(at_once)
    joined = [row for row in found["person_link"] if ",splink," in row[0]]
    assert len(joined) > RECORDS / 10
    assert found["review_queue"]


def test_a_night_without_change_weighs_nothing(
    new_warehouse: Callable[[], Settings], people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = new_warehouse()
    write_night(tmp_path, NIGHTS[0], 1, people.children, people.nominals)
    land_all(warehouse, tmp_path)
    resolve(warehouse)
    before = fetch(warehouse, "SELECT xmin::text, face FROM identity.face ORDER BY face")

    def weigh(*_: object) -> None:
        raise AssertionError("something was weighed again")

    monkeypatch.setattr(weights, "score_prepared", weigh)
    resolve(warehouse)
    assert fetch(warehouse, "SELECT xmin::text, face FROM identity.face ORDER BY face") == before
