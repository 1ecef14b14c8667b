"""Splink on DuckDB, set up with the comparisons, the blocking rules and a model."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Literal

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from splink import Linker
from splink.backends.duckdb import DuckDBAPI

from live_tracker.identity.linkage.blocking import Rule
from live_tracker.identity.linkage.comparisons import COMPARISONS, OTHER, Comparison
from live_tracker.identity.linkage.model import RAREST, Model, Odds

LinkType = Literal["link_only", "dedupe_only"]

FREQUENCY_COLUMNS = tuple(RAREST)


def linker(tables: Sequence[pa.Table], model: Model, blocking_rules: Sequence[Rule]) -> tuple[Linker, DuckDBAPI]:
    """A Splink linker over one table (pairs within it) or two (pairs across), with the model's figures in it."""
    api = DuckDBAPI(duckdb.connect(":memory:"))
    api.duckdb_con.execute("SET enable_progress_bar = false")
    registered = [api.register(table, dataset_display_name=f"s{place}") for place, table in enumerate(tables)]
    link_type: LinkType = "dedupe_only" if len(tables) == 1 else "link_only"
    made = Linker(registered, _settings(model, blocking_rules, link_type), log_level=logging.ERROR)
    for column in FREQUENCY_COLUMNS:
        names = {name for table in tables for name in pc.unique(table[column]).to_pylist() if name is not None}
        lookup = pa.Table.from_pylist(
            [{column: name, f"tf_{column}": model.frequency(column, name)} for name in sorted(names)],
            schema=pa.schema([(column, pa.string()), (f"tf_{column}", pa.float64())]),
        )
        made.table_management.register_term_frequency_lookup(api.register(lookup), column)
    return made, api


def _settings(model: Model, blocking_rules: Sequence[Rule], link_type: LinkType) -> dict[str, Any]:
    return {
        "link_type": link_type,
        "probability_two_random_records_match": model.prior,
        "comparisons": [_comparison(comparison, model.levels[comparison.name]) for comparison in COMPARISONS],
        "blocking_rules_to_generate_predictions": [rule.for_splink() for rule in blocking_rules],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "unique_id_column_name": "unique_id",
        "source_dataset_column_name": "source_dataset",
    }


def _comparison(comparison: Comparison, odds: dict[str, Odds]) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.unknown, "label_for_charts": "unknown", "is_null_level": True}
    ]
    for level in comparison.levels:
        made = _level(level.name, level.condition, odds, comparison.fixed)
        if level.frequency_of:
            made |= {"tf_adjustment_column": level.frequency_of, "tf_adjustment_weight": 1.0}
        levels.append(made)
    levels.append(_level(OTHER, "ELSE", odds, comparison.fixed))
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _level(name: str, condition: str, odds: dict[str, Odds], fixed: bool) -> dict[str, Any]:
    return {
        "sql_condition": condition,
        "label_for_charts": name,
        "m_probability": odds[name].m,
        "u_probability": odds[name].u,
        "fix_m_probability": fixed,
        "fix_u_probability": fixed,
    }
