"""What Airflow's API says of a run, read also where its answer is none."""

from __future__ import annotations

import httpx
import pytest

from live_tracker.errors import TrackerError
from live_tracker.home.airflow_api import AirflowApi, DagRun

LANDED = DagRun("land_deliveries", "a-run", "success")


def api(answers: dict[str, httpx.Response]) -> AirflowApi:
    transport = httpx.MockTransport(lambda request: answers[request.url.path])
    return AirflowApi(httpx.Client(base_url="http://airflow", transport=transport))


def answered(events: httpx.Response) -> dict[str, httpx.Response]:
    return {
        "/dags/land_deliveries/dagRuns/a-run": httpx.Response(200, json={"state": "success"}),
        "/dags/resolve_identities/dagRuns/the-next": httpx.Response(404),
        "/assets/events": events,
    }


def test_while_the_next_run_waits_airflow_fails_at_its_answer_and_the_run_is_not_over() -> None:
    runs = api(answered(httpx.Response(500))).dag_runs("a-run")
    assert runs == [LANDED, DagRun("resolve_identities", "", "queued")]
    assert api({}).task_instances(runs[-1]) == []


def test_a_run_that_was_deleted_in_airflow_is_left_out() -> None:
    made = [{"created_dagruns": [{"dag_id": "resolve_identities", "run_id": "the-next"}]}]
    assert api(answered(httpx.Response(200, json={"asset_events": made}))).dag_runs("a-run") == [LANDED]


def test_any_other_refusal_is_told() -> None:
    with pytest.raises(TrackerError, match=r"refused a request: 403"):
        api(answered(httpx.Response(403))).dag_runs("a-run")
