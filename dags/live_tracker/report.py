"""What `tracker run` prints at its end: the tracker itself, what became of the deliveries, and where to look."""

from __future__ import annotations

import os
from collections import Counter
from decimal import Decimal
from typing import Any

from rich.console import Console

from live_tracker.database import fetch
from live_tracker.home import airflow, bindings
from live_tracker.release.gate import Finding
from live_tracker.settings import PROJECT, TRACKER, Settings
from live_tracker.terminal import print_table, say

FIRST = ("national_proven", "local_live")
"""The definitions that everybody looks for, before the others by name."""
HEADINGS = ("definition", "cohort", "service", "children", "reoffenders", "reoffences", "rate %", "state", "maturity")
MOST_ROWS = 80
NEWEST = 8
MOST_PROBLEMS = 20


def print_tracker(settings: Settings, console: Console) -> None:
    """The current release by definition, cohort and service; the newest sums alone where that is too long to read."""
    rows = fetch(
        settings,
        "analyst",
        """
        SELECT
            definition, cohort, yot, children, reoffenders, reoffences, binary_rate, state, maturity,
            dense_rank() OVER (PARTITION BY definition ORDER BY cohort_start DESC) <= %s AS is_new
        FROM analytics.cohort_summary
        ORDER BY array_position(%s, definition), definition, cohort_start, yot = 'all' DESC, yot
        """,
        NEWEST,
        list(FIRST),
    )
    shown = rows if len(rows) <= MOST_ROWS else [row for row in rows if row["yot"] == "all" and row["is_new"]]
    cells = [
        [
            *(row["definition"], row["cohort"], row["yot"]),
            *(row["children"], row["reoffenders"], row["reoffences"]),
            *(f"{row['binary_rate'] * Decimal(100):.1f}", row["state"], f"{row['maturity']:.4f}"),
        ]
        for row in shown
    ]
    print_table(console, _title(settings), HEADINGS, cells, frozenset({3, 4, 5, 6, 8}))
    if len(shown) < len(rows):
        say(
            console,
            f"the newest {NEWEST} cohorts of each definition, all services; "
            f"{len(rows) - len(shown)} rows more are in analytics.cohort_summary",
        )
    say(
        console,
        "state: filling (the period goes on), in_follow_up, awaiting_outcomes, closed; until then rates still rise.",
    )
    say(console, "maturity: how far the cohort has come towards its last outcome, 0 to 1.")


def print_reservations(settings: Settings, console: Console, release_id: str | None) -> None:
    """What the release itself says must be read with care: warnings of its gate, counts that no sender confirmed."""
    for release in fetch(
        settings, "auditor", "SELECT gate_warnings FROM release.release WHERE release_id = %s", release_id
    ):
        for warning in release["gate_warnings"]:
            say(console, f"warning of the gate: {Finding(**warning)}")
    unconfirmed = fetch(
        settings,
        "auditor",
        """
        SELECT feed, source FROM release.source_state
        WHERE release_id = %s AND NOT is_confirmed ORDER BY feed, source
        """,
        release_id,
    )
    if unconfirmed:
        named = ", ".join(f"{row['feed']}/{row['source']}" for row in unconfirmed)
        say(console, f"counts unconfirmed, since the receiver wrote the manifest: {named}")


def print_deliveries(settings: Settings, console: Console, run_key: str) -> list[str]:
    """What the run found in the deliveries folder; returns the refused deliveries that no later revision replaced."""
    attempts = fetch(
        settings,
        "auditor",
        """
        SELECT DISTINCT
            feed, source, folder, outcome, reason, table_name, line_no, column_name, detail,
            attempt_id IN (SELECT attempt_id FROM ops.unsettled_attempt) AS is_unsettled
        FROM ops.delivery_attempt WHERE run_key = %s ORDER BY feed, source, folder
        """,
        run_key,
    )
    [before] = fetch(settings, "auditor", "SELECT count(*) AS n FROM ops.delivery WHERE run_key <> %s", run_key)
    counts = Counter(attempt["outcome"] for attempt in attempts)
    told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items())) or "nothing new"
    told += f", {before['n']} loaded by earlier runs" if before["n"] else ""
    say(console, f"deliveries: {told}{_row_counts(settings, run_key)}")
    problems = [attempt for attempt in attempts if attempt["outcome"] in {"refused", "incomplete"}]
    for attempt in problems[:MOST_PROBLEMS]:
        settled = "" if attempt["is_unsettled"] else "; a later revision has been loaded in its place"
        say(console, f"  {attempt['outcome']}: {delivery_name(attempt)}: {reason_of(attempt)}{settled}")
    _print_row_problems(settings, console, run_key)
    return sorted(
        {delivery_name(attempt) for attempt in problems if attempt["outcome"] == "refused" and attempt["is_unsettled"]}
    )


