"""How the pairing of offence records (O2) grows: seconds per record at each size, beside the smallest of the same shape.

Records are made in the database, of ordinary people and of people whose records all contend; then the models of
`02_offences` are built over them, as in a build in full. Near linear is a ratio near one.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from live_tracker import database
from live_tracker.build.dbt import invoke_dbt
from live_tracker.database import connect
from live_tracker.home import postgres
from live_tracker.settings import PROJECT, Settings
from live_tracker.terminal import console

MODELS = ("int_numbered_records", "int_offence_record_pairs", "int_offence_groups")
VARIABLES = {"as_of": "2026-11-21", "known_as_of": "2026-11-21", "definitions_hash": "none", "reference_hash": "none"}


@dataclass(frozen=True)
class Shape:
    """People of one kind. `person`, `record` and `source` number them; the expressions are those of a column."""

    name: str
    people: tuple[int, ...]
    records: tuple[int, ...]
    """Records of one person in each source."""
    sources: tuple[str, ...]
    asn: str
    code: str
    day: str


SHAPES = (
    Shape(
        "ordinary people",
        people=(5_000, 20_000, 80_000),
        records=(3,),
        sources=("cms/a", "pnc/20"),
        # the case record of every fourth offence has no number
        asn="CASE WHEN source = 1 AND record % 4 = 0 THEN NULL ELSE format('N%s-%s', person, record / 2) END",
        code="format('C%s', (person + record) % 7)",
        day="date '2023-01-01' + (person + 40 * record) % 700 + CASE WHEN source = 2 AND record = 1 THEN 3 ELSE 0 END",
    ),
    Shape(
        "one person, one number, ten days",
        people=(1,),
        records=(250, 500, 1_000),
        sources=("cms/a", "pnc/20"),
        asn="'N1'",
        code="format('C%s', record * source % 4)",
        day="date '2023-01-01' + record * source % 10",
    ),
    Shape(
        "50 people, one day, one code, no number",
        people=(50,),
        records=(25, 50, 100),
        sources=("cms/a", "pnc/20"),
        asn="CASE WHEN source = 2 THEN format('N%s-%s', person, record) END",
        code="'C1'",
        day="date '2023-01-01'",
    ),
    Shape(
        "one person, four sources, one number, ten days",
        people=(1,),
        records=(125, 250, 500),
        sources=("cms/a", "cms/b", "pnc/20", "pnc/21"),
        asn="CASE WHEN record % 5 > 0 THEN 'N1' END",
        code="format('C%s', record * source % 4)",
        day="date '2023-01-01' + record * source % 10",
    ),
)


@dataclass(frozen=True)
class Measured:
    """One shape at one size: records, pairs that may be one offence, offences, and seconds of each model."""

    shape: str
    records: int
    pairs: int
    offences: int
    seconds: dict[str, float]
    per_record: float
    """Seconds per record over those of the smallest size of the shape."""


def main(
    out: Annotated[Path, typer.Option(help="where the scorecard goes")] = PROJECT / "build" / "pairing.json",
) -> None:
    """Measure each shape at each size and print the table; the scorecard holds the same as JSON."""
    told = console()
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        for parent in (Path(folder), *Path(folder).parents[:2]):
            parent.chmod(0o755)  # the server may run as another user than root
        settings = Settings(home=Path(folder) / "home")
        database.prepare(settings)
        try:
            measured = []
            for shape in SHAPES:
                with told.status(shape.name):
                    measured += _measure(settings, shape)
        finally:
            postgres.stop(settings)
    told.print(_table(measured))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps([asdict(one) for one in measured], indent=1) + "\n")
    told.print(f"scorecard: {out}", soft_wrap=True, highlight=False)


def _measure(settings: Settings, shape: Shape) -> list[Measured]:
    measured: list[Measured] = []
    base = None
    for people in shape.people:
        for records in shape.records:
            _make(settings, shape, people, records)
            invoke_dbt(settings, ["run", "--full-refresh", "--select", *MODELS], VARIABLES)
            results = json.loads((settings.home / "dbt" / "target" / "run_results.json").read_text())["results"]
            seconds = {node["unique_id"].rpartition(".")[2]: node["execution_time"] for node in results}
            count = people * records * len(shape.sources)
            per_record = sum(seconds.values()) / count
            base = base or per_record
            measured.append(Measured(shape.name, count, *_counted(settings), seconds, per_record / base))
    return measured


def _make(settings: Settings, shape: Shape, people: int, records: int) -> None:
    """The records of a shape with an outcome each, in the place of the models that pairing reads."""
    sources = ", ".join(f"({number}, '{name}')" for number, name in enumerate(shape.sources, start=1))
    with connect(settings, "transformer") as connection, connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS intermediate.int_offence_records, intermediate.int_outcome_records CASCADE"
        )
        cursor.execute(
            f"""
            CREATE TABLE intermediate.int_offence_records AS
            SELECT
                format('%s/%s-%s', name, person, record) COLLATE "C" AS record_key,
                split_part(name, '/', 1) COLLATE "C" AS source_system,
                split_part(name, '/', 2) COLLATE "C" AS source,
                format('%s-%s', person, record) COLLATE "C" AS record_id,
                md5(person::text) COLLATE "C" AS person_key,
                ({shape.asn}) COLLATE "C" AS asn,
                ({shape.code}) COLLATE "C" AS cjs_code,
                ({shape.day})::date AS start_date,
                NULL::date AS end_date,
                false AS is_orphan
            FROM generate_series(1, {people}) AS person
            CROSS JOIN generate_series(1, {records}) AS record
            CROSS JOIN (VALUES {sources}) AS given (source, name);
            CREATE TABLE intermediate.int_outcome_records AS
            SELECT
                record_key, person_key, source_system, true AS is_final, 'first_tier' AS tier,
                start_date + 60 AS outcome_date
            FROM intermediate.int_offence_records;
            ANALYZE intermediate.int_offence_records, intermediate.int_outcome_records;
            """
        )


def _counted(settings: Settings) -> tuple[int, int]:
    """Pairs, and offences."""
    with connect(settings, "transformer") as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT
                (SELECT count(*) FROM intermediate.int_offence_record_pairs),
                (SELECT count(DISTINCT offence_uid) FROM intermediate.int_offence_groups)
            """
        )
        pairs, offences = cursor.fetchone() or (0, 0)
        return int(pairs), int(offences)


def _table(measured: list[Measured]) -> Table:
    table = Table(title="Pairing of offence records (O2), models built in full")
    table.add_column("shape")
    for column in ("records", "pairs", "offences", *(model.removeprefix("int_") for model in MODELS), "per record"):
        table.add_column(column, justify="right")
    for one in measured:
        table.add_row(
            *(one.shape, f"{one.records:,}", f"{one.pairs:,}", f"{one.offences:,}"),
            *(f"{one.seconds[model]:.2f} s" for model in MODELS),
            f"{one.per_record:.2f}",
        )
    return table


if __name__ == "__main__":
    typer.run(main)
