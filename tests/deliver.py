"""Deliveries made by hand for tests: tables as lists of rows, written as a sender would."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg2

from live_tracker import database, fences
from live_tracker.deliveries.contract import FEEDS
from live_tracker.deliveries.load import SourceReport, land_source
from live_tracker.settings import Settings

Row = Mapping[str, str]

SYLLABLES = "ba do fe gu hi jo ka le mu ni po qua re si tu ve wo xi ya zu".split()


def write_delivery(
    root: Path,
    feed: str,
    source: str,
    extract_date: str,
    sequence: int,
    tables: Mapping[str, Sequence[Row]],
    *,
    kind: str = "full",
    revision: int = 0,
    encoding: str = "utf-8",
    has_mark: bool = False,
    is_packed: bool = False,
    line_end: str = "\r\n",
    **changes: Any,
) -> Path:
    """Write one delivery folder; required tables that are not given are empty. `changes` go over the manifest.

    `has_mark` puts a byte order mark before the text of each file, `is_packed` gzips them.
    """
    folder = root / feed / source / (extract_date + (f".r{revision}" if revision else ""))
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for table in FEEDS[feed].tables:
        if table.name not in tables and not table.required:
            continue
        rows = list(tables.get(table.name, []))
        header = list(table.column_names) + sorted({name for row in rows for name in row} - set(table.column_names))
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, header, restval="", lineterminator=line_end)
        writer.writeheader()
        writer.writerows(rows)
        data = (b"\xef\xbb\xbf" if has_mark else b"") + text.getvalue().encode(encoding)
        data = packed(data) if is_packed else data
        name = f"{table.name}.csv" + (".gz" if is_packed else "")
        (folder / name).write_bytes(data)
        files.append({"name": name, "rows": len(rows), "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)})
    manifest = {
        "contract": f"{feed}/1",
        "source": source,
        "extract_date": extract_date,
        "sequence": sequence,
        "revision": revision,
        "kind": kind,
        "produced_at": f"{extract_date}T23:30:00+00:00",
        "encoding": encoding,
        "files": files,
        **changes,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def packed(data: bytes) -> bytes:
    """The bytes as a gzip file of stored blocks: what a compressor makes of them is not the same on every machine."""
    blocks = [data[start : start + 0xFFFF] for start in range(0, len(data), 0xFFFF)] or [b""]
    body = b"".join(
        struct.pack("<BHH", number == len(blocks), len(block), len(block) ^ 0xFFFF) + block
        for number, block in enumerate(blocks, start=1)
    )
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + body + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def land_all(settings: Settings, root: Path, run_key: str = "test") -> dict[str, SourceReport]:
    """Land every source of a deliveries folder; reports by feed/source."""
    reports = {}
    for feed in FEEDS:
        for source in sorted(path.name for path in (root / feed).iterdir()) if (root / feed).is_dir() else ():
            with database.connect(settings, "loader") as connection:
                token = fences.claim(connection, f"landing:{feed}/{source}", run_key)
            reports[f"{feed}/{source}"] = land_source(settings, root, feed, source, run_key, token)
    return reports


def fetch(settings: Settings, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of a query, as the migrator with the owner's rights."""
    return fetch_as(settings, "migrator", query, *parameters)


def fetch_as(settings: Settings, role: database.Role, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of a query, as the role sees them."""
    with database.connect(settings, role) as connection, connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def administer(settings: Settings, statement: str) -> None:
    """Run a statement as the administrator, as no role of the system could."""
    connection = psycopg2.connect(database.warehouse_admin_url(settings))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


def surname_of(key: str) -> str:
    """A made-up surname for whoever has the key: no two alike, so that nobody is taken for another by the name."""
    return "".join(SYLLABLES[byte % len(SYLLABLES)] for byte in hashlib.sha256(key.encode()).digest()[:4]).title()


def child(child_id: str, **values: str) -> dict[str, str]:
    """A child's row with made-up values where none are given."""
    return {
        "child_id": child_id,
        "forename": "Testa",
        "surname": surname_of(child_id),
        "date_of_birth": "2008-05-10",
        "sex": "F",
        "home_yot": "northborough",
        **values,
    }


def offence(offence_id: str, child_id: str, **values: str) -> dict[str, str]:
    """A CMS offence's row: a common assault unless said otherwise."""
    return {
        "offence_id": offence_id,
        "child_id": child_id,
        "offence_date": "2023-04-01",
        "cjs_code": "CJ88116",
        **values,
    }


def outcome(outcome_id: str, offence_id: str, child_id: str, **values: str) -> dict[str, str]:
    """A CMS outcome's row: a referral order unless said otherwise."""
    return {
        "outcome_id": outcome_id,
        "offence_id": offence_id,
        "child_id": child_id,
        "occasion_id": f"occasion-{outcome_id}",
        "outcome_date": "2023-05-10",
        "legal_outcome": "REFERRAL_ORDER",
        **values,
    }
