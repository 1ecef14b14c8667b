"""`tracker freeze` and `tracker diff`: the board's quarter kept for good, and what has changed since."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from live_tracker import terminal
from live_tracker.home import postgres
from live_tracker.release import diff as comparing
from live_tracker.release import freeze as freezing
from live_tracker.release.causes import CAUSES
from live_tracker.settings import TRACKER, Settings, get_settings
from live_tracker.terminal import print_table, say

app = typer.Typer()

Release = Annotated[str, typer.Argument(metavar="RELEASE", help="a release_id, or live or board")]


@app.command()
def freeze(
    quarter: Annotated[str, typer.Argument(help="for example 2026Q2")],
    release: Annotated[str | None, typer.Option(help="a release_id; without it, the current one")] = None,
    by: Annotated[str, typer.Option(help="who freezes; kept with the quarter")] = "",
    note: Annotated[str | None, typer.Option(help="why; kept with the quarter")] = None,
) -> None:
    """Keep a release as the board's figures of a quarter, for good; the board sees the newest quarter that is frozen."""
    frozen = freezing.freeze(_settings(), quarter, release, by or getpass.getuser(), note)
    say(terminal.console(), f"{quarter} is frozen as of release {frozen}")


@app.command()
def diff(
    first: Release,
    second: Release = "live",
    cohort: Annotated[str | None, typer.Option(help="one cohort; without it, all")] = None,
    definition: Annotated[str | None, typer.Option(help="one definition; without it, all")] = None,
) -> None:
    """What changed from one release to another: the counts of each service, and by which cause. Counts only."""
    found = comparing.diff(_settings(), first, second, cohort, definition)
    console = terminal.console()
    if not found.cells and not found.changes:
        say(console, f"no count differs between releases {found.first} and {found.second}")
        return
    print_table(
        console,
        f"Release {found.second}, and by how much it differs from {found.first}",
        ("definition", "cohort", "service", "children", "+/-", "reoffenders", "+/-", "reoffences", "+/-"),
        [
            (
                *cell[:3],
                *(
                    text
                    for one, other in zip(cell.before, cell.after, strict=True)
                    for text in (other, f"{other - one:+d}")
                ),
            )
            for cell in found.cells
        ],
        numbers=frozenset(range(3, 9)),
    )
    print_table(
        console,
        "Why: each member that changed under one cause",
        ("definition", "cohort", "service", "cause", "members", "children", "reoffenders", "reoffences"),
        [(*change[:5], *(f"{count:+d}" for count in change[5:])) for change in found.changes],
        numbers=frozenset(range(4, 8)),
    )
    told = {change.cause for change in found.changes}
    for cause, meaning in CAUSES.items():
        if cause in told:
            say(console, f"{cause}: {meaning}")
    if found.is_backwards:
        say(
            console,
            f"Release {found.second} knows less than {found.first}, so that each cause is undone in it: a late outcome is one "
            f"that it does not know yet. To read forwards: `{TRACKER} diff {found.second} {found.first}`",
        )


def _settings() -> Settings:
    settings = get_settings()
    postgres.check_is_running(settings)
    return settings
