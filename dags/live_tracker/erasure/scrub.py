"""Bytes: what deleted rows leave on the server's disk, and what can be done about it from here."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg2
from psycopg2.extensions import cursor as Cursor

from live_tracker.database import warehouse_admin_url
from live_tracker.errors import database_errors, without_row_data
from live_tracker.settings import Settings

LONGEST_WAIT = 10.0
"""Seconds to wait for whoever could still see the deleted rows; as long as somebody can, they cannot be overwritten."""

_Step = Callable[[Cursor], str | None]


def scrub(settings: Settings) -> list[str]:
    """Rewrite every table that an erasure deletes from, the planner's statistics and the write-ahead log.

    As the server's administrator. Repeating it does no harm. Returns, for each step that could not be done, what stays.
    """
    with database_errors("as administrator"):
        connection = psycopg2.connect(warehouse_admin_url(settings), application_name="live-tracker erasure")
    connection.autocommit = True
    steps: tuple[tuple[_Step, str], ...] = (
        (_wait_for_readers, "deleted rows in the server's files"),
        (_rewrite, "deleted rows in the server's files"),
        (_forget_statistics, "samples of values in the planner's statistics"),
        (_overwrite_log, "the write-ahead log, until the server has written over it"),
    )
    left: list[str] = []
    try:
        with connection.cursor() as cursor:
            # a table that somebody holds on to is not waited for while others queue up behind
            cursor.execute("SET lock_timeout = '1min'")
            for step, what in steps:
                try:
                    why = step(cursor)
                except psycopg2.Error as error:
                    why = str(without_row_data(error)).splitlines()[0]
                if why:
                    left.append(f"{what}: {why}")
    finally:
        connection.close()
    return left


def _wait_for_readers(cursor: Cursor) -> str | None:
    cursor.execute("SELECT pg_current_xact_id()::text::bigint")
    deadline = time.monotonic() + LONGEST_WAIT
    (now,) = cursor.fetchone() or (0,)
    while True:
        cursor.execute(
            """
            SELECT count(*) FROM pg_catalog.pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND age(backend_xmin) >= age(%s::text::xid)
            """,
            (now % 2**32,),
        )
        (readers,) = cursor.fetchone() or (0,)
        if not readers:
            return None
        if time.monotonic() > deadline:
            return f"{readers} sessions still see them; `scrub` again when they have ended"
        time.sleep(0.1)


def _rewrite(cursor: Cursor) -> str | None:
    tables = _tables(cursor)
    cursor.execute(
        """
        SELECT count(*) FROM pg_catalog.pg_class
        WHERE oid = ANY (%s::regclass[]) AND NOT pg_has_role(relowner, 'USAGE')
        """,
        (tables,),
    )
    (not_ours,) = cursor.fetchone() or (0,)
    if not_ours:
        # VACUUM would merely warn
        return f"the administrator may not rewrite {not_ours} of the tables"
    for table in tables:
        cursor.execute(f"VACUUM (FULL) {table}")
    return None


def _forget_statistics(cursor: Cursor) -> None:
    # they are deleted first, since a table that is empty now would keep those of the time when it was not
    cursor.execute("DELETE FROM pg_catalog.pg_statistic WHERE starelid = ANY (%s::regclass[])", (_tables(cursor),))
    for table in _tables(cursor):
        cursor.execute(f"ANALYZE {table}")
    cursor.execute("VACUUM (FULL) pg_catalog.pg_statistic")


def _tables(cursor: Cursor) -> list[str]:
    """The tables from which an erasure deletes, of the releases those with rows of persons; quoted as SQL needs it."""
    cursor.execute(
        """
        SELECT format('%I.%I', namespace.nspname, class.relname)
        FROM pg_catalog.pg_class AS class
        INNER JOIN pg_catalog.pg_namespace AS namespace ON class.relnamespace = namespace.oid
        WHERE
            class.relkind = 'r'
            AND (
                namespace.nspname IN ('raw', 'identity')
                OR (
                    namespace.nspname = 'release'
                    AND EXISTS (
                        SELECT FROM pg_catalog.pg_attribute AS attribute
                        WHERE class.oid = attribute.attrelid AND attribute.attname = 'person_key'
                    )
                )
            )
        ORDER BY 1
        """
    )
    return [str(table) for (table,) in cursor.fetchall()]


def _overwrite_log(cursor: Cursor) -> None:
    """A checkpoint keeps old segments under new names, to write over later: go on until each has been written over."""
    _next_segment(cursor)
    cursor.execute("CHECKPOINT")
    cursor.execute("SELECT count(*) FROM pg_catalog.pg_ls_waldir()")
    (segments,) = cursor.fetchone() or (0,)
    for _ in range(segments + 1):
        _next_segment(cursor)
    cursor.execute("CHECKPOINT")


def _next_segment(cursor: Cursor) -> None:
    # without a record of its own an empty segment is not left
    cursor.execute("SELECT pg_logical_emit_message(false, 'live-tracker', 'erasure')")
    cursor.execute("SELECT pg_switch_wal()")
