"""`tracker deliveries` and `tracker manifest`: what came in and what became of it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from live_tracker import terminal
from live_tracker.database import connect
from live_tracker.deliveries.receiver import make_manifest
from live_tracker.settings import get_settings

app = typer.Typer()


class Kind(StrEnum):
    """The kinds of delivery of the feed contract."""

    full = "full"
    delta = "delta"


class Encoding(StrEnum):
    """The encodings of the feed contract."""

    utf_8 = "utf-8"
    windows_1252 = "windows-1252"


@app.command()
def deliveries() -> None:
    """Every delivery, loaded or refused: rows delivered, loaded, quarantined and erased, and why."""
    with connect(get_settings(), "auditor") as connection, connection.cursor() as cursor:
        cursor.execute(_LOADED)
        loaded = cursor.fetchall()
        cursor.execute(_REASONS)
        reasons = cursor.fetchall()
        cursor.execute(_REFUSED)
        refused = cursor.fetchall()
    console = terminal.console()
    _print(
        console,
        "Loaded",
        (
            *("source", "extract date", "sequence", "revision", "kind"),
            *("delivered", "loaded", "quarantined", "erased", "warnings"),
        ),
        loaded,
    )
    _print(
        console, "Quarantined and warned", ("source", "folder", "table", "column", "reason", "rows", "lines"), reasons
    )
    _print(console, "Refused or incomplete", ("source", "folder", "what", "table", "line", "column", "detail"), refused)


@app.command()
def manifest(
    folder: Annotated[Path, typer.Argument(help="<feed>/<source>/<extract_date>")],
    sequence: Annotated[
        int | None, typer.Option(envvar="SEQUENCE", help="its own; else the next of its source")
    ] = None,
    kind: Annotated[Kind, typer.Option(envvar="KIND", help="full extract or changes only")] = Kind.full,
    encoding: Annotated[Encoding, typer.Option(envvar="ENCODING", help="of the files")] = Encoding.utf_8,
) -> None:
    """Write a manifest for a sender that cannot; the release then says that its counts are unconfirmed."""
    made = make_manifest(folder, sequence=sequence, kind=kind.value, encoding=encoding.value)
    typer.echo(f"written: {made}")


def _print(console: Console, title: str, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    if not rows:
        return
    table = Table(*header, title=title, title_justify="left")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    console.print(table)


_LOADED = """
SELECT
    delivery.feed || '/' || delivery.source, delivery.extract_date, delivery.sequence, delivery.revision, delivery.kind,
    sum(counted.delivered), sum(counted.loaded), sum(counted.quarantined), sum(counted.erased),
    (SELECT sum(rows) FROM ops.delivery_warning AS warned WHERE warned.delivery_id = delivery.delivery_id)
FROM ops.delivery AS delivery
INNER JOIN ops.delivery_table AS counted ON delivery.delivery_id = counted.delivery_id
GROUP BY delivery.delivery_id
ORDER BY 1, 3, 4
"""

_REASONS = """
SELECT
    delivery.feed || '/' || delivery.source, delivery.folder, found.table_name, found.column_name, found.reason,
    sum(found.rows), string_agg(found.line_no::text, ' ' ORDER BY found.line_no) FILTER (WHERE found.place <= 5)
FROM (
    SELECT
        delivery_id, table_name, column_name, reason, 1 AS rows, line_no,
        row_number() OVER (PARTITION BY delivery_id, table_name, column_name, reason ORDER BY line_no) AS place
    FROM ops.quarantine
    UNION ALL
    SELECT delivery_id, table_name, column_name, reason, rows, NULL, 1 FROM ops.delivery_warning
) AS found
INNER JOIN ops.delivery AS delivery ON found.delivery_id = delivery.delivery_id
GROUP BY delivery.delivery_id, found.table_name, found.column_name, found.reason
ORDER BY 1, 2, 3, 4, 5
"""

_REFUSED = """
SELECT feed || '/' || source, folder, outcome || coalesce(': ' || reason, ''), table_name, line_no, column_name, detail
FROM (
    SELECT DISTINCT ON (feed, source, folder) *
    FROM ops.delivery_attempt
    ORDER BY feed, source, folder, attempt_id DESC
) AS latest
WHERE outcome <> 'loaded'
ORDER BY 1, 2
"""
