"""How long a night's build takes against one that makes everybody anew, in one run and from the same rows.

A sample of two nights is landed and built; the second night's build starts from the first. Then the same is built
anew. Both give the same candidate, or the measurement fails.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from live_tracker import database, nightly, runs
from live_tracker.build.dbt import LAYERS, Layer, build_layer
from live_tracker.database import connect
from live_tracker.home import postgres
from live_tracker.release.hashing import candidate_hash, table_hashes
from live_tracker.settings import PROJECT, Settings
from live_tracker.terminal import console
from tests.night import request
from tests.sample_data.nights import write_sample

SUMMARIES = {
    *("cohort_summary", "cohort_summary_annual", "cohort_breakdown", "milestone", "time_to_reoffence"),
    *("first_time_entrants", "custody", "remand", "ete", "serious_violence", "caseload", "new_arrests"),
}
"""Marts that every build makes anew."""


@dataclass
class Build:
    """Seconds of a build: of its layers by the clock, of its nodes (some run side by side) by what they are."""

    layers: dict[str, float] = field(default_factory=dict)
    nodes: dict[str, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return sum(self.layers.values())


@dataclass
class Measured:
    """One size: the night's build and the full one, of the same rows."""

    services: int
    children: int
    people: int
    affected: int
    nightly: Build
    full: Build

    @property
    def ratio(self) -> float:
        return self.nightly.seconds / self.full.seconds


def main(
    services: Annotated[list[int] | None, typer.Option(help="how many services, once for each size")] = None,
    children: Annotated[int, typer.Option(help="children of each service")] = 100,
    out: Annotated[Path, typer.Option(help="where the scorecard goes")] = PROJECT / "build" / "nightly_build.json",
) -> None:
    """Measure at each size and print the tables; the scorecard holds the same as JSON."""
    told = console()
    measured = []
    for size in services or [1, 10, 50]:
        with told.status(f"{size} services"), tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
            measured.append(_measure(Path(folder), size, children))
    told.print(_ratios(measured), _profile(measured))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps([asdict(one) | {"ratio": round(one.ratio, 3)} for one in measured], indent=1) + "\n")
    told.print(f"scorecard: {out}", soft_wrap=True, highlight=False)


def _measure(folder: Path, services: int, children: int) -> Measured:
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)  # the server may run as another user than root
    settings = Settings(home=folder / "home")
    write_sample(folder / "sample", services=services, children=children, nights=2)
    database.prepare(settings)
    try:
        folders = (folder / "sample" / "deliveries").glob("*/*/*")
        first, second = sorted({path.name.partition(".r")[0] for path in folders})
        _night(settings, folder, first)
        night, run_key = _night(settings, folder, second)
        people, affected = _people(settings)
        as_it_is = _hash(settings)
        with connect(settings, "loader") as connection:
            run = runs.get(connection, run_key)
        full = _build(settings, lambda layer: build_layer(settings, run, layer))
        if _hash(settings) != as_it_is:
            raise SystemExit("the two builds differ: there is nothing to compare")
        return Measured(services, children * services, people, affected, night, full)
    finally:
        postgres.stop(settings)


def _night(settings: Settings, folder: Path, day: str) -> tuple[Build, str]:
    landed = folder / "landed"
    for delivery in (folder / "sample" / "deliveries").glob(f"*/*/{day}*"):
        shutil.copytree(delivery, landed / delivery.relative_to(folder / "sample" / "deliveries"))
    run_key = request(settings, landed, PROJECT / "definitions")
    nightly.close_landing(settings, run_key)
    nightly.resolve(settings, run_key)
    build = _build(settings, lambda layer: nightly.build(settings, run_key, layer))
    nightly.check(settings, run_key)
    nightly.release(settings, run_key)
    return build, run_key


def _build(settings: Settings, build: Callable[[Layer], object]) -> Build:
    built = Build()
    for layer in LAYERS:
        began = time.monotonic()
        build(layer)
        built.layers[layer] = time.monotonic() - began
        results = json.loads((settings.home / "dbt" / "target" / "run_results.json").read_text())["results"]
        for node in results:
            kind = _kind(node["unique_id"])
            built.nodes[kind] = built.nodes.get(kind, 0.0) + node["execution_time"]
    return built


def _kind(node: str) -> str:
    kind, _, name = node.partition(".live_tracker.")
    if kind == "test":
        return "data tests"
    if name.startswith("stg_"):
        return "views of the feeds"
    return "summaries" if name in SUMMARIES else "models of people"


def _people(settings: Settings) -> tuple[int, int]:
    """Persons in all, and those that the last build took up."""
    with connect(settings, "transformer") as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT
                (SELECT count(DISTINCT person_key) FROM identity.person),
                (SELECT count(*) FROM intermediate.int_affected_people)
            """
        )
        people, affected = cursor.fetchone() or (0, 0)
        return int(people), int(affected)


def _hash(settings: Settings) -> str:
    with connect(settings, "publisher") as connection:
        return candidate_hash(table_hashes(connection))


def _ratios(measured: list[Measured]) -> Table:
    table = Table(title="A night's build against one made anew, by the clock")
    for column in ("services", "children", "persons", "taken up", "anew, s", "night, s", "night / anew"):
        table.add_column(column, justify="right")
    for one in measured:
        table.add_row(
            *(f"{one.services}", f"{one.children:,}", f"{one.people:,}", f"{one.affected:,}"),
            *(f"{one.full.seconds:.1f}", f"{one.nightly.seconds:.1f}", f"{one.ratio:.2f}"),
        )
    return table


def _profile(measured: list[Measured]) -> Table:
    table = Table(title="Where it goes: seconds of all nodes of a kind, four at a time")
    table.add_column("services", justify="right")
    table.add_column("build")
    kinds = sorted({kind for one in measured for kind in one.full.nodes})
    for kind in kinds:
        table.add_column(kind, justify="right")
    for one in measured:
        for name, build in (("anew", one.full), ("night", one.nightly)):
            table.add_row(f"{one.services}", name, *(f"{build.nodes.get(kind, 0.0):.1f}" for kind in kinds))
    return table


if __name__ == "__main__":
    typer.run(main)
