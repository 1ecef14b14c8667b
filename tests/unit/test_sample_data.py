"""The sample: the same for a seed, in the order of events, with ids that check, and without a row that is refused."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

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
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("month")
    write_sample(out, nights=30, children=60, last_night=LAST_NIGHT)
    return out


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    return list(live(2, 300, 1, LAST_NIGHT))


def digests(out: Path) -> dict[str, str]:
    files = (path for path in out.rglob("*") if path.is_file())
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def manifests(out: Path) -> dict[Path, dict[str, Any]]:
    """The manifest of every delivery folder, the folders in the order of feed, source and day."""
    paths = sorted(out.glob("deliveries/*/*/*/manifest.json"))
    return {path.parent: json.loads(path.read_text()) for path in paths}


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    """The rows of a table of a delivery, in whatever form they were sent."""
    packed = folder / f"{table}.csv.gz"
    data = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / f"{table}.csv").read_bytes()
    encoding = json.loads((folder / "manifest.json").read_text())["encoding"]
    return list(csv.DictReader(data.decode(encoding).removeprefix("\ufeff").splitlines()))


def test_a_seed_makes_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, children=60, last_night=LAST_NIGHT)
    assert digests(tmp_path) == digests(sample)


def test_second_records_are_added_where_they_are_asked_for_and_end_as_the_first(sample: Path, tmp_path: Path) -> None:
    """Of the same children: the second record has other names and no number at first, in the end those of the first."""
    write_sample(tmp_path, children=60, nights=30, last_night=LAST_NIGHT, second_records=True)
    truth = [json.loads((folder / "truth.json").read_text()) for folder in (tmp_path, sample)]
    plain = [[ids for ids in child["records"] if not ids[2].endswith("-2")] for child in truth[0]]
    assert plain == [child["records"] for child in truth[1]]
    twice = [child for child, ids in zip(truth[0], plain, strict=True) if child["records"] != ids]
    assert len(twice) > 5

    known: dict[str, list[dict[str, str]]] = defaultdict(list)
    for folder in manifests(tmp_path):
        if folder.parts[-3] == "yot":
            for row in rows(folder, "child"):
                known[row["child_id"]].append(row)
    for child in twice:
        [second] = [ids[2] for ids in child["records"] if ids[2].endswith("-2")]
        first, last = known[second.removesuffix("-2")][-1], known[second][-1]
        assert (last["forename"], last["surname"], last["date_of_birth"]) == tuple(
            first[name] for name in ("forename", "surname", "date_of_birth")
        )
        assert last["pnc_id"]
    changed = [versions for second, versions in known.items() if second.endswith("-2") and not versions[0]["pnc_id"]]
    assert changed
    assert all(versions[0]["date_of_birth"] != versions[-1]["date_of_birth"] for versions in changed)


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
    sent = manifests(sample)
    assert {(item["contract"], item["kind"]) for item in sent.values()} == {
        ("yot/1", "full"),
        ("yot/1", "delta"),
        ("pnc/1", "full"),
        ("pnc/1", "delta"),
    }
    assert {item["revision"] for item in sent.values()} == {0, 1}
    deltas = [folder for folder, item in sent.items() if item["kind"] == "delta"]
    assert any(row.get("deleted") == "1" for folder in deltas for row in rows(folder, table_entered_twice(folder)))


def table_entered_twice(folder: Path) -> str:
    return "outcome" if folder.parents[1].name == "yot" else "disposal"


def test_a_cut_short_delivery_lacks_rows_that_its_revision_has(sample: Path) -> None:
    def sent(folder: Path) -> set[tuple[str, ...]]:
        tables = [path.name.partition(".")[0] for path in folder.glob("*.csv*")]
        return {(table, *row.values()) for table in tables for row in rows(folder, table)}

    revised = [folder for folder, item in manifests(sample).items() if item["revision"] and item["kind"] == "full"]
    for folder in revised:
        assert sent(folder.with_suffix("")) < sent(folder)
    assert revised


def test_files_come_in_every_form_that_the_contract_allows(month: Path) -> None:
    sent = manifests(month)
    assert {item["encoding"] for item in sent.values()} == {"utf-8", "windows-1252"}
    names = {Path(file["name"]).suffix for item in sent.values() for file in item["files"]}
    assert names == {".csv", ".gz"}
    assert any(is_marked(folder) for folder in sent)


def is_marked(folder: Path) -> bool:
    return any(path.read_bytes().startswith(b"\xef\xbb\xbf") for path in folder.glob("*.csv"))


def test_nights_are_missing_and_the_sequence_tells(month: Path) -> None:
    by_source: dict[Path, list[int]] = {}
    for folder, item in manifests(month).items():
        by_source.setdefault(folder.parent, []).append(item["sequence"])
        assert dt.date.fromisoformat(item["extract_date"]) == LAST_NIGHT - dt.timedelta(days=30 - item["sequence"])
    missing = {source.name: set(range(1, 31)) - set(sequences) for source, sequences in by_source.items()}
    assert len(missing) == 3
    assert any(missing.values())
    assert not any(gaps & {1, 30} for gaps in missing.values())


def test_a_service_without_a_table_never_sends_it(month: Path) -> None:
    def supplied(source: str) -> set[bool]:
        sent = {folder: item for folder, item in manifests(month).items() if folder.parent.name == source}
        return {any(file["name"].startswith("child_flag.") for file in item["files"]) for item in sent.values()}

    assert (supplied("northborough"), supplied("wolverhampton")) == ({False}, {True})


def test_deliveries_arrive_late_out_of_order_and_again(month: Path) -> None:
    arrived = json.loads((month / "arrivals.json").read_text())
    nights, folders = [night for night, _ in arrived], [folder for _, folder in arrived]
    sent = {
        folder.relative_to(month / "deliveries").as_posix(): item["sequence"]
        for folder, item in manifests(month).items()
    }
    assert set(folders) == set(sent)
    assert nights == sorted(nights)
    assert max(nights) == 30
    first = {folder: night for night, folder in reversed(arrived)}
    assert {first[folder] - sent[folder] for folder in sent} == {0, 1, 2, 3}
    assert len(folders) > len(sent)
    of_the_police = [sent[folder] for folder in folders if folder.startswith("pnc/")]
    assert of_the_police != sorted(of_the_police)


def test_all_of_it_is_loaded(sample: Path, warehouse: Settings) -> None:
    reports = land_all(warehouse, sample / "deliveries")
    assert set(reports) == {"pnc/20", "yot/northborough", "yot/wolverhampton"}
    assert fetch(warehouse, "SELECT outcome, count(*) FROM ops.delivery_attempt GROUP BY outcome") == [
        ("loaded", len(manifests(sample)))
    ]
    assert fetch(warehouse, "SELECT count(*) FROM ops.quarantine") == [(0,)]
    assert fetch(warehouse, "SELECT DISTINCT reason FROM ops.delivery_warning") == [("repeated_row",)]


def test_the_truth_stands_apart(sample: Path) -> None:
    truth = json.loads((sample / "truth.json").read_text())
    assert len(truth) == 120 + 130  # and Wolverhampton's past
    offences = [offence for child in truth for offence in child["offences"]]
    tiers = {outcome["tier"] for offence in offences for outcome in offence["outcomes"] if outcome["stands"]}
    assert tiers == {"diversion", "pre_court", "first_tier", "community", "custody", "none"}
    assert not list((sample / "deliveries").rglob("*truth*"))
