"""Loading: the deliveries of a source into raw, one transaction each, all of it or nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from live_tracker import fences
from live_tracker.database import Connection, analyze, connect
from live_tracker.deliveries import ledger, versions
from live_tracker.deliveries.contract import FEEDS
from live_tracker.deliveries.landing import forget, land
from live_tracker.deliveries.manifest import NAME, DeliveredFile, Manifest, Refused, read_manifest
from live_tracker.deliveries.parse import FileReport, ParsedRow, parse_file
from live_tracker.erasure.tombstones import Tombstones, read_tombstones
from live_tracker.identity.keys import identity_key
from live_tracker.settings import Settings


@dataclass
class SourceReport:
    """What became of a source's folders in one landing; counts and reasons, nothing of a row."""

    feed: str
    source: str
    loaded: list[str] = field(default_factory=list)
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)


def discover(folder: Path) -> list[tuple[str, str]]:
    """The (feed, source) pairs that have a folder under the deliveries folder, in byte order."""
    return sorted(
        (feed, source.name)
        for feed in FEEDS
        if (folder / feed).is_dir()
        for source in (folder / feed).iterdir()
        if source.is_dir() and not source.name.startswith(".")
    )


def land_source(
    settings: Settings, deliveries_folder: Path, feed: str, source: str, run_key: str, token: int
) -> SourceReport:
    """Load what the source delivered and the ledger does not have, in (sequence, revision) order.

    A refused delivery leaves a line in ops.delivery_attempt and stops no other. Raises Overtaken if a newer run has
    taken over the source. Of a source with tombstones no copy of a delivery stays in the landing folder.
    """
    report = SourceReport(feed, source)
    waiting: list[tuple[Manifest, Path]] = []
    for folder in sorted((deliveries_folder / feed / source).iterdir()):
        if not folder.is_dir() or folder.name.startswith("."):
            continue
        if not (folder / NAME).exists():
            report.incomplete.append(folder.name)
            _note_attempt(settings, run_key, report, folder, "incomplete", _NO_MANIFEST)
            continue
        try:
            waiting.append((read_manifest(folder, feed, source), folder))
        except Refused as refusal:
            _note_refusal(settings, run_key, report, folder, refusal)
    for manifest, folder in sorted(waiting, key=lambda item: (item[0].sequence, item[0].revision, item[1].name)):
        _work(settings, manifest, folder, run_key, token, report)
    with connect(settings, "loader") as connection:
        if read_tombstones(connection, identity_key(settings), FEEDS[feed], source).hashes:
            forget(settings, feed, source)
    if report.loaded:
        analyze(settings, [f"raw.{feed}_{table.name}" for table in FEEDS[feed].tables])
        analyze(settings, [f"raw.{feed}_{table.name}_version" for table in FEEDS[feed].tables])
    return report


def _work(settings: Settings, manifest: Manifest, folder: Path, run_key: str, token: int, report: SourceReport) -> None:
    if _is_loaded(settings, manifest):
        report.unchanged += 1
        return
    try:
        landed = land(settings, folder, manifest)
        with connect(settings, "loader") as connection:
            fences.hold(connection, f"landing:{manifest.feed.name}/{manifest.source}", token)
            if _ledger_has(connection, manifest):
                report.unchanged += 1
                return
            ledger.check_order(connection, manifest)
            tombstones = read_tombstones(connection, identity_key(settings), manifest.feed, manifest.source)
            _load(connection, manifest, landed, folder, run_key, tombstones)
    except Refused as refusal:
        _note_refusal(settings, run_key, report, folder, refusal)
    else:
        report.loaded.append(folder.name)


def _load(
    connection: Connection, manifest: Manifest, landed: Path, folder: Path, run_key: str, tombstones: Tombstones
) -> None:
    with connection.cursor() as cursor:
        comes_last = _comes_last(cursor, manifest)
        cursor.execute(
            """
            INSERT INTO ops.delivery (
                delivery_id, feed, source, sequence, revision, extract_date, kind, folder, is_confirmed, run_key, loaded_at
            ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now())
            """,
            (
                *(manifest.delivery_id, manifest.feed.name, manifest.source, manifest.sequence, manifest.revision),
                *(manifest.extract_date, manifest.kind, folder.name, manifest.is_confirmed, run_key),
            ),
        )
        for file in manifest.files:
            _load_file(cursor, manifest, file, landed / file.name, comes_last, tombstones)
        for table in _supplied_by_other_revisions(cursor, manifest):
            versions.rebuild(cursor, table, manifest)
        cursor.execute(
            """
            INSERT INTO ops.delivery_attempt (run_key, feed, source, folder, outcome, delivery_id, attempted_at)
            VALUES (%s, %s, %s, %s, 'loaded', %s, now())
            """,
            (run_key, manifest.feed.name, manifest.source, folder.name, manifest.delivery_id),
        )


