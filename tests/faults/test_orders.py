"""Thirty nights of the sample, however they come: what is published is a function of the deliveries, not of their order."""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from live_tracker.database import connect
from live_tracker.deliveries.contract import FEEDS
from live_tracker.release.hashing import table_hashes
from live_tracker.settings import Settings
from tests.deliver import fetch, fetch_as, land_all
from tests.night import run_night
from tests.sample_data.deliveries import write_deliveries
from tests.sample_data.lives import live
from tests.sample_data.nights import write_sample
from tests.sample_data.records import Record
from tests.sample_data.writing import written_down

pytestmark = pytest.mark.slow

LAST_NIGHT = dt.date(2026, 11, 21)
NIGHTS = 30
CELL = ("definition", "cohort", "yot")
MEMBER = (*CELL, "person_key")
DAYS = {"as_of": LAST_NIGHT, "known_as_of": LAST_NIGHT}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("month")
    write_sample(out, services=2, nights=NIGHTS, children=60, last_night=LAST_NIGHT)
    return out


@pytest.fixture(scope="module")
def definitions(project: Path) -> Path:
    return project / "definitions"


@pytest.fixture(scope="module")
def in_order(new_warehouse: Callable[[], Settings], sample: Path, definitions: Path) -> tuple[Settings, str]:
    """A warehouse that took everything at once, in order, and its release."""
    warehouse = new_warehouse()
    return warehouse, run_night(warehouse, sample / "deliveries", definitions, **DAYS)


def arrivals(sample: Path) -> list[tuple[int, str]]:
    return [(night, folder) for night, folder in json.loads((sample / "arrivals.json").read_text())]


def receive(sample: Path, folder: str, received: Path) -> None:
    """A delivery comes in; one that has been there before is written over."""
    shutil.copytree(sample / "deliveries" / folder, received / folder, dirs_exist_ok=True)


def published(settings: Settings, release_id: str) -> dict[str, Any]:
    """What a release says and rests on: hashes of its tables, and what is known of each source."""
    with connect(settings, "migrator") as connection:
        hashes = table_hashes(connection, release_id)
    states = fetch(
        settings,
        """
        SELECT feed, source, last_extract_date, last_sequence, last_revision, deliveries, missing_sequences
        FROM release.source_state WHERE release_id = %s ORDER BY 1, 2
        """,
        release_id,
    )
    return {"hashes": hashes, "states": states}


