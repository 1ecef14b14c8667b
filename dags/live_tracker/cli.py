"""`tracker`: the command line behind the Makefile."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn
from urllib.parse import unquote, urlsplit, urlunsplit

import typer
from rich.console import Console

from live_tracker import database, make_run, report, runs, status, terminal
from live_tracker.build.docs import write_docs
from live_tracker.deliveries.cli import app as deliveries_app
from live_tracker.erasure.cli import app as erasure_app
from live_tracker.errors import TrackerError
from live_tracker.explain import page, trail
from live_tracker.home import airflow, airflow_api, postgres
from live_tracker.identity.linkage.cli import app as linkage_app
from live_tracker.identity.linkage.cli import files_app
from live_tracker.identity.review.cli import app as review_app
from live_tracker.make_run import Inputs, Watch
from live_tracker.reference_data.cli import app as definitions_app
from live_tracker.release.cli import app as release_app
from live_tracker.release.marts import Mart, list_marts
from live_tracker.runs import Run
from live_tracker.settings import Settings, get_settings
from live_tracker.terminal import say

app = typer.Typer(
    help="The reoffending live tracker.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.add_typer(deliveries_app)
app.add_typer(definitions_app, name="definitions")
app.add_typer(erasure_app)
app.add_typer(files_app)
app.add_typer(linkage_app, name="linkage")
app.add_typer(review_app, name="review")
app.add_typer(release_app)

FAILED, REFUSED = 1, 3
DAY = ["%Y-%m-%d"]

Deliveries = Annotated[
    Path | None, typer.Option(envvar="DELIVERIES", help="folder of deliveries; the home stays bound to its first")
]
Definitions = Annotated[
    Path | None, typer.Option(envvar="DEFINITIONS", help="folder of cohort definitions; remembered by the home")
]
AsOf = Annotated[
    dt.datetime | None, typer.Option(envvar="AS_OF", formats=DAY, help="day to count up to; the latest extract")
]
AnyRole = Annotated[str, typer.Option(envvar="ROLE", help="one of the roles, or owner")]
KnownAsOf = Annotated[
    dt.datetime | None, typer.Option(envvar="KNOWN_AS_OF", formats=DAY, help="use what was known by that day; all")
]


@app.command()
def run(
    deliveries: Deliveries = None, as_of: AsOf = None, known_as_of: KnownAsOf = None, definitions: Definitions = None
) -> None:
    """Run the nightly job and show the tracker. Exit 0: the current release answers; 1: failed; 3: delivery refused."""
    settings, console = get_settings(), terminal.console()
    inputs = make_run.bring_up(settings, console, deliveries, definitions)
    raise typer.Exit(_run(settings, console, inputs, _day(as_of), _day(known_as_of)))


@app.command()
def rerun(run_key: Annotated[str, typer.Argument(help="as the list of runs shows it")]) -> None:
    """Run again with the dates, definitions and code lists of an earlier run, over the deliveries known by its day."""
    settings, console = get_settings(), terminal.console()
    current = make_run.bring_up(settings, console, None, None)
    with database.connect(settings, "loader") as connection:
        earlier = runs.get(connection, run_key)
    inputs = Inputs(earlier.definitions_hash, earlier.reference_hash)
    for what, is_other in (
        ("definitions", inputs.definitions_hash != current.definitions_hash),
        ("code lists", inputs.reference_hash != current.reference_hash),
    ):
        if is_other:
            say(console, f"{what}: those of run {run_key}, which differ from the home's current ones")
    as_of, known_as_of = earlier.as_of or earlier.requested_as_of, earlier.known_as_of or earlier.requested_known_as_of
    raise typer.Exit(_run(settings, console, inputs, as_of, known_as_of))


@app.command()
def down() -> None:
    """Stop what `tracker run` started in this home; nothing else is touched."""
    settings, console = get_settings(), terminal.console()
    if not settings.home.exists():
        say(console, f"nothing to stop: there is no home at {settings.home}")
        return
    airflow.stop(settings)
    if settings.is_embedded:
        postgres.stop(settings)
    say(console, f"stopped; everything is kept in {settings.home}")


@app.command(name="status")
def show_status() -> None:
    """What runs, the last run, the current release, late feeds, refused and missing deliveries."""
    settings, console = get_settings(), terminal.console()
    if settings.is_embedded and not postgres.is_running(settings):
        say(console, "Postgres is not running: `make run` starts it")
        return
    status.print_status(settings, console, dt.datetime.now(dt.UTC).date())


@app.command(name="runs")
def show_runs(last: Annotated[int, typer.Option(help="how many", min=1)] = 20) -> None:
    """The last runs: what each was asked for, what became of it and the release that it published or found."""
    settings = get_settings()
    postgres.check_is_running(settings)
    status.print_runs(settings, terminal.console(), last)


@app.command()
def explain(
    child: Annotated[str, typer.Argument(help="a person_key, or the child id of a case-management system")],
    definition: Annotated[str, typer.Option(help="a cohort definition")],
    cohort: Annotated[str | None, typer.Option(help="the cohort; without it, those that the child is in")] = None,
    service: Annotated[str | None, typer.Option(help="which service's child id, and which service's count")] = None,
    role: AnyRole = "practitioner",
    as_json: Annotated[bool, typer.Option("--json", help="all that is known of it, as JSON")] = False,
) -> None:
    """Why a child is counted, or not: from the delivered rows to the cell of the summary. A child id: practitioner only."""
    settings = get_settings()
    postgres.check_is_running(settings)
    found = trail.follow(settings, _role(role), child, definition, cohort, service)
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=1))
        return
    page.print_trail(terminal.console(), found, cohort, service)


@app.command()
def marts() -> None:
    """The published tables: grain, rows of the current release, seconds of the last build, what each answers."""
    settings = get_settings()
    postgres.check_is_running(settings)
    terminal.print_table(
        terminal.console(),
        "The published tables",
        ("table", "a row per", "rows", "seconds", "unit tests", "answers"),
        [_told(mart) for mart in list_marts(settings)],
        numbers=frozenset({2, 3, 4}),
        folds=True,
    )


@app.command(name="dbt-docs")
def dbt_docs() -> None:
    """Write dbt's documentation of the models as one page: lineage, every column, tests, who reads what."""
    settings = get_settings()
    postgres.check_is_running(settings)
    say(terminal.console(), f"written: {write_docs(settings)}")


