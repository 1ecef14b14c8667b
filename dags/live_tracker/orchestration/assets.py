"""The assets that join the DAGs: each event's `extra` carries a run_key and nothing else."""

from __future__ import annotations

from airflow.sdk import Asset

DELIVERIES = Asset(name="raw.deliveries", uri="tracker://warehouse/raw/deliveries")
PERSON_LINK = Asset(name="identity.person_link", uri="tracker://warehouse/identity/person_link")
CANDIDATE = Asset(name="candidate.marts", uri="tracker://warehouse/candidate/marts")
RELEASE = Asset(name="release.live", uri="tracker://warehouse/release/live")
