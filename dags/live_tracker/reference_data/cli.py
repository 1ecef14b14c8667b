"""`tracker definitions`: look at a folder of definitions before it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from live_tracker import terminal
from live_tracker.errors import CheckFailed
from live_tracker.reference_data.definitions import read_definitions

app = typer.Typer(help="Cohort definitions.", no_args_is_help=True)


@app.callback()
def main() -> None:
    """Cohort definitions: rows in two CSV files, not code."""


@app.command()
def check(folder: Annotated[Path, typer.Argument(help="folder with cohort_definitions.csv and its tiers")]) -> None:
    """Check a folder of definitions; says file, row and column of everything that is wrong."""
    try:
        definitions = read_definitions(folder)
    except CheckFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    table = Table("definition", "cohort", "entry", "ages", "follow-up", "wait", "proof", title=str(folder))
    for one in definitions:
        table.add_row(
            *(one.definition, one.cohort_period, one.entry, f"{one.min_age}-{one.max_age}"),
            *(f"{one.follow_up_months} months", f"{one.waiting_months} months", one.proof_sources),
        )
    terminal.console().print(table)
