"""What a candidate is, in 64 characters, so that gate, publication and release speak of the same rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from psycopg2 import sql

from live_tracker.database import Connection

GRAINS: dict[str, tuple[str, ...]] = {
    "cohort_member": ("definition", "cohort", "yot", "person_key"),
    "reoffence": ("definition", "cohort", "yot", "person_key", "offence_key"),
    "cohort_summary": ("definition", "cohort", "yot"),
    "cohort_summary_annual": ("definition", "cohort", "yot"),
    "cohort_breakdown": ("definition", "cohort", "yot", "dimension", "value"),
    "time_to_reoffence": ("definition", "cohort", "yot", "band"),
    "milestone": ("definition", "cohort", "yot", "month"),
    "data_quality": ("yot",),
    "survival": ("definition", "cohort", "yot", "day"),
    "seriousness": ("definition", "cohort", "yot", "change"),
    "offence_group_matrix": ("definition", "cohort", "yot", "index_offence_group", "reoffence_group"),
    "concentration": ("definition", "cohort", "yot", "reoffences_each"),
    "risk_factor": ("definition", "cohort", "yot", "factor"),
    "programme_outcome": ("definition", "cohort", "yot", "programme_type", "provider"),
    "first_time_entrants": ("yot", "span", "quarter"),
    "custody": ("yot", "span", "quarter"),
    "remand": ("yot", "span", "quarter", "dimension", "value"),
    "ete": ("yot", "span", "quarter", "age_group", "ete_band"),
    "serious_violence": ("yot", "span", "quarter", "dimension", "value"),
    "disproportionality": ("yot", "span", "quarter", "stage", "definition", "ethnicity_group"),
    "comparator": ("yot", "area", "measure", "definition", "period_start", "period_end", "source"),
    "caseload": ("definition", "cohort", "yot", "person_key"),
    "new_arrests": ("yot", "arrest_key"),
}
"""The published tables that are copied from a candidate, each with the columns that make a row of it unique."""

PUBLISHED = GRAINS | {"revision": ("frozen_quarter", "definition", "cohort", "yot", "cause")}
"""All published tables: the last is made at publication, for it compares with a release."""

PRACTICE = ("caseload", "new_arrests")
"""Those that practitioners alone read, in schema practice; the others are in analytics."""

STAMPS = ("release_id", "as_of_date")
"""Columns that a release has and its candidate has not: they are stamped when rows are copied."""

# Whatever a session or a server was set to, a value is written in one way only.
_FIXED_SETTINGS = (
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL client_encoding = 'UTF8'",
)


@dataclass(frozen=True)
class Column:
    """A published column with the type that the release gives it, for example `numeric(9,6)`."""

    name: str
    type: str
    is_text: bool

    @property
    def value(self) -> sql.Composable:
        """The column as published: cast, so that a candidate's looser type cannot hide a difference."""
        return sql.SQL("{}::{}").format(sql.Identifier(self.name), sql.SQL(self.type))

    @property
    def order(self) -> sql.Composable:
        return sql.SQL('{} COLLATE "C"').format(self.value) if self.is_text else self.value


def columns_of(connection: Connection, table: str) -> list[Column]:
    """Columns of a published table in the release's order, the stamps left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT attname, format_type(atttypid, atttypmod), attcollation <> 0
            FROM pg_catalog.pg_attribute
            WHERE attrelid = format('release.%%I', %s::text)::regclass AND attnum > 0 AND NOT attisdropped
                AND attname <> ALL (%s)
            ORDER BY attnum
            """,
            (table, list(STAMPS)),
        )
        return [Column(*row) for row in cursor.fetchall()]


def table_hashes(connection: Connection, release_id: str | None = None) -> dict[str, str]:
    """sha-256 of every published table's rows: of the candidate, or of a release if its id is given.

    Equal exactly if the tables hold the same rows; the stamps do not count. Rows are streamed, so that memory does
    not grow with the table. Reading a release takes the rights of role owner.
    """
    with connection.cursor() as cursor:
        for statement in _FIXED_SETTINGS:
            cursor.execute(statement)
    return {table: _table_hash(connection, table, release_id) for table in GRAINS}


def candidate_hash(hashes: dict[str, str]) -> str:
    """One sha-256 over the hashes of all tables."""
    lines = "".join(f"{table} {hashes[table]}\n" for table in sorted(hashes))
    return hashlib.sha256(lines.encode()).hexdigest()


def _table_hash(connection: Connection, table: str, release_id: str | None) -> str:
    columns = columns_of(connection, table)
    grain = GRAINS[table]
    by_name = {column.name: column for column in columns}
    # The rest of the columns follow the grain, so that even rows that break it have one order.
    ordered = [by_name[name] for name in grain] + [column for column in columns if column.name not in grain]
    query = sql.SQL("SELECT {} FROM {} {} ORDER BY {}").format(
        sql.SQL(", ").join(column.value for column in columns),
        sql.Identifier("candidate" if release_id is None else "release", table),
        sql.SQL("" if release_id is None else "WHERE release_id = {}").format(sql.Literal(release_id)),
        sql.SQL(", ").join(column.order for column in ordered),
    )
    digest = _Digest()
    digest.write((" ".join(column.name for column in columns) + "\n").encode())
    with connection.cursor() as cursor:
        cursor.copy_expert(sql.SQL("COPY ({}) TO STDOUT").format(query), digest)
    return digest.hexdigest()


class _Digest:
    """A file to write into, of which only the hash is kept."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._sha256.update(data)
        return len(data)

    def hexdigest(self) -> str:
        return self._sha256.hexdigest()
