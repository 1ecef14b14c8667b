"""Pairs of records and what they weigh."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from live_tracker.identity.linkage.blocking import LIKELY_PAIRS, SHARED_IDS, Rule
from live_tracker.identity.linkage.compared import prepared
from live_tracker.identity.linkage.comparisons import COMPARISONS, Comparison
from live_tracker.identity.linkage.decisions import decide, settled_by_id
from live_tracker.identity.linkage.engine import linker
from live_tracker.identity.linkage.model import Model

Told = Callable[[str], None]
"""Hears in a few words what is being done."""


def link(left: pd.DataFrame, right: pd.DataFrame | None, model: Model, told: Told = lambda _: None) -> pd.DataFrame:
    """Which cleaned records are one person: the rows of `score` with `decision` and `method` (see `decide`).

    With two frames, pairs across them, and a record of `left` joins one person of `right` at most; with one, pairs
    within it and no such limit. `record_key` must be unique in each frame.
    """
    pairs = score(left, right, model, told)
    told(f"deciding on {len(pairs):,} pairs")
    return decide(pairs, model.thresholds, one_to_one=right is not None)


def score(left: pd.DataFrame, right: pd.DataFrame | None, model: Model, told: Told = lambda _: None) -> pd.DataFrame:
    """The pairs worth a look: those that share an id, whatever else they say, and of the rest those that weigh enough.

    Columns: `left_key`, `right_key`, `right_pnc_id`, `match_weight` (bits: log2 of the odds that the two are one
    person), and for each comparison its level by name (None: unknown) and, under `<name>_bits`, what it adds to the
    model's prior. A pair's row rests on its two records and the model, never on who else is in the frames; which rows
    there are does so too, but for one thing: between two frames, a record of `left` that an id has settled is done.
    """
    told("comparing columns")
    tables = [prepared(frame) for frame in (left, right) if frame is not None]
    if any(table.num_rows == 0 for table in tables):
        return _empty()
    told("pairs that share an id")
    by_id = weigh(tables, model, SHARED_IDS, None)
    rest = list(tables)
    if right is not None:
        settled = pa.array(sorted(settled_by_id(by_id)), pa.string())
        rest[0] = tables[0].filter(pc.invert(pc.is_in(tables[0]["unique_id"], settled)))
    told(f"likely pairs of {sum(table.num_rows for table in rest):,} records")
    return _with_likely(by_id, rest, model)


def score_prepared(tables: Sequence[pa.Table], model: Model) -> pd.DataFrame:
    """The columns of `score` for prepared tables, whether or not an id has settled a record of the left one."""
    if any(table.num_rows == 0 for table in tables):
        return _empty()
    has_ids = any(all(table[rule.columns[0]].null_count < table.num_rows for table in tables) for rule in SHARED_IDS)
    by_id = weigh(tables, model, SHARED_IDS, None) if has_ids else _empty()
    return _with_likely(by_id, tables, model)


def _with_likely(by_id: pd.DataFrame, tables: Sequence[pa.Table], model: Model) -> pd.DataFrame:
    likely = weigh(tables, model, LIKELY_PAIRS, model.thresholds["review"]) if tables[0].num_rows else _empty()
    both = pd.concat([by_id, likely[~(_same(likely, "pnc_id") | _same(likely, "cro"))]], ignore_index=True)
    return both.sort_values(["left_key", "right_key"], ignore_index=True)


def _same(pairs: pd.DataFrame, id_comparison: str) -> pd.Series:
    return pairs[id_comparison].eq("exact")


def weigh(tables: Sequence[pa.Table], model: Model, rules: Sequence[Rule], at_least: float | None) -> pd.DataFrame:
    """The columns of `score` for the pairs of prepared tables that the blocking rules make and that weigh `at_least`."""
    made, api = linker(tables, model, rules)
    try:
        found = made.inference.predict(threshold_match_weight=at_least, warning_mode="never")
        pairs: pd.DataFrame = api.duckdb_con.table(found.physical_name).project(", ".join(_COLUMNS)).df()
        return pairs.assign(**{name: _words(pairs[name]) for name in _WORDS})
    finally:
        api.duckdb_con.close()


def _words(column: pd.Series[Any]) -> pd.Series[Any]:
    """Text with None for what is unknown, whether or not there is any."""
    return column.astype("object").where(column.notna(), None)


def _level(comparison: Comparison) -> str:
    """SQL for the level's name: Splink numbers levels from the last, which is 0; -1 is unknown."""
    names = enumerate(reversed(comparison.level_names))
    whens = " ".join(f"WHEN {place} THEN '{name}'" for place, name in names)
    return f"CASE gamma_{comparison.name} {whens} END AS {comparison.name}"


def _bits(comparison: Comparison) -> str:
    by_frequency = any(level.frequency_of for level in comparison.levels)
    adjustment = f" + mw_tf_adj_{comparison.name}" if by_frequency else ""
    return f"mw_{comparison.name}{adjustment} AS {comparison.name}_bits"


_COLUMNS = (
    "unique_id_l AS left_key",
    "unique_id_r AS right_key",
    "pnc_id_r AS right_pnc_id",
    "match_weight",
    *(_level(comparison) for comparison in COMPARISONS),
    *(_bits(comparison) for comparison in COMPARISONS),
)
_WORDS = ("left_key", "right_key", "right_pnc_id", *(comparison.name for comparison in COMPARISONS))


def _empty() -> pd.DataFrame:
    numbers = ("match_weight", *(f"{comparison.name}_bits" for comparison in COMPARISONS))
    return pd.DataFrame(
        {name: pd.Series(dtype="object") for name in _WORDS} | {name: pd.Series(dtype="float64") for name in numbers}
    )
