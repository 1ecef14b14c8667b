"""Incremental builds: after each night, every table of the build is what building everything anew makes of it."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from pathlib import Path

import pytest

from live_tracker import nightly, runs
from live_tracker.build.dbt import LAYERS, invoke_dbt
from live_tracker.database import connect
from live_tracker.settings import Settings
from tests.deliver import fetch, fetch_as, write_delivery
from tests.histories.crowd import FIRST_EXTRACT, SECOND_EXTRACT, write_crowd
from tests.night import request
from tests.sample_data.nights import write_sample

pytestmark = pytest.mark.slow

LAST_NIGHT = dt.date(2026, 11, 21)
NIGHTS = 5


def differing_tables(settings: Settings) -> list[str]:
    """Tables and views of the build whose rows differ from those of the same built anew beside it."""
    relations = fetch_as(
        settings,
        "transformer",
        """
        SELECT schemaname, relname FROM (
            SELECT schemaname, tablename AS relname FROM pg_catalog.pg_tables
            UNION ALL
            SELECT schemaname, viewname FROM pg_catalog.pg_views
        ) AS relations
        WHERE
            schemaname IN ('intermediate', 'candidate')
            -- what a build takes up, which in a full one is not told
            AND relname NOT IN ('int_affected_people', 'int_member_facts_before', 'int_changed_cohorts')
        ORDER BY schemaname, relname
        """,
    )
    assert len(relations) > 30
    found = []
    for schema, name in relations:
        columns = fetch_as(
            settings,
            "transformer",
            """
            SELECT string_agg(quote_ident(attname), ', ' ORDER BY attname) FROM pg_catalog.pg_attribute
            WHERE attrelid = format('%%I.%%I', %s::text, %s::text)::regclass AND attnum > 0 AND NOT attisdropped
            """,
            schema,
            name,
        )[0][0]
        ours, anew = (f"SELECT {columns} FROM {place}.{name}" for place in (schema, f"dev_{schema}"))
        rows = fetch_as(
            settings,
            "transformer",
            f"SELECT (SELECT count(*) FROM ({ours} EXCEPT ALL {anew}) a), (SELECT count(*) FROM ({anew} EXCEPT ALL {ours}) b)",
        )
        if rows != [(0, 0)]:
            found.append(f"{schema}.{name}: {rows[0][0]} rows too many, {rows[0][1]} missing")
    return found


def play(settings: Settings, deliveries: Path, definitions: Path) -> tuple[bool, list[str]]:
    """A night through the steps of the DAGs, to its release: whether it started from the one before, and where its
    build differs from one made anew."""
    run_key = request(settings, deliveries, definitions)
    assert nightly.close_landing(settings, run_key) == "go"
    nightly.resolve(settings, run_key)
    for layer in LAYERS:
        nightly.build(settings, run_key, layer)
    with connect(settings, "loader") as connection:
        run = runs.get(connection, run_key)
    variables = {
        name: str(getattr(run, name)) for name in ("as_of", "known_as_of", "definitions_hash", "reference_hash")
    }
    invoke_dbt(settings, ["run", "--full-refresh"], variables, target="dev")
    found = differing_tables(settings)
    nightly.check(settings, run_key)
    nightly.release(settings, run_key)
    (changes_after,) = fetch(settings, "SELECT changes_after FROM ops.candidate")[0]
    return changes_after is not None, found


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


def arrive(everything: Path, into: Path, *days: str) -> None:
    """What bears one of these extract dates, revisions too, comes into the folder that is landed from."""
    for day in days:
        for folder in everything.glob(f"*/*/{day}*"):
            shutil.copytree(folder, into / folder.relative_to(everything), dirs_exist_ok=True)


def test_each_night_of_the_sample(warehouse: Settings, tmp_path: Path, project: Path) -> None:
    write_sample(tmp_path / "sample", nights=NIGHTS, children=80, seed=3, last_night=LAST_NIGHT)
    for night in range(NIGHTS):
        day = LAST_NIGHT - dt.timedelta(days=NIGHTS - 1 - night)
        arrive(tmp_path / "sample" / "deliveries", tmp_path / "landed", day.isoformat())
        is_incremental, found = play(warehouse, tmp_path / "landed", project / "definitions")
        assert not found, f"{day}: " + "; ".join(found)
        assert is_incremental == (night > 0)


def test_merges_splits_and_corrections(warehouse: Settings, tmp_path: Path) -> None:
    write_crowd(tmp_path / "edges", people=200, number=5)
    definitions = Path(__file__).parent / "edge_definitions"
    arrive(tmp_path / "edges", tmp_path / "landed", FIRST_EXTRACT.isoformat())
    assert play(warehouse, tmp_path / "landed", definitions) == (False, [])
    arrive(tmp_path / "edges", tmp_path / "landed", SECOND_EXTRACT.isoformat())
    assert play(warehouse, tmp_path / "landed", definitions) == (True, [])


def test_a_revision_that_changes_who_was_whom(warehouse: Settings, tmp_path: Path) -> None:
    write_crowd(tmp_path / "landed", people=200, number=6)
    definitions = Path(__file__).parent / "edge_definitions"
    assert play(warehouse, tmp_path / "landed", definitions) == (False, [])
    first = tmp_path / "landed" / "yot" / "northborough" / FIRST_EXTRACT.isoformat()
    tables = {file.stem: rows_of(file) for file in first.glob("*.csv")}
    for number, row in enumerate(tables["child"]):
        if number % 3 == 0:
            row["pnc_id"] = ""
    write_delivery(tmp_path / "landed", "yot", "northborough", FIRST_EXTRACT.isoformat(), 1, tables, revision=1)
    assert play(warehouse, tmp_path / "landed", definitions) == (True, [])
