"""Freezing: the board's figures of a quarter are those of one release, for good."""

from __future__ import annotations

import re

from live_tracker import fences
from live_tracker.database import Connection, connect
from live_tracker.errors import TrackerError
from live_tracker.release.copying import as_owner
from live_tracker.release.publish import FENCE, current_release
from live_tracker.settings import TRACKER, Settings

QUARTER = "^[0-9]{4}Q[1-4]$"


def freeze(settings: Settings, quarter: str, release_id: str | None, by: str, note: str | None) -> str:
    """Keep a release as the board's figures of a quarter, and let the board see the newest quarter that is frozen.

    `release_id`: the current release if it is None. Returns the release_id. Said again in the same words it does
    nothing. Raises TrackerError if there is no such release, if it has no cohort of the quarter, or if the quarter is
    frozen already: it stays as it is.
    """
    if not re.fullmatch(QUARTER, quarter):
        raise TrackerError(f"{quarter!r} is no quarter", do="write it as 2026Q2")
    with connect(settings, "publisher") as connection:
        token = fences.claim(connection, FENCE, f"freeze {quarter}")
    with connect(settings, "publisher") as connection:
        fences.hold(connection, FENCE, token)
        chosen = release_id or current_release(connection)
        if _is_done(connection, quarter, (chosen, by, note)):
            return str(chosen)
        _check(connection, quarter, chosen)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO release.frozen_quarter (quarter, release_id, frozen_by, note, frozen_at)
                VALUES (%s, %s, %s, %s, now())
                """,
                (quarter, chosen, by, note),
            )
        with as_owner(connection), connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE release.pointer SET release_id = newest.release_id, moved_at = now()
                FROM (SELECT release_id FROM release.frozen_quarter ORDER BY quarter DESC LIMIT 1) AS newest
                WHERE pointer.channel = 'board' AND pointer.release_id <> newest.release_id
                """
            )
    return str(chosen)


def _is_done(connection: Connection, quarter: str, wanted: tuple[str | None, str, str | None]) -> bool:
    """Whether the quarter is frozen just so: the answer to an earlier try was lost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT release_id, frozen_by, note FROM release.frozen_quarter WHERE quarter = %s", (quarter,))
        frozen = cursor.fetchone()
    if frozen is not None and frozen != wanted:
        raise TrackerError(
            f"{quarter} is frozen already, as of release {frozen[0]}",
            "release.frozen_quarter",
            f"it stays; `{TRACKER} diff {frozen[0]} live` says what has changed since",
        )
    return frozen is not None


def _check(connection: Connection, quarter: str, release_id: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM release.release WHERE release_id = %s", (release_id,))
        if cursor.fetchone() is None:
            raise TrackerError(f"there is no release {release_id or 'yet'}", "release.release", "`make run` makes one")
        with as_owner(connection):
            cursor.execute(
                "SELECT count(*) FROM release.cohort_summary WHERE release_id = %s AND cohort = %s",
                (release_id, quarter),
            )
        (cells,) = cursor.fetchone() or (0,)
        if not cells:
            raise TrackerError(
                f"release {release_id} has no cohort {quarter}",
                "release.cohort_summary",
                "choose a quarter that it has",
            )
