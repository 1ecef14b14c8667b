"""The erasure itself: one transaction in which everything of a child goes and the tombstones come."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal, NamedTuple

from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from live_tracker import fences, turns
from live_tracker.database import Connection, connect
from live_tracker.deliveries import versions
from live_tracker.deliveries.landing import forget
from live_tracker.deliveries.ledger import latest_extract_date
from live_tracker.erasure import going
from live_tracker.erasure.going import Going
from live_tracker.erasure.tombstones import check_key, id_hash, key_hash
from live_tracker.errors import TrackerError
from live_tracker.identity import scope
from live_tracker.identity.identifiers import canonical_pnc_id
from live_tracker.identity.keys import identity_key
from live_tracker.settings import Settings


class Reason(StrEnum):
    """Why a child's records are erased; a code, since a text would keep what it is to forget."""

    request = "request"
    retention = "retention"
    order = "order"
    error = "error"


class Named(NamedTuple):
    """A child as it was asked for: by an id of a service, by a PNC id, or, without a system, by person_key."""

    name: str
    system: Literal["cms", "pnc"] | None = None
    service: str | None = None


def plan(settings: Settings, named: Named) -> Going:
    """What would go. Changes nothing. Raises TrackerError if the child is not known."""
    with connect(settings, "eraser") as connection, connection.cursor() as cursor:
        return _find(cursor, named)


def erase(settings: Settings, named: Named, by: str, reason: Reason, planned: Going) -> None:
    """Take out what was planned, in one transaction, while no run is at work and none can begin.

    Raises TrackerError, and changes nothing, if a run is at work, if the child is not known or if by now something else
    would go than was planned.
    """
    with connect(settings, "eraser") as connection, connection.cursor() as cursor:
        turns.keep_to_oneself(connection)
        _hold_everything(settings, connection)
        if _find(cursor, named) != planned:
            raise TrackerError(
                "what goes with the child is no longer what was shown", do="look at it again, and decide then"
            )
        _take_out(cursor)
        sources = _leave_tombstones(cursor, identity_key(settings), latest_extract_date(connection, None), by, reason)
        # nothing reads them again, so that they may go even if the transaction should fail now
        for feed, source in sources:
            forget(settings, feed, source)


def _find(cursor: Cursor, named: Named) -> Going:
    _check_links(cursor)
    if named.service:
        _check_service(cursor, named.service)
    day = latest_extract_date(cursor.connection, None)
    if named.system == "pnc" and day:
        named = named._replace(name=canonical_pnc_id(named.name, day) or named.name)
    persons = _persons(cursor, named)
    if len(persons) > 1:
        raise TrackerError(
            f"that PNC id belongs to {len(persons)} persons", "identity.person_link", "name them by person_key"
        )
    found = going.find(cursor, persons[0]) if persons else None
    if found is None or not found.records:
        raise TrackerError(
            "no record of that child is known",
            "identity.person_link",
            "CHILD is a person_key, a child id with --service, or a PNC id with --pnc-id; perhaps it is erased already",
        )
    return found


def _check_service(cursor: Cursor, service: str) -> None:
    cursor.execute("SELECT DISTINCT source FROM identity.person_link WHERE source_system = 'cms' ORDER BY source")
    known = [str(source) for (source,) in cursor.fetchall()]
    if service not in known:
        raise TrackerError(
            f"there is no service {service!r}",
            "identity.person_link",
            f"choose one of {', '.join(known) or 'none yet'}",
        )


def _persons(cursor: Cursor, named: Named) -> list[str]:
    """The person_key of whose the record is now, or was when it was last there; one for each source that has it."""
    cursor.execute(
        """
        SELECT DISTINCT person_key
        FROM (
            SELECT DISTINCT ON (source_system, source, source_id) person_key
            FROM identity.person_link
            WHERE
                CASE
                    WHEN %(system)s IS NULL THEN person_key = %(name)s
                    ELSE source_system = %(system)s AND source_id = %(name)s AND source = coalesce(%(service)s, source)
                END
            ORDER BY source_system, source, source_id, known_from DESC
        ) AS newest
        ORDER BY person_key
        """,
        named._asdict(),
    )
    return [str(person_key) for (person_key,) in cursor.fetchall()]


def _check_links(cursor: Cursor) -> None:
    """Whose a record is must be known before one can say what is the child's."""
    cursor.execute(
        """
        SELECT count(*)
        FROM (
            SELECT 'cms' AS source_system, source, key FROM raw.yot_child_version WHERE known_to IS NULL AND NOT deleted
            UNION ALL
            SELECT 'pnc', source, key FROM raw.pnc_nominal_version WHERE known_to IS NULL AND NOT deleted
        ) AS record
        WHERE NOT EXISTS (
            SELECT FROM identity.person_link AS link
            WHERE (link.source_system, link.source, link.source_id) = (record.source_system, record.source, record.key)
        )
        """
    )
    (unlinked,) = cursor.fetchone() or (0,)
    if unlinked:
        raise TrackerError(
            f"{unlinked} records have landed and nobody has looked yet whose they are",
            "identity.person_link",
            "let a run find the links first: `make run`",
        )


def _hold_everything(settings: Settings, connection: Connection) -> None:
    """Overtake whoever still works for a run that has ended, and hold what they would write to."""
    with connect(settings, "eraser") as claims, claims.cursor() as cursor:
        cursor.execute('SELECT resource FROM ops.fence ORDER BY resource COLLATE "C"')
        tokens = {resource: fences.claim(claims, resource, "erasure") for (resource,) in cursor.fetchall()}
    for resource, token in tokens.items():
        fences.hold(connection, resource, token)


