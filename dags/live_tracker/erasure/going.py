"""What goes with a child: which rows of which tables, found in temporary tables and counted before anything is touched.

A row of a feed goes if it names the child or one of its nominals. The ids of those rows are erased too, so that a row
that names only them goes as well, now and whenever it comes again; an id that is also somebody else's is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor

from live_tracker.deliveries.contract import FEEDS, KEY_SEPARATOR, Feed, Table


class Record(NamedTuple):
    """A record of the child, and by which evidence it is the child's."""

    source_system: str
    source: str
    source_id: str
    method: str


class Going(NamedTuple):
    """The records of a child and how many rows of each table go with them; tables without any are left out."""

    records: list[Record]
    counts: dict[str, int]


def feed_tables() -> Iterator[tuple[Feed, Table]]:
    """Every table of every feed."""
    for feed in FEEDS.values():
        for table in feed.tables:
            yield feed, table


def find(cursor: Cursor, person_key: str) -> Going:
    """Fill the temporary tables with what goes with a person, and count it. They live as long as the transaction."""
    cursor.execute(_TABLES)
    cursor.execute(_RECORDS, {"person_key": person_key})
    for feed, table in feed_tables():
        cursor.execute(_fitted(_OWN_ROWS, feed, table))
    _find_ids(cursor)
    for feed, table in feed_tables():
        if feed.person_column not in table.key:
            cursor.execute(_fitted(_NAMELESS_ROWS, feed, table))
    for feed, table in feed_tables():
        cursor.execute(_fitted(_SIGHTINGS, feed, table), {"separator": KEY_SEPARATOR})
    cursor.execute(_EVENTS)
    cursor.execute("SELECT source_system, source, source_id, method FROM pg_temp.erased_record ORDER BY 1, 2, 3")
    return Going([Record(*row) for row in cursor.fetchall()], _counts(cursor))


def conditions(cursor: Cursor) -> dict[str, str]:
    """Which rows of identity and of the releases go, by table, in an order in which they may be deleted."""
    return {**_IDENTITY, **_of_releases(cursor)}


def _find_ids(cursor: Cursor) -> None:
    for feed, table in feed_tables():
        cursor.execute(_fitted(_IDS, feed, table))
    for feed, table in feed_tables():
        if table.key[0] != feed.person_column:
            cursor.execute(_fitted(_SHARED_IDS, feed, table))
    cursor.execute(
        """
        DELETE FROM pg_temp.erased_id AS erased USING reference.dummy_asn AS dummy
        WHERE erased.column_name = 'asn' AND erased.id ~ dummy.pattern
        """
    )
    cursor.execute("ANALYZE pg_temp.erased_id")


def _of_releases(cursor: Cursor) -> dict[str, str]:
    """The released tables of persons. What was once told of another person goes where it is the child's own event."""
    cursor.execute(
        """
        SELECT class.relname, max(event.attname)
        FROM pg_catalog.pg_class AS class
        INNER JOIN pg_catalog.pg_attribute AS person
            ON class.oid = person.attrelid AND person.attname = 'person_key'
        LEFT JOIN pg_catalog.pg_attribute AS event
            ON class.oid = event.attrelid AND event.attname IN ('offence_key', 'arrest_key')
        WHERE class.relnamespace = 'release'::regnamespace AND class.relkind = 'p'
        GROUP BY class.relname
        ORDER BY class.relname
        """
    )
    return {
        f"release.{table}": f"person_key IN {_PERSONS}" + (_OWN_EVENT.format(event=event) if event else "")
        for table, event in cursor.fetchall()
    }


def _counts(cursor: Cursor) -> dict[str, int]:
    counts: dict[str, int] = {}
    for query in _COUNTS_OF_RAW:
        cursor.execute(query)
        counts |= {str(table): int(rows) for table, rows in cursor.fetchall()}
    for feed, table in feed_tables():
        cursor.execute(_fitted(_COUNT_OF_VERSIONS, feed, table))
        (counts[f"raw.{feed.name}_{table.name}_version"],) = cursor.fetchone() or (0,)
    for name, condition in conditions(cursor).items():
        cursor.execute(f"SELECT count(*) FROM {name} WHERE {condition}")  # noqa: S608 - names and conditions from here
        (counts[name],) = cursor.fetchone() or (0,)
    return {table: rows for table, rows in counts.items() if rows}


