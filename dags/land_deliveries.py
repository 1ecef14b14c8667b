"""Land deliveries: the first of the four DAGs of a night.

**What.** Opens the run, waits for its turn (one run at a time goes through all four DAGs), lands what is new of each
source, and fixes the run's dates and its set of deliveries. If the current release answers them already, the rest
of the night is skipped.

**Reads and writes.** The home's deliveries folder; `raw.*`, the ledger in `ops.delivery*`, `ops.run`.

**If it fails.** A refused delivery fails nothing here: `.venv/bin/tracker deliveries` says why, and the sender sends it again.
`land_source` red: the database or the disk was away; clear the task. `close_landing` red: no delivery by that day.
`wait_for_turn` waiting for long: `make status` shows which run has the turn.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, Param, TriggerRule, dag, task

from live_tracker import nightly, turns
from live_tracker.orchestration.assets import DELIVERIES
from live_tracker.orchestration.defaults import dag_defaults
from live_tracker.orchestration.steps import hand_on, record_failure, skip_the_rest, step

AT_NIGHT = CronTriggerTimetable("0 2 * * *", timezone="Europe/London", run_immediately=timedelta(0))


# Runs wait inside the DAG, where the turn is decided: at a limit of one they would wait in Airflow's own order.
@dag(
    schedule=AT_NIGHT,
    **dag_defaults(__doc__, "landing", max_active_runs=16),
    params={"run_key": Param(None, type=["null", "string"], description="row of ops.run; none: a scheduled run")},
)
def land_deliveries() -> None:
    @task
    def open_run() -> None:
        with step() as (settings, run_key):
            nightly.open_run(settings, run_key)

    @task.sensor(mode="reschedule", poke_interval=10, timeout=12 * 3600, execution_timeout=timedelta(minutes=5))
    def wait_for_turn() -> bool:
        with step() as (settings, run_key):
            turn = turns.take(settings, run_key)
            if turn == "superseded":
                skip_the_rest("a later scheduled run does the work of this one")
            return turn == "go"

    @task
    def find_sources() -> list[dict[str, str]]:
        with step() as (settings, _):
            return [{"feed": feed, "source": source} for feed, source in nightly.sources_to_land(settings)]

    @task(map_index_template="{{ task.op_kwargs['feed'] }}/{{ task.op_kwargs['source'] }}")
    def land_source(feed: str, source: str) -> None:
        with step() as (settings, run_key):
            logging.getLogger(__name__).info("%s", nightly.land(settings, run_key, feed, source))

    @task(outlets=[DELIVERIES], trigger_rule=TriggerRule.NONE_FAILED)
    def close_landing() -> None:
        with step() as (settings, run_key):
            ended = nightly.close_landing(settings, run_key)
            if ended != "go":
                skip_the_rest(f"nothing to build: {ended}")
            hand_on(DELIVERIES, run_key)

    opened, turn, sources = open_run(), wait_for_turn(), find_sources()
    landed, closed = land_source.expand_kwargs(sources), close_landing()
    opened >> turn >> sources
    landed >> closed
    [opened, turn, sources, landed, closed] >> record_failure()


land_deliveries()
