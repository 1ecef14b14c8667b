"""Build the tracker: the candidate of the next release, layer by layer.

**What.** dbt builds staging, intermediate and marts and runs their data tests, as of the run's own dates.

**Reads and writes.** `identity.*`, `reference.*`; schemas `staging`, `intermediate`, `candidate`.

**If it fails.** The task's log names the models and tests that failed. Nothing has been published. A failed test is a
fault in the data or in a model: mend it and start anew with `.venv/bin/tracker rerun <run_key>`. See
`docs/runbooks/build-failed.md`.
"""

from __future__ import annotations

from airflow.sdk import TriggerRule, dag, task

from live_tracker import nightly
from live_tracker.orchestration.assets import CANDIDATE, PERSON_LINK
from live_tracker.orchestration.defaults import dag_defaults
from live_tracker.orchestration.steps import hand_on, record_failure, step


@dag(schedule=PERSON_LINK, **dag_defaults(__doc__, "build"))
def build_tracker() -> None:
    @task
    def staging() -> None:
        with step() as (settings, run_key):
            nightly.build(settings, run_key, "staging")

    @task
    def intermediate() -> None:
        with step() as (settings, run_key):
            nightly.build(settings, run_key, "intermediate")

    @task(outlets=[CANDIDATE], trigger_rule=TriggerRule.NONE_FAILED)
    def marts() -> None:
        with step() as (settings, run_key):
            nightly.build(settings, run_key, "marts")
            hand_on(CANDIDATE, run_key)

    staged, between, built = staging(), intermediate(), marts()
    staged >> between >> built
    [staged, between, built] >> record_failure()


build_tracker()
