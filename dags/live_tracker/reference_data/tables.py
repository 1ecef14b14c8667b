"""Reading and checking small CSV tables that people keep by hand: every problem with its file, row and column."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from live_tracker.errors import CheckFailed


@dataclass
class Problems:
    """What is wrong with a folder of tables, gathered so that all of it is told at once."""

    folder: Path
    found: list[str] = field(default_factory=list)

    def add(self, file: str, message: str, row: int | None = None, column: str | None = None) -> None:
        """Note a problem; `row` counts lines of the file, the header being 1."""
        place = ", ".join(part for part in (file, row and f"row {row}", column and f"column {column}") if part)
        self.found.append(f"{place}: {message}")

    def raise_if_any(self) -> None:
        """CheckFailed with every problem noted so far."""
        if self.found:
            raise CheckFailed("\n  ".join(self.found), str(self.folder), "correct the rows and start again")


@dataclass(frozen=True)
class Line:
    """A row of a table: its line in the file and its values by column, trimmed."""

    row: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]


def read_table(
    problems: Problems, file: str, required: Sequence[str], optional: Iterable[str] = (), key: Sequence[str] = ()
) -> list[Line]:
    """Lines of a CSV (UTF-8, a BOM and CRLF accepted, blank lines ignored); [] with a problem noted if it is unusable."""
    path = problems.folder / file
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        records = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except FileNotFoundError:
        problems.add(file, "the file is not there")
        return []
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error):
        problems.add(file, "the file cannot be read as CSV in UTF-8")
        return []
    header = [name.strip() for name in records[0]] if records else []
    known = {*required, *optional}
    before = len(problems.found)
    for column in required:
        if column not in header:
            problems.add(file, "the column is missing", 1, column)
    for column in header:
        if column not in known:
            problems.add(file, "nobody knows this column", 1, column)
    if len(header) != len(set(header)):
        problems.add(file, "a column is there twice", 1)
    if len(problems.found) > before:
        return []
    lines = []
    for row, record in enumerate(records[1:], start=2):
        if not any(value.strip() for value in record):
            continue
        if len(record) != len(header):
            problems.add(file, f"{len(record)} fields where the header has {len(header)}", row)
            continue
        lines.append(Line(row, dict(zip(header, (value.strip() for value in record), strict=True))))
    _check_storable(problems, file, lines)
    _check_unique(problems, file, lines, key)
    return lines


def is_day(value: str) -> bool:
    """Whether it is a date in the form of ISO 8601, 2024-02-29."""
    try:
        return value == dt.date.fromisoformat(value).isoformat()
    except ValueError:
        return False


def _check_storable(problems: Problems, file: str, lines: list[Line]) -> None:
    for line in lines:
        for column, value in line.values.items():
            if "\0" in value:
                problems.add(file, "holds a NUL character", line.row, column)


def _check_unique(problems: Problems, file: str, lines: list[Line], key: Sequence[str]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for line in lines:
        identity = tuple(line[column] for column in key)
        if key and identity in seen:
            problems.add(file, f"the same {' and '.join(key)} as in row {seen[identity]}", line.row, key[-1])
        seen.setdefault(identity, line.row)