def print_addresses(settings: Settings, console: Console) -> None:
    say(console, f"Airflow   {airflow.address(settings)}")
    say(console, f"          user {airflow.USER}, password in {settings.secrets_folder / airflow.LOGIN}")
    home = "" if settings.home == PROJECT / ".tracker" else f" TRACKER_HOME='{os.path.relpath(settings.home)}'"
    say(console, f"psql      make psql{home}")
    say(console, f'          or a client of your own: psql "$(make -s dsn ROLE=analyst{home})"')


def current_release(settings: Settings) -> str | None:
    """release_id of the release that readers see."""
    rows = fetch(settings, "analyst", "SELECT release_id FROM board.release WHERE channel = 'live' AND is_current")
    return str(rows[0]["release_id"]) if rows else None


def _title(settings: Settings) -> str:
    releases = fetch(settings, "analyst", "SELECT as_of_date FROM board.release WHERE channel = 'live' AND is_current")
    as_of = f", as of {releases[0]['as_of_date']}" if releases else ", no release yet"
    return f"The live tracker{as_of}{', sample data' if bindings.has_sample(settings) else ''}"


def _row_counts(settings: Settings, run_key: str) -> str:
    [row] = fetch(
        settings,
        "auditor",
        """
        SELECT sum(delivered) AS delivered, sum(loaded) AS loaded, sum(quarantined) AS quarantined,
            sum(erased) AS erased
        FROM ops.delivery_table INNER JOIN ops.delivery USING (delivery_id) WHERE run_key = %s
        """,
        run_key,
    )
    if not row["delivered"]:
        return ""
    erased = f" + {row['erased']} erased" if row["erased"] else ""
    return f"; rows: {row['delivered']} delivered = {row['loaded']} loaded + {row['quarantined']} quarantined{erased}"


def _print_row_problems(settings: Settings, console: Console, run_key: str) -> None:
    quarantined = fetch(
        settings,
        "auditor",
        """
        SELECT feed, source, folder, table_name, line_no, column_name, reason
        FROM ops.quarantine INNER JOIN ops.delivery USING (delivery_id)
        WHERE run_key = %s ORDER BY feed, source, sequence, revision, table_name, line_no
        """,
        run_key,
    )
    warnings = fetch(
        settings,
        "auditor",
        """
        SELECT feed, source, table_name, column_name, reason, sum(rows) AS rows
        FROM ops.delivery_warning INNER JOIN ops.delivery USING (delivery_id)
        WHERE run_key = %s GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
        """,
        run_key,
    )
    lines = [f"  quarantined: {delivery_name(row)}: {reason_of(row)}" for row in quarantined]
    lines += [f"  warning: {row['feed']}/{row['source']}: {reason_of(row)}, {row['rows']} rows" for row in warnings]
    for line in lines[:MOST_PROBLEMS]:
        say(console, line)
    if len(lines) > MOST_PROBLEMS:
        say(console, f"  and {len(lines) - MOST_PROBLEMS} more: `{TRACKER} deliveries`")


def delivery_name(row: dict[str, Any]) -> str:
    return f"{row['feed']}/{row['source']}/{str(row['folder']).rstrip('/').rpartition('/')[2]}"


def reason_of(row: dict[str, Any]) -> str:
    where = [
        f"{label} {row[column]}"
        for label, column in (("table", "table_name"), ("line", "line_no"), ("column", "column_name"))
        if row.get(column) is not None
    ]
    detail = [row["detail"]] if row.get("detail") else []
    return ", ".join([str(row["reason"]), *where, *detail])
