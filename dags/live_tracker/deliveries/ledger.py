"""The ledger: which deliveries are loaded, what they add up to, and what a release rests on."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg2.extras import RealDictCursor

from live_tracker.database import Connection
from live_tracker.deliveries.manifest import Manifest, Refused
from live_tracker.errors import TrackerError


@dataclass(frozen=True)
class SourceState:
    """What a release rests on for one source: columns of release.source_state."""

    feed: str
    source: str
    last_extract_date: dt.date | None
    last_sequence: int | None
    last_revision: int | None
    deliveries: int
    missing_sequences: list[int]
    is_confirmed: bool
    refused: list[str]


def bind_home(connection: Connection, folder: Path) -> None:
    """Bind the home to its deliveries folder; an error if it is bound to another one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deliveries_folder FROM ops.home FOR UPDATE")
        (bound,) = cursor.fetchone() or (None,)
        if bound is None:
            cursor.execute("UPDATE ops.home SET deliveries_folder = %s", (str(folder),))
        elif bound != str(folder):
            raise TrackerError(
                f"this home takes its deliveries from {bound}, not from {folder}",
                "ops.home",
                "give the other folder a home of its own: TRACKER_HOME=<folder>",
            )


def deliveries_hash(connection: Connection, known_as_of: dt.date) -> str:
    """sha-256 of the set of effective deliveries, and of decisions on links, of days up to `known_as_of`; of all erasures."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (feed, source, sequence) feed, source, sequence, revision, delivery_id
            FROM ops.delivery
            WHERE extract_date <= %s
            ORDER BY feed, source, sequence, revision DESC
            """,
            (known_as_of,),
        )
        lines = sorted("\t".join(str(value) for value in row) for row in cursor.fetchall())
        cursor.execute(
            """
            SELECT decision_id FROM identity.review_decision
            WHERE verdict <> 'note' AND decided_on <= %s
            ORDER BY decision_id
            """,
            (known_as_of,),
        )
        lines += [f"decision\t{decision_id}" for (decision_id,) in cursor.fetchall()]
        cursor.execute("SELECT id_hash FROM identity.erased_id ORDER BY id_hash")
        lines += [f"erased\t{id_hash}" for (id_hash,) in cursor.fetchall()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def latest_extract_date(connection: Connection, known_as_of: dt.date | None) -> dt.date | None:
    """The latest extract date of any loaded delivery, up to `known_as_of` if it is given; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(extract_date) FROM ops.delivery WHERE extract_date <= coalesce(%s, 'infinity'::date)",
            (known_as_of,),
        )
        (latest,) = cursor.fetchone() or (None,)
    return latest if latest is None or isinstance(latest, dt.date) else None


def first_extract_date(connection: Connection) -> dt.date | None:
    """The extract date of the first delivery of any source; None if none was ever loaded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(extract_date) FROM ops.delivery")
        (first,) = cursor.fetchone() or (None,)
    return first if first is None or isinstance(first, dt.date) else None


def source_states(connection: Connection, known_as_of: dt.date, run_key: str) -> list[SourceState]:
    """One state per source that ever delivered or was refused in this run, in byte order of feed and source."""
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(_SOURCE_STATES, {"known_as_of": known_as_of, "run_key": run_key})
        return [SourceState(**row) for row in cursor.fetchall()]


def unsettled(connection: Connection) -> list[dict[str, Any]]:
    """Deliveries that were refused or incomplete when last looked at, since the last landing that went to its end.

    One that a higher revision has replaced is settled, though its folder stays.

    Rows of ops.delivery_attempt, in byte order of feed, source and folder.
    """
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(_UNSETTLED)
        return [dict(row) for row in cursor.fetchall()]


def check_order(connection: Connection, manifest: Manifest) -> None:
    """Refuse a delivery whose extract date does not rise with its sequence, or that contradicts one already loaded."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT
                bool_or(sequence = %(sequence)s AND revision = %(revision)s),
                bool_or(
                    (sequence < %(sequence)s AND extract_date >= %(extract_date)s)
                    OR (sequence > %(sequence)s AND extract_date <= %(extract_date)s)
                    OR (sequence = %(sequence)s AND extract_date <> %(extract_date)s)
                )
            FROM ops.delivery
            WHERE feed = %(feed)s AND source = %(source)s
            """,
            {
                "feed": manifest.feed.name,
                "source": manifest.source,
                "sequence": manifest.sequence,
                "revision": manifest.revision,
                "extract_date": manifest.extract_date,
            },
        )
        is_taken, is_out_of_order = cursor.fetchone() or (False, False)
    if is_taken:
        raise Refused(
            "sequence_conflict",
            f"sequence {manifest.sequence} revision {manifest.revision} was loaded before with other contents",
        )
    if is_out_of_order:
        raise Refused("date_order", f"the extract date of sequence {manifest.sequence} does not rise with the sequence")