def _take_out(cursor: Cursor) -> None:
    """Delete what `going.find` has found in this transaction."""
    cursor.execute("CREATE TEMPORARY TABLE scope (LIKE identity.record INCLUDING ALL) ON COMMIT DROP")
    cursor.execute("INSERT INTO pg_temp.scope SELECT source_system, source, source_id FROM pg_temp.erased_record")
    scope.spread(cursor)
    cursor.execute("SELECT ops.drop_build()")
    cursor.execute(_ACCOUNTS)
    for feed, table in going.feed_tables():
        _take_rows_out(cursor, feed.name, f"{feed.name}_{table.name}", table.name)
    for name, condition in going.conditions(cursor).items():
        cursor.execute(f"DELETE FROM {name} WHERE {condition}")  # noqa: S608 - names and conditions of going
    cursor.execute(_NEIGHBOURS)


def _take_rows_out(cursor: Cursor, feed: str, table: str, name: str) -> None:
    """Sightings first: versions follow from those that stay."""
    cursor.execute(
        f"""
        DELETE FROM raw.{table}_sighting AS sighting
        USING pg_temp.going_sighting AS going
        WHERE
            going.feed = %s AND going.table_name = %s
            AND sighting.delivery_id = going.delivery_id AND sighting.line_no = going.line_no
        """,  # noqa: S608 - names of the contract
        (feed, name),
    )
    cursor.execute(
        "SELECT DISTINCT source FROM pg_temp.going_sighting WHERE feed = %s AND table_name = %s ORDER BY 1",
        (feed, name),
    )
    for (source,) in cursor.fetchall():
        cursor.execute(
            """
            CREATE TEMPORARY TABLE touched ON COMMIT DROP AS
            SELECT DISTINCT key FROM pg_temp.going_sighting WHERE feed = %s AND table_name = %s AND source = %s
            """,
            (feed, name, source),
        )
        versions.derive(cursor, table, feed, source)
    for place, of_table in (
        (f"raw.{table}", ""),
        ("raw.change", "gone.table_name = %(table)s AND"),
        ("raw.unresolved", "gone.table_name = %(table)s AND"),
    ):
        cursor.execute(
            f"""
            DELETE FROM {place} AS gone
            USING pg_temp.going
            WHERE
                {of_table} going.feed = %(feed)s AND going.table_name = %(name)s
                AND gone.source = going.source AND gone.row_hash = going.row_hash
            """,  # noqa: S608 - names of the contract
            {"feed": feed, "name": name, "table": table},
        )


def _leave_tombstones(
    cursor: Cursor, key: bytes, day: dt.date | None, by: str, reason: Reason
) -> list[tuple[str, str]]:
    """Write who erased when and why, and the hashes of what is erased; returns the feeds and sources it came from."""
    check_key(cursor, key)
    cursor.execute(
        """
        INSERT INTO identity.erasure (erased_on, erased_by, reason_code, key_hash)
        VALUES (%s, %s, %s, %s)
        RETURNING erasure_id
        """,
        (day, by, reason.value, key_hash(key)),
    )
    (erasure_id,) = cursor.fetchone() or (None,)
    cursor.execute("SELECT feed, source, column_name, id FROM pg_temp.erased_id")
    ids = cursor.fetchall()
    execute_values(
        cursor,
        "INSERT INTO identity.erased_id (id_hash, feed, source, erasure_id) VALUES %s ON CONFLICT DO NOTHING",
        sorted((id_hash(key, *one), *one[:2], erasure_id) for one in ids),
    )
    cursor.execute(
        """
        INSERT INTO identity.erased_person (person_key, erased_on)
        SELECT person_key, %s FROM pg_temp.once_person
        ON CONFLICT DO NOTHING
        """,
        (day,),
    )
    return sorted({(feed, source) for feed, source, _, _ in ids})


_ACCOUNTS = """
UPDATE ops.delivery_table AS counted
SET
    loaded = counted.loaded - gone.loaded,
    quarantined = counted.quarantined - gone.quarantined,
    erased = counted.erased + gone.loaded + gone.quarantined
FROM (
    SELECT
        delivery_id, table_name,
        count(*) FILTER (WHERE is_loaded) AS loaded, count(*) FILTER (WHERE NOT is_loaded) AS quarantined
    FROM pg_temp.going_sighting
    GROUP BY delivery_id, table_name
) AS gone
WHERE counted.delivery_id = gone.delivery_id AND counted.table_name = gone.table_name;

DELETE FROM ops.quarantine
USING pg_temp.going_sighting AS going
WHERE
    quarantine.delivery_id = going.delivery_id
    AND quarantine.table_name = going.table_name
    AND quarantine.line_no = going.line_no;
"""

# whoever hung together with the child is looked at again as if the child had never been there
_NEIGHBOURS = """
INSERT INTO raw.unresolved (table_name, source, row_hash)
SELECT 'yot_child', version.source, version.row_hash
FROM raw.yot_child_version AS version
INNER JOIN pg_temp.scope
    ON scope.source_system = 'cms' AND version.source = scope.source AND version.key = scope.source_id
WHERE EXISTS (SELECT FROM identity.resolved)
UNION
SELECT 'pnc_nominal', version.source, version.row_hash
FROM raw.pnc_nominal_version AS version
INNER JOIN pg_temp.scope
    ON scope.source_system = 'pnc' AND version.source = scope.source AND version.key = scope.source_id
WHERE EXISTS (SELECT FROM identity.resolved)
"""
