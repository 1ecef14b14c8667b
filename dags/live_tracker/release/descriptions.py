"""Descriptions of the published columns, as comments on the views: said once, beside the models, and copied from there."""

from __future__ import annotations

from typing import Any

import yaml
from psycopg2 import sql

from live_tracker.database import connect
from live_tracker.release.hashing import PUBLISHED
from live_tracker.settings import PROJECT, Settings

MODELS = PROJECT / "dbt_project/models/marts"
COMMON = {"release_id": "The release, <as-of date>.<number>", "as_of_date": "Day that the release counts up to"}
CHILD_ID = "Child id in the service's case-management system; of several records, `;` between them"


def described_tables() -> list[dict[str, Any]]:
    """The models of the marts, and the table that is made at publication, as their files describe them."""
    files = sorted(MODELS.glob("*__models.yml"))
    models = [model for file in files for model in yaml.safe_load(file.read_text())["models"]]
    sources = yaml.safe_load((MODELS / "_revision__sources.yml").read_text())["sources"]
    return [*models, *(table for source in sources for table in source["tables"])]


def descriptions() -> dict[tuple[str, str | None], str]:
    """Description of each published table (column None) and of each of its columns."""
    described = {table["name"]: table for table in described_tables()}
    found: dict[tuple[str, str | None], str] = {}
    for table in PUBLISHED:
        found[table, None] = described[table]["description"].strip()
        found |= {(table, column): text for column, text in COMMON.items()}
        found |= {(table, column["name"]): column["description"] for column in described[table]["columns"]}
    return found


def describe_views(settings: Settings) -> None:
    """Bring the comments of the readers' views up to the descriptions of the models. Repeating it does nothing."""
    with connect(settings, "migrator") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('descriptions', 0))")
        cursor.execute(_COMMENTS)
        texts = descriptions()
        for schema, table, column, present in cursor.fetchall():
            text = texts.get((table, column)) or (CHILD_ID if column == "child_id" else None)
            if text is not None and present != text:
                what = sql.SQL("VIEW {}") if column is None else sql.SQL("COLUMN {}")
                name = sql.Identifier(schema, *(part for part in (table, column) if part))
                comment = sql.SQL("COMMENT ON {} IS {}").format(what.format(name), sql.Literal(text))
                cursor.execute(comment)


_COMMENTS = """
SELECT view.relnamespace::regnamespace::text, view.relname, NULL AS column_name, obj_description(view.oid, 'pg_class')
FROM pg_class AS view
WHERE view.relnamespace IN ('analytics'::regnamespace, 'practice'::regnamespace) AND view.relkind = 'v'
UNION ALL
SELECT
    view.relnamespace::regnamespace::text, view.relname, attribute.attname, col_description(view.oid, attribute.attnum)
FROM pg_class AS view
INNER JOIN pg_attribute AS attribute ON view.oid = attribute.attrelid AND attribute.attnum > 0
WHERE view.relnamespace IN ('analytics'::regnamespace, 'practice'::regnamespace) AND view.relkind = 'v'
"""
