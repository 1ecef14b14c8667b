"""How long a build takes at several sizes, in full and of a night, beside the same figures got by other means.

In one run at each size, from the same rows: dbt's full build; its build of a night that changed one child of 200; the
SQL of the full build by psql, without dbt; the same SQL by DuckDB; and one definition's summary by pandas. Full and
nightly build make the same candidate, and the others the same summary, or the measurement fails.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from live_tracker import database, nightly, runs
from live_tracker.build.dbt import LAYERS, build_layer
from live_tracker.database import connect
from live_tracker.home import postgres
from live_tracker.release.hashing import candidate_hash, table_hashes
from live_tracker.runs import Run
from live_tracker.settings import PROJECT, Settings
from live_tracker.terminal import console, say
from tests.bench import duckdb_build, duckdb_rows, pandas_summary
from tests.bench.builds_nights import NIGHTS, first_night, landed, write_changed_night
from tests.bench.builds_report import Build, Measured, Taken, aims, growth, profile, times
from tests.bench.compiled import compiled_models, psql_script, seconds_of_models, sources
from tests.bench.own_process import in_own_process, peak_of_children
from tests.bench.same_figures import check_pandas, check_same
from tests.sample_data.nights import write_sample

ONE_IN = 200
"""Of so many children one changes in the night."""


def main(
    services: Annotated[list[int] | None, typer.Option(help="how many services, once for each size")] = None,
    children: Annotated[int, typer.Option(help="children of each service")] = 1000,
    out: Annotated[Path, typer.Option(help="where the scorecard goes")] = PROJECT / "build" / "builds.json",
) -> None:
    """Measure at each size and print the tables; the scorecard holds the same as JSON."""
    told = console()
    measured: list[Measured] = []
    for size in services or [1, 10, 100]:
        with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
            measured.append(measure(Path(folder), size, children, told))
        # a size may take an hour: what there is, is there
        told.print(times(measured), profile(measured))
        if len(measured) > 1:
            told.print(growth(measured))
        for line in aims(measured):
            say(told, line)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps([asdict(one) for one in measured], indent=1) + "\n")
    say(told, f"scorecard: {out}")


def measure(folder: Path, services: int, children: int, told: Console, one_in: int = ONE_IN) -> Measured:
    """All of it at one size, in a home made in `folder`; raises AssertionError where figures differ."""
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)  # the server may run as another user than root
    settings, sample = Settings(home=folder / "home"), folder / "sample"
    with _timed(told, f"{services} services: sample of {services * children:,} children"):
        in_own_process(write_sample, sample, services=services, children=children, nights=1, last_night=NIGHTS[0])
    database.prepare(settings)
    try:
        with _timed(told, "first night landed, resolved, built and released"):
            first_night(settings, sample / "deliveries")
        with _timed(told, "second night landed and resolved"):
            changed = write_changed_night(settings, sample / "deliveries", NIGHTS[1], one_in)
            run_key = landed(settings, sample / "deliveries")
        people, affected, night, full = _by_dbt(settings, run_key, told)
        with connect(settings, "loader") as connection:
            run = runs.get(connection, run_key)
        others = by_others(settings, run, folder, told)
        return Measured(services, children * services, people, changed, affected, full, night, *others)
    finally:
        postgres.stop(settings)


def _by_dbt(settings: Settings, run_key: str, told: Console) -> tuple[int, int, Build, Build]:
    """Persons, those taken up, the night's build and the full one."""
    with _timed(told, "the night by dbt"), peak_of_children(settings) as peak:
        night = in_own_process(build, settings.home, run_key, is_anew=False)
    night.peak_mb = peak.megabytes
    people, affected = _people(settings)
    as_it_is = _hash(settings)
    with _timed(told, "in full by dbt"), peak_of_children(settings) as peak:
        full = in_own_process(build, settings.home, run_key, is_anew=True)
    full.peak_mb = peak.megabytes
    assert _hash(settings) == as_it_is, "the two builds differ: there is nothing to compare"
    return people, affected, night, full


def build(home: Path, run_key: str, *, is_anew: bool) -> Build:
    """Build all layers of a run by dbt, for everybody or from the build before."""
    settings, built = Settings(home=home), Build()
    with connect(settings, "loader") as connection:
        run = runs.get(connection, run_key)
    for layer in LAYERS:
        began = time.monotonic()
        if is_anew:
            build_layer(settings, run, layer)
        else:
            nightly.build(settings, run_key, layer)
        built.layers[layer] = time.monotonic() - began
        for node in json.loads((settings.home / "dbt" / "target" / "run_results.json").read_text())["results"]:
            kind, _, name = node["unique_id"].partition(".live_tracker.")
            key = "data tests" if kind == "test" else name
            built.nodes[key] = built.nodes.get(key, 0.0) + node["execution_time"]
    return built


def by_others(settings: Settings, run: Run, folder: Path, told: Console) -> tuple[Taken, Taken, Taken]:
    """The same SQL by psql, the same by DuckDB, and one definition's summary by pandas."""
    models = compiled_models(settings, run)
    with _timed(told, "the same SQL by psql"), peak_of_children(settings) as peak:
        bare = _by_psql(settings, psql_script(models), folder / "bare.sql")
    bare.peak_mb = peak.megabytes
    check_same(settings, "psql", lambda query: database.fetch(settings, "transformer", query))

    file = folder / "rows.duckdb"
    with _timed(told, "rows exported for DuckDB"):
        duckdb_rows.export(settings, sources(settings), file)
    with _timed(told, "the same SQL by DuckDB"), peak_of_children() as peak:
        by_duckdb = Taken(in_own_process(duckdb_build.build, file, duckdb_build.statements(models)))
    by_duckdb.peak_mb = peak.megabytes
    check_same(settings, "DuckDB", lambda query: duckdb_build.fetch(file, query))

    with _timed(told, "rows exported for pandas"):
        duckdb_rows.export_parquet(settings, pandas_summary.TABLES, folder / "parquet")
    with _timed(told, "one definition by pandas"), peak_of_children() as peak:
        seconds, summary = in_own_process(
            pandas_summary.timed, folder / "parquet", str(run.as_of), str(run.known_as_of)
        )
    check_pandas(settings, summary)
    return bare, by_duckdb, Taken({"all": seconds}, peak.megabytes)


def _by_psql(settings: Settings, script: str, file: Path) -> Taken:
    file.write_text(script)
    result = subprocess.run(
        [
            *(str(postgres.program("psql")), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(file)),
            database.role_url(settings, "transformer"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise SystemExit(f"psql could not run the SQL of the build: {result.stderr[-400:]}")
    return Taken(seconds_of_models(result.stdout))


@contextmanager
def _timed(told: Console, what: str) -> Iterator[None]:
    """Say what is going on, and how long it took, waiting and all."""
    began = time.monotonic()
    with told.status(what):
        yield
    say(told, f"  {what}: {time.monotonic() - began:.1f} s")


def _people(settings: Settings) -> tuple[int, int]:
    """Persons in all, and those that the last build took up."""
    (row,) = database.fetch(
        settings,
        "transformer",
        """
        SELECT
            (SELECT count(DISTINCT person_key) FROM identity.person) AS people,
            (SELECT count(*) FROM intermediate.int_affected_people) AS affected
        """,
    )
    return int(row["people"]), int(row["affected"])


def _hash(settings: Settings) -> str:
    with connect(settings, "publisher") as connection:
        return candidate_hash(table_hashes(connection))


if __name__ == "__main__":
    typer.run(main)
