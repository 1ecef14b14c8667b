"""`tracker review`: pairs of records that a person should look at, and what they decide."""

from __future__ import annotations

import datetime as dt
import getpass
from typing import Annotated

import typer

from live_tracker import terminal
from live_tracker.database import connect
from live_tracker.deliveries.ledger import latest_extract_date
from live_tracker.home import postgres
from live_tracker.identity.linkage.model import model_of
from live_tracker.identity.review import queue
from live_tracker.settings import TRACKER, Settings, get_settings
from live_tracker.terminal import print_table, say

app = typer.Typer(help="Links that a person should look at.", no_args_is_help=True)

DAYS_OF_A_WEEK = 7
_REASONS = {"splink": "weight", "conflict": "ids contradict", "guard": "one household"}

Named = Annotated[str, typer.Argument(metavar="PAIR", help="a number of the list, or service/child_id,source/id")]
By = Annotated[str, typer.Option(help="who decides; kept with the decision")]
Note = Annotated[str | None, typer.Option(help="why; kept with the decision")]
Day = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@app.command(name="list")
def show_list() -> None:
    """The pairs that wait, the heaviest first. No names: `show` has them."""
    console = terminal.console()
    with connect(_settings(), "loader") as connection, connection.cursor() as cursor:
        found = queue.waiting(cursor)
    if not found:
        say(console, "no pair waits for review")
        return
    rows = [
        (
            one.number,
            _name(one.child),
            _name(one.other),
            f"{one.weight:.1f}",
            _REASONS[one.method],
            one.since,
            one.verdict,
        )
        for one in found
    ]
    headings = ("pair", "child", "and", "bits", "why", "since", "decided, from the next run")
    print_table(console, f"{len(found):,} pairs for review", headings, rows, numbers=frozenset({3}))
    say(console, f"`{TRACKER} review show PAIR` has the evidence; then accept or reject")


@app.command()
def show(named: Named) -> None:
    """Two records side by side with the evidence. It prints names and dates of birth: mind who sees the screen."""
    # not above: Splink takes a second to load, and the other commands do without
    from live_tracker.identity.review.evidence import evidence_of, print_evidence  # noqa: PLC0415

    settings, console = _settings(), terminal.console()
    with connect(settings, "loader") as connection, connection.cursor() as cursor:
        records = queue.find(cursor, named)
        left, right = (queue.face_now(cursor, record) for record in records)
        told = queue.decisions_on(cursor, records)
    names = (_name(records[0][2:]), _name(records[1][2:]))
    print_evidence(console, evidence_of(left, right, model_of(settings)), names)
    if told:
        print_table(console, "Decided and noted", ("from", "what", "by", "note"), told, folds=True)


@app.command()
def accept(named: Named, note: Note = None, by: By = "") -> None:
    """The two are one person, from the latest extract on."""
    _decide(named, "accept", by, note)


@app.command()
def reject(named: Named, note: Note = None, by: By = "") -> None:
    """The two are not one person, whatever they weigh and whichever id they share, from the latest extract on."""
    _decide(named, "reject", by, note)


@app.command()
def undo(named: Named, note: Note = None, by: By = "") -> None:
    """What was decided of the two holds no longer; the evidence decides again."""
    _decide(named, "undo", by, note)


@app.command(name="note")
def keep_note(named: Named, note: Annotated[str, typer.Argument(help="what to remember")], by: By = "") -> None:
    """Keep a note with the two; it decides nothing."""
    _decide(named, "note", by, note)


@app.command()
def changes(since: Day = None, until: Day = None) -> None:
    """The links that changed, by default in the week before the latest extract."""
    console = terminal.console()
    with connect(_settings(), "loader") as connection, connection.cursor() as cursor:
        last = (until.date() if until else latest_extract_date(connection, None)) or dt.date.max
        first = since.date() if since else last - dt.timedelta(days=DAYS_OF_A_WEEK - 1)
        found = queue.changes(cursor, first, last)
    if not found:
        say(console, f"no link changed from {first} to {last}")
        return
    rows = [
        (
            *(one.day, _name(one.record), one.before[:8], one.method_before, one.after[:8], one.method_after),
            "" if one.weight is None else f"{one.weight:.1f}",
        )
        for one in found
    ]
    headings = ("day", "record", "person before", "by", "person after", "by", "bits")
    print_table(console, f"{len(found):,} links changed from {first} to {last}", headings, rows, numbers=frozenset({6}))


def _decide(named: str, verdict: str, by: str, note: str | None) -> None:
    with connect(_settings(), "loader") as connection, connection.cursor() as cursor:
        records = queue.find(cursor, named)
        day = queue.decide(connection, records, verdict, by or getpass.getuser(), note)
    pair = f"{_name(records[0][2:])} and {_name(records[1][2:])}"
    what = "noted" if verdict == "note" else f"{verdict}, from {day} on; the next run counts so"
    say(terminal.console(), f"{pair}: {what}")


def _name(key: queue.Key) -> str:
    system, source, source_id = key
    return f"{source}/{source_id}" if system == "cms" else f"police {source}/{source_id}"


def _settings() -> Settings:
    settings = get_settings()
    postgres.check_is_running(settings)
    return settings
