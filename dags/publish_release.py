"""Publish the release: the candidate goes through the gate and becomes what analysts and the board read.

**What.** The checkpoint of expectations runs over the candidate; if none of the critical ones fails, its rows are
copied to the release and the pointer moves, all in one transaction.

**Reads and writes.** `candidate.*`, `expectations/`; `ops.gate_result`, `release.*`.

**If it fails.** The last release stays and answers. `gate` red: the log names the expectations; `ops.gate_result` has
them too. Mend the cause and start anew with `.venv/bin/tracker rerun <run_key>`; never alter the candidate by hand: `publish`
notices. See `docs/runbooks/gate-failed.md`.
"""

from __future__ import annotations

from airflow.sdk import TriggerRule, dag, task

from live_tracker import nightly
from live_tracker.orchestration.assets import CANDIDATE, RELEASE
from live_tracker.orchestration.defaults import dag_defaults
from live_tracker.orchestration.steps import hand_on, record_failure, step


@dag(schedule=CANDIDATE, **dag_defaults(__doc__, "release"))
def publish_release() -> None:
    @task
    def gate() -> None:
        with step() as (settings, run_key):
            nightly.check(settings, run_key)

    @task(outlets=[RELEASE], trigger_rule=TriggerRule.NONE_FAILED)
    def publish() -> None:
        with step() as (settings, run_key):
            nightly.release(settings, run_key)
            hand_on(RELEASE, run_key)

    checked, published = gate(), publish()
    checked >> published
    [checked, published] >> record_failure()


publish_release()
