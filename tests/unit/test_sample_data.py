"""The sample: the same for a seed, in the order of events, with ids that check, and without a row that is refused."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest

from live_tracker.identity.identifiers import canonical_pnc_id
from live_tracker.settings import Settings
from tests.deliver import fetch, land_all
from tests.sample_data.lives import Life, live
from tests.sample_data.nights import write_sample

LAST_NIGHT = dt.date(2026, 11, 21)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    write_sample(out, children=60, last_night=LAST_NIGHT)
    return out


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    return list(live(2, 300, 1, LAST_NIGHT))


def digests(out: Path) -> dict[str, str]:
    files = (path for path in out.rglob("*") if path.is_file())
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_seed_makes_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, children=60, last_night=LAST_NIGHT)
    assert digests(tmp_path) == digests(sample)


def test_another_seed_makes_others(sample: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, children=60, seed=2, last_night=LAST_NIGHT)
    assert digests(tmp_path) != digests(sample)


def test_more_children_leave_a_childs_life_as_it_is(lives: list[Life]) -> None:
    assert [life.cases for life in live(2, 5, 1, LAST_NIGHT)] == [life.cases for life in lives[:10]]


def test_children_are_of_age_and_most_come_back_or_do_not(lives: list[Life]) -> None:
    ages = [(life.cases[0].arrested - life.child.date_of_birth).days / 365.25 for life in lives if life.cases]
    assert min(ages) >= 10
    back = sum(len(life.cases) > 1 for life in lives) / len(lives)
    assert 0.2 < back < 0.7


def test_every_pnc_id_checks(lives: list[Life]) -> None:
    ids = [life.pnc_id for life in lives if life.pnc_id]
    assert [pnc_id for pnc_id in ids if canonical_pnc_id(pnc_id, LAST_NIGHT) != pnc_id] == []
    assert len(set(ids)) == len(ids) > 0


def test_the_police_write_later_than_the_service(sample: Path) -> None:
    first = sample / "deliveries" / "pnc" / "20" / "2026-11-15"
    decided = [dt.date.fromisoformat(row["disposal_date"]) for row in rows(first, "disposal")]
    assert dt.date(2026, 11, 15) - max(decided) >= dt.timedelta(days=1)


def test_deliveries_are_full_and_delta_revised_and_with_deletions(sample: Path) -> None:
    manifests = [json.loads(path.read_text()) for path in sample.glob("deliveries/*/*/*/manifest.json")]
    assert {(item["contract"], item["kind"]) for item in manifests} == {
        ("yot/1", "full"),
        ("yot/1", "delta"),
        ("pnc/1", "full"),
        ("pnc/1", "delta"),
    }
    assert [item["sequence"] for item in manifests if item["revision"]] == [4]


def test_all_of_it_is_loaded(sample: Path, warehouse: Settings) -> None:
    reports = land_all(warehouse, sample / "deliveries")
    assert set(reports) == {"pnc/20", "yot/northborough", "yot/wolverhampton"}
    assert fetch(warehouse, "SELECT outcome, count(*) FROM ops.delivery_attempt GROUP BY outcome") == [("loaded", 22)]
    assert fetch(warehouse, "SELECT count(*) FROM ops.quarantine") == [(0,)]


def test_the_truth_stands_apart(sample: Path) -> None:
    truth = json.loads((sample / "truth.json").read_text())
    assert len(truth) == 120 + 130  # and Wolverhampton's past
    offences = [offence for child in truth for offence in child["offences"]]
    tiers = {outcome["tier"] for offence in offences for outcome in offence["outcomes"] if outcome["stands"]}
    assert tiers == {"diversion", "pre_court", "first_tier", "community", "custody", "none"}
    assert not list((sample / "deliveries").rglob("*truth*"))
