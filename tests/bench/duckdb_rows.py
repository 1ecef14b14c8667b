"""Rows of the warehouse in a DuckDB file: what the build's views read, each source a table."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from live_tracker.database import connect
from live_tracker.settings import Settings

_NULL = r"\N"
# told in full: an empty file has nothing to be guessed from
_FORMAT = f"""FORMAT csv, AUTO_DETECT false, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR '{_NULL}'"""


def export(settings: Settings, tables: Iterable[str], file: Path) -> None:
    """Copy tables or views, named `schema.name`, with the types of their columns into a DuckDB file."""
    with duckdb.connect(str(file)) as into, tempfile.TemporaryDirectory() as folder:
        for table in tables:
            _copy(settings, table, into, Path(folder) / "rows.csv")


def export_parquet(settings: Settings, tables: Mapping[str, str], folder: Path) -> None:
    """Write tables or views, each to a Parquet file in a new folder: `tables` gives file names and `schema.name`."""
    folder.mkdir()
    rows = folder / "rows.duckdb"
    export(settings, tables.values(), rows)
    with duckdb.connect(str(rows)) as connection:
        for name, table in tables.items():
            connection.execute(f"COPY {table} TO '{folder / name}.parquet' (FORMAT parquet)")
    rows.unlink()


def _copy(settings: Settings, table: str, into: duckdb.DuckDBPyConnection, rows: Path) -> None:
    with connect(settings, "transformer") as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT attname, format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute
            WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
            ORDER BY attnum
            """,
            (table,),
        )
        columns = cursor.fetchall()
        # a list as DuckDB reads it: [a, b]
        values = ", ".join(
            f"'[' || array_to_string({name}, ', ') || ']'" if kind.endswith("[]") else name for name, kind in columns
        )
        with rows.open("wb") as to:
            cursor.copy_expert(f"COPY (SELECT {values} FROM {table}) TO STDOUT WITH (FORMAT csv, NULL '{_NULL}')", to)
    into.execute(f"CREATE SCHEMA IF NOT EXISTS {table.partition('.')[0]}")
    into.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {_type(kind)}' for name, kind in columns)})")
    into.execute(f"COPY {table} FROM '{rows}' ({_FORMAT})")


def _type(kind: str) -> str:
    """Postgres's name of a type as DuckDB's; a number without a scale is taken for a fraction."""
    return {"numeric": "DOUBLE", "bytea": "BLOB"}.get(kind, kind.replace("character varying", "text"))
