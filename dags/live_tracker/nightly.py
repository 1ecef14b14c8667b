"""The steps of a night, as plain functions: what the tasks of the DAGs call, and what tests call without Airflow.

Every step may be tried again: it claims its resource anew, and whoever it overtook can write no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from live_tracker import fences, runs, turns
from live_tracker.build import candidate
from live_tracker.build.code import code_version
from live_tracker.build.dbt import Layer, build_layer
from live_tracker.database import Role, connect
from live_tracker.deliveries import ledger
from live_tracker.deliveries.load import SourceReport, discover, land_source
from live_tracker.errors import CheckFailed
from live_tracker.home import bindings
from live_tracker.identity import links
from live_tracker.reference_data.code_lists import load_code_lists
from live_tracker.reference_data.definitions import load_definitions
from live_tracker.release.gate import run_gate
from live_tracker.release.publish import answers, publish
from live_tracker.settings import TRACKER, Settings


def open_run(settings: Settings, run_key: str) -> None:
    """Write the row of a scheduled run, with the home's definitions and the newest dates. A row that is there stays."""
    reference_hash = load_code_lists(settings)
    definitions_hash = load_definitions(settings, bindings.definitions_folder(settings))
    with connect(settings, "loader") as connection:
        runs.request(
            connection,
            run_key,
            requested_by="schedule",
            definitions_hash=definitions_hash,
            reference_hash=reference_hash,
            code_version=code_version(linkage_model=settings.linkage_model),
        )


def sources_to_land(settings: Settings) -> list[tuple[str, str]]:
    """Feed and source of everything in the home's deliveries folder, in byte order."""
    return discover(_deliveries(settings))


def land(settings: Settings, run_key: str, feed: str, source: str) -> SourceReport:
    """Land what is new of one source. A refused delivery is no error: it is in the report and in the ledger."""
    turns.enter(settings, run_key, "landing")
    token = _claim(settings, "loader", f"landing:{feed}/{source}", run_key)
    return land_source(settings, _deliveries(settings), feed, source, run_key, token)


def close_landing(settings: Settings, run_key: str) -> Literal["go", "current", "superseded"]:
    """Fix the run's dates and its set of deliveries; `current` if the current release answers it already.

    Not asked for, known-as-of is the latest extract date of all that was ever landed, and as-of the latest within it.
    """
    with connect(settings, "publisher") as connection:
        if runs.get(connection, run_key).status == "superseded":
            return "superseded"
    run = turns.enter(settings, run_key, "landing")
    with connect(settings, "publisher") as connection:
        known_as_of = run.requested_known_as_of or ledger.latest_extract_date(connection, None)
        as_of = run.requested_as_of or ledger.latest_extract_date(connection, known_as_of)
        first = ledger.first_extract_date(connection)
        if first is None or known_as_of is None or as_of is None or known_as_of < first:
            by_then = f" by {known_as_of}; the first is of {first}" if first else ""
            raise CheckFailed(
                f"no delivery has been landed{by_then}: there is nothing to count",
                str(_deliveries(settings)),
                f"`{TRACKER} deliveries` says what became of each",
            )
        runs.update(
            connection,
            run_key,
            "landing",
            as_of=as_of,
            known_as_of=known_as_of,
            deliveries_hash=ledger.deliveries_hash(connection, known_as_of),
        )
        release_id = answers(connection, runs.get(connection, run_key))
        if release_id is not None:
            runs.update(connection, run_key, "current", release_id=release_id, message=None)
            return "current"
    return "go"


def resolve(settings: Settings, run_key: str) -> None:
    """Find the child behind each record."""
    turns.enter(settings, run_key, "resolving")
    links.resolve(settings, run_key, _claim(settings, "loader", "identity", run_key))


def build(settings: Settings, run_key: str, layer: Layer) -> None:
    """Build one layer of the candidate, on the one before where that can be; whoever else would build waits meanwhile."""
    run = turns.enter(settings, run_key, "building")
    with _at_work_on(settings, "build", run_key):
        build_layer(settings, run, layer, candidate.begin(settings, run, layer))
        if layer == "marts":
            candidate.finish(settings, run)


def check(settings: Settings, run_key: str) -> None:
    """Put the candidate through the gate; CheckFailed names the expectations that failed."""
    turns.enter(settings, run_key, "gating")
    run_gate(settings, run_key)


def release(settings: Settings, run_key: str) -> str:
    """Publish the candidate and return its release_id. Only a run asked for by name may go back to an older as-of."""
    with connect(settings, "publisher") as connection:
        run = runs.get(connection, run_key)
        if run.status == "published" and run.release_id is not None:
            return run.release_id
    turns.enter(settings, run_key, "gating")
    token = _claim(settings, "publisher", "publish", run_key)
    return publish(settings, run_key, token, allow_older_as_of=run.requested_by == "make")


def at_work(settings: Settings, run_keys: list[str]) -> str | None:
    """Which of the runs has the turn; None if all of them have ended."""
    with connect(settings, "loader") as connection:
        going = [run_key for run_key in run_keys if runs.get(connection, run_key).status not in runs.FINISHED]
        return going[-1] if going else None


def _deliveries(settings: Settings) -> Path:
    folder = bindings.deliveries_folder(settings)
    if folder is None:
        raise CheckFailed(
            "this home has no deliveries folder yet", str(settings.home), "run `make run DELIVERIES=<folder>` once"
        )
    return folder


def _claim(settings: Settings, role: Role, resource: str, run_key: str) -> int:
    with connect(settings, role) as connection:
        return fences.claim(connection, resource, run_key)


@contextmanager
def _at_work_on(settings: Settings, resource: str, run_key: str) -> Iterator[None]:
    """Claim a resource and keep its lock for the length of the block, for work that commits on connections not ours.

    The lock goes when this process does, so that a killed build keeps nobody waiting.
    """
    token = _claim(settings, "transformer", resource, run_key)
    with connect(settings, "transformer") as connection:
        connection.cursor().execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        fences.hold(connection, resource, token)
        yield
