"""Versions: the history of each key, derived from the sightings of the effective deliveries of its source.

A sequence's effective delivery is its highest revision. A full extract without a key says that it was deleted; a delta
says nothing of keys it does not hold; a table that was not supplied says nothing; a quarantined row says that its key
was there. `fold_in` is the quick path of a delivery that comes last; `rebuild` derives the same from everything.
Both work on the temporary table `incoming` of the load and on no other source; `derive` serves an erasure as well. All
note the rows whose validity they move: in raw.change once there is a candidate that a build could start from, in
raw.unresolved once identity was resolved.
"""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from live_tracker.deliveries.manifest import Manifest


def fold_in(cursor: Cursor, table: str, manifest: Manifest) -> None:
    """Move the open versions on by one delivery whose sequence is the newest of its source."""
    cursor.execute(
        sql.SQL(
            """
            CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
            WITH said AS (
                SELECT DISTINCT key, row_hash, deleted FROM pg_temp.incoming WHERE row_hash IS NOT NULL
                UNION ALL
                SELECT version.key, version.row_hash, true
                FROM {version} AS version
                WHERE
                    %(is_full)s
                    AND version.source = %(source)s
                    AND version.known_to IS NULL
                    AND NOT version.deleted
                    AND NOT EXISTS (SELECT FROM pg_temp.incoming AS seen WHERE seen.key = version.key)
            )
            SELECT
                said.key,
                CASE WHEN said.deleted THEN open_version.row_hash ELSE said.row_hash END AS row_hash,
                said.deleted,
                open_version.key IS NOT NULL AS has_open
            FROM said
            LEFT JOIN {version} AS open_version
                ON
                    open_version.source = %(source)s
                    AND open_version.key = said.key
                    AND open_version.known_to IS NULL
            WHERE
                CASE
                    WHEN open_version.key IS NULL THEN NOT said.deleted
                    WHEN said.deleted THEN NOT open_version.deleted
                    ELSE open_version.deleted OR open_version.row_hash <> said.row_hash
                END
            """
        ).format(version=_version(table)),
        {"is_full": manifest.kind == "full", "source": manifest.source},
    )
    cursor.execute(
        sql.SQL(
            """
            WITH noted AS (
                SELECT row_hash FROM pg_temp.moved
                UNION
                SELECT version.row_hash
                FROM {version} AS version
                INNER JOIN pg_temp.moved ON version.key = moved.key
                WHERE moved.has_open AND version.source = %(source)s AND version.known_to IS NULL
            )
            {note}
            """
        ).format(version=_version(table), note=_NOTE),
        {"table": table, "source": manifest.source},
    )
    cursor.execute(
        sql.SQL(
            """
            UPDATE {version} AS version SET known_to = %s
            FROM pg_temp.moved
            WHERE
                moved.has_open AND version.source = %s AND version.key = moved.key AND version.known_to IS NULL
            """
        ).format(version=_version(table)),
        (manifest.extract_date, manifest.source),
    )
    cursor.execute(
        sql.SQL(
            """
            INSERT INTO {version} (source, key, row_hash, known_from, known_to, deleted)
            SELECT %s, key, row_hash, %s, NULL, deleted FROM pg_temp.moved
            """
        ).format(version=_version(table)),
        (manifest.source, manifest.extract_date),
    )
    cursor.execute("DROP TABLE pg_temp.moved")


def rebuild(cursor: Cursor, table: str, manifest: Manifest) -> None:
    """Derive anew the versions of the keys that a late delivery or a revision can have changed.

    Those are the keys it holds and the keys of the other revisions of its sequence; where one of these is a full
    extract, every key of the table and source. The delivery must stand in the ledger already.
    """
    cursor.execute(
        sql.SQL(
            """
            CREATE TEMPORARY TABLE touched ON COMMIT DROP AS
            WITH of_sequence AS (
                SELECT delivery_id, kind FROM ops.delivery
                WHERE feed = %(feed)s AND source = %(source)s AND sequence = %(sequence)s
            )
            SELECT sighting.key
            FROM {sighting} AS sighting
            INNER JOIN of_sequence ON sighting.delivery_id = of_sequence.delivery_id
            UNION
            SELECT version.key FROM {version} AS version
            WHERE version.source = %(source)s AND EXISTS (SELECT FROM of_sequence WHERE kind = 'full')
            """
        ).format(version=_version(table), sighting=sql.Identifier("raw", f"{table}_sighting")),
        {"feed": manifest.feed.name, "source": manifest.source, "sequence": manifest.sequence},
    )
    derive(cursor, table, manifest.feed.name, manifest.source)


