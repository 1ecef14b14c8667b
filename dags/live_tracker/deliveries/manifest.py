"""manifest.json: what a delivery says of itself, checked before anything else of it is read."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from live_tracker.deliveries.contract import FEEDS, Feed, Table
from live_tracker.errors import TrackerError

NAME = "manifest.json"
LARGEST_MANIFEST_BYTES = 1_000_000

_SOURCE = {"yot": re.compile(r"[a-z0-9_]{2,32}"), "pnc": re.compile(r"[0-9A-Za-z]{2}")}
_FOLDER = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.r([1-9]\d{0,5}))?")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Refused(TrackerError):
    """A delivery that is not loaded: the reason as a code, where, and never a value."""

    def __init__(
        self, reason: str, detail: str, table: str | None = None, line: int | None = None, column: str | None = None
    ) -> None:
        self.reason, self.detail, self.table, self.line, self.column = reason, detail, table, line, column
        where = ", ".join(
            part
            for part in (table and f"table {table}", line and f"line {line}", column and f"column {column}")
            if part
        )
        super().__init__(f"{reason}: {detail}", where, "ask the sender for a corrected delivery (a higher revision)")

    def __reduce__(self) -> tuple[type[Refused], tuple[Any, ...]]:
        return type(self), (self.reason, self.detail, self.table, self.line, self.column)


@dataclass(frozen=True)
class DeliveredFile:
    """One file of a delivery, as the manifest describes it; `rows` without the header."""

    table: Table
    name: str
    rows: int
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """A checked manifest. `delivery_id` is the sha-256 of what it says of the contents, so a re-send is recognised."""

    feed: Feed
    source: str
    extract_date: dt.date
    sequence: int
    revision: int
    kind: str
    encoding: str
    is_confirmed: bool
    files: tuple[DeliveredFile, ...]
    delivery_id: str


def read_manifest(folder: Path, feed_name: str, source: str) -> Manifest:
    """The manifest of a delivery folder; Refused if it is damaged or does not belong there."""
    content = _read_json(folder / NAME)
    feed = FEEDS[feed_name]
    _expect(content.get("contract") == feed.contract, "contract", f"the contract is not {feed.contract}")
    _expect(content.get("source") == source, "source", "the source is not that of the folder")
    _expect(bool(_SOURCE[feed_name].fullmatch(source)), "source", "the name of the source is not one of the contract")
    extract_date = _date(content.get("extract_date"))
    sequence, revision = _count(content, "sequence"), _count(content, "revision")
    match = _FOLDER.fullmatch(folder.name)
    _expect(
        match is not None and match[1] == extract_date.isoformat() and int(match[2] or 0) == revision,
        "folder_name",
        "the folder's name is not <extract_date> or <extract_date>.r<revision> of the manifest",
    )
    _expect(content.get("kind") in {"full", "delta"}, "kind", "kind is neither full nor delta")
    _expect(
        content.get("encoding") in {"utf-8", "windows-1252"}, "encoding", "encoding is neither utf-8 nor windows-1252"
    )
    files = _files(content.get("files"), feed)
    return Manifest(
        feed=feed,
        source=source,
        extract_date=extract_date,
        sequence=sequence,
        revision=revision,
        kind=str(content["kind"]),
        encoding=str(content["encoding"]),
        is_confirmed=content.get("made_by") != "receiver",
        files=files,
        delivery_id=_delivery_id(content, files),
    )


def _read_json(path: Path) -> dict[str, Any]:
    _expect(
        not path.is_symlink() and path.stat().st_size <= LARGEST_MANIFEST_BYTES, "manifest", "not a plain small file"
    )
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise Refused("manifest", "manifest.json is not readable JSON") from None
    _expect(isinstance(content, dict), "manifest", "manifest.json is not a JSON object")
    return dict(content)


def _files(listed: Any, feed: Feed) -> tuple[DeliveredFile, ...]:
    _expect(isinstance(listed, list) and bool(listed), "manifest", "the manifest lists no files")
    by_name = {f"{table.name}.csv{ending}": table for table in feed.tables for ending in ("", ".gz")}
    files = []
    for entry in listed:
        _expect(
            isinstance(entry, dict) and entry.get("name") in by_name, "file_name", "a file is none of the contract's"
        )
        table = by_name[entry["name"]]
        digest = entry.get("sha256")
        _expect(
            isinstance(digest, str) and bool(_SHA256.fullmatch(digest)),
            "manifest",
            f"sha256 of {entry['name']} is missing",
        )
        files.append(DeliveredFile(table, entry["name"], _count(entry, "rows"), str(digest), _count(entry, "bytes")))
    supplied = [file.table.name for file in files]
    _expect(len(supplied) == len(set(supplied)), "file_name", "a table is there twice")
    missing = [table.name for table in feed.tables if table.required and table.name not in supplied]
    _expect(not missing, "missing_file", "required tables are missing: " + ", ".join(missing))
    return tuple(sorted(files, key=lambda file: file.name))


def _delivery_id(content: dict[str, Any], files: tuple[DeliveredFile, ...]) -> str:
    described = {
        name: content.get(name)
        for name in ("contract", "source", "extract_date", "sequence", "revision", "kind", "encoding")
    }
    described["files"] = [[file.name, file.rows, file.sha256] for file in files]
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _count(content: dict[str, Any], name: str) -> int:
    value = content.get(name)
    _expect(type(value) is int and 0 <= value < 2**31, "manifest", f"{name} is not a whole number from 0")
    return int(value or 0)


def _date(value: Any) -> dt.date:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    raise Refused("manifest", "extract_date is not a date YYYY-MM-DD")


def _expect(holds: bool, reason: str, detail: str) -> None:
    if not holds:
        raise Refused(reason, detail)
