"""`tracker link-files` and `tracker linkage`: link two files, and train the model anew."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

files_app = typer.Typer()
app = typer.Typer(help="The model that links records.", no_args_is_help=True)

DAY = ["%Y-%m-%d"]

Children = Annotated[Path, typer.Argument(metavar="CHILD.csv", help="columns as of child in the feed contract")]
Nominals = Annotated[Path, typer.Argument(metavar="NOMINAL.csv", help="columns as of nominal in the feed contract")]
KnownOn = Annotated[
    dt.datetime | None,
    typer.Option(formats=DAY, help="day of the files, for two-digit years of PNC ids; by default the last they name"),
]
ModelFile = Annotated[Path | None, typer.Option("--model", help="a file that training wrote; the shipped one")]


@app.callback()
def main() -> None:
    """The model that links records: a file of parameters, name frequencies and thresholds."""


@files_app.command()
def link_files(
    children: Children,
    nominals: Nominals,
    out: Annotated[Path, typer.Option(help="where the links go, as CSV")],
    ignore_ids: Annotated[
        bool, typer.Option("--ignore-ids", help="ids only name the rows; dates of birth of any century")
    ] = False,
    model: ModelFile = None,
    frozen: Annotated[
        bool, typer.Option("--frozen", help="weigh by the model as it is; else it is fitted to the two files")
    ] = False,
    known_on: KnownOn = None,
) -> None:
    """Link children of one file to nominals of another: child_id, pnc_id, match_weight, decision (join or review).

    A child joins one nominal at most. match_weight: log2 of the odds that the two are one person; rejected pairs are
    left out. Columns that may be empty may be missing.
    """
    # not above: pandas and Splink take a second to load, and every other command does without
    from live_tracker.identity.linkage import jobs  # noqa: PLC0415

    jobs.link_files(children, nominals, out, _day(known_on), model, ignore_ids=ignore_ids, frozen=frozen)


@app.command()
def train(
    children: Children,
    nominals: Nominals,
    out: Annotated[Path, typer.Option(help="where the model goes, as JSON")],
    version: Annotated[str, typer.Option(help="what the model is called")],
    model: ModelFile = None,
    note: Annotated[str, typer.Option(help="what records these are; kept in the model")] = "",
    known_on: KnownOn = None,
) -> None:
    """Train the model anew, without anybody saying who is whom, and show what changed.

    Court days and arrests are learnt if the files have columns `court_days` and `asns`, items with ; between them.
    """
    from live_tracker.identity.linkage import jobs  # noqa: PLC0415

    jobs.train(children, nominals, out, _day(known_on), model, version=version, note=note)


def _day(known_on: dt.datetime | None) -> dt.date | None:
    return known_on.date() if known_on else None