_UNSETTLED = """
SELECT unsettled.* FROM (
    SELECT DISTINCT ON (feed, source, folder) attempt.attempt_id
    FROM ops.delivery_attempt AS attempt
    INNER JOIN ops.run AS run ON attempt.run_key = run.run_key
    WHERE run.run_number >= (
        SELECT coalesce(max(landed.run_number), 0) FROM ops.run AS landed WHERE landed.deliveries_hash IS NOT NULL
    )
    ORDER BY feed, source, folder, attempt_id DESC
) AS latest
INNER JOIN ops.unsettled_attempt AS unsettled ON latest.attempt_id = unsettled.attempt_id
ORDER BY unsettled.feed, unsettled.source, unsettled.folder COLLATE "C"
"""

_SOURCE_STATES = """
WITH effective AS (
    SELECT DISTINCT ON (feed, source, sequence) *
    FROM ops.delivery
    WHERE extract_date <= %(known_as_of)s
    ORDER BY feed, source, sequence, revision DESC
),

latest AS (
    SELECT DISTINCT ON (feed, source) feed, source, extract_date, sequence, revision
    FROM effective
    ORDER BY feed, source, sequence DESC
),

summed_up AS (
    SELECT
        feed, source, count(*)::integer AS deliveries, bool_and(is_confirmed) AS is_confirmed,
        min(sequence) AS first_sequence, max(sequence) AS last_sequence
    FROM effective
    GROUP BY feed, source
),

missing AS (
    SELECT summed_up.feed, summed_up.source, array_agg(expected.sequence ORDER BY expected.sequence) AS sequences
    FROM summed_up
    CROSS JOIN LATERAL generate_series(summed_up.first_sequence, summed_up.last_sequence) AS expected (sequence)
    WHERE NOT EXISTS (
        SELECT FROM effective
        WHERE
            effective.feed = summed_up.feed
            AND effective.source = summed_up.source
            AND effective.sequence = expected.sequence
    )
    GROUP BY summed_up.feed, summed_up.source
),

refused AS (
    SELECT
        feed, source,
        array_agg(DISTINCT folder || ': ' || reason ORDER BY folder || ': ' || reason) AS refusals
    FROM ops.unsettled_attempt
    WHERE run_key = %(run_key)s AND outcome = 'refused'
    GROUP BY feed, source
)

SELECT
    coalesce(summed_up.feed, refused.feed) AS feed,
    coalesce(summed_up.source, refused.source) AS source,
    latest.extract_date AS last_extract_date,
    latest.sequence AS last_sequence,
    latest.revision AS last_revision,
    coalesce(summed_up.deliveries, 0) AS deliveries,
    coalesce(missing.sequences, '{}') AS missing_sequences,
    coalesce(summed_up.is_confirmed, true) AS is_confirmed,
    coalesce(refused.refusals, '{}') AS refused
FROM summed_up
FULL JOIN refused ON summed_up.feed = refused.feed AND summed_up.source = refused.source
LEFT JOIN latest ON summed_up.feed = latest.feed AND summed_up.source = latest.source
LEFT JOIN missing ON summed_up.feed = missing.feed AND summed_up.source = missing.source
ORDER BY 1, 2
"""
