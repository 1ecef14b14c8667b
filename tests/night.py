"""A whole night without Airflow: the steps that the DAGs call, in their order, over the warehouse of a test."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

from live_tracker import nightly, runs, turns
from live_tracker.build.dbt import LAYERS
from live_tracker.database import connect
from live_tracker.deliveries.ledger import bind_home
from live_tracker.make_run import check_inputs
from live_tracker.settings import Settings

_numbers = itertools.count(1)


def request(
    settings: Settings,
    deliveries: Path,
    definitions: Path,
    *,
    as_of: dt.date | None = None,
    known_as_of: dt.date | None = None,
) -> str:
    """Write the row of a run and let it land what is there; returns its run_key."""
    run_key = f"night-{next(_numbers)}"
    inputs = check_inputs(settings, definitions)
    with connect(settings, "loader") as connection:
        bind_home(connection, deliveries)
        runs.request(
            connection,
            run_key,
            requested_by="make",
            definitions_hash=inputs.definitions_hash,
            reference_hash=inputs.reference_hash,
            code_version="tests",
            as_of=as_of,
            known_as_of=known_as_of,
        )
    assert turns.take(settings, run_key) == "go"
    for feed, source in nightly.sources_to_land(settings):
        nightly.land(settings, run_key, feed, source)
    return run_key


def build(settings: Settings, run_key: str) -> None:
    """Fix the run's dates, resolve identities and build the candidate."""
    assert nightly.close_landing(settings, run_key) == "go"
    nightly.resolve(settings, run_key)
    for layer in LAYERS:
        nightly.build(settings, run_key, layer)


def run_night(
    settings: Settings,
    deliveries: Path,
    definitions: Path,
    *,
    as_of: dt.date | None = None,
    known_as_of: dt.date | None = None,
) -> str:
    """Deliveries in, a release out; returns its release_id."""
    run_key = request(settings, deliveries, definitions, as_of=as_of, known_as_of=known_as_of)
    build(settings, run_key)
    nightly.check(settings, run_key)
    return nightly.release(settings, run_key)