@app.command()
def logs() -> None:
    """Where the logs are."""
    settings = get_settings()
    for name, path in (
        ("tasks", airflow.logs_folder(settings)),
        ("Airflow", airflow.folder(settings) / "services"),
        ("Postgres", settings.home / "postgres" / "server.log"),
        ("dbt", settings.home / "dbt" / "logs"),
    ):
        say(terminal.console(), f"{name:<9} {path}")


@app.command()
def sample(
    out: Annotated[Path, typer.Argument(help="a folder that does not exist yet")],
    services: Annotated[int, typer.Option(help="youth justice services")] = 2,
    nights: Annotated[int, typer.Option(help="nights of deliveries, the first a full extract")] = 7,
    children: Annotated[int, typer.Option(help="children of each service")] = 300,
    seed: Annotated[int, typer.Option(help="the same seed makes the same bytes")] = 1,
    errors: Annotated[float, typer.Option(help="how many of the usual errors in names and numbers, 0 to 1")] = 1.0,
    plans: Annotated[
        bool,
        typer.Option(
            "--plans", help="children of published figures: the plans say how many, of which services; one night"
        ),
    ] = False,
) -> None:
    """Make sample deliveries in OUT/deliveries and, apart from them, the truth in OUT/truth.json."""
    options = {
        "--services": services, "--nights": nights, "--children": children, "--seed": seed, "--errors": errors
    }  # fmt: skip
    words = [str(word) for option in options.items() for word in option]
    make_run.write_sample(out, *words, *(["--plans"] if plans else []))
    say(terminal.console(), f"written: {out / 'deliveries'}")


@app.command(name="settings")
def show_settings() -> None:
    """The settings of this process; secrets are hidden."""
    settings = get_settings()
    for name in type(settings).model_fields:
        say(terminal.console(), f"{name:<22} {getattr(settings, name)}")