def held(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Every version in raw, and every link and person."""
    tables = [*(f"raw.{table}" for table in version_tables()), "identity.person_link", "identity.person"]
    return {table: sorted(fetch(settings, f"SELECT record::text FROM {table} AS record")) for table in tables}


def live_rows(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """What raw says is there after the last night: source, key and hash of each row."""
    query = "SELECT source, key, row_hash::text FROM raw.{} WHERE known_to IS NULL AND NOT deleted ORDER BY 1, 2"
    return {table: fetch(settings, query.format(table)) for table in version_tables()}


def version_tables() -> list[str]:
    return [f"{feed.name}_{table.name}_version" for feed in FEEDS.values() for table in feed.tables]


def test_night_by_night_with_late_and_repeated_ones(
    in_order: tuple[Settings, str], warehouse: Settings, sample: Path, definitions: Path, tmp_path: Path
) -> None:
    for night in range(1, NIGHTS + 1):
        for came, folder in arrivals(sample):
            if came == night:
                receive(sample, folder, tmp_path)
        reports = land_all(warehouse, tmp_path)
        assert not any(report.refused for report in reports.values())
    release_id = run_night(warehouse, tmp_path, definitions, **DAYS)
    assert published(warehouse, release_id) == published(*in_order)
    assert held(warehouse) == held(in_order[0])


def test_one_by_one_shuffled_and_repeated(
    in_order: tuple[Settings, str], warehouse: Settings, sample: Path, definitions: Path, tmp_path: Path
) -> None:
    folders = [folder for _, folder in arrivals(sample)]
    random.Random(7).shuffle(folders)
    for number, folder in enumerate(folders):
        receive(sample, folder, tmp_path / str(number))
        reports = land_all(warehouse, tmp_path / str(number))
        assert not any(report.refused for report in reports.values())
    release_id = run_night(warehouse, sample / "deliveries", definitions, **DAYS)
    assert published(warehouse, release_id) == published(*in_order)
    assert held(warehouse) == held(in_order[0])


def test_one_full_extract_of_the_last_night_gives_the_same_counts(
    new_warehouse: Callable[[], Settings], definitions: Path, tmp_path: Path
) -> None:
    """Counts rest on what is known on the day; four characteristics of a member rest on what was known before it.

    Team, ward, SEN and ethnic group are those of the version in force on the index date, else of the first one after it
    (R9). A single extract has one version of each child, that of the last night, so that an older one is not found.
    Care, schooling and assessments carry dates of their own and stay. So would the service of an event that only the
    police know, and with it a count, were it the home of a child who moved house within the month and of whom no outcome
    or programme says more (P2); in this sample there is none. A person's key comes of the earliest extract that has a
    record of it, so that persons are compared by their records, not by their keys.
    """
    night_by_night, at_once = new_warehouse(), new_warehouse()
    write_moved_children(tmp_path / "month", NIGHTS)
    write_moved_children(tmp_path / "last", 1)
    run_night(night_by_night, tmp_path / "month", definitions, **DAYS)
    run_night(at_once, tmp_path / "last", definitions, **DAYS)

    assert live_rows(at_once) == live_rows(night_by_night)
    summaries = rows_by(night_by_night, "cohort_summary", CELL)
    assert sum(row["children"] for row in summaries.values()) > 0
    assert rows_by(at_once, "cohort_summary", CELL) == summaries

    keys = same_persons(night_by_night, at_once)
    members = {
        (*cell, keys[key]): row | {"person_key": keys[key]}
        for (*cell, key), row in rows_by(night_by_night, "cohort_member", MEMBER).items()
    }
    others = rows_by(at_once, "cohort_member", MEMBER)
    assert members.keys() == others.keys()
    assert {column for key, row in members.items() for column in row if row[column] != others[key][column]} == {
        "team",
        "ward_code",
        "sen_status",
        "ethnicity_group",
    }


def write_moved_children(root: Path, nights: int) -> None:
    """Deliveries in which every child gets another team, ward, SEN status and ethnicity ten days before the last night."""
    histories: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for life in live(2, 60, 1, LAST_NIGHT):
        for record in written_down(life, LAST_NIGHT, 1.0):
            histories[record.feed, record.source].append(record)
    days = [LAST_NIGHT - dt.timedelta(days=left) for left in reversed(range(nights))]
    for (feed, source), history in histories.items():
        write_deliveries(root, feed, source, [*history, *moved(history)], days, 1)


def moved(history: list[Record]) -> list[Record]:
    """The children's records as they are from ten days before the last night on, in the order of the others."""
    anew = {"team": "Team Z", "ward_code": "E05009999", "sen_status": "EHCP", "ethnicity": "O9"}
    since = LAST_NIGHT - dt.timedelta(days=10)
    children = sorted((record for record in history if record.table == "child"), key=lambda record: record.known)
    return [
        record._replace(known=max(record.known, since), row=record.row and record.row | anew) for record in children
    ]


def rows_by(settings: Settings, table: str, grain: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, Any]]:
    """The rows of a table of the candidate by their grain."""
    rows = fetch_as(settings, "publisher", f"SELECT to_jsonb(row) FROM candidate.{table} AS row")
    return {tuple(row[column] for column in grain): row for (row,) in rows}


def same_persons(one: Settings, other: Settings) -> dict[str, str]:
    """The keys of persons in one warehouse, and those of the same records in the other; each has its own, and one only."""
    query = "SELECT source_system, source, source_id, person_key FROM identity.person_link WHERE known_to IS NULL"
    ours, theirs = ({tuple(record): key for *record, key in fetch(each, query)} for each in (one, other))
    assert ours.keys() == theirs.keys()
    pairs = {(key, theirs[record]) for record, key in ours.items()}
    keys = dict(pairs)
    assert len(keys) == len(set(keys.values())) == len(pairs)
    return keys
