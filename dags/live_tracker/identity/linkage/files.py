"""Children and nominals from two CSV files, with the columns of the feed contract."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from live_tracker.errors import TrackerError
from live_tracker.identity.cleaning import clean, split_forenames
from live_tracker.identity.dates import read_date

IDS = ("pnc_id", "cro_no")
SHARED_COLUMNS = ("aliases", "date_of_birth", "sex", "postcode")
LIST_COLUMNS = ("asns", "court_days")
MOST_LINES_NAMED = 5
_WHOLE_YEAR = re.compile(r"(?:19|20)\d{2}(?:/|\d{7}[A-Za-z]$)", re.ASCII)


class Layout(NamedTuple):
    """What a file must have: the column that names its rows, and those without which there is nothing to compare."""

    key: str
    required: tuple[str, ...]


CHILD = Layout("child_id", ("child_id", "forename", "surname", "date_of_birth"))
NOMINAL = Layout("pnc_id", ("pnc_id", "forenames", "surname", "date_of_birth"))


def read_files(
    children: Path, nominals: Path, known_on: dt.date | None = None, *, ignore_ids: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The cleaned children and nominals (`cleaning.clean`); `record_key` is the child_id or pnc_id as written.

    Beside the columns of the feed there may be `asns` and `court_days`, items with `;` between them, and a nominal's
    `aliases`, as a child has them. `known_on` is the day of the files, by which PNC years of two digits have their
    century; without one it is the last day of the last year that the files themselves name, so that no clock decides
    who is whom. Raises TrackerError if a file cannot be read, lacks a column, or names a row twice or not at all.
    """
    left, right = _read(children, CHILD), _read(nominals, NOMINAL)
    names = [split_forenames(forenames) for forenames in right["forenames"]]
    split = right.assign(forename=[first for first, _ in names], middle_names=[rest for _, rest in names])
    # without ids nothing hangs on the day, and dates of birth of any century are taken
    day = dt.date.max if ignore_ids else known_on or _last_day_named(left, right)
    return _cleaned(left, left["child_id"], day, ignore_ids), _cleaned(split, right["pnc_id"], day, ignore_ids)


def _last_day_named(*files: pd.DataFrame) -> dt.date:
    texts = {
        column: {text for rows in files for text in rows.get(column, ())} for column in ("date_of_birth", "pnc_id")
    }
    years = [day.year for text in texts["date_of_birth"] if (day := read_date(text).value)]
    years += [int(text[:4]) for text in texts["pnc_id"] if _WHOLE_YEAR.match(text)]
    return dt.date(max(years, default=dt.MAXYEAR), 12, 31)


def _cleaned(rows: pd.DataFrame, keys: pd.Series[Any], known_on: dt.date, ignore_ids: bool) -> pd.DataFrame:
    columns = ("forename", "middle_names", "surname", *SHARED_COLUMNS, *IDS)
    records = pd.DataFrame({column: rows.get(column, "") for column in columns}, index=rows.index)
    records.insert(0, "record_key", keys)
    if ignore_ids:
        records = records.assign(pnc_id="", cro_no="")
    for column in LIST_COLUMNS:
        if column in rows:
            records[column] = [[item for item in text.split(";") if item] for text in rows[column]]
    return clean(records.assign(known_on=known_on))


def _read(path: Path, layout: Layout) -> pd.DataFrame:
    """The rows as text, trimmed; the index has the numbers of the lines on which they end."""
    (_, header), *lines = _lines(path)
    missing = [column for column in layout.required if column not in header]
    if missing:
        raise TrackerError(
            f"columns are missing: {', '.join(missing)}", str(path), "name the columns as docs/contracts/feeds.md does"
        )
    repeated = [column for column, times in Counter(header).items() if times > 1]
    if repeated:
        raise TrackerError(f"columns are there twice: {', '.join(repeated)}", str(path), "leave one of each")
    uneven = [number for number, fields in lines if len(fields) != len(header)]
    if uneven:
        raise TrackerError(
            f"{_count(uneven)} more or fewer fields than the header",
            _at(path, uneven),
            "quote fields that have a comma in them",
        )
    fields = [[field.strip() for field in fields] for _, fields in lines]
    rows = pd.DataFrame(fields, columns=header, index=[number for number, _ in lines], dtype=object)
    keys = rows[layout.key]
    unnamed, twice = list(keys.index[keys.eq("")]), list(keys.index[keys.duplicated()])
    if unnamed:
        raise TrackerError(f"{_count(unnamed)} no {layout.key}", _at(path, unnamed), "give every row its own")
    if twice:
        raise TrackerError(
            f"{_count(twice)} the {layout.key} of an earlier row", _at(path, twice), "leave one row of each"
        )
    return rows


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Header and rows, each with the number of its line; empty lines are none."""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            text = file.read().decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        lines = [(reader.line_num, fields) for fields in reader if fields]
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or "it is not gzipped, or not to its end"
        raise TrackerError(f"the file cannot be read: {reason}", str(path)) from None
    except UnicodeDecodeError:
        raise TrackerError("the file is not UTF-8 text", str(path), "save it as CSV in UTF-8") from None
    except csv.Error:
        raise TrackerError(
            "this is no CSV", f"{path}, line {reader.line_num}", "write it as docs/contracts/feeds.md says"
        ) from None
    if not lines:
        raise TrackerError("the file is empty", str(path), "a header row is needed, also where there are no others")
    (number, header), *rows = lines
    return [(number, [name.strip() for name in header]), *rows]


def _count(lines: Sequence[int]) -> str:
    return "1 row has" if len(lines) == 1 else f"{len(lines):,} rows have"


def _at(path: Path, lines: Sequence[int]) -> str:
    named = ", ".join(str(line) for line in lines[:MOST_LINES_NAMED])
    return f"{path}, line {named}{', …' if len(lines) > MOST_LINES_NAMED else ''}"
