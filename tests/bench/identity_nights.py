"""What identity resolution costs: a first night and one on which a few records changed, beside plain Splink.

The same made-up people for both: landed first, which is not measured, then resolved from raw to persons; and, cleaned,
handed to Splink with its default settings, which weighs pairs once and keeps nothing. Each in a process of its own,
whose peak of memory is told; the server's memory is not in it.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from live_tracker import database, fences
from live_tracker.home import postgres
from live_tracker.identity import links
from live_tracker.identity.linkage.files import read_files
from live_tracker.settings import PROJECT, Settings
from live_tracker.terminal import console
from tests.bench.linkage import KNOWN_ON, SEED_OF_THE_BENCH, Records, plain_splink
from tests.deliver import land_all
from tests.linkage.nights import in_two_nights, write_night
from tests.linkage.people import People, make_people, write_files

CHANGED = 0.005
NIGHTS = ("2026-11-20", "2026-11-21")
MEGABYTE_OF_KILOBYTES = 1024


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and the peak of a process's memory in MB."""

    seconds: float
    megabytes: float


@dataclass(frozen=True)
class Measured:
    """One size; `records` of both feeds together."""

    records: int
    plain: Cost
    first: Cost
    night: Cost


def main(
    records: Annotated[list[int] | None, typer.Option(help="records of both feeds, once for each size")] = None,
    out: Annotated[Path, typer.Option(help="where the scorecard goes")] = PROJECT / "build" / "identity_nights.json",
) -> None:
    """Measure at each size and print the table; the scorecard holds the same as JSON."""
    told = console()
    measured = []
    for size in records or [50_000]:
        with told.status(f"{size:,} records"), tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
            measured.append(_measure(Path(folder), size))
    told.print(_table(measured))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps([asdict(one) for one in measured], indent=1) + "\n")
    told.print(f"scorecard: {out}", soft_wrap=True, highlight=False)


def _measure(folder: Path, size: int) -> Measured:
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)  # the server may run as another user than root
    settings = Settings(home=folder / "home")
    people = make_people(size, SEED_OF_THE_BENCH)
    plain = _apart(_splink, people, folder)
    database.prepare(settings)
    try:
        costs = []
        for number, (day, rows) in enumerate(zip(NIGHTS, in_two_nights(people, CHANGED), strict=True), start=1):
            write_night(folder / "landed", day, number, *rows, with_courts=False)
            land_all(settings, folder / "landed")
            costs.append(_apart(_resolve, settings))
        return Measured(size, plain, *costs)
    finally:
        postgres.stop(settings)


def _resolve(settings: Settings) -> Callable[[], object]:
    with database.connect(settings, "loader") as connection:
        token = fences.claim(connection, "identity", "bench")
    return lambda: links.resolve(settings, "bench", token)


def _splink(people: People, folder: Path) -> Callable[[], object]:
    children, nominals = read_files(*write_files(people, folder), KNOWN_ON)
    return lambda: plain_splink(Records("", children, nominals, people.truth, people.relatives))


def _apart(prepare: Callable[..., Callable[[], object]], *given: object) -> Cost:
    """What `prepare` returns, run and measured in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_cost, (prepare, given))


def _cost(prepare: Callable[..., Callable[[], object]], given: tuple[object, ...]) -> Cost:
    work = prepare(*given)
    began = time.monotonic()
    work()
    seconds = time.monotonic() - began
    return Cost(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE_OF_KILOBYTES)


def _table(measured: list[Measured]) -> Table:
    table = Table(title=f"Identity resolution: a first night, and one with {CHANGED:.1%} of the records new or changed")
    for column in ("records", "way", "s", "MB", "time / plain Splink", "memory / plain Splink"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for one in measured:
        ways = (("plain Splink, pairs alone", one.plain), ("first night", one.first), ("a night", one.night))
        for way, cost in ways:
            table.add_row(
                *(f"{one.records:,}", way, f"{cost.seconds:.1f}", f"{cost.megabytes:,.0f}"),
                *(f"{cost.seconds / one.plain.seconds:.2f}", f"{cost.megabytes / one.plain.megabytes:.2f}"),
            )
    return table


if __name__ == "__main__":
    typer.run(main)
