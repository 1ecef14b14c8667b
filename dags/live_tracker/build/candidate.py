"""The candidate that stands: what it was built from, and whether the next build may start from it.

A build starts from the one before if that was published and nothing it was told is otherwise now but its dates, and
those have not gone back. What has changed since is in raw.change and identity.person_change. Whatever is in doubt,
a build that broke off, a task that was tried again, is built anew from everything.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from psycopg2.extras import RealDictCursor

from live_tracker.database import connect
from live_tracker.errors import TrackerError
from live_tracker.runs import Run
from live_tracker.settings import Settings


@dataclass(frozen=True)
class Start:
    """The build that this one starts from: the number of its last change, and its as-of day."""

    changes_after: int
    days_after: dt.date


def begin(settings: Settings, run: Run, layer: Literal["staging", "intermediate", "marts"]) -> Start | None:
    """Where this layer of the run's build starts from; None if everybody is to be made anew.

    Decided with the first layer. A second try of the middle one is made anew, since the first may have left it halfway;
    the last does the same however often it is tried.
    """
    with connect(settings, "loader") as connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("SELECT * FROM ops.candidate FOR UPDATE")
        stands = cursor.fetchone()
        is_ours = stands is not None and stands["run_key"] == run.run_key
        if layer == "staging":
            start = _start(cursor, run)
            _write(cursor, run, "planned", start)
        elif stands is not None and is_ours and (layer == "marts" or stands["step"] == "planned"):
            start = _kept(stands["changes_after"], stands["days_after"])
            cursor.execute("UPDATE ops.candidate SET step = 'building'")
        else:
            start = None
            _write(cursor, run, "building", start)
    return start


def finish(settings: Settings, run: Run) -> None:
    """The candidate is complete: what it holds need not be noted any longer."""
    with connect(settings, "loader") as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ops.candidate SET step = 'built' WHERE run_key = %s RETURNING change_number", (run.run_key,)
        )
        row = cursor.fetchone()
        if row is None:
            raise TrackerError(f"the candidate is no longer that of run {run.run_key}", "ops.candidate")
        cursor.execute("DELETE FROM raw.change WHERE change_number <= %s", row)
        cursor.execute("DELETE FROM identity.person_change WHERE change_number <= %s", row)


def _start(cursor: RealDictCursor, run: Run) -> Start | None:
    """The last build, if it was published with this code, these definitions and code lists, from all there then was."""
    cursor.execute(
        """
        SELECT candidate.change_number, candidate.as_of
        FROM ops.candidate AS candidate
        INNER JOIN ops.run AS run ON candidate.run_key = run.run_key
        WHERE
            candidate.step = 'built'
            AND run.status = 'published'
            AND candidate.is_all_known
            AND candidate.as_of <= %(as_of)s
            AND candidate.known_as_of <= %(known_as_of)s
            AND candidate.definitions_hash = %(definitions_hash)s
            AND candidate.reference_hash = %(reference_hash)s
            AND candidate.code_version = %(code_version)s
            AND candidate.reporting_services = %(reporting_services)s
        """,
        {**vars(run), "reporting_services": _reporting_services(cursor, run)},
    )
    row = cursor.fetchone()
    return _kept(row["change_number"], row["as_of"]) if row else None


def _kept(change_number: int | None, day: dt.date | None) -> Start | None:
    return Start(change_number, day) if change_number is not None and day is not None else None


def _write(cursor: RealDictCursor, run: Run, step: str, start: Start | None) -> None:
    cursor.execute("DELETE FROM ops.candidate")
    cursor.execute(
        """
        INSERT INTO ops.candidate (
            run_key, step, as_of, known_as_of, definitions_hash, reference_hash, code_version, reporting_services,
            is_all_known, change_number, changes_after, days_after
        ) VALUES (
            %(run_key)s, %(step)s, %(as_of)s, %(known_as_of)s, %(definitions_hash)s, %(reference_hash)s,
            %(code_version)s, %(reporting_services)s,
            NOT EXISTS (SELECT FROM ops.delivery WHERE extract_date > %(known_as_of)s),
            coalesce((SELECT last_value FROM ops.change_number WHERE is_called), 0), %(changes_after)s, %(days_after)s
        )
        """,
        {
            **vars(run),
            "step": step,
            "reporting_services": _reporting_services(cursor, run),
            "changes_after": start.changes_after if start else None,
            "days_after": start.days_after if start else None,
        },
    )


def _reporting_services(cursor: RealDictCursor, run: Run) -> str:
    """Which services send which tables: one that begins to send a table moves rows of all its children."""
    cursor.execute(
        """
        SELECT coalesce(string_agg(table_name || ' ' || source, ', ' ORDER BY table_name, source), '') AS services
        FROM identity.supplied_table
        WHERE known_from <= %(known_as_of)s
        """,
        {"known_as_of": run.known_as_of},
    )
    row = cursor.fetchone()
    return str(row["services"]) if row else ""
