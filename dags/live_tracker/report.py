"""What `tracker` prints: the tracker itself, what became of the deliveries, and the state of the home."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from psycopg2.extras import RealDictCursor
from rich.console import Console
from rich.table import Table

from live_tracker.database import Role, connect
from live_tracker.home import airflow
from live_tracker.settings import PROJECT, Settings

MOST_ROWS = 80
MOST_PROBLEMS = 20


def print_tracker(settings: Settings, console: Console) -> None:
    """The current release by definition, cohort and service; only the sums where that would be too long to read."""
    rows = _rows(
        settings,
        "analyst",
        """
        SELECT definition, cohort, yot, children, reoffenders, reoffences, binary_rate, state, maturity
        FROM analytics.cohort_summary ORDER BY definition, cohort_start, yot = 'all' DESC, yot
        """,
    )
    shown = rows if len(rows) <= MOST_ROWS else [row for row in rows if row["yot"] == "all"]
    headings = [
        "definition",
        "cohort",
        "service",
        "children",
        "reoffenders",
        "reoffences",
        "rate %",
        "state",
        "maturity",
    ]
    cells = [
        [
            *(row["definition"], row["cohort"], row["yot"]),
            *(row["children"], row["reoffenders"], row["reoffences"]),
            *(f"{row['binary_rate'] * Decimal(100):.1f}", row["state"], f"{row['maturity']:.4f}"),
        ]
        for row in shown
    ]
    _print_table(console, "The live tracker", headings, cells, numbers={3, 4, 5, 6, 8})
    if len(shown) < len(rows):
        _line(console, f"{len(rows) - len(shown)} rows of single services are in analytics.cohort_summary")
    _line(
        console,
        "state: filling (the period goes on), in_follow_up, awaiting_outcomes, closed; until then rates still rise.",
    )
    _line(console, "maturity: how far the cohort has come towards its last outcome, 0 to 1.")


def print_deliveries(settings: Settings, console: Console, run_key: str) -> list[str]:
    """What the run found in the deliveries folder; returns the folders of refused deliveries."""
    attempts = _rows(
        settings,
        "auditor",
        """
        SELECT DISTINCT feed, source, folder, outcome, reason, table_name, line_no, column_name, detail
        FROM ops.delivery_attempt WHERE run_key = %s ORDER BY feed, source, folder
        """,
        run_key,
    )
    [before] = _rows(settings, "auditor", "SELECT count(*) AS n FROM ops.delivery WHERE run_key <> %s", run_key)
    counts = Counter(attempt["outcome"] for attempt in attempts)
    told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items())) or "nothing new"
    told += f", {before['n']} loaded by earlier runs" if before["n"] else ""
    _line(console, f"deliveries: {told}{_row_counts(settings, run_key)}")
    problems = [attempt for attempt in attempts if attempt["outcome"] in {"refused", "incomplete"}]
    for attempt in problems[:MOST_PROBLEMS]:
        _line(console, f"  {attempt['outcome']}: {_name(attempt)}: {_told(attempt)}")
    _print_row_problems(settings, console, run_key)
    return sorted({_name(attempt) for attempt in problems if attempt["outcome"] == "refused"})


def print_addresses(settings: Settings, console: Console) -> None:
    _line(console, f"Airflow   {airflow.address(settings)}")
    _line(console, f"          user {airflow.USER}, password in {settings.secrets_folder / airflow.LOGIN}")
    home = "" if settings.home == PROJECT / ".tracker" else f" TRACKER_HOME='{os.path.relpath(settings.home)}'"
    _line(console, f'psql      psql "$(make -s dsn ROLE=analyst{home})"')


def print_status(settings: Settings, console: Console) -> None:
    """What runs, the newest run, the current release, and the feeds that lag behind the newest of them."""
    stopped = airflow.dead(settings)
    state = "running" if not stopped else f"not running: {', '.join(stopped)}"
    _line(
        console,
        f"Airflow   {state if settings.broker_url is None else 'in containers, which `docker compose ps` lists'}",
    )
    for run in _rows(settings, "auditor", "SELECT * FROM ops.run ORDER BY run_number DESC LIMIT 1"):
        _line(console, f"last run  {run['run_key']}: {run['status']}, as of {run['as_of'] or 'not known yet'}")
        if run["message"]:
            _line(console, f"          {run['message']}")
    releases = _rows(settings, "analyst", "SELECT * FROM board.release WHERE channel = 'live' AND is_current")
    if not releases:
        _line(console, "release   none yet")
        return
    release = releases[0]
    _line(console, f"release   {release['release_id']}, as of {release['as_of_date']}, gate {release['gate_result']}")
    last = release["last_delivery_by_source"] or {}
    newest = max((day for day in last.values() if day), default="")
    for source, day in sorted(last.items()):
        if day != newest:
            _line(console, f"late      {source}: last delivery {day or 'none'}, others have {newest}")
    for title, by_source in (
        ("missing", release["missing_sequences_by_source"]),
        ("refused", release["refused_by_source"]),
    ):
        for source, what in sorted(by_source.items()):
            _line(console, f"{title:<9} {source}: {', '.join(map(str, what))}")


def current_release(settings: Settings) -> str | None:
    """release_id of the release that readers see."""
    rows = _rows(settings, "analyst", "SELECT release_id FROM board.release WHERE channel = 'live' AND is_current")
    return str(rows[0]["release_id"]) if rows else None


def _row_counts(settings: Settings, run_key: str) -> str:
    [row] = _rows(
        settings,
        "auditor",
        """
        SELECT sum(delivered) AS delivered, sum(loaded) AS loaded, sum(quarantined) AS quarantined
        FROM ops.delivery_table INNER JOIN ops.delivery USING (delivery_id) WHERE run_key = %s
        """,
        run_key,
    )
    if not row["delivered"]:
        return ""
    return f"; rows: {row['delivered']} delivered = {row['loaded']} loaded + {row['quarantined']} quarantined"


def _print_row_problems(settings: Settings, console: Console, run_key: str) -> None:
    quarantined = _rows(
        settings,
        "auditor",
        """
        SELECT feed, source, folder, table_name, line_no, column_name, reason
        FROM ops.quarantine INNER JOIN ops.delivery USING (delivery_id)
        WHERE run_key = %s ORDER BY feed, source, sequence, revision, table_name, line_no
        """,
        run_key,
    )
    warnings = _rows(
        settings,
        "auditor",
        """
        SELECT feed, source, table_name, column_name, reason, sum(rows) AS rows
        FROM ops.delivery_warning INNER JOIN ops.delivery USING (delivery_id)
        WHERE run_key = %s GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
        """,
        run_key,
    )
    lines = [f"  quarantined: {_name(row)}: {_told(row)}" for row in quarantined]
    lines += [f"  warning: {row['feed']}/{row['source']}: {_told(row)}, {row['rows']} rows" for row in warnings]
    for line in lines[:MOST_PROBLEMS]:
        _line(console, line)
    if len(lines) > MOST_PROBLEMS:
        _line(console, f"  and {len(lines) - MOST_PROBLEMS} more: `tracker deliveries`")


def _name(row: dict[str, Any]) -> str:
    return f"{row['feed']}/{row['source']}/{str(row['folder']).rstrip('/').rpartition('/')[2]}"


def _told(row: dict[str, Any]) -> str:
    where = [
        f"{label} {row[column]}"
        for label, column in (("table", "table_name"), ("line", "line_no"), ("column", "column_name"))
        if row.get(column) is not None
    ]
    detail = [row["detail"]] if row.get("detail") else []
    return ", ".join([str(row["reason"]), *where, *detail])


def _rows(settings: Settings, role: Role, query: str, *parameters: Any) -> list[dict[str, Any]]:
    with connect(settings, role) as connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, parameters)
        return [dict(row) for row in cursor.fetchall()]


def _print_table(
    console: Console, title: str, headings: Sequence[str], rows: Sequence[Sequence[Any]], numbers: set[int]
) -> None:
    table = Table(title=title, title_justify="left")
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="right" if index in numbers else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console.print(table)


def _line(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