def derive(cursor: Cursor, table: str, feed: str, source: str) -> None:
    """Derive anew, from the sightings, the versions of a source's keys in the temporary table `touched`; drops it."""
    names = {
        "version": _version(table),
        "sighting": sql.Identifier("raw", f"{table}_sighting"),
        "table_name": sql.Literal(table.partition("_")[2]),
    }
    given = {"feed": feed, "source": source}
    cursor.execute(
        sql.SQL(
            """
            CREATE TEMPORARY TABLE before ON COMMIT DROP AS
            SELECT version.*
            FROM {version} AS version
            INNER JOIN pg_temp.touched ON version.key = touched.key
            WHERE version.source = %(source)s
            """
        ).format(**names),
        given,
    )
    cursor.execute(
        sql.SQL(
            """
            DELETE FROM {version} AS version
            USING pg_temp.touched
            WHERE version.source = %(source)s AND version.key = touched.key
            """
        ).format(**names),
        given,
    )
    cursor.execute(_REBUILD.format(**names), given)
    cursor.execute(_NOTE_REBUILT.format(note=_NOTE, **names), {**given, "table": table})
    cursor.execute("DROP TABLE pg_temp.touched, pg_temp.before")


_REBUILD = sql.SQL(
    """
    INSERT INTO {version} (source, key, row_hash, known_from, known_to, deleted)
    WITH effective AS (
        SELECT DISTINCT ON (sequence) delivery_id, sequence, extract_date, kind
        FROM ops.delivery
        WHERE feed = %(feed)s AND source = %(source)s
        ORDER BY sequence, revision DESC
    ),

    supplied AS (
        SELECT effective.*
        FROM effective
        INNER JOIN ops.delivery_table AS supplied_table
            ON effective.delivery_id = supplied_table.delivery_id AND supplied_table.table_name = {table_name}
    ),

    sighted AS (
        SELECT DISTINCT sighting.delivery_id, sighting.key, sighting.row_hash, sighting.deleted
        FROM {sighting} AS sighting
        INNER JOIN supplied ON sighting.delivery_id = supplied.delivery_id
        INNER JOIN pg_temp.touched ON sighting.key = touched.key
    ),

    said AS (
        SELECT
            touched.key,
            supplied.sequence,
            supplied.extract_date,
            CASE WHEN NOT sighted.deleted THEN sighted.row_hash END AS row_hash,
            coalesce(sighted.deleted, true) AS deleted
        FROM pg_temp.touched
        CROSS JOIN supplied
        LEFT JOIN sighted ON touched.key = sighted.key AND supplied.delivery_id = sighted.delivery_id
        WHERE
            CASE
                WHEN sighted.key IS NULL THEN supplied.kind = 'full'
                ELSE sighted.row_hash IS NOT NULL
            END
    ),

    with_last_row AS (
        SELECT
            said.*,
            count(row_hash) OVER (PARTITION BY key ORDER BY sequence) AS live_rows
        FROM said
    ),

    with_hash AS (
        SELECT
            key,
            sequence,
            extract_date,
            deleted,
            first_value(row_hash) OVER (PARTITION BY key, live_rows ORDER BY sequence) AS row_hash
        FROM with_last_row
        WHERE live_rows > 0
    ),

    changed AS (
        SELECT
            with_hash.*,
            lag(deleted) OVER key_history AS deleted_before,
            lag(row_hash) OVER key_history AS row_hash_before
        FROM with_hash
        WINDOW key_history AS (PARTITION BY key ORDER BY sequence)
    )

    SELECT
        %(source)s,
        key,
        row_hash,
        extract_date,
        lead(extract_date) OVER (PARTITION BY key ORDER BY sequence),
        deleted
    FROM changed
    WHERE deleted_before IS NULL OR deleted <> deleted_before OR row_hash <> row_hash_before
    """
)

_NOTE = sql.SQL(
    """
    , for_the_build AS (
        INSERT INTO raw.change (table_name, source, row_hash)
        SELECT %(table)s, %(source)s, row_hash FROM noted
        WHERE EXISTS (SELECT FROM ops.candidate)
    )

    INSERT INTO raw.unresolved (table_name, source, row_hash)
    SELECT %(table)s, %(source)s, row_hash FROM noted
    WHERE EXISTS (SELECT FROM identity.resolved)
    """
)

_NOTE_REBUILT = sql.SQL(
    """
    WITH after AS (
        SELECT version.*
        FROM {version} AS version
        INNER JOIN pg_temp.touched ON version.key = touched.key
        WHERE version.source = %(source)s
    ),

    differing AS (
        (SELECT * FROM pg_temp.before EXCEPT SELECT * FROM after)
        UNION ALL
        (SELECT * FROM after EXCEPT SELECT * FROM pg_temp.before)
    ),

    noted AS (SELECT DISTINCT row_hash FROM differing)
    {note}
    """
)


def _version(table: str) -> sql.Identifier:
    return sql.Identifier("raw", f"{table}_version")