def _fitted(query: str, feed: Feed, table: Table) -> str:
    """The query for one table of a feed; what it is told are names of the contract."""
    named = [column for column in table.column_names if column in feed.id_columns]
    return query.format(
        feed=feed.name,
        system=feed.system,
        name=table.name,
        raw=f"raw.{feed.name}_{table.name}",
        person=feed.person_column,
        own=table.key[0],
        names=" OR ".join(f"(erased.column_name = '{column}' AND erased.id = record.{column})" for column in named),
    )


_PERSONS = "(SELECT person_key FROM pg_temp.erased_person)"
_ONCE = "(SELECT person_key FROM pg_temp.once_person)"
_OWN_EVENT = f" OR (person_key IN {_ONCE} AND {{event}} IN (SELECT event_key FROM pg_temp.erased_event))"  # noqa: S608
_RECORD = "(source_system, source, source_id) IN (SELECT source_system, source, source_id FROM pg_temp.erased_record)"
_FACES = f"(SELECT face FROM identity.face WHERE {_RECORD})"  # noqa: S608 - constants of this module
_EITHER_RECORD = """
    ('cms', source, child_id) IN (SELECT source_system, source, source_id FROM pg_temp.erased_record)
    OR (other_system, other_source, other_id) IN (SELECT source_system, source, source_id FROM pg_temp.erased_record)
"""
_IDENTITY = {
    "identity.face_pair": f"left_face IN {_FACES} OR right_face IN {_FACES}",
    "identity.face": _RECORD,
    "identity.record_id": _RECORD,
    "identity.record": _RECORD,
    "identity.review_queue": _EITHER_RECORD,
    "identity.taken_decision": (
        f"decision_id IN (SELECT decision_id FROM identity.review_decision WHERE {_EITHER_RECORD})"  # noqa: S608
    ),
    "identity.review_decision": _EITHER_RECORD,
    "identity.person_link": _RECORD,
    "identity.span": _RECORD,
    # made anew, with the links, for whoever once had a record of the child
    "identity.person": f"person_key IN {_ONCE}",
    "identity.person_change": f"person_key IN {_PERSONS}",
}

_TABLES = """
CREATE TEMPORARY TABLE going (
    feed text, table_name text, source text COLLATE "C", row_hash bytea, PRIMARY KEY (feed, table_name, source, row_hash)
) ON COMMIT DROP;
CREATE TEMPORARY TABLE erased_id (
    feed text, source text COLLATE "C", column_name text, id text COLLATE "C",
    PRIMARY KEY (feed, source, column_name, id)
) ON COMMIT DROP;
CREATE TEMPORARY TABLE going_sighting (
    feed text, table_name text, source text COLLATE "C", delivery_id text, line_no integer, key text COLLATE "C",
    is_loaded boolean
) ON COMMIT DROP;
"""

# a record is whose it was last, deleted or not; a person who has no other record left is erased
_RECORDS = """
CREATE TEMPORARY TABLE erased_record ON COMMIT DROP AS
SELECT source_system, source, source_id, method
FROM (
    SELECT DISTINCT ON (source_system, source, source_id) *
    FROM identity.person_link
    WHERE (source_system, source, source_id) IN (
        SELECT source_system, source, source_id FROM identity.person_link WHERE person_key = %(person_key)s
    )
    ORDER BY source_system, source, source_id, known_from DESC
) AS newest
WHERE person_key = %(person_key)s;

CREATE TEMPORARY TABLE once_person ON COMMIT DROP AS
SELECT DISTINCT link.person_key
FROM identity.person_link AS link
INNER JOIN pg_temp.erased_record USING (source_system, source, source_id);

CREATE TEMPORARY TABLE erased_person ON COMMIT DROP AS
SELECT person_key FROM pg_temp.once_person
WHERE person_key = %(person_key)s OR NOT EXISTS (
    SELECT FROM identity.person_link AS link
    WHERE link.person_key = once_person.person_key AND (link.source_system, link.source, link.source_id) NOT IN (
        SELECT source_system, source, source_id FROM pg_temp.erased_record
    )
);
"""

_OWN_ROWS = """
INSERT INTO pg_temp.going (feed, table_name, source, row_hash)
SELECT '{feed}', '{name}', record.source, record.row_hash
FROM {raw} AS record
INNER JOIN pg_temp.erased_record AS erased
    ON erased.source_system = '{system}' AND record.source = erased.source AND record.{person} = erased.source_id
"""

