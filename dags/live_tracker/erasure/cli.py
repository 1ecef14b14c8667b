"""`tracker erase` and `tracker scrub`: a child's records out of the warehouse for good, and their bytes off its disk."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer
from rich.console import Console

from live_tracker import terminal
from live_tracker.erasure import erase as erasing
from live_tracker.erasure import scrub as scrubbing
from live_tracker.erasure.erase import Named, Reason
from live_tracker.erasure.going import Going
from live_tracker.errors import TrackerError
from live_tracker.home import bindings, postgres
from live_tracker.settings import TRACKER, Settings, get_settings
from live_tracker.terminal import print_table, say

app = typer.Typer()


@app.command()
def erase(
    child: Annotated[str, typer.Argument(metavar="CHILD", help="a person_key, or the id that the options say it is")],
    service: Annotated[str | None, typer.Option(help="CHILD is a child id of this service")] = None,
    pnc_id: Annotated[bool, typer.Option("--pnc-id", help="CHILD is a PNC id")] = False,
    by: Annotated[str, typer.Option(help="who erases; kept with the erasure")] = "",
    reason_code: Annotated[Reason, typer.Option(help="why; kept with the erasure")] = Reason.request,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what would go, and change nothing")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Take all records of a child out, in both feeds and every release, for good. docs/runbooks/erasure.md first."""
    if service and pnc_id:
        raise TrackerError(
            "CHILD is either a child id of a service or a PNC id", do="give one of --service and --pnc-id"
        )
    settings, console = _settings(), terminal.console()
    named = Named(child, "cms" if service else "pnc" if pnc_id else None, service)
    planned = erasing.plan(settings, named)
    _show(console, planned)
    if dry_run:
        say(console, "nothing has been changed")
        return
    if not yes:
        typer.confirm("Erase these rows for good?", abort=True)
    erasing.erase(settings, named, by or getpass.getuser(), reason_code, planned)
    say(console, "erased; the next run counts without the child, and builds everything anew")
    _scrub(settings, console)
    say(console, f"not reached: {bindings.deliveries_folder(settings)}, backups, replicas and exports")


@app.command()
def scrub() -> None:
    """Take up again what an erasure could not finish: overwrite what deleted rows left on the server's disk."""
    _scrub(_settings(), terminal.console())


def _show(console: Console, planned: Going) -> None:
    print_table(
        console,
        "The child's records; all of them go",
        ("system", "source", "id", "the child's by"),
        planned.records,
    )
    print_table(
        console,
        "Rows that go; in every release, the frozen ones too",
        ("table", "rows"),
        [(table, f"{rows:,}") for table, rows in planned.counts.items()],
        numbers=frozenset({1}),
    )


def _scrub(settings: Settings, console: Console) -> None:
    left = scrubbing.scrub(settings)
    for what in left:
        say(console, f"still there: {what}")
    if left:
        say(console, f"`{TRACKER} scrub` tries again")
    else:
        say(console, "the server's files have been rewritten")


def _settings() -> Settings:
    settings = get_settings()
    postgres.check_is_running(settings)
    return settings
