"""The build in DuckDB, over a file that holds the rows."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import duckdb

from tests.bench.compiled import Model
from tests.bench.duckdb_sql import translated

LEFT_OUT = frozenset({"comparator"})
"""Models that DuckDB cannot make the same: it does not keep with how many decimals a figure was printed."""


def statements(models: list[Model]) -> list[tuple[str, str]]:
    """What makes the models in turn: the name of each with its statement."""
    schemas = sorted({model.schema for model in models})
    return [("schemas", f"CREATE SCHEMA {schema}") for schema in schemas] + [
        (model.name, translated(model)) for model in models if model.name not in LEFT_OUT
    ]


def build(file: Path, in_turn: list[tuple[str, str]]) -> dict[str, float]:
    """Run the statements; returns the seconds of each model."""
    seconds: dict[str, float] = {}
    with duckdb.connect(str(file)) as connection:
        for name, statement in in_turn:
            began = time.monotonic()
            connection.execute(statement)
            seconds[name] = seconds.get(name, 0.0) + time.monotonic() - began
    return seconds


def fetch(file: Path, query: str) -> list[dict[str, Any]]:
    """The rows of a query by column name."""
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(query)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