_IDS = """
INSERT INTO pg_temp.erased_id (feed, source, column_name, id)
SELECT '{feed}', record.source, '{own}', record.{own}
FROM {raw} AS record
INNER JOIN pg_temp.going ON record.source = going.source AND record.row_hash = going.row_hash
WHERE going.feed = '{feed}' AND going.table_name = '{name}' AND record.{own} IS NOT NULL
UNION
SELECT '{feed}', source, '{person}', source_id FROM pg_temp.erased_record WHERE source_system = '{system}'
ON CONFLICT DO NOTHING
"""

_SHARED_IDS = """
DELETE FROM pg_temp.erased_id AS erased
USING {raw} AS record
WHERE
    erased.feed = '{feed}' AND erased.column_name = '{own}'
    AND erased.source = record.source AND erased.id = record.{own} AND record.{person} IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM pg_temp.going
        WHERE
            going.feed = '{feed}' AND going.table_name = '{name}'
            AND going.source = record.source AND going.row_hash = record.row_hash
    )
"""

_NAMELESS_ROWS = """
INSERT INTO pg_temp.going (feed, table_name, source, row_hash)
SELECT '{feed}', '{name}', record.source, record.row_hash
FROM {raw} AS record
WHERE record.{person} IS NULL AND EXISTS (
    SELECT FROM pg_temp.erased_id AS erased
    WHERE erased.feed = '{feed}' AND erased.source = record.source AND ({names})
)
"""

# a quarantined row has left no more than its key
_SIGHTINGS = """
INSERT INTO pg_temp.going_sighting (feed, table_name, source, delivery_id, line_no, key, is_loaded)
SELECT
    '{feed}', '{name}', delivery.source, sighting.delivery_id, sighting.line_no, sighting.key,
    sighting.row_hash IS NOT NULL
FROM {raw}_sighting AS sighting
INNER JOIN ops.delivery AS delivery ON sighting.delivery_id = delivery.delivery_id
WHERE
    (delivery.source, sighting.row_hash) IN (
        SELECT source, row_hash FROM pg_temp.going WHERE feed = '{feed}' AND table_name = '{name}'
    )
    OR (
        sighting.row_hash IS NULL
        AND (delivery.source, split_part(sighting.key, %(separator)s, 1)) IN (
            SELECT source, id FROM pg_temp.erased_id WHERE feed = '{feed}' AND column_name = '{own}'
        )
    )
"""

# as the marts name them: int_offences, new_arrests
_EVENTS = """
CREATE TEMPORARY TABLE erased_event ON COMMIT DROP AS
WITH events AS (
    SELECT record.source, record.offence_id AS event_key
    FROM raw.yot_offence AS record
    INNER JOIN pg_temp.going
        ON (going.feed, going.table_name, going.source, going.row_hash)
        = ('yot', 'offence', record.source, record.row_hash)
    UNION
    SELECT record.source, record.asn || '/' || record.offence_seq
    FROM raw.pnc_offence AS record
    INNER JOIN pg_temp.going
        ON (going.feed, going.table_name, going.source, going.row_hash)
        = ('pnc', 'offence', record.source, record.row_hash)
    UNION
    SELECT record.source, record.asn
    FROM raw.pnc_arrest_summons AS record
    INNER JOIN pg_temp.going
        ON (going.feed, going.table_name, going.source, going.row_hash)
        = ('pnc', 'arrest_summons', record.source, record.row_hash)
)

SELECT (event_key) COLLATE "C" AS event_key FROM events
UNION
SELECT (source || '/' || event_key) COLLATE "C" FROM events
"""

_COUNTS_OF_RAW = (
    "SELECT 'raw.' || feed || '_' || table_name, count(*) FROM pg_temp.going GROUP BY 1 ORDER BY 1",
    """
    SELECT 'raw.' || feed || '_' || table_name || '_sighting', count(*)
    FROM pg_temp.going_sighting GROUP BY 1 ORDER BY 1
    """,
    """
    SELECT 'ops.quarantine', count(*)
    FROM ops.quarantine
    INNER JOIN pg_temp.going_sighting USING (delivery_id, table_name, line_no)
    """,
)

_COUNT_OF_VERSIONS = """
SELECT count(*) FROM {raw}_version AS version
WHERE (version.source, version.row_hash) IN (
    SELECT source, row_hash FROM pg_temp.going WHERE feed = '{feed}' AND table_name = '{name}'
)
"""
