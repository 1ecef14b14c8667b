"""Freeze a quarter: keep the current release as the board's figures of it, for good. Started by hand, with its parameters.

**What.** Does what `.venv/bin/tracker freeze 2026Q2` does: the current release is written down as the quarter's figures,
and the board sees the newest quarter that is frozen. From the next release on, `analytics.revision` says what has
changed since.

**Reads and writes.** `release.cohort_summary`; `release.frozen_quarter`, `release.pointer`.

**If it fails.** Nothing has been frozen, and the task says why. "is frozen already": it stays as it is, for good. "has no
cohort": the current release does not reach the quarter. Red without such a word: the database was away; clear the task.
It cannot be undone: before a second try look which release is current (`make status`). See `docs/runbooks/freeze-quarter.md`.
"""

from __future__ import annotations

from airflow.sdk import Param, dag, task

from live_tracker.orchestration.defaults import dag_defaults
from live_tracker.orchestration.steps import by_hand
from live_tracker.release.freeze import QUARTER, freeze


@dag(
    schedule=None,
    **dag_defaults(__doc__, "board", is_nightly=False),
    params={
        "quarter": Param(type="string", pattern=QUARTER, description="for example 2026Q2"),
        "by": Param(type="string", minLength=1, description="who freezes; kept with the quarter"),
        "note": Param(None, type=["null", "string"], description="why; kept with the quarter"),
    },
)
def freeze_quarter() -> None:
    @task
    def keep() -> None:
        with by_hand() as (settings, params):
            freeze(settings, params["quarter"], None, params["by"], params["note"])

    keep()


freeze_quarter()
