"""Publication: a checked candidate becomes a release, whole or not at all, by one row that points at it.

Two transactions: the first copies, the second moves the pointer. In one, a statement that was planned before the new
partitions were attached, and takes its snapshot after the commit, would follow the pointer to partitions that its
plan does not have, and read nothing.
"""

from __future__ import annotations

import time
from typing import Any, Literal

from live_tracker import fences, runs
from live_tracker.database import Connection, connect
from live_tracker.deliveries.ledger import deliveries_hash
from live_tracker.errors import CheckFailed
from live_tracker.release.copying import Days, as_owner, copy_candidate
from live_tracker.release.hashing import PUBLISHED, candidate_hash, table_hashes
from live_tracker.runs import Run
from live_tracker.settings import Settings

Channel = Literal["live", "board"]
FENCE = "publish"
LONGEST_WAIT = 2.0
"""Seconds to wait for statements that began before the copy; none takes that long from its plan to its snapshot."""


class NotPublished(CheckFailed):
    """The candidate did not become a release; readers keep the one they have."""


def publish(settings: Settings, run_key: str, token: int, *, allow_older_as_of: bool) -> str:
    """Publish the candidate of the run and return the new release_id, `<as-of date>.<number>`.

    `token` is the run's claim of the fence `publish`. Called again after an interruption it goes on where it
    stopped; a run that has been published returns its release_id. `allow_older_as_of`: whether the release may
    replace one of a later as-of date, which the run then says in its message.

    Raises `NotPublished` if deliveries have landed since the run resolved them, if the gate has not passed exactly
    this candidate, or if the as-of date would move back; `fences.Overtaken` if a newer run holds the fence.
    """
    with connect(settings, "publisher") as connection:
        connection.set_session(isolation_level="REPEATABLE READ")
        fences.hold(connection, FENCE, token)
        run = runs.get(connection, run_key)
        release_id = _release_of(connection, run_key)
        if release_id is not None and run.status == "published":
            return release_id
        days = _days(run)
        _check_deliveries(connection, run, days)
        _look_back(connection, days, allow_older_as_of)
        if release_id is None:
            hashes = table_hashes(connection)
            warned = _warnings_of_gate(connection, run, candidate_hash(hashes))
            release_id = copy_candidate(connection, run, days, hashes, warned)
    with connect(settings, "publisher") as connection:
        _let_older_statements_end(connection)
    with connect(settings, "publisher") as connection:
        fences.hold(connection, FENCE, token)
        _check_deliveries(connection, run, days)
        message = _look_back(connection, days, allow_older_as_of)
        with as_owner(connection):
            _point(connection, release_id)
        runs.update(connection, run_key, "published", release_id=release_id, message=message)
    return release_id


def current_release(connection: Connection, channel: Channel = "live") -> str | None:
    """The release that readers of the channel see now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT release_id FROM release.pointer WHERE channel = %s", (channel,))
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def answers(connection: Connection, run: Run) -> str | None:
    """The live release, if it was made from exactly what the run asks for: nothing new to publish then."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT published.release_id
            FROM release.pointer AS pointer
            INNER JOIN release.release AS published ON published.release_id = pointer.release_id
            WHERE pointer.channel = 'live'
                AND published.deliveries_hash = %s AND published.as_of_date = %s AND published.known_as_of = %s
                AND published.definitions_hash = %s AND published.reference_hash = %s AND published.code_version = %s
            """,
            (
                *(run.deliveries_hash, run.as_of, run.known_as_of),
                *(run.definitions_hash, run.reference_hash, run.code_version),
            ),
        )
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def _release_of(connection: Connection, run_key: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT release_id FROM release.release WHERE run_key = %s", (run_key,))
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def _days(run: Run) -> Days:
    if run.as_of is None or run.known_as_of is None:
        raise NotPublished(f"run {run.run_key!r} has no as-of date yet", "ops.run", "land its deliveries first")
    return Days(run.as_of, run.known_as_of)


def _check_deliveries(connection: Connection, run: Run, days: Days) -> None:
    if run.deliveries_hash != deliveries_hash(connection, days.known_as_of):
        raise NotPublished(
            "deliveries have landed since this run began, links were decided on or a child was erased: its candidate is "
            "not what is known",
            f"run {run.run_key}",
            "start the run again; it takes the new deliveries in",
        )


def _warnings_of_gate(connection: Connection, run: Run, digest: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT candidate_hash, success, warned FROM ops.gate_result WHERE run_key = %s "
            "ORDER BY checked_at DESC LIMIT 1",
            (run.run_key,),
        )
        row = cursor.fetchone()
    where, do = f"run {run.run_key}, candidate {digest[:12]}", "let the gate check the candidate as it stands"
    if row is None:
        raise NotPublished("no gate has checked this candidate", where, do)
    checked, success, warned = row
    if checked != digest:
        raise NotPublished(f"the candidate is not the one that the gate checked ({checked[:12]})", where, do)
    if not success:
        raise NotPublished("the gate is closed to this candidate", where, "see docs/runbooks/gate-failed.md")
    return list(warned)


def _look_back(connection: Connection, days: Days, allow_older_as_of: bool) -> str | None:
    """What to say of a release that is older than the one it replaces; an error if it may not be."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT published.release_id, published.as_of_date
            FROM release.pointer AS pointer
            INNER JOIN release.release AS published ON published.release_id = pointer.release_id
            WHERE pointer.channel = 'live' AND published.as_of_date > %s
            """,
            (days.as_of,),
        )
        row = cursor.fetchone()
    if row is None:
        return None
    message = f"the as-of date moves back, from {row[1]} (release {row[0]}) to {days.as_of}"
    if not allow_older_as_of:
        raise NotPublished(message, "release.pointer", "run `make run` with AS_OF to publish an earlier day on purpose")
    return message


def _let_older_statements_end(connection: Connection) -> None:
    """Wait for whoever had the published tables open when the new partitions came. Nobody waits for us meanwhile.

    A transaction that is merely left open ends the wait after `LONGEST_WAIT`: its next statement is planned anew.
    """
    deadline = time.monotonic() + LONGEST_WAIT
    older = _open_transactions(connection)
    while older and time.monotonic() < deadline:
        time.sleep(0.02)
        older &= _open_transactions(connection)


def _open_transactions(connection: Connection) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT virtualtransaction FROM pg_catalog.pg_locks
            WHERE locktype = 'relation' AND pid <> pg_backend_pid()
                AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
                AND relation IN (SELECT format('release.%%I', name)::regclass FROM unnest(%s) AS name)
            """,
            (list(PUBLISHED),),
        )
        return {str(transaction) for (transaction,) in cursor.fetchall()}


def _point(connection: Connection, release_id: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO release.pointer (channel, release_id, moved_at) VALUES ('live', %s, now())
            ON CONFLICT (channel) DO UPDATE SET release_id = excluded.release_id, moved_at = excluded.moved_at
            """,
            (release_id,),
        )
        # The board's figures move with each frozen quarter; the first release of all stands in until there is one.
        cursor.execute(
            "INSERT INTO release.pointer (channel, release_id, moved_at) VALUES ('board', %s, now()) "
            "ON CONFLICT (channel) DO NOTHING",
            (release_id,),
        )
