"""A second opinion: what the reference engine makes of a warehouse's versions and links, beside what the build made."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from psycopg2.extras import RealDictCursor

from live_tracker.database import Role, connect
from live_tracker.deliveries.contract import FEEDS
from live_tracker.settings import Settings
from tests.reference_engine import Link, Parameters, Result, Supply, Version, load_definitions, load_reference, run

Table = list[dict[str, Any]]
Cells = dict[tuple[Any, ...], dict[str, Any]]
"""Rows by their grain."""

GRAINS = {
    "cohort_member": ("definition", "cohort", "yot", "person_key"),
    "reoffence": ("definition", "cohort", "yot", "person_key", "offence_key"),
    "cohort_summary": ("definition", "cohort", "yot"),
    "cohort_summary_annual": ("definition", "cohort", "yot"),
    "cohort_breakdown": ("definition", "cohort", "yot", "dimension", "value"),
    "time_to_reoffence": ("definition", "cohort", "yot", "band"),
    "milestone": ("definition", "cohort", "yot", "month"),
    "survival": ("definition", "cohort", "yot", "day"),
    "first_time_entrants": ("yot", "span", "quarter"),
    "custody": ("yot", "span", "quarter"),
    "remand": ("yot", "span", "quarter", "dimension", "value"),
    "ete": ("yot", "span", "quarter", "age_group", "ete_band"),
    "disproportionality": ("yot", "span", "quarter", "stage", "definition", "ethnicity_group"),
    "class": ("definition", "cohort", "yot", "person_key", "source_system", "source", "record_id"),
    "unpaired_same_asn": ("source_system", "source", "record_id"),
}

QUERIES = {
    # an orphan is nobody's, so that the build has it once and not for every member
    "class": "SELECT * FROM intermediate.int_offence_record_classes WHERE class <> 'orphan'",
    "unpaired_same_asn": "SELECT * FROM intermediate.int_unpaired_same_asn",
}
"""How the tables that are not published are read."""

MODELS = {table: table for table in GRAINS} | {
    "class": "int_offence_record_classes",
    "unpaired_same_asn": "int_unpaired_same_asn",
}
"""The model that each table is."""
NOT_RECOUNTED = {"is_beyond_chance"}
"""Columns that are held against a published library instead: `tests/dbt/test_statistics.py`."""

EXAMPLES = 4


def recount(settings: Settings, definitions: Path, as_of: date, known_as_of: date) -> Result:
    """The reference engine over what was landed and linked in the warehouse."""
    parameters = Parameters(load_definitions(definitions), as_of, known_as_of)
    reference = load_reference(settings.reference)
    return run(history_of(settings), links_of(settings), reference, parameters, supplies_of(settings))


def compare(settings: Settings, definitions: Path, as_of: date, known_as_of: date) -> list[str]:
    """Every difference between the build and the reference engine, table by table; [] if there is none.

    An empty table that is published is an error: nothing would have been compared.
    """
    result = recount(settings, definitions, as_of, known_as_of)
    built = {table: _built(settings, table) for table in GRAINS}
    empty = [table for table, rows in built.items() if not rows and table not in QUERIES]
    assert not empty, f"nothing was compared: {', '.join(empty)}"
    return differences_between(built, result)


def differences_between(built: dict[str, Table], result: Result) -> list[str]:
    """Every difference between tables that were built and what the reference engine counted of them."""
    recounted = {
        "cohort_member": result.members,
        "reoffence": result.reoffences,
        "cohort_summary": result.summaries,
        "cohort_summary_annual": result.annual,
        "cohort_breakdown": result.breakdowns,
        "time_to_reoffence": result.times,
        "milestone": result.milestones,
        "survival": result.survival,
        "first_time_entrants": result.first_time_entrants,
        "custody": result.custody,
        "remand": result.remand,
        "ete": result.ete,
        "disproportionality": result.disproportionality,
        "class": [row for row in result.classes if row["class"] != "orphan"],
        "unpaired_same_asn": result.unpaired_same_asn,
    }
    return [
        f"{table} {line}"
        for table, rows in built.items()
        for line in (
            *_columns_not_recounted(table, rows, recounted[table]),
            *differences(_by_grain(table, rows), _by_grain(table, recounted[table])),
        )
    ]


def _columns_not_recounted(table: str, rows: Table, recounted: Table) -> list[str]:
    """A published column that is not recounted, or was given another name, would be compared with nothing."""
    if not rows or not recounted or table in QUERIES:
        return []
    missing = rows[0].keys() - recounted[0].keys() - NOT_RECOUNTED
    return [f"has a column that is not recounted: {column}" for column in sorted(missing)]


def _built(settings: Settings, table: str) -> list[dict[str, Any]]:
    if table in QUERIES:
        return _rows(settings, "transformer", QUERIES[table])
    return _rows(settings, "publisher", f"SELECT * FROM candidate.{table}")


def _by_grain(table: str, rows: list[dict[str, Any]]) -> Cells:
    cells = {tuple(row[column] for column in GRAINS[table]): row for row in rows}
    assert len(cells) == len(rows), f"{table} has rows of one grain"
    return cells


def differences(ours: Cells, theirs: Cells) -> list[str]:
    """What is on one side only, and each column that differs: how often, with examples."""
    found: dict[str, list[str]] = defaultdict(list)
    for key in ours.keys() ^ theirs.keys():
        found["only built" if key in ours else "only recounted"].append(str(key))
    for key in ours.keys() & theirs.keys():
        for column in ours[key].keys() & theirs[key].keys():
            one, other = ours[key][column], theirs[key][column]
            if one != other:
                found[column].append(f"{key}: built {one!r}, recounted {other!r}")
    return [f"{what} ({len(rows)}): " + "; ".join(sorted(rows)[:EXAMPLES]) for what, rows in sorted(found.items())]


def history_of(settings: Settings) -> list[Version]:
    """Every version in the warehouse that is no deletion."""
    history = []
    for feed in FEEDS.values():
        for table in feed.tables:
            name = f"raw.{feed.name}_{table.name}"
            for row in _rows(
                settings,
                "loader",
                f"""
                SELECT delivered.*, version.known_from, version.known_to FROM {name}_version AS version
                INNER JOIN {name} AS delivered USING (source, row_hash) WHERE NOT version.deleted
                """,
            ):
                columns = {column: row[column] for column in (*table.column_names, "updated_at")}
                history.append(
                    Version(feed.name, row["source"], table.name, columns, row["known_from"], row["known_to"])
                )
    return history


def links_of(settings: Settings) -> list[Link]:
    """Every link in the warehouse."""
    columns = ("source_system", "source", "source_id", "person_key", "known_from", "known_to")
    return [
        Link(**{column: row[column] for column in columns})
        for row in _rows(settings, "loader", "SELECT * FROM identity.person_link")
    ]


def supplies_of(settings: Settings) -> list[Supply]:
    """The tables that services sent to the warehouse, with the first extract of each."""
    query = 'SELECT source, table_name AS "table", known_from FROM identity.supplied_table'
    return [Supply(**row) for row in _rows(settings, "loader", query)]


def _rows(settings: Settings, role: Role, query: str) -> list[dict[str, Any]]:
    with connect(settings, role) as connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query)
        return [dict(row) for row in cursor.fetchall()]
