"""Resolve identities: finds the child behind each record of both feeds.

**What.** One person_key per child across the services' and the police's records.

**Reads and writes.** The versions in `raw` that changed since the last night, and `identity.review_decision`;
`identity.person_link`, `identity.person`, `identity.review_queue`.

**If it fails.** Nothing has been published and the last release stays. The task's log names the cause; after mending
it clear the task, or start the run anew with `.venv/bin/tracker rerun <run_key>`.
"""

from __future__ import annotations

from airflow.sdk import TriggerRule, dag, task

from live_tracker import nightly
from live_tracker.orchestration.assets import DELIVERIES, PERSON_LINK
from live_tracker.orchestration.defaults import dag_defaults
from live_tracker.orchestration.steps import hand_on, record_failure, step


@dag(schedule=DELIVERIES, **dag_defaults(__doc__, "identity"))
def resolve_identities() -> None:
    @task(outlets=[PERSON_LINK], trigger_rule=TriggerRule.NONE_FAILED)
    def resolve() -> None:
        with step() as (settings, run_key):
            nightly.resolve(settings, run_key)
            hand_on(PERSON_LINK, run_key)

    resolve() >> record_failure()


resolve_identities()
