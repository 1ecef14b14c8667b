"""Parsing: a landed file into rows that are ready for raw, and the reasons of those that are not.

Strict on purpose: what cannot be read for certain is refused or quarantined with its line, never guessed at. Reasons
carry table, line and column, never the value.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from live_tracker.deliveries.contract import KEY_SEPARATOR, OPTIONAL_EVERYWHERE, Column, Table
from live_tracker.deliveries.manifest import DeliveredFile, Manifest, Refused
from live_tracker.erasure.tombstones import Tombstones
from live_tracker.identity.identifiers import canonical_pnc_id

LARGEST_FIELD = 1 << 20
LARGEST_FILE_BYTES = 4 << 30
LARGEST_RATIO = 200
NO_DATE = "1900-01-01"

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_PLAIN_NAME = re.compile(r"\w{1,63}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})", re.ASCII)
_INTEGER = re.compile(r"-?\d{1,9}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,9}(\.\d{1,6})?", re.ASCII)

Values = list[str | None]


@dataclass
class Finding:
    """A row that goes to quarantine: its line, the column if it is one, and the reason as a code."""

    line: int
    reason: str
    column: str | None = None


@dataclass
class ParsedRow:
    """A row ready for raw. `row_hash` is None for a quarantined row whose key could be read: it was there, no more."""

    line: int
    key: str
    row_hash: bytes | None
    deleted: bool
    values: Values
    updated_at: str | None
    extra: str | None


@dataclass
class FileReport:
    """What parsing found besides rows: `delivered` records, of which `erased` ones and those quarantined; warnings.

    Of an erased child's row nothing is kept but that it was there; warnings are counts of (column, warning).
    """

    delivered: int = 0
    erased: int = 0
    quarantined: list[Finding] = field(default_factory=list)
    warnings: Counter[tuple[str, str]] = field(default_factory=Counter)


def parse_file(
    path: Path, file: DeliveredFile, manifest: Manifest, report: FileReport, tombstones: Tombstones | None = None
) -> Iterator[ParsedRow]:
    """Rows of a landed file, one by one; `report` is filled on the way. Refused if the file as a whole is damaged.

    Rows of `tombstones` are counted and left out.
    """
    table = file.table
    line = 0
    try:
        with _open(path, file, manifest) as text:
            csv.field_size_limit(LARGEST_FIELD)
            reader = csv.reader(text, strict=True)
            header = next(reader, None)
            if header is None:
                raise Refused("header", "the file is empty", table.name)
            read_row = _RowReader(table, [name.strip() for name in header], manifest, report, tombstones)
            line = reader.line_num + 1
            for record in reader:
                if record:
                    report.delivered += 1
                    row = read_row(line, record)
                    if row is not None:
                        yield row
                line = reader.line_num + 1
    except UnicodeDecodeError:
        raise Refused("encoding", f"bytes that are not {manifest.encoding}", table.name, line or 1) from None
    except csv.Error:
        raise Refused(
            "csv_syntax", "quotes or line ends are damaged, or a field is too long", table.name, line
        ) from None
    except (OSError, EOFError, zlib.error):
        raise Refused("gzip", "the file cannot be unpacked", table.name) from None
    if report.delivered != file.rows:
        raise Refused("row_count", f"the manifest says {file.rows} rows, the file has {report.delivered}", table.name)


class _RowReader:
    """Turns the records of one file into rows, by the columns its header names."""

    def __init__(
        self,
        table: Table,
        header: list[str],
        manifest: Manifest,
        report: FileReport,
        tombstones: Tombstones | None,
    ) -> None:
        self._table, self._header, self._report = table, header, report
        self._positions = _positions(table, header)
        self._tombstones = tombstones if tombstones and tombstones.hashes else None
        self._ids = [
            (column.name, self._positions[column.name], _checker(column, manifest.extract_date))
            for column in table.columns
            if column.name in manifest.feed.id_columns and column.name in self._positions
        ]
        known = {*table.column_names, *(column.name for column in OPTIONAL_EVERYWHERE)}
        self._extra = [(index, name) for index, name in enumerate(header) if name not in known]
        for _, name in self._extra:
            report.warnings[name if _PLAIN_NAME.fullmatch(name) else "(unnamed)", "extra_column"] += 1
        self._key = [self._positions[name] for name in table.key if name in self._positions]
        self._checks = [
            (index, column, _checker(column, manifest.extract_date), column.name in table.key and column.required)
            for column in (*table.columns, *OPTIONAL_EVERYWHERE)
            if (index := self._positions.get(column.name)) is not None
            and (column.required or column.kind != "text" or column.codes or column.name == "updated_at")
        ]
        self._values = [self._positions.get(name) for name in table.column_names]
        self._deleted, self._updated_at = self._positions.get("deleted"), self._positions.get("updated_at")

    def __call__(self, line: int, record: list[str]) -> ParsedRow | None:
        if len(record) != len(self._header):
            self._report.quarantined.append(Finding(line, "wrong_field_count"))
            return None
        if _CONTROL.search("".join(record)):
            self._report.quarantined.append(Finding(line, "control_character"))
            return None
        values: Values = [value.strip() or None for value in record]
        if self._tombstones is not None and self._tombstones.has(self._table, self._named(values)):
            self._report.erased += 1
            return None
        deleted = self._deleted is not None and values[self._deleted] == "1"
        finding = self._check(line, values, deleted)
        key = KEY_SEPARATOR.join(values[index] or "" for index in self._key)
        if finding is not None:
            self._report.quarantined.append(finding)
            # its key counts as seen only if nothing is wrong with the key itself
            if finding.column in self._table.key or finding.reason == "bad_pnc_id":
                return None
            return ParsedRow(line, key, None, False, [None] * len(self._values), None, None)
        row = [None if index is None else values[index] for index in self._values]
        updated_at = None if self._updated_at is None else values[self._updated_at]
        extra = json.dumps({name: values[index] for index, name in self._extra}) if self._extra else None
        return ParsedRow(line, key, _row_hash(row, updated_at, extra), deleted, row, updated_at, extra)

    def _check(self, line: int, values: Values, deleted: bool) -> Finding | None:
        for index, column, check, is_key in self._checks:
            value = values[index]
            if value is None or (column.kind == "date" and value == NO_DATE):
                values[index] = None
                if column.required and (is_key or not deleted):
                    return Finding(line, "missing_value", column.name)
                continue
            reason, values[index] = check(value)
            if reason is not None:
                return Finding(line, reason, column.name)
            if column.codes is not None and value not in column.codes:
                self._report.warnings[column.name, "unmapped_code"] += 1
        return None

    def _named(self, values: Values) -> list[tuple[str, str]]:
        """The ids that a row names, by column, as they are kept."""
        return [(name, check(value)[1]) for name, index, check in self._ids if (value := values[index]) is not None]


def _positions(table: Table, header: list[str]) -> dict[str, int]:
    if len(header) != len(set(header)):
        raise Refused("header", "a column is there twice", table.name, 1)
    positions = {name: index for index, name in enumerate(header)}
    for column in table.columns:
        if (column.required or column.name in table.key) and column.name not in positions:
            raise Refused("missing_column", "a required column is missing", table.name, 1, column.name)
    return positions


Check = Callable[[str], tuple[str | None, str]]


def _checker(column: Column, extract_date: dt.date) -> Check:
    """The check of a column: value -> (reason if it is bad, value as it is kept)."""
    if column.kind == "pnc_id":
        return lambda value: _canonical_pnc(value, extract_date)
    if column.name == "updated_at":
        return _by_rule(_is_timestamp, "bad_timestamp")
    if column.kind in _RULES:
        return _by_rule(*_RULES[column.kind])
    return lambda value: (None, value)


def _by_rule(holds: Callable[[str], bool], reason: str) -> Check:
    known: dict[str, bool] = {}

    def check(value: str) -> tuple[str | None, str]:
        good = known.get(value)
        if good is None:
            good = known[value] = holds(value)
        return (None if good else reason), value

    return check


def _canonical_pnc(value: str, extract_date: dt.date) -> tuple[str | None, str]:
    canonical = canonical_pnc_id(value, extract_date)
    return ("bad_pnc_id", value) if canonical is None else (None, canonical)


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_timestamp(value: str) -> bool:
    if not _TIMESTAMP.fullmatch(value):
        return False
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


_RULES: dict[str, tuple[Callable[[str], bool], str]] = {
    "date": (_is_date, "bad_date"),
    "flag": (lambda value: value in {"0", "1"}, "bad_flag"),
    "integer": (lambda value: bool(_INTEGER.fullmatch(value)), "bad_integer"),
    "decimal": (lambda value: bool(_DECIMAL.fullmatch(value)), "bad_decimal"),
}


def _row_hash(values: Values, updated_at: str | None, extra: str | None) -> bytes:
    # NUL and the separator cannot stand in a value, so no two rows share a text
    text = KEY_SEPARATOR.join("\x00" if value is None else value for value in (*values, updated_at, extra))
    return hashlib.sha256(text.encode()).digest()


def _open(path: Path, file: DeliveredFile, manifest: Manifest) -> IO[str]:
    raw: io.RawIOBase | IO[bytes] = path.open("rb")
    if file.name.endswith(".gz"):
        raw = _Limited(gzip.GzipFile(fileobj=raw), max(file.bytes * LARGEST_RATIO, 1 << 24), file.table.name)
    encoding = "utf-8-sig" if manifest.encoding == "utf-8" else "cp1252"
    return io.TextIOWrapper(io.BufferedReader(raw, 1 << 16), encoding=encoding, errors="strict", newline="")  # type: ignore[type-var]


class _Limited(io.RawIOBase):
    """A stream that ends in a refusal, not in a full disk, when it unpacks to more than it may."""

    def __init__(self, stream: gzip.GzipFile, limit: int, table: str) -> None:
        self._stream, self._left, self._table = stream, min(limit, LARGEST_FILE_BYTES), table

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        count = self._stream.readinto(buffer)
        self._left -= count
        if self._left < 0:
            raise Refused("too_large", "the file unpacks to more than is plausible", self._table)
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()