def _supplied_by_other_revisions(cursor: Cursor, manifest: Manifest) -> list[str]:
    """Tables of the feed that another revision of the sequence had and this delivery has not: it may take them back."""
    cursor.execute(
        """
        SELECT DISTINCT counted.table_name
        FROM ops.delivery AS delivery
        INNER JOIN ops.delivery_table AS counted ON delivery.delivery_id = counted.delivery_id
        WHERE delivery.feed = %s AND delivery.source = %s AND delivery.sequence = %s AND counted.table_name <> ALL (%s)
        """,
        (manifest.feed.name, manifest.source, manifest.sequence, [file.table.name for file in manifest.files]),
    )
    return [f"{manifest.feed.name}_{table}" for (table,) in cursor.fetchall()]


def _load_file(
    cursor: Cursor, manifest: Manifest, file: DeliveredFile, path: Path, comes_last: bool, tombstones: Tombstones
) -> None:
    table = f"{manifest.feed.name}_{file.table.name}"
    columns = [sql.Identifier(name) for name in (*file.table.column_names, "updated_at")]
    cursor.execute(
        sql.SQL(
            """
            CREATE TEMPORARY TABLE incoming (
                line_no integer, key text COLLATE "C", row_hash bytea, deleted boolean, extra jsonb, {}
            ) ON COMMIT DROP
            """
        ).format(sql.SQL(", ").join(sql.SQL("{} text").format(column) for column in columns))
    )
    report = FileReport()
    rows = _CopyStream(parse_file(path, file, manifest, report, tombstones))
    try:
        cursor.copy_expert("COPY pg_temp.incoming FROM STDIN", rows, size=1 << 18)
    except psycopg2.Error:
        # the driver turns what the stream raises into an error of its own
        if rows.refusal is not None:
            raise rows.refusal from None
        raise
    quarantined = [(finding.line, finding.column, finding.reason) for finding in report.quarantined]
    quarantined += [(line, None, "conflicting_key") for line in _set_aside_conflicts(cursor)]
    repeated = _store_rows(cursor, manifest, table, columns)
    if repeated:
        report.warnings["", "repeated_row"] += repeated
    _account(cursor, manifest, file, report, quarantined)
    cursor.execute("ANALYZE pg_temp.incoming")
    if comes_last:
        versions.fold_in(cursor, table, manifest)
    else:
        versions.rebuild(cursor, table, manifest)
    cursor.execute("DROP TABLE pg_temp.incoming")


def _set_aside_conflicts(cursor: Cursor) -> list[int]:
    """Rows of one key that differ are quarantined, all of them: their key was there, and no more is known."""
    cursor.execute(
        """
        WITH conflicting AS (
            SELECT key FROM pg_temp.incoming
            WHERE row_hash IS NOT NULL
            GROUP BY key
            HAVING count(DISTINCT row_hash) > 1 OR bool_or(deleted) <> bool_and(deleted)
        )
        UPDATE pg_temp.incoming SET row_hash = NULL
        WHERE row_hash IS NOT NULL AND key IN (SELECT key FROM conflicting)
        RETURNING line_no
        """
    )
    return sorted(line for (line,) in cursor.fetchall())


def _store_rows(cursor: Cursor, manifest: Manifest, table: str, columns: list[sql.Identifier]) -> int:
    """Raw rows once per hash, and a sighting per delivered row; returns how many rows repeated another."""
    cursor.execute(
        sql.SQL(
            """
            INSERT INTO {raw} (source, row_hash, delivery_id, line_no, extra, {columns})
            SELECT DISTINCT ON (row_hash) %s, row_hash, %s, line_no, extra, {columns}
            FROM pg_temp.incoming
            WHERE row_hash IS NOT NULL
            ORDER BY row_hash, line_no
            ON CONFLICT DO NOTHING
            """
        ).format(raw=sql.Identifier("raw", table), columns=sql.SQL(", ").join(columns)),
        (manifest.source, manifest.delivery_id),
    )
    cursor.execute(
        sql.SQL(
            """
            INSERT INTO {sighting} (delivery_id, line_no, key, row_hash, deleted)
            SELECT %s, line_no, key, row_hash, deleted FROM pg_temp.incoming
            """
        ).format(sighting=sql.Identifier("raw", f"{table}_sighting")),
        (manifest.delivery_id,),
    )
    cursor.execute("SELECT count(*) - count(DISTINCT key) FROM pg_temp.incoming WHERE row_hash IS NOT NULL")
    (repeated,) = cursor.fetchone() or (0,)
    return int(repeated)


