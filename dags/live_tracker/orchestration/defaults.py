"""What all DAGs have in common: owner, retries, and that a missed night is not made up for (the ledger does that)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

OWNER = "data-engineering"

TASK_DEFAULTS: dict[str, Any] = {
    "owner": OWNER,
    "retries": 3,
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=2),
    "execution_timeout": timedelta(hours=1),
}


def dag_defaults(doc: str | None, tag: str, *, max_active_runs: int = 1, is_nightly: bool = True) -> dict[str, Any]:
    """Arguments of `@dag` but the schedule: `doc` is the module's docstring, with what to do when it fails."""
    return {
        "catchup": False,
        "max_active_runs": max_active_runs,
        "default_args": TASK_DEFAULTS,
        "doc_md": doc,
        "tags": ["nightly", tag] if is_nightly else [tag],
    }
