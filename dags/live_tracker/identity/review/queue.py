"""The review queue, what was decided of it, and the links that changed: reading and writing in the warehouse."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor

from live_tracker.database import Connection
from live_tracker.deliveries.ledger import latest_extract_date
from live_tracker.errors import TrackerError
from live_tracker.identity.clusters import Record
from live_tracker.identity.faces import Face, faces_of, read_items
from live_tracker.identity.histories import read_histories
from live_tracker.identity.review.decisions import pair
from live_tracker.settings import TRACKER

SYSTEMS = ("cms", "pnc")
Key = tuple[str, str, str]
"""Source system, source and id of a record."""


class Waiting(NamedTuple):
    """A pair that a person should look at; `verdict` if one was given that no night has used yet."""

    number: str
    child: Key
    other: Key
    method: str
    weight: float
    since: dt.date
    verdict: str | None


class Changed(NamedTuple):
    """A record that came to be another person's, or by another reason, on a day."""

    day: dt.date
    record: Key
    before: str
    method_before: str
    after: str
    method_after: str
    weight: float | None


def number_of(child: Key, other: Key) -> str:
    """What a pair is called: eight hex digits that stay the same over the nights."""
    return hashlib.sha256("\x1f".join((*child, *other)).encode()).hexdigest()[:8]


def waiting(cursor: Cursor) -> list[Waiting]:
    """The pairs that wait for a person, the heaviest first."""
    cursor.execute(_WAITING)
    return [
        Waiting(number_of(("cms", *row[:2]), row[2:5]), ("cms", *row[:2]), row[2:5], *row[5:])
        for row in cursor.fetchall()
    ]


def find(cursor: Cursor, named: str) -> tuple[Record, Record]:
    """The two records of a number of the queue, or of `service/child_id,source/id`; TrackerError if there are none."""
    named_pairs = [*((one.child, one.other) for one in waiting(cursor)), *_decided(cursor)]
    keys = [pair for pair in named_pairs if number_of(*pair) == named]
    first, comma, second = named.partition(",")
    if comma:
        keys = [(_key("cms", first), _key(system, second)) for system in reversed(SYSTEMS)]
    elif not keys:
        raise TrackerError(
            f"no pair is called {named}",
            "identity.review_queue",
            f"`{TRACKER} review list` names those that wait; any two records are service/child_id,source/id",
        )
    for child, other in keys:
        found = read_histories(cursor, [child, other])
        records = {record[2:]: record for record in (*found.children, *found.nominals)}
        if child in records and other in records:
            return pair(records[child], records[other])
    raise TrackerError(
        "one of the two records was never delivered", named, "a service and its child_id, a comma, a source and its id"
    )


def face_now(cursor: Cursor, record: Record) -> Face:
    """What a record says now; of one that was deleted, what it said last."""
    versions = read_histories(cursor, [record[2:]]).of(record)
    items = read_items(cursor, record.source_system, [record])[record[3:]]
    return faces_of(record, versions, items, [versions[-1].span])[-1][0]


def decide(connection: Connection, records: tuple[Record, Record], verdict: str, by: str, note: str | None) -> dt.date:
    """Write a decision, which holds from the latest extract on; returns that day."""
    day = latest_extract_date(connection, None)
    if day is None:
        raise TrackerError("nothing has been landed, so that there is nothing to decide on", do="`make run` first")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO identity.review_decision (
                source, child_id, other_system, other_source, other_id, verdict, decided_on, decided_by, note
            )
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (*records[0][3:], *records[1][2:], verdict, day, by, note),
        )
    return day


def decisions_on(cursor: Cursor, records: tuple[Record, Record]) -> list[tuple[Any, ...]]:
    """What was decided and noted of a pair, in order: day, verdict, by whom, note."""
    cursor.execute(
        """
        SELECT decided_on, verdict, decided_by, note FROM identity.review_decision
        WHERE (source, child_id, other_system, other_source, other_id) = (%s, %s, %s, %s, %s)
        ORDER BY decision_id
        """,
        (*records[0][3:], *records[1][2:]),
    )
    return cursor.fetchall()


def changes(cursor: Cursor, since: dt.date, until: dt.date) -> list[Changed]:
    """The links that changed from a day to another, both included; a record that is new has not changed."""
    cursor.execute(_CHANGES, {"since": since, "until": until})
    return [Changed(row[0], row[1:4], *row[4:]) for row in cursor.fetchall()]


def _key(system: str, named: str) -> Key:
    source, _, source_id = named.partition("/")
    return system, source, source_id


def _decided(cursor: Cursor) -> list[tuple[Key, Key]]:
    cursor.execute(
        "SELECT DISTINCT source, child_id, other_system, other_source, other_id FROM identity.review_decision"
    )
    return [(("cms", row[0], row[1]), (row[2], row[3], row[4])) for row in cursor.fetchall()]


_WAITING = """
WITH last_decision AS (
    SELECT DISTINCT ON (source, child_id, other_system, other_source, other_id) *
    FROM identity.review_decision
    WHERE verdict <> 'note'
    ORDER BY source, child_id, other_system, other_source, other_id, decision_id DESC
)

SELECT
    waiting.source, waiting.child_id, waiting.other_system, waiting.other_source, waiting.other_id,
    waiting.method, waiting.match_weight, waiting.known_from, nullif(last_decision.verdict, 'undo')
FROM identity.review_queue AS waiting
LEFT JOIN last_decision
    ON
        waiting.source = last_decision.source
        AND waiting.child_id = last_decision.child_id
        AND waiting.other_system = last_decision.other_system
        AND waiting.other_source = last_decision.other_source
        AND waiting.other_id = last_decision.other_id
WHERE waiting.known_to IS NULL
ORDER BY waiting.match_weight DESC, 1, 2, 3, 4, 5
"""

_CHANGES = """
WITH spans AS (
    SELECT
        *,
        lag(person_key) OVER record_history AS person_before,
        lag(method) OVER record_history AS method_before
    FROM identity.person_link
    WINDOW record_history AS (PARTITION BY source_system, source, source_id ORDER BY known_from)
)

SELECT
    known_from, source_system, source, source_id, person_before, method_before, person_key, method, match_weight
FROM spans
WHERE
    known_from BETWEEN %(since)s AND %(until)s
    AND (person_before <> person_key OR method_before <> method)
ORDER BY known_from, source_system, source, source_id
"""