def _account(
    cursor: Cursor,
    manifest: Manifest,
    file: DeliveredFile,
    report: FileReport,
    quarantined: list[tuple[int, str | None, str]],
) -> None:
    """Delivered = loaded + quarantined + erased, to the row; what was loaded with a question mark is counted."""
    name = file.table.name
    loaded = report.delivered - len(quarantined) - report.erased
    cursor.execute(
        """
        INSERT INTO ops.delivery_table (delivery_id, table_name, delivered, loaded, quarantined, erased)
        VALUES (%s, %s, %s, %s, %s, %s)
        """,
        (manifest.delivery_id, name, report.delivered, loaded, len(quarantined), report.erased),
    )
    execute_values(
        cursor,
        "INSERT INTO ops.quarantine (delivery_id, table_name, line_no, column_name, reason) VALUES %s",
        [(manifest.delivery_id, name, line, column, reason) for line, column, reason in quarantined],
        page_size=1000,
    )
    execute_values(
        cursor,
        "INSERT INTO ops.delivery_warning (delivery_id, table_name, column_name, reason, rows) VALUES %s",
        [
            (manifest.delivery_id, name, column or None, reason, count)
            for (column, reason), count in sorted(report.warnings.items())
        ],
    )


def _is_loaded(settings: Settings, manifest: Manifest) -> bool:
    with connect(settings, "loader") as connection:
        return _ledger_has(connection, manifest)


def _ledger_has(connection: Connection, manifest: Manifest) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM ops.delivery WHERE delivery_id = %s", (manifest.delivery_id,))
        return cursor.fetchone() is not None


def _comes_last(cursor: Cursor, manifest: Manifest) -> bool:
    cursor.execute(
        "SELECT 1 FROM ops.delivery WHERE feed = %s AND source = %s AND sequence >= %s LIMIT 1",
        (manifest.feed.name, manifest.source, manifest.sequence),
    )
    return cursor.fetchone() is None


def _note_refusal(settings: Settings, run_key: str, report: SourceReport, folder: Path, refusal: Refused) -> None:
    report.refused.append(f"{folder.name}: {refusal.reason}")
    _note_attempt(settings, run_key, report, folder, "refused", refusal)


def _note_attempt(
    settings: Settings, run_key: str, report: SourceReport, folder: Path, outcome: str, found: Refused | None = None
) -> None:
    why = (found.reason, found.table, found.line, found.column, found.detail) if found else (None,) * 5
    with connect(settings, "loader") as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ops.delivery_attempt (
                run_key, feed, source, folder, outcome, reason, table_name, line_no, column_name, detail, attempted_at
            ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now())
            """,
            (run_key, report.feed, report.source, folder.name, outcome, *why),
        )


_NO_MANIFEST = Refused("no_manifest", f"there is no {NAME} yet: still on its way, or the sender writes none")

_ESCAPED = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


class _CopyStream(io.RawIOBase):
    """Parsed rows as COPY text: read by the driver as it sends, so that no file is ever whole in memory."""

    def __init__(self, rows: Iterable[ParsedRow]) -> None:
        self._lines = self._encoded(rows)
        self._buffer = bytearray()
        self.refusal: Refused | None = None

    def read(self, size: int = -1) -> bytes:
        while len(self._buffer) < size:
            try:
                line = next(self._lines, None)
            except Refused as refusal:
                self.refusal = refusal
                raise
            if line is None:
                break
            self._buffer += line
        chunk = bytes(self._buffer[:size])
        del self._buffer[:size]
        return chunk

    @staticmethod
    def _encoded(rows: Iterable[ParsedRow]) -> Iterator[bytes]:
        for row in rows:
            row_hash = "\\N" if row.row_hash is None else "\\\\x" + row.row_hash.hex()
            fields = [row.key, row.extra, *row.values, row.updated_at]
            if _ESCAPED.search("".join(value for value in fields if value)):
                fields = [value and _ESCAPED.sub(lambda match: _ESCAPES[match[0]], value) for value in fields]
            key, *others = ("\\N" if value is None else value for value in fields)
            yield "\t".join((str(row.line), key, row_hash, "t" if row.deleted else "f", *others)).encode() + b"\n"
