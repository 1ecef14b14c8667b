"""The copy of a checked candidate into a release: a partition of each table, what the release rests on, its revision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from typing import Any

from psycopg2 import sql
from psycopg2.extras import Json, execute_values

from live_tracker.database import Connection
from live_tracker.deliveries.ledger import SourceState, source_states
from live_tracker.release import revision
from live_tracker.release.hashing import candidate_hash, columns_of
from live_tracker.runs import Run


@dataclass(frozen=True)
class Days:
    """The dates of a run whose deliveries have landed."""

    as_of: dt.date
    known_as_of: dt.date


def copy_candidate(connection: Connection, run: Run, days: Days, hashes: dict[str, str], warned: list[Any]) -> str:
    """Make the next release of that as-of date from the candidate and return its release_id, `<as-of date>.<number>`.

    `hashes` are those of the candidate in this very transaction, `warned` what the gate warned of. Nobody sees the
    release before a pointer names it.
    """
    release_id = _next_release_id(connection, days.as_of)
    for table in hashes:
        _copy(connection, table, release_id, days.as_of)
    with as_owner(connection):
        _record(connection, run, release_id, hashes, warned)
        _record_sources(connection, release_id, source_states(connection, days.known_as_of, run.run_key))
    with _partition(connection, "revision", release_id) as partition, as_owner(connection):
        revision.fill(connection, partition, release_id, days.as_of)
    return release_id


@contextmanager
def as_owner(connection: Connection) -> Iterator[None]:
    """The statements of the block run with the rights of role owner."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE owner")
        yield
        cursor.execute("RESET ROLE")


def _next_release_id(connection: Connection, as_of: dt.date) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(split_part(release_id, '.', 2)::integer), 0) + 1 FROM release.release "
            "WHERE as_of_date = %s",
            (as_of,),
        )
        (number,) = cursor.fetchone() or (1,)
    return f"{as_of}.{number}"


def _copy(connection: Connection, table: str, release_id: str, as_of: dt.date) -> None:
    columns = columns_of(connection, table)
    insert = sql.SQL(
        "INSERT INTO {partition} (release_id, as_of_date, {columns}) "
        "SELECT {release_id}, {as_of}::date, {values} FROM {candidate}"
    )
    with _partition(connection, table, release_id) as partition, connection.cursor() as cursor:
        cursor.execute(
            insert.format(
                partition=partition,
                candidate=sql.Identifier("candidate", table),
                release_id=sql.Literal(release_id),
                as_of=sql.Literal(as_of),
                columns=sql.SQL(", ").join(sql.Identifier(column.name) for column in columns),
                values=sql.SQL(", ").join(column.value for column in columns),
            )
        )


@contextmanager
def _partition(connection: Connection, table: str, release_id: str) -> Iterator[sql.Identifier]:
    """A new partition of the table for the block to fill, attached after it. Nobody but the owner keeps a right on it."""
    partition = sql.Identifier("release", f"{table}_{release_id.replace('-', '').replace('.', '_')}")
    names = {
        "parent": sql.Identifier("release", table),
        "partition": partition,
        "release_id": sql.Literal(release_id),
    }

    def run(*statements: str) -> None:
        with as_owner(connection), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(sql.SQL(statement).format(**names))

    # The CHECK spares the attachment a scan. Row-level security of its own closes the partition to whoever might be
    # granted it one day: the policies are the parent's.
    run(
        "CREATE TABLE {partition} (LIKE {parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS, "
        "CONSTRAINT of_this_release CHECK (release_id = {release_id}))",
        "ALTER TABLE {partition} ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY while_filling ON {partition} FOR INSERT TO publisher WITH CHECK (true)",
        "GRANT INSERT ON {partition} TO publisher",
    )
    yield partition
    run(
        "REVOKE INSERT ON {partition} FROM publisher",
        "DROP POLICY while_filling ON {partition}",
        "ALTER TABLE {parent} ATTACH PARTITION {partition} FOR VALUES IN ({release_id})",
    )


def _record(connection: Connection, run: Run, release_id: str, hashes: dict[str, str], warned: list[Any]) -> None:
    gate = f"passed with {len(warned)} warning{'' if len(warned) == 1 else 's'}" if warned else "passed"
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO release.release (
                release_id, run_key, as_of_date, known_as_of, definitions_hash, reference_hash, code_version,
                deliveries_hash, candidate_hash, table_hashes, gate_result, gate_warnings, published_at
            ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now())
            """,
            (
                *(release_id, run.run_key, run.as_of, run.known_as_of),
                *(run.definitions_hash, run.reference_hash, run.code_version, run.deliveries_hash),
                *(candidate_hash(hashes), Json(hashes), gate, Json(warned)),
            ),
        )


def _record_sources(connection: Connection, release_id: str, states: list[SourceState]) -> None:
    columns = sql.SQL(", ").join(sql.Identifier(field.name) for field in fields(SourceState))
    insert = sql.SQL("INSERT INTO release.source_state (release_id, {}) VALUES %s").format(columns)
    with connection.cursor() as cursor:
        execute_values(cursor, insert, [(release_id, *astuple(state)) for state in states])
