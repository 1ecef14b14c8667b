"""Whether other means give the figures that the build gives: there is nothing to compare where they do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from live_tracker.database import fetch
from live_tracker.settings import Settings
from tests.bench.pandas_summary import MILLION

Rows = Iterable[Mapping[str, Any]]
Bag = Counter[frozenset[tuple[str, Any]]]

_RATES = ("binary_rate", "reoffences_per_reoffender", "reoffences_per_child")


def check_same(
    settings: Settings, by: str, ask: Callable[[str], Rows], tables: Iterable[str] = ("cohort_summary",)
) -> None:
    """Raise AssertionError unless what `ask` finds in schema dev_candidate is the candidate's rows, every cell of them."""
    for table in tables:
        ours = _counted(fetch(settings, "transformer", f"SELECT * FROM candidate.{table}"))
        others = _counted(ask(f"SELECT * FROM dev_candidate.{table}"))
        assert ours, f"{table} is empty: there is nothing to compare"
        assert ours == others, f"{table} by {by}: {_differing(ours, others)}"


def check_pandas(settings: Settings, summary: pd.DataFrame) -> None:
    """Raise AssertionError unless the summary, rates in millionths, has ours of national_proven in every cell."""
    query = f"SELECT {', '.join(summary.columns)} FROM candidate.cohort_summary WHERE definition = 'national_proven'"
    ours = _counted(
        {name: int(value * MILLION) if name in _RATES and value is not None else value for name, value in row.items()}
        for row in fetch(settings, "transformer", query)
    )
    objects = summary.astype(object).where(summary.notna(), None)
    others = _counted({str(name): value for name, value in row.items()} for row in objects.to_dict("records"))
    assert ours, "national_proven has no cohort: there is nothing to compare"
    assert ours == others, f"cohort_summary by pandas: {_differing(ours, others)}"


def _differing(ours: Bag, others: Bag) -> str:
    return f"{(ours - others).total()} rows of ours missing, {(others - ours).total()} others"


def _counted(rows: Rows) -> Bag:
    """Rows as a bag, whatever the order of rows and columns."""
    return Counter(
        frozenset((name, tuple(value) if isinstance(value, list) else value) for name, value in row.items())
        for row in rows
    )
