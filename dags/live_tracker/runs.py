"""Runs: one row of ops.run per request for a release. The parameters of a night are read from here and nowhere else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any, Literal

from psycopg2 import sql
from psycopg2.extras import RealDictCursor

from live_tracker.database import Connection
from live_tracker.errors import TrackerError

Status = Literal[
    "requested", "landing", "resolving", "building", "gating", "published", "current", "failed", "superseded"
]
FINISHED: frozenset[Status] = frozenset({"published", "current", "failed", "superseded"})


@dataclass(frozen=True)
class Run:
    """A row of ops.run. `as_of`, `known_as_of` and `deliveries_hash` are None until landing has ended."""

    run_key: str
    run_number: int
    requested_by: Literal["make", "schedule"]
    requested_as_of: dt.date | None
    requested_known_as_of: dt.date | None
    as_of: dt.date | None
    known_as_of: dt.date | None
    definitions_hash: str
    reference_hash: str
    code_version: str
    deliveries_hash: str | None
    candidate_hash: str | None
    release_id: str | None
    status: Status
    message: str | None


_COLUMNS = sql.SQL(", ").join(sql.Identifier(field.name) for field in fields(Run))


def request(
    connection: Connection,
    run_key: str,
    *,
    requested_by: Literal["make", "schedule"],
    definitions_hash: str,
    reference_hash: str,
    code_version: str,
    as_of: dt.date | None = None,
    known_as_of: dt.date | None = None,
) -> Run:
    """Write the row of a new run; the same run_key again leaves the first row as it is (a retried task)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ops.run (
                run_key, requested_by, requested_as_of, requested_known_as_of,
                definitions_hash, reference_hash, code_version, status, requested_at
            ) VALUES (%s, %s, %s, %s, %s, %s, %s, 'requested', now())
            ON CONFLICT (run_key) DO NOTHING
            """,
            (run_key, requested_by, as_of, known_as_of, definitions_hash, reference_hash, code_version),
        )
    return get(connection, run_key)


def get(connection: Connection, run_key: str) -> Run:
    """The run of that key; an error names the key if there is none."""
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(sql.SQL("SELECT {} FROM ops.run WHERE run_key = %s").format(_COLUMNS), (run_key,))
        row = cursor.fetchone()
    if row is None:
        raise TrackerError(f"there is no run {run_key!r}", "ops.run", "start one with `make run`")
    return Run(**row)


def last_built(connection: Connection) -> Run | None:
    """The run whose candidate was built last and came through its gate; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT run_key FROM ops.run WHERE status IN ('published', 'current') ORDER BY finished_at DESC LIMIT 1"
        )
        row = cursor.fetchone()
    return get(connection, row[0]) if row else None


def update(connection: Connection, run_key: str, status: Status, **columns: Any) -> None:
    """Move a run to `status` and set further columns of its row; finished_at is stamped when it ends."""
    assignments: list[sql.Composable] = [sql.SQL("status = {}").format(sql.Literal(status))]
    assignments += [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(columns[name])) for name in columns]
    if status in FINISHED:
        assignments.append(sql.SQL("finished_at = now()"))
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("UPDATE ops.run SET {} WHERE run_key = {}").format(
                sql.SQL(", ").join(assignments), sql.Literal(run_key)
            )
        )
