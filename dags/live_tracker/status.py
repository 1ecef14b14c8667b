"""What `tracker status` and `tracker runs` print: the state of the home, whether a release came of it or not."""

from __future__ import annotations

import datetime as dt

from rich.console import Console

from live_tracker.database import connect, fetch
from live_tracker.deliveries import ledger
from live_tracker.deliveries.ledger import SourceState
from live_tracker.home import airflow, bindings
from live_tracker.release.gate import Finding
from live_tracker.report import delivery_name, print_reservations, reason_of
from live_tracker.settings import Settings
from live_tracker.terminal import print_table, say


def print_status(settings: Settings, console: Console, today: dt.date) -> None:
    """What runs, the newest run, the current release, and what is wrong with the deliveries up to `today`."""
    say(console, f"Airflow   {_airflow_state(settings)}")
    for run in fetch(settings, "auditor", "SELECT * FROM ops.run ORDER BY run_number DESC LIMIT 1"):
        say(console, f"last run  {run['run_key']}: {run['status']}, as of {run['as_of'] or 'not known yet'}")
        if run["message"]:
            say(console, f"          {run['message']}")
        if run["release_id"] is None:
            _print_gate(settings, console, run["run_key"])
    releases = fetch(settings, "analyst", "SELECT * FROM board.release WHERE channel = 'live' AND is_current")
    if not releases:
        say(console, "release   none yet")
    for release in releases:
        gate = release["gate_result"]
        say(console, f"release   {release['release_id']}, as of {release['as_of_date']}, gate {gate}")
        print_reservations(settings, console, release["release_id"])
    with connect(settings, "auditor") as connection:
        states = ledger.source_states(connection, dt.date.max, "")
        problems = ledger.unsettled(connection)
    _print_lateness(settings, console, states, today)
    for state in states:
        if state.missing_sequences:
            say(
                console,
                f"missing   {state.feed}/{state.source}: sequence {', '.join(map(str, state.missing_sequences))}",
            )
    for problem in problems:
        say(console, f"{problem['outcome']:<9} {delivery_name(problem)}: {reason_of(problem)}")


def print_runs(settings: Settings, console: Console, last: int) -> None:
    """The last runs, newest first."""
    runs = fetch(
        settings,
        "auditor",
        """
        SELECT
            run_key, requested_by, coalesce(as_of, requested_as_of) AS as_of,
            coalesce(known_as_of, requested_known_as_of) AS known_as_of, status,
            to_char(requested_at, 'YYYY-MM-DD HH24:MI') AS began, release_id
        FROM ops.run ORDER BY run_number DESC LIMIT %s
        """,
        last,
    )
    headings = ("run_key", "requested by", "as of", "known as of", "status", "began (UTC)", "release")
    print_table(console, "Runs", headings, [list(run.values()) for run in runs])


def _airflow_state(settings: Settings) -> str:
    if settings.broker_url is not None:
        return "in containers, which `docker compose ps` lists"
    stopped = airflow.dead(settings)
    return "not running: " + ", ".join(stopped) if stopped else "running"


def _print_gate(settings: Settings, console: Console, run_key: str) -> None:
    query = "SELECT warned FROM ops.gate_result WHERE run_key = %s ORDER BY checked_at DESC LIMIT 1"
    for result in fetch(settings, "auditor", query, run_key):
        for warning in result["warned"]:
            say(console, f"          warning of its gate: {Finding(**warning)}")


def _print_lateness(settings: Settings, console: Console, states: list[SourceState], today: dt.date) -> None:
    """A source is late behind the newest of them, or where even that is older than the settings allow.

    A home's own sample ends on a day of the past, and is not compared with today.
    """
    last = {f"{state.feed}/{state.source}": state.last_extract_date for state in states if state.last_extract_date}
    if not last:
        say(console, "late      nothing has been delivered yet")
        return
    newest = max(last.values())
    is_sample = bindings.has_sample(settings)
    late = {
        source: day
        for source, day in last.items()
        if day < newest or (not is_sample and (today - day).days > settings.freshness_warning_days)
    }
    for source, day in late.items():
        others = f", others have {newest}" if day < newest else ""
        say(console, f"late      {source}: last delivery {day}, {(today - day).days} days ago{others}")
    if not late:
        say(console, f"late      none; last delivery {newest}{', of the sample' if is_sample else ''}")