@app.command()
def dsn(role: AnyRole = "analyst") -> None:
    """Connection URL of a role, and nothing else, on standard output."""
    typer.echo(_login_url(get_settings(), role))


@app.command()
def psql(
    role: AnyRole = "analyst",
    words: Annotated[list[str] | None, typer.Argument(help="more for psql itself, after --")] = None,
) -> None:
    """The psql that came with the environment, logged in as a role."""
    parts = urlsplit(_login_url(get_settings(), role))
    # in a command line the password could be seen by everybody
    without_password = parts._replace(netloc=f"{parts.username}@{parts.netloc.rpartition('@')[2]}")
    program = postgres.program("psql")
    # a script that pipes its statements in is told that one failed
    options = [] if sys.stdin.isatty() else ["--set", "ON_ERROR_STOP=1"]
    environment = os.environ | {"PGPASSWORD": unquote(parts.password or "")}
    os.execve(program, [str(program), urlunsplit(without_password), *options, *(words or [])], environment)  # noqa: S606


def main() -> NoReturn:
    """Run a command; an error is told in three lines on standard error, and the exit code is 1."""
    try:
        app()
    except TrackerError as error:
        typer.echo(str(error), err=True)
    except KeyboardInterrupt:
        typer.echo("interrupted; what was started goes on: `make status`, `make down`", err=True)
    sys.exit(FAILED)


def _run(
    settings: Settings, console: Console, inputs: Inputs, as_of: dt.date | None, known_as_of: dt.date | None
) -> int:
    with airflow_api.connected(settings) as api:
        with console.status("waiting for Airflow to read the DAGs"):
            api.wait_until_parsed()
        for abandoned in make_run.end_abandoned(settings, api):
            say(console, f"run {abandoned} was abandoned and is recorded as failed")
        run_key = make_run.start_run(settings, api, inputs, as_of, known_as_of)
    say(console, f"run {run_key}")
    watch = Watch(settings, console, run_key)
    ended = watch.until_ended()
    refused = report.print_deliveries(settings, console, run_key)
    if ended.status not in {"published", "current"}:
        return _tell_failure(settings, console, ended, watch)
    report.print_tracker(settings, console)
    report.print_reservations(settings, console, ended.release_id)
    report.print_addresses(settings, console)
    if ended.message:
        say(console, ended.message)
    if refused:
        say(console, f"refused: {', '.join(refused)}")
    how = "published now" if ended.status == "published" else "found current"
    say(console, f"current release: {ended.release_id}, {how}")
    return REFUSED if refused else 0


def _tell_failure(settings: Settings, console: Console, ended: Run, watch: Watch) -> int:
    say(console, f"run {ended.run_key}: {ended.status}")
    if ended.message:
        say(console, ended.message)
    for task in watch.failed_tasks:
        say(console, f"log: {task.log(airflow.logs_folder(settings))}")
    report.print_addresses(settings, console)
    current = report.current_release(settings)
    say(console, f"current release: {current}, as before" if current else "current release: none")
    return FAILED


def _login_url(settings: Settings, role: str) -> str:
    postgres.check_is_running(settings)
    if role == "owner":
        return database.role_url(settings, "migrator") + "?options=-c%20role%3Downer"
    return database.role_url(settings, _role(role, "owner"))


def _told(mart: Mart) -> tuple[str | int | None, ...]:
    rows = None if mart.rows is None else f"{mart.rows:,}"
    seconds = None if mart.seconds is None else f"{mart.seconds:.2f}"
    return mart.name, mart.grain, rows, seconds, mart.unit_tests, mart.answers


def _role(role: str, *others: str) -> database.Role:
    """The role of that name; `others` may be named as well, and are not roles that log in."""
    known = next((name for name in database.ROLES if name == role), None)
    if known is None:
        raise TrackerError(f"there is no role {role!r}", do=f"choose one of {', '.join((*database.ROLES, *others))}")
    return known


def _day(moment: dt.datetime | None) -> dt.date | None:
    return moment.date() if moment else None


if __name__ == "__main__":
    main()
