"""dbt's own documentation of the models as one page that needs no server: lineage, columns, tests, readers."""

from __future__ import annotations

from pathlib import Path

from live_tracker.build.dbt import invoke_dbt, variables_of
from live_tracker.database import connect
from live_tracker.errors import TrackerError
from live_tracker.runs import Run, last_built
from live_tracker.settings import Settings


def write_docs(settings: Settings) -> Path:
    """Write the page of the models as the home's last build has them; returns where it is.

    It holds the names and types of tables and columns, and no row. TrackerError if nothing has been built.
    """
    with connect(settings, "loader") as connection:
        run: Run | None = last_built(connection)
    if run is None:
        raise TrackerError("nothing has been built yet", "ops.run", "`make run` builds it")
    target = settings.home / "dbt" / "docs"
    invoke_dbt(settings, ["docs", "generate", "--static"], variables_of(run), target_path=target)
    return target / "static_index.html"
