"""What runs in the containers of docker-compose.yml: `init` once, then programs in the environment of `make run`.

`python -m live_tracker.containers init <deliveries folder>`, or `python -m live_tracker.containers <program> …`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from live_tracker import database, make_run
from live_tracker.errors import TrackerError
from live_tracker.home import airflow
from live_tracker.release.descriptions import describe_views
from live_tracker.settings import Settings, get_settings

SECRETS = Path("/run/secrets")


def init(settings: Settings, deliveries: Path) -> None:
    """What `make run` does before it starts Airflow: both databases, the deliveries folder, code lists, definitions."""
    airflow.migrate(settings)
    database.prepare(settings)
    describe_views(settings)
    make_run.bind(settings, deliveries)
    make_run.check_inputs(settings, None)
    airflow.write_password_file(settings)


def environment(settings: Settings) -> dict[str, str]:
    """Airflow's environment as `make run` has it; what the container sets of it itself (addresses) goes first."""
    own = {name: value for name, value in os.environ.items() if name.startswith("AIRFLOW__")}
    return airflow.airflow_environment(settings) | own


def main(arguments: list[str]) -> None:
    """Prepare, or become the program named by the arguments."""
    settings = get_settings(SECRETS if SECRETS.is_dir() else None)
    if arguments[0] == "init":
        init(settings, Path(arguments[1]))
    else:
        os.execvpe(arguments[0], arguments, environment(settings))  # noqa: S606 - the words of docker-compose.yml


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except TrackerError as error:
        sys.exit(str(error))
